"""The look-up of YouTube ids, against a real server on loopback."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.catalog import youtube_ids
from core.catalog.youtube_ids import GONE, YoutubeIds
from core.errors import Cancelled, DownloadError
from core.jobs import Job
from tests.id_service import DENIED, LOG_IN, NOT_FOUND, STALL, IdService, serving
from tests.web_server import body, web_server

ANSWERS = {
    "nXSc": (200, b'i("nXSc","0sf943sWZls");'),
    "ab01": (200, b'i("ab01","-_cdefghijk");\n'),
    "gone": (200, NOT_FOUND),
    "gon4": (404, NOT_FOUND),
    "den1": (403, DENIED),
    "non1": (404, b""),
    "prox": (404, LOG_IN),
    "forb": (403, LOG_IN),
    "buck": (404, NOT_FOUND.replace(b"NoSuchKey", b"NoSuchBucket")),
    "oops": (500, b"internal error"),
    "err5": (503, b'i("err5","0sf943sWZls");'),
    "swap": (200, b'i("nXSc","0sf943sWZls");'),
    "shrt": (200, b'i("shrt","tooshort");'),
    "evil": (200, b'i("evil","<script>abc");alert(1)'),
    "long": (200, b'i("long","0sf943sWZls");' + b" " * 100_000 + b"x"),
    "html": (200, LOG_IN),
    "slow": STALL,
    "quot": (200, b'<html>i("quot","0sf943sWZls");</html>'),
}


@pytest.fixture
def server() -> Iterator[IdService]:
    with serving(ANSWERS) as made:
        yield made


@pytest.fixture
def ids(server: IdService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> YoutubeIds:
    monkeypatch.setattr(youtube_ids, "TIMEOUT_S", 0.5)
    return YoutubeIds(tmp_path / "home" / "ids.sqlite", server.address)


def test_ids_are_found_and_asked_for_once(ids: YoutubeIds, server: IdService):
    assert ids.known(["nXSc"]) == {}
    expected = {"nXSc": "0sf943sWZls", "ab01": "-_cdefghijk"}
    assert ids.resolve(["nXSc", "ab01", "nXSc"]) == expected
    assert sorted(server.asked) == ["/2/j/i/ab/ab01.js", "/2/j/i/nX/nXSc.js"]
    assert ids.resolve(["nXSc", "ab01"]) == expected
    assert ids.known(["nXSc"]) == {"nXSc": "0sf943sWZls"}
    assert len(server.asked) == 2


@pytest.mark.parametrize("key", ["gone", "gon4", "den1"])
def test_videos_that_are_gone_are_remembered_for_a_while(
    ids: YoutubeIds, server: IdService, key: str, monkeypatch: pytest.MonkeyPatch
):
    assert ids.resolve([key]) == ids.resolve([key]) == ids.known([key]) == {key: GONE}
    assert len(server.asked) == 1
    monkeypatch.setattr(youtube_ids, "ASK_AGAIN_S", 0)
    assert ids.known([key]) == {}
    assert ids.resolve([key]) == {key: GONE}
    assert len(server.asked) == 2


@pytest.mark.parametrize(
    "key",
    ["non1", "prox", "forb", "buck", "oops", "err5", "swap", "shrt", "evil", "long", "html"]
    + ["quot", "slow", "half"],
)
def test_wrong_answers_are_no_answers_and_asked_for_again(
    ids: YoutubeIds, server: IdService, key: str
):
    assert ids.resolve([key, "nXSc"]) == {"nXSc": "0sf943sWZls"}
    assert ids.resolve([key]) == {}
    assert len(server.asked) == 3


def test_an_answer_that_leads_elsewhere_is_not_followed(tmp_path: Path):
    """It is not encrypted: whoever is between could send the program to any machine."""
    with (
        serving({"ab00": (200, b'i("ab00","abcdefghijk");')}) as elsewhere,
        web_server({}) as sends,
    ):
        sends.behaviour = body(b"", 302, Location=f"{elsewhere.address}/ab/ab00.js")
        ids = YoutubeIds(tmp_path / "ids.sqlite", f"{sends.address}/2/j/i")
        assert ids.resolve(["ab00"]) == {}
        assert elsewhere.asked == []


def test_keys_that_are_none_are_not_asked_for(ids: YoutubeIds, server: IdService):
    assert ids.resolve(["", "abc", "../x", "ab/c", "abcde", "äbcd", "dQw4w9WgXcQ"]) == {}
    assert server.asked == []


def test_no_network(tmp_path: Path):
    ids = YoutubeIds(tmp_path / "ids.sqlite", "http://127.0.0.1:9/2/j/i")
    assert ids.resolve(["nXSc"]) == {}
    assert not (tmp_path / "ids.sqlite").exists()


@pytest.mark.parametrize("address", ["data.yt8m.org", "http://", "file:///etc", ""])
def test_an_address_that_is_none_is_one_clear_error(tmp_path: Path, address: str):
    with pytest.raises(DownloadError, match="no address") as raised:
        YoutubeIds(tmp_path / "ids.sqlite", address).resolve(["nXSc"])
    assert "SOUNDALIKE_ID_SERVICE" in raised.value.hint


@pytest.mark.parametrize("key", ["slow", "drip"])
def test_the_wait_is_bounded_in_all(ids: YoutubeIds, key: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(youtube_ids, "TIMEOUT_S", 300)
    begun_s = time.monotonic()
    assert ids.resolve([key, "nXSc"], most_wait_s=0.5) == {"nXSc": "0sf943sWZls"}
    assert 0.5 <= time.monotonic() - begun_s < 60


def test_a_service_that_answers_none_of_the_first_is_not_asked_on():
    with serving({"last": ANSWERS["nXSc"]}, otherwise=(200, LOG_IN)) as server:
        keys = [f"k{number:03}" for number in range(200)]
        assert YoutubeIds(Path("/none/ids.sqlite"), server.address).resolve(keys) == {}
        assert len(server.asked) < 40


def test_a_damaged_or_unwritable_cache_only_costs_asking_again(
    ids: YoutubeIds, tmp_path: Path, server: IdService
):
    cache = tmp_path / "home" / "ids.sqlite"
    cache.parent.mkdir()
    cache.write_bytes(b"this is no database" * 100)
    for _ in range(2):
        assert ids.resolve(["nXSc"]) == {"nXSc": "0sf943sWZls"}
    assert ids.resolve(["nXSc"]) == ids.known(["nXSc"]) == {"nXSc": "0sf943sWZls"}
    nowhere = YoutubeIds(Path("/proc/soundalike/ids.sqlite"), server.address)
    assert nowhere.resolve(["nXSc"]) == {"nXSc": "0sf943sWZls"}


def test_cancelling_is_heard_at_once_and_keeps_what_was_found(
    ids: YoutubeIds, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(youtube_ids, "TIMEOUT_S", 300)

    def report(_: str, fraction: float | None) -> None:
        if fraction:
            job.cancel()

    job = Job(report)
    begun_s = time.monotonic()
    with pytest.raises(Cancelled):
        ids.resolve(["slow", "nXSc"], job)
    assert time.monotonic() - begun_s < 60
    assert ids.known(["nXSc"]) == {"nXSc": "0sf943sWZls"}

"""Links to videos of YouTube-8M's version 2: looked up for what is shown, or said to be missing."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest

from core.__main__ import main
from core.catalog import youtube_ids
from core.catalog.build.build import build_catalog
from core.engine import Engine
from core.jobs import Job
from core.options import ID_SERVICE, Options
from core.paths import DataFolder
from core.types import NoLink
from tests.conftest import PROJECT
from tests.id_service import LOG_IN, NOT_FOUND, STALL, IdService, serving
from tests.waiting import LONG_S, wait_until


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[IdService]:
    with serving({}) as server:
        monkeypatch.setenv("SOUNDALIKE_ID_SERVICE", server.address)
        yield server


@pytest.fixture
def similar(video_catalog, videos):
    """Return a command whose matches are all known by ids of version 2 alone."""
    return ["similar", video_catalog.clip(0).video_id, "-k", "6", *videos]


@pytest.fixture
def matches(capsys, similar):
    """Return what runs the command with more arguments, and gives its matches."""

    def run(*arguments: str) -> list[dict]:
        assert main([*similar, "--json", *arguments]) == 0
        return json.loads(capsys.readouterr().out)["matches"]

    return run


def links(found: list[dict]) -> list[str]:
    return [match["url"] or match["no_link"] for match in found]


def watch(youtube_id: str) -> str:
    return f"https://www.youtube.com/watch?v={youtube_id}&t=0s"


def test_matches_are_looked_up_once_and_known_from_then_on(matches, service):
    keys = [match["video_id"] for match in matches("--offline")]
    assert service.asked == []
    service.answers.update(
        {
            keys[0]: (200, f'i("{keys[0]}","0sf943sWZls");'.encode()),
            keys[1]: (404, NOT_FOUND),
            keys[2]: (200, LOG_IN),
            keys[3]: (200, f'i("{keys[0]}","0sf943sWZls");'.encode()),
            keys[4]: (200, f'i("{keys[4]}","-_cdefghijk");'.encode()),
        }
    )
    expected = [watch("0sf943sWZls"), "video gone", None, None, watch("-_cdefghijk"), None]

    def with_reason(reason: str) -> list[str]:
        return [link or reason for link in expected]

    assert links(matches()) == with_reason("YouTube id not found out: no answer")
    assert {path.rpartition("/")[2] for path in service.asked} == {f"{key}.js" for key in keys}
    service.asked.clear()
    assert links(matches("--offline")) == with_reason("YouTube id not looked up")
    assert service.asked == []
    matches()
    assert {path.rpartition("/")[2] for path in service.asked} == {
        f"{keys[number]}.js" for number in (2, 3, 5)
    }


def test_the_keys_of_a_match_say_why_it_has_no_link(matches, service):
    for match in matches("--offline"):
        assert match["url"] == ""
        assert match["no_link"] == "YouTube id not looked up"
    service.otherwise = (404, NOT_FOUND)
    assert set(links(matches())) == {"video gone"}


def test_the_table_says_so_in_words(similar, service, capsys):
    assert main([*similar, "--offline"]) == 0
    lines = capsys.readouterr().out.splitlines()[-6:]
    assert all(re.search(r" \w{4} \(YouTube id not looked up\)$", line) for line in lines)
    key = lines[0].rpartition(" (")[0][-4:]
    service.answers[key] = (200, f'i("{key}","0sf943sWZls");'.encode())
    service.otherwise = (404, NOT_FOUND)
    assert main(similar) == 0
    lines = capsys.readouterr().out.splitlines()[-6:]
    # The id of version 2 stays, because `similar` asks for it.
    assert lines[0].endswith(f"{key} {watch('0sf943sWZls')}")
    assert all(re.search(r" \w{4} \(video gone\)$", line) for line in lines[1:])


def test_what_words_find_is_looked_up_too(youtube8m_shards, service, capsys, tmp_path):
    shards, out = str(youtube8m_shards / "v2_video"), str(tmp_path / "tagged")
    assert main(["build", "youtube8m", shards, "--out", out, "--workers", "1"]) == 0
    capsys.readouterr()
    find = ["find", "music", "-k", "3", "--json", "--catalog", out]
    service.otherwise = (404, NOT_FOUND)
    for more, reason in (["--offline"], "YouTube id not looked up"), ([], "video gone"):
        assert main([*find, *more]) == 0
        found = json.loads(capsys.readouterr().out)["matches"]
        assert links(found) == [reason] * 3


def test_a_service_that_stalls_costs_the_links_only(matches, service, monkeypatch):
    monkeypatch.setattr(youtube_ids, "TIMEOUT_S", 0.3)
    service.otherwise = STALL
    assert set(links(matches("-k", "25"))) == {"YouTube id not found out: no answer"}


def test_no_server_at_all_costs_the_links_only(matches, monkeypatch):
    monkeypatch.setenv("SOUNDALIKE_ID_SERVICE", "http://127.0.0.1:9/2/j/i")
    assert set(links(matches())) == {"YouTube id not found out: no answer"}


@pytest.mark.parametrize("body", [LOG_IN, b""])
@pytest.mark.parametrize("status", [200, 403, 404, 407])
def test_a_proxy_that_answers_for_the_service_is_not_believed(
    matches, service, monkeypatch, status, body
):
    monkeypatch.delenv("SOUNDALIKE_ID_SERVICE")
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("http_proxy", service.address.removesuffix("/2/j/i"))
    service.otherwise = (status, body)
    assert set(links(matches())) == {"YouTube id not found out: no answer"}
    assert service.asked
    assert all(path.startswith(f"{ID_SERVICE}/") for path in service.asked)


def test_a_wrong_address_is_one_clear_error(similar, monkeypatch, capsys):
    monkeypatch.setenv("SOUNDALIKE_ID_SERVICE", "data.yt8m.org")
    assert main(similar) == 1
    output = capsys.readouterr()
    assert output.out == ""
    message, hint = output.err.splitlines()
    assert message.startswith("error: 'data.yt8m.org' is no address")
    assert "SOUNDALIKE_ID_SERVICE" in hint
    assert main([*similar, "--offline"]) == 0


def test_interrupting_does_not_wait_for_the_service(similar, service):
    service.otherwise = STALL
    process = subprocess.Popen(
        [sys.executable, "-m", "core", *similar],
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    wait_until(lambda: bool(service.asked))
    process.send_signal(signal.SIGINT)
    output, errors = process.communicate(timeout=LONG_S)
    assert (process.returncode, output, errors) == (130, "", "interrupted\n")


def test_youtubes_own_ids_and_numbers_are_not_asked_for(
    youtube8m_shards, tmp_path, service, capsys
):
    v1 = build_catalog(tmp_path / "v1", "youtube8m", [youtube8m_shards / "v1_video"])
    video_id = next(key for key in v1.clips["video_id"].astype(str) if len(key) == 9)
    assert main(["similar", video_id, "--catalog", str(v1.path), "-k", "500", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)["matches"]
    for match in found:
        if len(match["video_id"]) == 11:
            assert match["url"] == watch(match["video_id"])
            assert "no_link" not in match
        else:
            assert (match["url"], match["no_link"]) == ("", "no YouTube id")
    assert {len(match["video_id"]) for match in found} == {9, 11}
    assert service.asked == []


def test_no_other_command_goes_online(video_catalog, service, tmp_path):
    path = str(video_catalog.path)
    for arguments in (["info", path], ["export", path, str(tmp_path / "x.csv")], ["files"]):
        assert main(arguments) == 0
    assert main(["classes", "--catalog", path]) == 0
    assert service.asked == []


def test_the_engine_resolves_an_answer_later(video_catalog, service, tmp_path):
    engine = Engine(DataFolder(tmp_path / "home"), Options(catalog=video_catalog.path))
    answer = engine.similar(video_catalog.clip(0).video_id, 3)
    assert {match.no_link for match in answer.matches} == {NoLink.NOT_LOOKED_UP}
    assert not (tmp_path / "home").exists()
    key = answer.matches[1].video_id
    service.answers[key] = (200, f'i("{key}","0sf943sWZls");'.encode())
    stages: set[str] = set()
    resolved = engine.resolve(answer, Job(lambda stage, _: stages.add(stage)))
    assert resolved.matches[1].url == watch("0sf943sWZls")
    assert resolved.matches[1].no_link is None
    assert resolved.matches[0].no_link == NoLink.NO_ANSWER
    assert stages == {"Looking up YouTube ids"}
    assert resolved.query is answer.query
    again = engine.similar(video_catalog.clip(0).video_id, 3)
    assert again.matches[1] == resolved.matches[1]
    engine.close()


def test_the_address_is_an_option_too(service, monkeypatch):
    assert Options().id_service == service.address
    monkeypatch.setenv("SOUNDALIKE_ID_SERVICE", "")
    assert Options().id_service == ID_SERVICE
    assert Options(id_service="http://here").id_service == "http://here"

"""Fetching, importing and verifying: only the published bytes are ever placed."""

from __future__ import annotations

import gzip
import hashlib
import threading
import time
from email.utils import formatdate

import pytest

from core.atomic import alone
from core.downloads import room, store
from core.downloads.download import Patience, part_bytes, part_path
from core.downloads.mirrors import Mirror
from core.downloads.pinned import CHECKPOINT, FEATURES, FILES, PCA, PinnedFile
from core.errors import Cancelled, DownloadError, DownloadInterruptedError
from core.jobs import Job
from tests.waiting import LONG_S
from tests.web_server import (
    body,
    dripping,
    halting,
    in_turn,
    serve,
    slowly,
    wanted,
    web_server,
    without_ranges,
)

CONTENT = bytes(range(256)) * 20_000
OTHER = CONTENT[:-1] + b"!"
QUICK = Patience(attempts=3, first_wait_s=0.01, silence_s=5.0)


def pinned_as(content: bytes, name: str = "file.bin") -> PinnedFile:
    digest = hashlib.sha256(content).hexdigest()
    return PinnedFile(name, len(content), digest, f"https://example.org/{name}")


PINNED = pinned_as(CONTENT)


@pytest.fixture
def server():
    with web_server({"file.bin": CONTENT}) as server:
        yield server


def fetch(server, folder, job=None, files=(PINNED,), patience=QUICK):
    return store.fetch(folder, job or Job(), files, Mirror.parse(server.address), patience)


def names(folder):
    """Return what lies in a folder, but for the locks."""
    paths = folder.iterdir() if folder.exists() else []
    return sorted(path.name for path in paths if path.suffix != ".lock")


def test_what_the_server_has_is_placed_and_verified(server, tmp_path):
    assert fetch(server, tmp_path) == ["file.bin: fetched"]
    assert (tmp_path / "file.bin").read_bytes() == CONTENT
    assert names(tmp_path) == ["file.bin"]
    assert store.verify(tmp_path, Job(), [PINNED]) == ["file.bin: verified"]
    assert store.status(tmp_path, [PINNED]) == [f"file.bin: {len(CONTENT)} bytes"]
    server.behaviour = body(b"", 500)
    assert fetch(server, tmp_path) == ["file.bin: already there"]


@pytest.mark.parametrize(
    ("behaviour", "words"),
    [
        (body(b"not found", 404), "the server answered 404"),
        (body(b"no", 401), "the server answered 401"),
        (body(b"<html>Please log in</html>", Content_Type="text/html"), "a web page"),
        (body(b"<html>Please log in</html>"), "has 26 bytes and so is not the published"),
        (body(OTHER), "is not the published file"),
        (body(CONTENT + b"more"), "so is not the published"),
        (body(gzip.compress(bytes(50_000_000)), Content_Encoding="gzip"), "nobody asked for"),
        (body(b"", 302, Location="https://evil.example/file.bin"), "evil.example"),
        (body(b"", 302, Location="http://storage.googleapis.com/x"), "http://storage"),
        (body(b"", 302, Location="file:///etc/passwd"), "file:///etc/passwd"),
        (body(b"", 302, Location="//[bad"), "sends us on to"),
        (body(b"", 302, Location="/again"), "in a circle"),
        (body(b"", 206, Content_Range="bytes 0-9/10"), "has 10 bytes"),
    ],
    ids=[
        "missing", "not allowed", "login page", "login page without its type", "other bytes",
        "too long", "gzip bomb", "other host", "to http", "to a file", "to nowhere", "in a circle",
        "another file's part",
    ],
)  # fmt: skip
def test_anything_else_is_refused_and_nothing_is_left(server, tmp_path, behaviour, words):
    server.behaviour = behaviour
    with pytest.raises(DownloadError, match=words) as caught:
        fetch(server, tmp_path)
    assert caught.value.hint.endswith((".", "PATH"))
    assert [name for name in names(tmp_path) if not name.endswith(".json")] == []


def test_more_bytes_than_the_file_has_are_never_taken(server, tmp_path):
    def endless(request, _):
        request.head(200)
        while True:
            request.send(bytes(1 << 16))

    server.behaviour = endless
    with pytest.raises(DownloadError, match="sends more than the 5120000 bytes"):
        fetch(server, tmp_path)
    assert names(tmp_path) == [".file.bin.part.json"] or names(tmp_path) == []
    assert server.n_sent < len(CONTENT) + (16 << 20)


@pytest.mark.parametrize("way", ["ranges", "no ranges", "length unknown"])
def test_a_server_that_drops_again_and_again_is_asked_for_the_rest(server, tmp_path, way):
    def dropping(request, content):
        # Each time a little more, or one without ranges would never come to the end.
        n_sent = 1_000_000 + 900_000 * len(server.asked)
        if way == "ranges":
            serve(request, content, 1_000_000)
        elif way == "no ranges":
            without_ranges(request, content, n_sent)
        else:
            request.head(200)
            request.send(content[:n_sent] if len(server.asked) < 5 else content)

    server.behaviour = dropping
    fetch(server, tmp_path)
    assert (tmp_path / "file.bin").read_bytes() == CONTENT
    assert 5 <= len(server.asked) <= 6
    assert all(span for _, span in server.asked[1:])


def test_a_chunked_answer_of_unknown_length_is_taken(server, tmp_path):
    def chunked(request, content):
        request.head(200, Transfer_Encoding="chunked")
        for begin in range(0, len(content), 100_000):
            piece = content[begin : begin + 100_000]
            request.send(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
        request.send(b"0\r\n\r\n")

    server.behaviour = chunked
    fetch(server, tmp_path)
    assert (tmp_path / "file.bin").read_bytes() == CONTENT


def test_a_server_that_always_breaks_off_at_one_byte_is_given_up_and_gone_on_with(server, tmp_path):
    server.behaviour = lambda request, content: without_ranges(request, content, 3_000_000)
    with pytest.raises(DownloadInterruptedError, match="broke") as caught:
        fetch(server, tmp_path)
    assert len(server.asked) == 1 + QUICK.attempts - 1
    assert "goes on where it was" in caught.value.hint
    assert part_bytes(tmp_path, PINNED) == 3_000_000
    assert "3000000 of them fetched" in store.status(tmp_path, [PINNED])[0]
    server.behaviour, server.n_sent = serve, 0
    fetch(server, tmp_path)
    assert (tmp_path / "file.bin").read_bytes() == CONTENT
    assert server.n_sent == len(CONTENT) - 3_000_000
    assert names(tmp_path) == ["file.bin"]


@pytest.mark.parametrize("before", [bytes(len(CONTENT)), OTHER], ids=["unlike", "begins alike"])
def test_a_tag_that_changes_midway_begins_anew(server, tmp_path, before):
    server.files["file.bin"], server.behaviour = before, halting(2_000_000)
    with pytest.raises(Cancelled):
        fetch(server, tmp_path, job_cancelled_at(tmp_path, 2_000_000))
    server.files["file.bin"], server.behaviour = CONTENT, serve
    fetch(server, tmp_path)
    assert (tmp_path / "file.bin").read_bytes() == CONTENT
    # One whole answer instead of the rest; a part that was wrong is asked for once more.
    assert server.asked[1] == ("file.bin", "bytes=2000000-")
    assert len(server.asked) == (2 if before is OTHER else 3)


def job_cancelled_at(folder, n_bytes):
    job = Job(lambda *_: part_bytes(folder, PINNED) < n_bytes or job.cancel())
    return job


def test_a_server_that_continues_another_file_is_found_out(server, tmp_path):
    """It heeds the range and not the condition; its tag tells."""

    def careless(request, content):
        begin = wanted(request, content) or int(request.headers["Range"][6:-1])
        span = f"bytes {begin}-{len(content) - 1}/{len(content)}"
        request.head(206, Content_Range=span, ETag='"other"', Content_Length=len(content) - begin)
        request.send(bytes(len(content) - begin))

    server.behaviour = in_turn(
        lambda request, content: serve(request, content, 2_000_000), careless, serve
    )
    fetch(server, tmp_path)
    assert (tmp_path / "file.bin").read_bytes() == CONTENT


def test_what_was_kept_of_other_bytes_is_thrown_away(server, tmp_path):
    part_path(tmp_path, PINNED).write_bytes(b"?" * 1_000_000)
    fetch(server, tmp_path)
    assert (tmp_path / "file.bin").read_bytes() == CONTENT
    for n_bytes in (len(CONTENT), len(CONTENT) + 5):
        (tmp_path / "file.bin").unlink()
        part_path(tmp_path, PINNED).write_bytes(b"?" * n_bytes)
        fetch(server, tmp_path)
        assert (tmp_path / "file.bin").read_bytes() == CONTENT
    assert names(tmp_path) == ["file.bin"]


def test_a_part_that_is_whole_needs_no_server(tmp_path):
    part_path(tmp_path, PINNED).write_bytes(CONTENT)
    nobody = Mirror.parse("http://127.0.0.1:9")
    store.fetch(tmp_path, Job(), [PINNED], nobody, QUICK)
    assert (tmp_path / "file.bin").read_bytes() == CONTENT


def test_a_server_that_is_busy_is_asked_again_when_it_says(server, tmp_path):
    busy = body(b"", 503, Retry_After="1")
    server.behaviour = in_turn(busy, serve)
    told = []
    begun_s = time.monotonic()
    fetch(server, tmp_path, Job(lambda stage, _: told.append(stage)))
    assert time.monotonic() - begun_s >= 1
    assert any("the server answered 503; trying again in 1 s" in stage for stage in told)
    assert (tmp_path / "file.bin").read_bytes() == CONTENT


@pytest.mark.parametrize("is_date", [False, True])
def test_a_server_that_wants_an_hour_of_peace_gets_it(server, tmp_path, is_date):
    asked = formatdate(time.time() + 3600, usegmt=True) if is_date else "3600"
    server.behaviour = body(b"", 503, Retry_After=asked)
    with pytest.raises(DownloadInterruptedError, match=r"503, and asks for 3[56]\d\d s of peace"):
        fetch(server, tmp_path)
    assert len(server.asked) == 1


def test_ten_bytes_a_second_are_too_slow(server, tmp_path):
    server.behaviour = slowly
    patience = Patience(slow_s=0.5)
    with pytest.raises(DownloadInterruptedError, match="bytes a second, which is too slow"):
        fetch(server, tmp_path, patience=patience)
    assert part_bytes(tmp_path, PINNED) >= 3


def test_ten_bytes_a_second_are_enough_for_a_small_file(server, tmp_path):
    server.files["file.bin"], server.behaviour = b"twelve bytes", slowly
    fetch(server, tmp_path, files=[pinned_as(b"twelve bytes")])
    assert (tmp_path / "file.bin").read_bytes() == b"twelve bytes"


def test_a_server_that_says_nothing_is_given_up_and_cancelling_does_not_wait(server, tmp_path):
    server.behaviour = halting(1000)
    with pytest.raises(DownloadInterruptedError, match=r"no answer in time|broke"):
        fetch(server, tmp_path, patience=Patience(attempts=1, silence_s=0.3))
    begun_s, patient = time.monotonic(), Patience(attempts=1, silence_s=250)
    with pytest.raises(Cancelled):
        fetch(server, tmp_path, job_cancelled_at(tmp_path, 1000), patience=patient)
    assert time.monotonic() - begun_s < 60


@pytest.mark.parametrize(
    "line", [b"H", b"HTTP/1.1 100 Continue\r\n\r\n"], ids=["one line", "continue"]
)
def test_a_head_that_never_ends_is_given_up(server, tmp_path, line):
    server.behaviour = dripping(line)
    with pytest.raises(DownloadInterruptedError, match=r"no answer in time|broke"):
        fetch(server, tmp_path, patience=Patience(attempts=1, silence_s=0.2))
    fetching = [t for t in threading.enumerate() if t.name.startswith("fetch http")]
    for thread in fetching:
        thread.join(10)
        assert not thread.is_alive(), "it is still read"
    assert names(tmp_path) == []


def test_headers_that_never_end_are_given_up(server, tmp_path):
    def behaviour(request, content):
        request.wfile.write(b"HTTP/1.1 200 OK\r\n")
        dripping(b"x")(request, content)

    server.behaviour = behaviour
    with pytest.raises(DownloadInterruptedError, match=r"no answer in time|broke"):
        fetch(server, tmp_path, patience=Patience(attempts=1, silence_s=0.2))


def test_nobody_there_is_one_clear_error(tmp_path):
    with pytest.raises(DownloadInterruptedError, match="no connection") as raised:
        store.fetch(tmp_path, Job(), [PINNED], Mirror.parse("http://127.0.0.1:9"), QUICK)
    assert "files import" in raised.value.hint


def test_a_cancelled_download_goes_on_later(server, tmp_path):
    server.behaviour = halting(1_500_000)
    with pytest.raises(Cancelled):
        fetch(server, tmp_path, job_cancelled_at(tmp_path, 1_500_000))
    server.behaviour = serve
    fetch(server, tmp_path)
    assert server.asked == [("file.bin", ""), ("file.bin", "bytes=1500000-")]
    assert (tmp_path / "file.bin").read_bytes() == CONTENT


def test_files_come_side_by_side(server, tmp_path):
    """Each server's answer waits for the other file's request."""
    meeting = threading.Barrier(2, timeout=LONG_S)

    def together(request, content):
        meeting.wait()
        serve(request, content)

    server.files["other.bin"], server.behaviour = OTHER, together
    told = []
    files = [PINNED, pinned_as(OTHER, "other.bin")]
    fetch(server, tmp_path, Job(lambda *report: told.append(report)), files)
    assert names(tmp_path) == ["file.bin", "other.bin"]
    assert all(0 <= fraction <= 1 for _, fraction in told)
    assert any(f"of {2 * len(CONTENT) / 1e6:.1f} MB" in stage for stage, _ in told)


def test_what_has_come_is_named_until_it_is_placed(server, tmp_path, monkeypatch):
    stages, has_come, place_part = [], threading.Event(), store.place_part

    def tell(stage, done):
        stages.append(stage)
        if done == 1:
            has_come.set()

    def placed_then(*arguments):
        assert has_come.wait(LONG_S)
        place_part(*arguments)

    monkeypatch.setattr(store, "place_part", placed_then)
    fetch(server, tmp_path, Job(tell))
    assert {stage.partition(":")[0] for stage in stages} == {"Fetching file.bin"}


def test_one_file_that_fails_stops_the_others_and_says_why(server, tmp_path):
    server.files["slow.bin"] = CONTENT
    server.behaviour = lambda request, content: (
        slowly(request, content) if "slow" in request.path else body(b"", 404)(request, content)
    )
    with pytest.raises(DownloadError, match="404"):  # and not after the hours that slow.bin takes
        fetch(server, tmp_path, files=[pinned_as(CONTENT, "slow.bin"), PINNED])


def test_a_disk_that_fails_for_one_file_is_said_and_stops_the_others(server, tmp_path):
    server.files["slow.bin"] = CONTENT
    server.behaviour = lambda request, content: (
        slowly(request, content) if "slow" in request.path else serve(request, content)
    )
    part_path(tmp_path, PINNED).mkdir()
    with pytest.raises(DownloadError, match="cannot be stored"):
        fetch(server, tmp_path, files=[pinned_as(CONTENT, "slow.bin"), PINNED])


def test_two_programs_fetch_a_file_once(server, tmp_path):
    """Both have seen that it is missing before either of them begins."""
    begun = [threading.Event(), threading.Event()]
    jobs = [Job(lambda *_, event=event: event.set()) for event in begun]
    threads = [threading.Thread(target=fetch, args=(server, tmp_path, job)) for job in jobs]
    with alone(tmp_path / "file.bin", Job()):
        for thread in threads:
            thread.start()
        assert all(event.wait(LONG_S) for event in begun)
    for thread in threads:
        thread.join()
    assert names(tmp_path) == ["file.bin"]
    assert (tmp_path / "file.bin").read_bytes() == CONTENT
    assert len(server.asked) == 1


def test_a_redirect_within_the_mirror_is_followed(server, tmp_path):
    def moved(request, content):
        if request.path == "/file.bin":
            request.head(307, Location="/elsewhere/file.bin", Content_Length=0)
        else:
            serve(request, content)

    server.behaviour = moved
    fetch(server, tmp_path)
    assert (tmp_path / "file.bin").read_bytes() == CONTENT


def test_a_disk_without_room_is_said_before_anything_is_asked(server, tmp_path, monkeypatch):
    monkeypatch.setattr(room, "free_bytes", lambda _: 20_000_000)
    with pytest.raises(DownloadError, match=r"needs 5\.1 MB, and 20\.0 MB are free"):
        fetch(server, tmp_path)
    assert server.asked == []


def test_a_proxy_is_asked_where_the_system_names_one(server, tmp_path, monkeypatch):
    """It speaks no CONNECT; that it was asked is what counts."""
    monkeypatch.setenv("HTTPS_PROXY", server.address)
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(DownloadInterruptedError, match="the proxy refuses"):
        store.fetch(tmp_path, Job(), [PINNED], Mirror(), QUICK)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("mars", "no mirror"),
        ("http://example.org", "not encrypted"),
        ("ftp://example.org", "not encrypted"),
        ("https://me:secret@example.org", "no password"),
        ("https://", "no mirror"),
        ("https://example.org:x/", "no mirror"),
        ("https://example.org/?q", "no mirror"),
    ],
)
def test_a_mirror_is_a_region_or_an_encrypted_address(text, words):
    with pytest.raises(DownloadError, match=words) as caught:
        Mirror.parse(text)
    assert "secret" not in caught.value.message


def test_mirrors_have_their_addresses(monkeypatch):
    assert "/eu_audioset/" in Mirror.parse("EU").url(FEATURES)
    assert Mirror.parse("asia").url(CHECKPOINT) == CHECKPOINT.url
    own = Mirror.parse("https://files.example.org:8443/vggish/")
    assert own.url(PCA) == "https://files.example.org:8443/vggish/vggish_pca_params.npz"
    assert own.allows("https://files.example.org:8443/x")
    assert own.allows("https://storage.googleapis.com/x")
    assert not own.allows("https://files.example.org/x")
    assert not own.allows("http://files.example.org:8443/x")
    monkeypatch.setenv("SOUNDALIKE_MIRROR", "asia")
    assert Mirror.default() == Mirror("asia")


def test_importing_goes_by_content(tmp_path):
    files = [CHECKPOINT, PINNED]
    disguised = tmp_path / "holiday.jpg"
    disguised.write_bytes(CONTENT)
    folder = tmp_path / "files"
    store.import_files([disguised], folder, Job(), files)
    assert names(folder) == [PINNED.name]
    assert (folder / PINNED.name).read_bytes() == CONTENT
    assert f"{CHECKPOINT.name}: missing" in store.status(folder, files)[0]
    with pytest.raises(DownloadError, match=f"{CHECKPOINT.name} is missing"):
        store.verify(folder, Job(), files)


def test_importing_refuses_all_if_one_is_wrong(tmp_path):
    right, wrong, alike = (tmp_path / name for name in ("right", PINNED.name, "alike"))
    right.write_bytes(CONTENT)
    wrong.write_bytes(b"not it")
    alike.write_bytes(CONTENT[:-1] + b"!")
    folder = tmp_path / "files"
    for paths in ([right, wrong], [right, tmp_path / "none"], [alike], [tmp_path], []):
        with pytest.raises(DownloadError):
            store.import_files(paths, folder, Job(), [CHECKPOINT, PINNED])
        assert names(folder) == []


def test_a_damaged_file_is_found_and_fetched_anew(server, tmp_path):
    for file in FILES:
        (tmp_path / file.name).write_bytes(b"damaged")
    assert "wrong size" in store.status(tmp_path)[0]
    with pytest.raises(DownloadError, match="is damaged"):
        store.verify(tmp_path, Job())
    (tmp_path / "file.bin").write_bytes(OTHER)
    assert fetch(server, tmp_path) == ["file.bin: fetched"]
    assert (tmp_path / "file.bin").read_bytes() == CONTENT

"""What docs/security.md claims of the program's source, and of what it does when it runs."""

from __future__ import annotations

import ast
import os
import re
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import pytest

from core.audio.examples import example
from core.audio.recordings import Recordings
from core.audio.writing import save_wav
from core.catalog.youtube_ids import YoutubeIds
from core.library import Library
from core.library_types import PastSearch
from core.paths import DataFolder
from core.setup.choice import write_choice
from core.types import Query
from gui.settings import Remembered, Settings, settings_path
from gui.setup import saved_request
from gui.setup.request import SetUpRequest
from gui.sounds import request
from gui.youtube.cache import Cache
from gui.youtube.services import Standing, Video
from tests.conftest import PROJECT
from tests.id_service import serving

EXECUTING = {"eval", "exec", "compile", "__import__"}
UNPACKING = {"pickle", "cPickle", "marshal", "shelve", "dill", "cloudpickle", "joblib", "code"}
"""Modules that make code, or objects of any class, out of bytes."""

NETWORK = {"socket", "ssl", "requests", "urllib3", "http", "ftplib", "smtplib", "telnetlib"}
NETWORK |= {"PySide6.QtNetwork", "PySide6.QtWebEngineCore", "urllib.request", "asyncio", "aiohttp"}
MAY_USE_THE_NETWORK = {
    "core/downloads/http.py",
    "core/catalog/youtube_ids.py",
    "gui/youtube/fetcher.py",
    "gui/youtube/proxies.py",
    "gui/player/browser.py",  # a page of YouTube's, when a person presses “Play here”
    "gui/player/page_server.py",  # on loopback
    "core/catalog/build/cluster.py",  # waits for the Dask cluster that a person names
    "core/downloads/waiting.py",  # reads a date in a header
    "main.py",  # asks whether the display's socket answers
}
MAY_START_PROCESSES = {
    "core/audio/container.py",
    "gui/player/readiness.py",
    "gui/widgets/external.py",
}
HOSTS = {
    *("storage.googleapis.com", "www.youtube.com", "www.youtube-nocookie.com", "i.ytimg.com"),
    "data.yt8m.org",
}
UNENCRYPTED = {"data.yt8m.org"}
"""The only service that knows YouTube-8M's ids answers by http alone."""


def sources() -> dict[str, ast.Module]:
    paths = [*(PROJECT / "core").rglob("*.py"), *(PROJECT / "gui").rglob("*.py")]
    paths.append(PROJECT / "main.py")
    return {
        str(path.relative_to(PROJECT)): ast.parse(path.read_text(encoding="utf-8"))
        for path in paths
    }


SOURCES = sources()


def imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{each.name}" for each in node.names)


def calls(tree: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node


def importing(names: set[str]) -> set[str]:
    """Return the files that import one of these modules."""
    return {
        path
        for path, tree in SOURCES.items()
        if any(each in names or each.partition(".")[0] in names for each in imports(tree))
    }


def test_nothing_makes_code_or_objects_out_of_bytes():
    assert len(SOURCES) > 300
    assert importing(UNPACKING) == set()
    for path, tree in SOURCES.items():
        for name, call in calls(tree):
            assert name not in EXECUTING, (path, call.lineno)
            assert not name.endswith((".read_pickle", ".to_pickle")), (path, call.lineno)
            if name in ("np.load", "numpy.load"):
                options = {each.arg: ast.unparse(each.value) for each in call.keywords}
                assert options.get("allow_pickle") == "False", (path, call.lineno)


def test_no_shell_is_started_and_few_processes_are():
    found = set()
    for path, tree in SOURCES.items():
        for name, call in calls(tree):
            assert not name.startswith(("os.system", "os.popen", "os.exec", "os.spawn")), path
            if name.startswith("subprocess.") or name.endswith("QProcess"):
                found.add(path)
                assert not any(each.arg == "shell" for each in call.keywords), path
                texts = (ast.Constant, ast.JoinedStr)  # a line instead of a list of arguments
                assert not any(isinstance(each, texts) for each in call.args[:1]), path
    assert found == MAY_START_PROCESSES


def test_the_network_is_known_to_few_files():
    assert importing(NETWORK) == MAY_USE_THE_NETWORK


def addresses(tree: ast.AST) -> Iterator[str]:
    """Yield the addresses in texts that are no docstrings."""
    texts = {
        node.value.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
        if is_text and node.value not in texts:
            yield from re.findall(r"https?://[A-Za-z0-9.-]+\.[a-z]+", node.value)


def test_the_addresses_in_the_program_are_those_of_named_hosts_and_encrypted():
    found = {each for tree in SOURCES.values() for each in addresses(tree)}
    assert {urlsplit(each).hostname for each in found} == HOSTS
    for each in found:
        parts = urlsplit(each)
        assert parts.scheme == "https" or parts.hostname in UNENCRYPTED, each
    page = (PROJECT / "docs" / "security.md").read_text(encoding="utf-8")
    assert [host for host in HOSTS if host not in page] == []


WATCHED = """
import sys
connected = []

def watch(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo") and isinstance(arguments[-1], tuple):
        connected.append(arguments[-1])
    elif event == "socket.getaddrinfo":
        connected.append(arguments[0])

sys.addaudithook(watch)
"""
COMMAND = """
from core.__main__ import main
status = main(sys.argv[1:])
assert not connected, connected
sys.exit(status)
"""


@pytest.mark.parametrize(
    "arguments",
    [("match", "rain.wav"), ("tags", "rain.wav"), ("find", "rain"), ("info",), ("files",)],
    ids=lambda arguments: arguments[0],
)
def test_no_server_is_asked_where_nothing_is_to_be_fetched(arguments, tmp_path):
    save_wav(example("Rain"), tmp_path / "rain.wav")
    done = subprocess.run(
        [sys.executable, "-c", WATCHED + COMMAND, *arguments],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr


def test_a_server_that_is_asked_would_be_seen(tmp_path):
    asked = "import socket\nsocket.socket().connect_ex(('127.0.0.1', 9))\nassert not connected\n"
    done = subprocess.run([sys.executable, "-c", WATCHED + asked], capture_output=True, text=True)
    assert "AssertionError" in done.stderr


@pytest.fixture
def usual_umask() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)


def test_all_that_is_personal_is_for_its_owner_alone(own_data_folder: Path, usual_umask):
    data = DataFolder.default()
    Library(data.library).remember(
        PastSearch(name="a"), Query("q", np.zeros((1, 128), np.uint8), 1.0)
    )
    Settings(settings_path(data)).write(Remembered(folder="/home/me"))
    saved_request.keep(data, SetUpRequest())
    request.keep(data, request.SoundsRequest("mine", ("/home/me/sounds",)))
    write_choice(data, ["mine"])
    Cache(data.cache / "look-ups.sqlite").write({"x": Video(Standing.GONE)}, {})
    with serving({"ab00": (200, b'i("ab00","abcdefghijk");')}) as service:
        YoutubeIds(data.youtube_ids, service.address).resolve(["ab00"])
    place = Recordings(data.recordings).begin()
    place.path.write_bytes(b"sound")
    place.release()
    personal = [path for path in data.root.rglob("*") if path.is_file() and path.suffix != ".lock"]
    assert len(personal) >= 8
    data = DataFolder.default()  # as the next start does
    assert stat.S_IMODE(own_data_folder.stat().st_mode) == 0o700
    open_to_others = {
        str(path.relative_to(data.root)): oct(stat.S_IMODE(path.stat().st_mode))
        for path in [*personal, *(each for each in data.root.rglob("*") if each.is_dir())]
        if stat.S_IMODE(path.stat().st_mode) & 0o077
    }
    assert open_to_others == {}

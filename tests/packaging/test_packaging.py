"""What is built beside the program: pages of the parser, files for desktops, the specification.

The build and its proof in an empty root take long; `docs/packaging.md` tells how to run them.
"""

from __future__ import annotations

import importlib
import importlib.util
import os
import re
import subprocess
import sys
import tomllib
import xml.etree.ElementTree as ElementTree

import pytest

from core import __version__
from core.cli.parser import parser
from core.jobs import Job
from core.licences import licences
from tests.conftest import PROJECT

PACKAGING = PROJECT / "packaging"
METADATA = PACKAGING / "desktop" / "app.soundalike.Soundalike.metainfo.xml"


def run(*command: object, **options: object) -> subprocess.CompletedProcess[str]:
    words = list(map(str, command))
    return subprocess.run(words, capture_output=True, text=True, timeout=120, **options)


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """The folder with the man page and the completions, made now."""
    folder = tmp_path_factory.mktemp("pages")
    done = run(sys.executable, PACKAGING / "pages.py", folder)
    assert done.returncode == 0, done.stderr
    return folder


def test_the_man_page_has_every_command_and_no_fault(pages):
    page = pages / "soundalike.1"
    done = run("groff", "-man", "-ww", "-Kutf8", "-Tutf8", page)
    assert done.stderr == ""
    shown = re.sub(r"\x1b\[\d*m|.\x08", "", done.stdout)
    names = re.search(r"\{(.+?)\}", parser().format_usage())
    assert names is None  # it says COMMAND; so the names are those of the help
    commands = re.findall(r"^    (\w+)  ", parser().format_help(), re.MULTILINE)
    assert {"match", "find", "teach", "files"} <= set(commands)
    for name in commands:
        assert re.search(rf"^   {name}$", shown, re.MULTILINE), name
    for text in ("--only-sure-labels", "files fetch", "--mirror NAME", "taught import"):
        assert text in shown
    assert "python -m core" not in shown


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("ma", {"match"}),
        ("match --ra", {"--rank"}),
        ("match --rank ", {"both", "sound", "meaning"}),
        ("build aud", {"audioset"}),
        ("files fetch --mi", {"--mirror"}),
    ],
)
def test_bash_and_fish_complete(pages, words, offered):
    script = (
        f"source {pages}/soundalike.bash\n"
        'COMP_WORDS=(soundalike $1); [ "$2" ] || COMP_WORDS+=("")\n'
        'COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _soundalike; printf "%s\\n" "${COMPREPLY[@]}"'
    )
    ends = "" if words.endswith(" ") else "x"
    done = run("bash", "-c", script, "-", words, ends)
    assert done.stderr == ""
    assert set(done.stdout.split()) == offered
    done = run("fish", "-c", f"source {pages}/soundalike.fish; complete -C 'soundalike {words}'")
    assert done.stderr == ""
    assert offered <= {line.partition("\t")[0] for line in done.stdout.splitlines()}


def test_zsh_takes_its_completion(pages):
    script = (
        "autoload -Uz compinit; compinit -D -u\n"
        f"source {pages}/_soundalike 2>/dev/null; whence -w _soundalike"
    )
    assert run("zsh", "-n", pages / "_soundalike").stderr == ""
    assert run("zsh", "-f", "-c", script).stdout.strip() == "_soundalike: function"


def test_zsh_is_told_of_rest_arguments_once_a_command(pages):
    text = (pages / "_soundalike").read_text()
    specs = re.findall(r"^        (\w+)\) _arguments(.+?) ;;$", text, re.MULTILINE | re.DOTALL)
    assert {"match", "build", "export"} <= {name for name, _ in specs}
    # Of two it says “doubled rest argument definition” and completes nothing.
    assert [name for name, spec in specs if spec.count("'*:") > 1] == []


def test_desktops_take_the_entry_and_the_metadata():
    entry = PACKAGING / "desktop" / "soundalike.desktop"
    done = run("desktop-file-validate", entry)
    assert (done.returncode, done.stdout) == (0, "")
    started = re.search(r"^Exec=(\S+) %F$", entry.read_text(), re.MULTILINE)
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]
    assert started is not None
    assert started[1] in project["gui-scripts"]
    done = run("appstreamcli", "validate", "--no-net", METADATA)
    assert done.returncode == 0, done.stdout
    releases = ElementTree.parse(METADATA).getroot().findall("releases/release")
    assert releases[0].get("version") == __version__ == project["version"]


def test_the_specification_names_what_there_is(monkeypatch):
    text = (PACKAGING / "soundalike.spec").read_text()
    packages = re.search(r"^PACKAGES = \((.+)\)$", text, re.MULTILINE)
    assert packages is not None
    for name in re.findall(r'"(\w+)"', packages[1]):
        assert importlib.util.find_spec(name) is not None
    hidden = re.search(r"hiddenimports=\[(.+?)\]", text, re.DOTALL)
    assert hidden is not None
    for name in re.findall(r'"([\w.]+)"', hidden[1]):
        assert importlib.util.find_spec(name) is not None, name
    monkeypatch.syspath_prepend(str(PACKAGING))
    build, pages = map(importlib.import_module, ("build", "pages"))
    for name in build.PLACES:
        places = (PACKAGING / "desktop" / name, PROJECT / "resources" / name)
        assert name in pages.PAGES or any(path.is_file() for path in places), name


def test_the_debian_package_asks_for_the_c_library_that_the_page_names(monkeypatch):
    monkeypatch.syspath_prepend(str(PACKAGING))
    page = (PROJECT / "docs" / "packaging.md").read_text()
    (named,) = set(re.findall(r"glibc (\d+\.\d+) or newer", page))
    assert f"libc6 (>= {named})" in importlib.import_module("debian").DEPENDS


def test_the_bundle_has_a_licence_text_for_every_package(monkeypatch):
    monkeypatch.setattr("core.licences.BUNDLED", PACKAGING / "licenses")
    texts = {each.name: each.text for each in licences(Job())}
    assert [name for name, text in texts.items() if not text] == []
    assert "Apache License" in texts["flatbuffers"]
    for name in ("PySide6_Essentials", "shiboken6"):
        assert "GNU LESSER GENERAL PUBLIC LICENSE" in texts[name]
        assert "GNU GENERAL PUBLIC LICENSE" in texts[name]


def test_the_bundles_versions_are_those_that_are_tested_less_tensorflow():
    pinned, bundled = (
        set((folder / "requirements.txt").read_text().splitlines())
        for folder in (PROJECT, PACKAGING)
    )
    assert bundled < pinned
    assert not any(line.startswith(("tensorflow", "keras")) for line in bundled)


@pytest.fixture
def appimage(monkeypatch):
    """The module that writes AppImages."""
    monkeypatch.syspath_prepend(str(PACKAGING))
    return importlib.import_module("appimage")


def made_runtime() -> bytes:
    """A program of 300 bytes by its head, marked as AppImage's runtime; it does nothing."""
    head = bytearray(300)
    head[:11] = b"\x7fELF\x02\x01\x01\0AI\x02"
    head[40:48] = (172).to_bytes(8, "little")
    head[58:62] = (64).to_bytes(2, "little") + (2).to_bytes(2, "little")
    return bytes(head)


def test_the_appimage_is_the_runtime_and_the_folder(appimage, tmp_path):
    folder = tmp_path / "folder"
    for name in ("applications", "icons/hicolor/scalable/apps", "metainfo"):
        (folder / "share" / name).mkdir(parents=True)
    (folder / "share/applications/soundalike.desktop").write_text("[Desktop Entry]")
    (folder / "share/icons/hicolor/scalable/apps/soundalike.svg").write_text("<svg/>")
    program = folder / "soundalike"
    program.write_text('#!/bin/sh\necho "${0##*/}" "$@"\n')
    program.chmod(0o755)
    (folder / "soundalike-window").symlink_to("soundalike")
    whole = tmp_path / "Soundalike.AppImage"
    appimage.write_appimage(folder, tmp_path / "appdir", whole, made_runtime())
    assert os.access(whole, os.X_OK)
    assert appimage.runtime_of(whole) == made_runtime()
    unpacked = tmp_path / "unpacked"
    done = run("unsquashfs", "-quiet", "-no-progress", "-offset", 300, "-dest", unpacked, whole)
    assert done.returncode == 0, done.stderr
    assert (unpacked / ".DirIcon").read_text() == "<svg/>"
    assert (unpacked / "soundalike.desktop").read_text() == "[Desktop Entry]"
    assert (unpacked / "usr/share/metainfo").is_dir()
    for started_as, is_program in (
        ("./Soundalike.AppImage", "soundalike-window"),
        ("/home/ada/soundalike", "soundalike"),
    ):
        done = run(unpacked / "AppRun", "a b", env={**os.environ, "ARGV0": started_as})
        assert done.stdout == f"{is_program} a b\n"


@pytest.mark.parametrize(
    "content", [b"", b"#!/bin/sh\n" + bytes(100), b"\x7fELF\x02\x01" + bytes(100)]
)
def test_what_is_no_runtime_is_refused_before_anything_is_built(tmp_path, content):
    path = tmp_path / "runtime"
    path.write_bytes(content)
    done = run(sys.executable, PACKAGING / "build.py", "--appimage-runtime", path)
    assert done.returncode == 2
    assert f"error: {path} is no AppImage runtime of type 2" in done.stderr


@pytest.fixture
def started(tmp_path):
    """Return what runs a program by a name, from what the self-contained one starts with."""

    def start(name: str, *words: object) -> str:
        program = tmp_path / name
        program.symlink_to(PACKAGING / "start.py")
        environment = {**os.environ, "PYTHONPATH": str(PROJECT)}
        return run(sys.executable, program, *words, env=environment).stdout

    return start


def test_the_bundle_answers_where_it_starts_itself_as_python(started, tmp_path):
    assert started("one", "-c", "import sys; print(sys.argv)", "x") == "['-c', 'x']\n"
    script = tmp_path / "script.py"
    script.write_text("import sys; print(__name__, sys.argv[1:])")
    assert started("other", "-P", script, "a", "b") == "__main__ ['a', 'b']\n"


def test_the_bundle_is_both_programs_by_its_name(started):
    assert started("soundalike", "--version") == f"Soundalike {__version__}\n"
    assert started("soundalike-window", "--help").startswith("usage: soundalike-window ")


def test_the_proof_is_a_script_that_bash_takes():
    assert run("bash", "-n", PACKAGING / "prove.sh").stderr == ""

"""Folders that are closed, that vanish while they are walked through, or have nothing in them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from core.catalog.catalog import Catalog
from core.errors import AudioFileError
from core.jobs import Job
from core.sounds.update import SoundsReport
from tests.conftest import PROJECT
from tests.sounds.conftest import write_long

WITHOUT_POWERS = [
    *("setpriv", "--bounding-set", "-dac_override,-dac_read_search"),
    *("--inh-caps", "-dac_override,-dac_read_search"),
]
"""Root may read whatever is closed: for processes that are begun so, permissions count."""


def command(tmp_path: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run the command line as somebody whom permissions hold."""
    first = WITHOUT_POWERS if os.geteuid() == 0 else []
    return subprocess.run(
        [*first, sys.executable, "-m", "core", *map(str, arguments)],
        cwd=PROJECT,
        env={**os.environ, "SOUNDALIKE_HOME": str(tmp_path / "home")},
        capture_output=True,
        text=True,
    )


@pytest.fixture
def closed(tmp_path: Path) -> Iterator[Path]:
    """A folder with a sound, one that is closed, and one in a closed folder."""
    folder = tmp_path / "sounds"
    (folder / "inner").mkdir(parents=True)
    write_long(folder / "open.wav", 2)
    write_long(folder / "locked.wav", 3)
    write_long(folder / "inner" / "inside.wav", 4)
    (folder / "locked.wav").chmod(0)
    (folder / "inner").chmod(0)
    yield folder
    for path in (folder, folder / "inner"):
        path.chmod(0o700)


def test_what_is_closed_is_told_and_the_rest_is_read(closed: Path, tmp_path: Path) -> None:
    out = tmp_path / "mine"
    done = command(tmp_path, "build", "sounds", closed, "--out", out)
    assert done.returncode == 0
    assert done.stdout.startswith("2 files (1 analysed, 1 unreadable), 1 clips in ")
    assert "1 folder in" in done.stderr
    assert "inner (Permission denied)" in done.stderr
    ((path, reason),) = Catalog.open(out).sound_files.failed()
    assert path == str(closed / "locked.wav")
    assert "Permission denied" in reason
    # Once they may be read they are, though neither size nor time has changed.
    (closed / "locked.wav").chmod(0o600)
    (closed / "inner").chmod(0o700)
    done = command(tmp_path, "update", out)
    assert done.stdout.startswith("3 files (1 analysed, 1 changed), 3 clips in ")


def test_what_is_closed_later_loses_nothing(closed: Path, tmp_path: Path) -> None:
    out = tmp_path / "mine"
    (closed / "inner").chmod(0o700)
    assert command(tmp_path, "build", "sounds", closed, "--out", out).returncode == 0
    (closed / "inner").chmod(0)
    done = command(tmp_path, "update", out, "--remove-missing")
    assert done.stdout.startswith("3 files (1 missing, 1 unreadable), 2 clips in ")
    (closed / "inner").chmod(0o700)
    done = command(tmp_path, "update", out)
    assert done.stdout.startswith("3 files (1 there again, 1 unreadable), 2 clips in ")


def test_a_folder_that_is_closed_as_a_whole_is_one_error(closed: Path, tmp_path: Path) -> None:
    closed.chmod(0)
    done = command(tmp_path, "build", "sounds", closed, "--out", tmp_path / "mine")
    assert done.returncode == 1
    assert done.stdout == ""
    error, hint = done.stderr.splitlines()
    assert error.startswith("error: ")
    assert "Permission denied" in error
    assert hint.startswith("hint: ")
    assert not (tmp_path / "mine").exists()


def vanishing(folder: Path, n_seen: int) -> Job:
    """Return a job under which a folder goes when so many sounds were seen in the walk."""

    def report(stage: str, _fraction: float | None) -> None:
        if stage == f"Looking for sounds: {n_seen:,}":
            shutil.rmtree(folder)

    return Job(report)


@pytest.fixture
def many(tmp_path: Path) -> Path:
    """Three folders of 200 short sounds each, which are walked through in turn."""
    write_long(tmp_path / "one.wav", 0.1)
    content = (tmp_path / "one.wav").read_bytes()
    for place, inner in enumerate(("a", "b", "c")):
        (tmp_path / "sounds" / inner).mkdir(parents=True)
        for number in range(200):
            path = tmp_path / "sounds" / inner / f"{number:03}.wav"
            path.write_bytes(content[:-2] + (200 * place + number).to_bytes(2, "little"))
    return tmp_path / "sounds"


def test_a_subfolder_that_vanishes_meanwhile_is_left_out(
    update: Callable[..., SoundsReport], many: Path, tmp_path: Path
) -> None:
    report = update(tmp_path / "mine", many, job=vanishing(many / "c", 256))
    assert report.n_files == 400
    assert not report.failed


def test_files_that_vanish_between_walk_and_reading_are_reasons(
    update: Callable[..., SoundsReport], many: Path, tmp_path: Path
) -> None:
    report = update(tmp_path / "mine", many, job=vanishing(many / "a", 512))
    assert report.n_files == 600
    assert len(report.failed) == 200
    assert all("No such file" in reason for _, reason in report.failed)
    again = update(tmp_path / "mine")
    assert again.n_files == 400, "what was never read has nothing to lose"


def test_a_folder_that_vanishes_as_a_whole_is_one_error_and_nothing_is_left(
    update: Callable[..., SoundsReport], many: Path, tmp_path: Path
) -> None:
    with pytest.raises(AudioFileError, match=r"has anything to hear in it|cannot be read"):
        update(tmp_path / "mine", many, job=vanishing(many, 256))
    assert not (tmp_path / "mine").exists()


def test_a_known_folder_that_vanishes_meanwhile_loses_nothing(
    update: Callable[..., SoundsReport], many: Path, tmp_path: Path
) -> None:
    update(tmp_path / "mine", many)
    report = update(tmp_path / "mine", job=vanishing(many, 256), remove_missing=True)
    assert report.n_removed == 0
    assert report.n_files == 600
    assert len(report.catalog) == 600


@pytest.mark.slow
def test_a_hundred_thousand_empty_files_are_read_by_nobody(
    update: Callable[..., SoundsReport], tmp_path: Path
) -> None:
    folder = tmp_path / "sounds"
    for inner in range(100):
        (folder / f"{inner:02}").mkdir(parents=True)
        for number in range(1_000):
            (folder / f"{inner:02}" / f"{number:03}.wav").touch()
    with pytest.raises(AudioFileError, match="None of 100,000 files has anything to hear in it"):
        update(tmp_path / "mine", folder)
    assert not (tmp_path / "mine").exists()
    write_long(folder / "one.wav", 2)
    stages: list[str] = []
    report = update(tmp_path / "mine", folder, job=Job(lambda stage, _: stages.append(stage)))
    assert (report.n_files, report.n_analysed, len(report.failed)) == (100_001, 1, 100_000)
    assert {reason for _, reason in report.failed} == {"It is empty."}
    assert any("of 1 files" in stage for stage in stages), "none but one is opened"
    again = update(tmp_path / "mine")
    assert (again.n_files, again.n_analysed) == (100_001, 0)

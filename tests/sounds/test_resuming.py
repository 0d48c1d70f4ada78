"""A build that did not come to its end: the next one reads nothing twice, and loses nothing."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from core.catalog.catalog import Catalog
from core.catalog.replacing import beside
from core.errors import Cancelled
from core.jobs import Job
from core.sounds.parts import PartsFolder
from core.sounds.update import SoundsReport
from tests.sounds.conftest import job_of_one_task, write_long

N_FILES = 40


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Forty sounds, one of them twice, and a file that is none."""
    folder = tmp_path / "sounds"
    folder.mkdir()
    for number in range(N_FILES):
        write_long(folder / f"{number:02}.wav", 1 + number / 50)
    shutil.copy(folder / "00.wav", folder / "00 again.wav")
    (folder / "00 bad.wav").write_bytes(b"RIFF of something else")
    return folder


@pytest.fixture
def interrupted(update: Callable[..., SoundsReport], folder: Path, tmp_path: Path) -> Path:
    """A catalogue that was cancelled when the first of two tasks was read, and kept."""
    with pytest.raises(Cancelled):
        update(tmp_path / "mine", folder, job=job_of_one_task())
    assert any(beside(tmp_path / "mine", "parts").iterdir())
    return tmp_path / "mine"


def read_files(out: Path, folder: Path) -> set[str]:
    """Return the names of the files that were read before."""
    kept = PartsFolder(beside(out, "parts"), "built-in-1", [os.path.realpath(folder)])
    return {os.fsdecode(file.path) for _, _, read in kept.found() for file in read}


def test_what_was_read_is_not_opened_again(update, interrupted, folder, tmp_path):
    before = read_files(interrupted, folder)
    assert {"00.wav", "00 again.wav", "00 bad.wav"} <= before
    assert len(before) < N_FILES + 2
    # Whatever is read now is no sound: only those that were not read before can notice it.
    for name in before:
        path = folder / name
        status = path.stat()
        path.write_bytes(bytes(status.st_size))
        os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    report = update(interrupted, folder)
    assert report.n_resumed == len(before)
    assert report.n_analysed == N_FILES + 2 - len(before)
    assert report.n_recognised == 0
    assert report.n_files == N_FILES + 2
    assert [Path(path).name for path, _ in report.failed] == ["00 bad.wav"]
    catalog = Catalog.open(interrupted, verify=True)
    assert len(catalog) == N_FILES


def test_the_result_is_that_of_a_build_in_one_go(update, interrupted, folder, tmp_path):
    resumed = update(interrupted, folder).catalog
    whole = update(tmp_path / "whole", folder).catalog
    listed = [
        sorted(
            (os.fsdecode(each.path), each.key, each.n_clips, each.state, each.reason)
            for each in catalog.sound_files.files()
        )
        for catalog in (resumed, whole)
    ]
    assert listed[0] == listed[1]
    ids = [sorted(catalog.clips["video_id"].tolist()) for catalog in (resumed, whole)]
    assert ids[0] == ids[1]


def test_a_file_that_changed_meanwhile_is_read_again(update, interrupted, folder):
    write_long(folder / "00.wav", 7)
    report = update(interrupted, folder)
    assert report.n_changed == 0, "the catalogue never had the other content"
    row = next(each for each in report.catalog.sound_files.files() if each.path == b"00.wav")
    assert row.duration_s == pytest.approx(7)
    again = next(
        each for each in report.catalog.sound_files.files() if each.path == b"00 again.wav"
    )
    assert again.duration_s == pytest.approx(1)


def test_what_is_gone_meanwhile_is_not_missing(update, interrupted, folder):
    (folder / "01.wav").unlink()
    report = update(interrupted, folder)
    assert report.n_missing == 0
    assert report.n_files == N_FILES + 1


def test_other_folders_than_before_find_their_files_again(update, interrupted, folder, tmp_path):
    before = len(read_files(interrupted, folder))
    other = tmp_path / "another"
    other.mkdir()
    write_long(other / "one.wav", 4)
    report = update(interrupted, other, folder)
    assert report.n_resumed == before
    assert report.n_files == N_FILES + 3


def test_an_update_that_was_stopped_goes_on_too(update, folder, tmp_path):
    update(tmp_path / "mine", folder)
    for number in range(40):
        write_long(folder / f"new {number:02}.wav", 3 + number / 50)
    with pytest.raises(Cancelled):
        update(tmp_path / "mine", job=job_of_one_task())
    report = update(tmp_path / "mine")
    assert report.n_resumed >= 32
    assert report.n_resumed + report.n_analysed == 40
    assert report.n_recognised == 0
    assert len(report.catalog) == N_FILES + 40


def test_progress_moves_within_one_long_file(update, tmp_path):
    folder = tmp_path / "long"
    folder.mkdir()
    write_long(folder / "hour.wav", 3600)
    told: list[tuple[str, float]] = []

    def note(stage: str, fraction: float | None) -> None:
        if stage.startswith("Analysing sounds: 0 of 1 "):
            told.append((stage, fraction or 0.0))

    update(tmp_path / "mine", folder, job=Job(note))
    shares = [share for _, share in told]
    assert shares == sorted(shares)
    assert len({round(share, 2) for share in shares}) > 4, "of one file, and more than its ends"
    assert any(stage.endswith(" left") for stage, _ in told)


def test_after_a_kill_between_the_renames_an_update_goes_on_from_the_old_one(
    update, sounds, tmp_path
):
    first = update(tmp_path / "mine", sounds)
    (tmp_path / "mine").rename(beside(tmp_path / "mine", "previous"))
    again = update(tmp_path / "mine")
    assert (again.n_files, again.n_analysed) == (first.n_files, 0)
    assert again.catalog.path == tmp_path / "mine"

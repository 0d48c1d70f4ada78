"""The work of a worker: a catalogue of own sounds is made or updated, and what came of it."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass, replace
from pathlib import Path

from core.jobs import Job
from core.options import Options
from core.paths import DataFolder
from gui import formats
from gui.sounds.request import SoundsRequest, forget


@dataclass(frozen=True)
class SoundsOutcome:
    """Result of a build or an update, for the window.

    Attributes
    ----------
    request : SoundsRequest
    path : str
        The catalogue's folder.
    n_clips, n_files : int
        What can be found, and in how many files.
    n_new, n_changed, n_recognised, n_removed, n_missing, n_returned : int
        Files; see `core.sounds.update.SoundsReport`.
    left_out : tuple of (str, str)
        Paths of files without a clip, each with the reason.
    notes : tuple of str
    """

    request: SoundsRequest
    path: str
    n_clips: int
    n_files: int
    n_new: int
    n_changed: int
    n_recognised: int
    n_removed: int
    n_missing: int
    n_returned: int
    left_out: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]

    @property
    def said(self) -> str:
        """Sentences for a person."""
        files = formats.count(self.n_files, "file", "files")
        clips = formats.count(self.n_clips, "clip", "clips")
        if self.request.folders:
            said = f"“{self.request.name}” has {clips} of {files}."
        else:
            changes = ", ".join(
                f"{number:,} {what}"
                for number, what in (
                    (self.n_new, "new"),
                    (self.n_changed, "changed"),
                    (self.n_recognised, "moved, renamed or copied"),
                    (self.n_returned, "there again"),
                    (self.n_removed, "removed"),
                )
                if number
            )
            said = f"“{self.request.name}” is up to date: {changes or 'nothing has changed'}."
        if self.left_out:
            said += f" {_were(len(self.left_out))} left out."
        if self.n_missing:
            said += f" {formats.count(self.n_missing, 'file is', 'files are')} missing, and kept."
        return " ".join((said, *(note for note in self.notes if note.startswith("The folder"))))


def _were(number: int) -> str:
    return formats.count(number, "file was", "files were")


def build(request: SoundsRequest, data: DataFolder, given: Options, job: Job) -> SoundsOutcome:
    """Make or update a catalogue in the data folder, in processes of low priority.

    Raises
    ------
    AudioFileError, CatalogError, ModelError
        As `core.sounds.update.update_sounds` does.
    """
    from core.processes import run_apart

    return run_apart(_built, request, data, given, job=job)


def _built(request: SoundsRequest, data: DataFolder, given: Options, job: Job) -> SoundsOutcome:
    from core.catalog.sound_files import FileState
    from core.sounds.catalog_tags import SILENT
    from core.sounds.reading import ANALYSING
    from core.sounds.update import update_sounds
    from core.sounds.workers import usual_workers

    out = data.catalogs / request.name
    options = replace(given, catalog=out, listener=request.listener or given.listener)
    report = update_sounds(
        out,
        [Path(folder) for folder in request.folders],
        data,
        options,
        has_subfolders=request.has_subfolders,
        remove_missing=request.removes_missing,
        workers=usual_workers(data, options),
        job=job.watched_by(lambda stage, done: job.report(stage.removeprefix(ANALYSING), done)),
    )
    files = report.catalog.sound_files
    state = files.rows["state"]
    silent = [row for row in range(len(files)) if state[row] == FileState.SILENT]
    forget(data)
    return SoundsOutcome(
        request,
        str(report.catalog.path),
        len(report.catalog),
        int((state == FileState.ANALYSED).sum()),
        report.n_analysed - report.n_changed + report.n_resumed,
        report.n_changed,
        report.n_recognised,
        report.n_removed,
        report.n_missing,
        report.n_returned,
        (*report.failed, *((files.path(row), SILENT) for row in silent)),
        report.notes,
    )


def give_up(request: SoundsRequest, data: DataFolder) -> None:
    """Forget what is not done, and what was analysed for it."""
    from core.catalog.replacing import alone, beside

    out = data.catalogs / request.name
    with alone(out):
        shutil.rmtree(beside(out, "parts"), ignore_errors=True)
    forget(data)


def absent_folders(path: str) -> list[str]:
    """Return the folders of a catalogue of own sounds that are not there now."""
    from core.catalog.catalog import Catalog

    folders = Catalog.open(Path(path)).sound_files.folders
    return [each.path for each in folders if not os.path.isdir(each.path)]  # noqa: PTH112


def shown(path: str) -> str:
    """Return a path that can be shown: bytes in it that are no text are marked."""
    return os.fsencode(path).decode("utf-8", "replace")

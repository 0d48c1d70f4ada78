"""A catalogue of own sounds: made, and kept true to what lies in its folders."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeAlias

from core.catalog.build.build import errors_of_writing
from core.catalog.catalog import Catalog
from core.catalog.clips import Clips
from core.catalog.manifest import MANIFEST, RELEASED_MODEL_ID, ModelIdentity
from core.catalog.replacing import alone, beside
from core.catalog.sound_files import FileState, OwnFile
from core.errors import CatalogError
from core.jobs import Job, duration
from core.listeners import BUILT_IN_ID, BuiltIn
from core.options import CatalogKind, ListenerKind, Options
from core.paths import DataFolder
from core.setup.selection import listener_kind, model_folder
from core.sounds.analysis import AnalysedFile
from core.sounds.parts import PartsFolder, SoundPart
from core.sounds.survey import Found, Place, Survey, joined_folders, nothing_readable, survey
from core.sounds.workers import analysed
from core.sounds.writing import write_sounds
from core.types import Float32
from core.vggish.model import ModelManifest

_TASK_FILES, _TASK_BYTES = 32, 32 << 20
ANALYSING = "Analysing sounds: "
_PART_FILES, _PART_CLIPS, _PART_S = 2_000, 20_000, 2.0

Content: TypeAlias = dict[bytes, tuple[SoundPart | None, OwnFile]]
"""By a content's key where its clips are: in a part, or in the old catalogue."""


@dataclass(frozen=True)
class SoundsReport:
    """Result of a build or an update.

    Attributes
    ----------
    catalog : Catalog
    n_files : int
        In the catalogue.
    n_analysed, n_changed, n_recognised, n_removed : int
        Files that were analysed, and those of them that had other content before; that have another
        name or place but known content; that were taken out.
    n_missing, n_returned : int
        Files that are not there and are kept; that were missing and are there again.
    failed : tuple of (str, str)
        Paths that could not be read, each with the reason; of all files of the catalogue.
    notes : tuple of str
    """

    catalog: Catalog
    n_files: int
    n_analysed: int
    n_changed: int
    n_recognised: int
    n_removed: int
    n_missing: int
    n_returned: int
    failed: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]


def update_sounds(
    out: Path,
    folders: Iterable[Path],
    data: DataFolder,
    options: Options,
    *,
    has_subfolders: bool = True,
    remove_missing: bool = False,
    workers: int = 1,
    job: Job | None = None,
) -> SoundsReport:
    """Make a catalogue of the sounds in folders, or bring the one that is there up to date.

    Only what is new or has changed is analysed: what differs in size or time of change is compared
    by content. The old catalogue stays until the new one is whole. What was analysed when a build
    was killed or cancelled is kept, and the next one goes on from there.

    Parameters
    ----------
    out : Path
        A new or empty folder, or that of a catalogue of own sounds.
    folders : iterable of Path
        Added to those that the catalogue has.
    data : DataFolder
    options : Options
        What analyses the sounds of a new catalogue; an old one keeps to what made it.
    has_subfolders : bool
        Whether folders in the added ones count, too.
    remove_missing : bool
        Take files out that are not there any more. Those of a folder that is not there as a whole,
        or cannot be looked through, always stay.
    workers : int
        Processes that analyse.
    job : Job, optional
        Progress and cancelling.

    Raises
    ------
    AudioFileError
        If there is no sound in a new folder, or none can be read.
    CatalogError
        If a folder or `out` cannot be used, or the disk is full. Nothing is changed.
    ModelError
        If the listener cannot be used.
    """
    job = job or Job()
    with errors_of_writing(out), alone(out):
        old = _catalog_at(out)
        model, options = _model(old, data, options, job)
        kept = PartsFolder(beside(out, "parts"), model.id)
        old_folders = [] if old is None else list(old.sound_files.folders)
        given = list(folders)
        joined = joined_folders(old_folders, given, has_subfolders)
        numbers = {folder.path: number for number, folder in enumerate(joined)}
        own = [] if old is None else list(old.sound_files.files())
        places = _placed(own, [folder.path for folder in old_folders], numbers)
        content: Content = {file.key: (None, file) for file in own if file.key}
        for part, files in kept.found():
            for file in files:
                if file.key:
                    content.setdefault(file.key, (part, file))
        found = survey(joined, places, old is None, job.part(0, 0.05))
        reading = _Reading(found, content, kept, job)
        if found.to_read:
            reading.run(data, options, workers)
        files, n_removed = _kept(found, reading.files, remove_missing)
        is_changed = old is None or joined != old_folders or set(files) != set(own)
        if not any(file.n_clips for file in files):
            raise nothing_readable(files)
        if is_changed:
            write_sounds(out, old, joined, files, content, model, job.part(0.95, 1))
        del old
        kept.remove()
    catalog = Catalog.open(out)
    return SoundsReport(
        catalog,
        len(files),
        reading.n_analysed,
        reading.n_changed,
        reading.n_recognised,
        n_removed,
        sum(file.is_missing for file in files),
        sum(place in places and places[place].is_missing for place in found.unchanged),
        tuple(catalog.sound_files.failed()),
        (
            *(f"The folder {each} is not there: its sounds are kept." for each in found.absent),
            *found.notes,
        ),
    )


def _catalog_at(out: Path) -> Catalog | None:
    if not (out / MANIFEST).exists():
        return None
    catalog = Catalog.open(out)
    if catalog.manifest.kind != CatalogKind.SOUNDS:
        raise CatalogError(
            f"{out} is a catalogue of another kind ({catalog.manifest.kind}): own sounds cannot be "
            "added to it.",
            "Name another folder.",
        )
    return catalog


def _model(
    old: Catalog | None, data: DataFolder, options: Options, job: Job
) -> tuple[ModelIdentity, Options]:
    """Return what analyses the sounds, and the options that choose it."""
    if old is not None and options.listener is None:
        is_built_in = old.model_id.startswith("built-in")
        kind = ListenerKind.BUILT_IN if is_built_in else ListenerKind.VGGISH
        options = replace(options, listener=kind)
    if listener_kind(data, options) is ListenerKind.BUILT_IN:
        model = ModelIdentity(BuiltIn.name, BUILT_IN_ID)
    else:
        manifest = ModelManifest.load(model_folder(data, options, job))
        model_id = RELEASED_MODEL_ID if manifest.is_released else manifest.model_id
        model = ModelIdentity(manifest.name, model_id)
    if old is not None and old.model_id != model.id:
        raise CatalogError(
            f"{old.path} was made by another listener ({old.model_name}) than this one "
            f"({model.name}).",
            "Leave --listener out, or build a catalogue in another folder.",
        )
    return model, options


def _placed(
    files: Sequence[OwnFile], old_paths: Sequence[str], numbers: dict[str, int]
) -> dict[Place, OwnFile]:
    """Return files by their places in the folders as they are now; those of none are left out."""
    found = {}
    for file in files:
        number = numbers.get(old_paths[file.folder])
        if number is not None:
            found[number, file.path] = (
                file if number == file.folder else replace(file, folder=number)
            )
    return found


class _Reading:
    """Reads what is new or has changed, and keeps it in parts."""

    def __init__(
        self,
        found: Survey,
        content: Content,
        kept: PartsFolder,
        job: Job,
    ) -> None:
        self._found, self._content, self._kept, self._job = found, content, kept, job
        self.files: list[OwnFile] = []
        self.n_analysed = self.n_changed = self.n_recognised = 0
        self._pending: list[tuple[OwnFile, AnalysedFile]] = []
        self._written_s = self._begun_s = time.monotonic()
        self._done_bytes = 0
        self._analysed_s = 0.0

    def run(self, data: DataFolder, options: Options, workers: int) -> None:
        """Read all files."""
        tasks = _tasks(self._found.to_read)
        paths = [[each.path for each in task] for task in tasks]
        known = frozenset(key.decode() for key in self._content)
        self._show()
        try:
            for done in analysed(paths, known, data, options, workers, self._job):
                if done is not None:
                    number, results = done
                    for each, result in zip(tasks[number], results, strict=True):
                        self._take(each, result)
                self._keep()
                self._show()
        finally:
            self._keep(is_last=True)

    def _take(self, found: Found, result: AnalysedFile) -> None:
        file = OwnFile(
            *found.place,
            result.key.encode(),
            result.n_bytes,
            result.changed_ns,
            result.duration_s,
            result.loudness_db,
            result.state,
            result.reason,
            n_clips=0 if result.clips is None else len(result.clips),
        )
        self._done_bytes += found.n_bytes
        if file.key in self._content:
            other = self._content[file.key][1]
            file = replace(
                file,
                duration_s=other.duration_s,
                loudness_db=other.loudness_db,
                state=other.state,
                n_clips=other.n_clips,
            )
            self.n_recognised += 1
        elif file.state is not FileState.UNREADABLE:
            self.n_analysed += 1
            self.n_changed += found.is_known
            self._analysed_s += file.duration_s
            self._pending.append((file, result))
        self.files.append(file)

    def _keep(self, is_last: bool = False) -> None:
        """Write what is pending into a part, if that is worth a file."""
        n_clips = sum(file.n_clips for file, _ in self._pending)
        is_much = len(self._pending) >= _PART_FILES or n_clips >= _PART_CLIPS
        is_due = time.monotonic() - self._written_s >= _PART_S
        if not self._pending or not (is_last or is_much or is_due):
            return
        files: list[OwnFile] = []
        written = set(self._content)  # of equal files, two processes may have analysed one each
        clips: list[Clips] = []
        loudness: list[Float32] = []
        first = 0
        for file, result in self._pending:
            if file.key in written:
                continue
            written.add(file.key)
            files.append(replace(file, first_clip=first))
            if result.clips is not None and result.clip_loudness_db is not None:
                clips.append(result.clips)
                loudness.append(result.clip_loudness_db)
                first += file.n_clips
        part = self._kept.write(files, clips, loudness)
        for file in files:
            self._content.setdefault(file.key, (part, file))
        self._pending.clear()
        self._written_s = time.monotonic()

    def _show(self) -> None:
        total = sum(each.n_bytes for each in self._found.to_read)
        took_s = max(time.monotonic() - self._begun_s, 1e-9)
        stage = (
            f"{ANALYSING}{len(self.files):,} of {len(self._found.to_read):,} files, "
            f"{self._analysed_s / 3600:.2f} h of sound"
        )
        if took_s > 1 and self._done_bytes:
            left_s = (total - self._done_bytes) * took_s / self._done_bytes
            stage += f", {duration(left_s)} left"
        self._job.report(stage, 0.05 + 0.9 * self._done_bytes / max(total, 1))


def _tasks(found: Sequence[Found]) -> list[list[Found]]:
    """Return files in groups that one process reads at a time."""
    tasks: list[list[Found]] = []
    n_bytes = 0
    for each in found:
        if not tasks or len(tasks[-1]) >= _TASK_FILES or n_bytes + each.n_bytes > _TASK_BYTES:
            tasks.append([])
            n_bytes = 0
        tasks[-1].append(each)
        n_bytes += each.n_bytes
    return tasks


def _kept(
    found: Survey, read: Sequence[OwnFile], remove_missing: bool
) -> tuple[list[OwnFile], int]:
    """Return the files that the catalogue is to have, and how many were taken out."""
    files = [*found.unchanged.values(), *read]
    present = {file.key for file in files}
    n_removed = 0
    for file in found.unseen:
        if file.folder not in found.partial:
            if file.key in present or file.state is not FileState.ANALYSED:
                continue  # moved, or there is nothing to lose
            if remove_missing:
                n_removed += 1
                continue
        files.append(file if file.is_missing else replace(file, is_missing=True))
    return files, n_removed

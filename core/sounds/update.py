"""A catalogue of own sounds: made, and kept true to what lies in its folders."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from core.catalog.build.build import errors_of_writing
from core.catalog.catalog import Catalog
from core.catalog.manifest import MANIFEST, RELEASED_MODEL_ID, ModelIdentity
from core.catalog.replacing import alone, beside
from core.catalog.sound_files import FileState, OwnFile
from core.errors import CatalogError
from core.jobs import Job
from core.listeners import BUILT_IN_ID, BuiltIn
from core.options import CatalogKind, ListenerKind, Options
from core.paths import DataFolder
from core.setup.selection import listener_kind, model_folder
from core.sounds.parts import PartsFolder
from core.sounds.reading import Content, FileReading
from core.sounds.survey import Place, Survey, joined_folders, nothing_readable, survey
from core.sounds.writing import write_sounds
from core.vggish.model import ModelManifest


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
    n_resumed : int
        Files that an earlier build had read, which did not come to its end.
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
    n_resumed: int
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
        old_folders = [] if old is None else list(old.sound_files.folders)
        given = list(folders)
        joined = joined_folders(old_folders, given, has_subfolders)
        numbers = {folder.path: number for number, folder in enumerate(joined)}
        kept = PartsFolder(beside(out, "parts"), model.id, list(numbers))
        own = [] if old is None else list(old.sound_files.files())
        places = _placed(own, [folder.path for folder in old_folders], numbers)
        content: Content = {file.key: (None, file) for file in own if file.key}
        resumed: dict[Place, OwnFile] = {}
        for part, files, read in kept.found():
            for file in files:
                if file.key:
                    content.setdefault(file.key, (part, file))
            resumed |= {(file.folder, file.path): file for file in read}
        resumed = _with_clips(resumed, content)
        found = survey(joined, {**places, **resumed}, old is None, job.part(0, 0.05))
        # What was read by a build that did not end, and has gone since, was never here.
        found.unseen = [each for each in found.unseen if (each.folder, each.path) in places]
        reading = FileReading(found.to_read, content, places, kept, job)
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
        sum(found.unchanged.get(place) is file for place, file in resumed.items()),
        n_removed,
        sum(file.is_missing for file in files),
        sum(place in places and places[place].is_missing for place in found.unchanged),
        tuple(catalog.sound_files.failed()),
        (
            *(f"The folder {each} is not there: its sounds are kept." for each in found.absent),
            *found.notes,
        ),
    )


def _with_clips(files: Mapping[Place, OwnFile], content: Content) -> dict[Place, OwnFile]:
    """Return the files that were read, as their contents are known; those of no content go."""
    found = {}
    for place, file in files.items():
        if file.state is FileState.UNREADABLE:
            found[place] = replace(file, n_clips=0)
        elif file.key in content:
            _, same = content[file.key]
            found[place] = replace(file, state=same.state, n_clips=same.n_clips)
    return found


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
        options = replace(options, listener=old.manifest.model.listener)
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
            "Leave --listener and --model out, or build a catalogue in another folder.",
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

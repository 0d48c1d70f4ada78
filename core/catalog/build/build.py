"""Building a catalogue: decode into parts, merge them beside the old catalogue, and swap."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from core.catalog.build.merge import CatalogRows, HeldClips, Piece, merge
from core.catalog.build.parts import found_parts, kept_parts
from core.catalog.build.tasks import Task, TaskOptions, plan
from core.catalog.build.workers import run_tasks
from core.catalog.catalog import Catalog
from core.catalog.classes import class_indices, is_number
from core.catalog.clips import Clips, Noting
from core.catalog.manifest import (
    DATA_FILES,
    MANIFEST,
    OPTIONAL,
    RELEASED_MODEL,
    CatalogManifest,
    ModelIdentity,
    Source,
)
from core.catalog.records.sources import ArchiveStream, check_source, printable
from core.catalog.replacing import alone, beside, replacing
from core.errors import CatalogError
from core.jobs import Job
from core.options import CatalogKind

KNOWN_FILES = (*DATA_FILES, *OPTIONAL)


def build_catalog(
    out: Path,
    kind: CatalogKind,
    sources: Sequence[Path | ArchiveStream],
    *,
    include: Sequence[str] = (),
    exclude: Sequence[str] = (),
    visual: bool = False,
    splits: Sequence[str] = (),
    workers: int = 1,
    scheduler: str | None = None,
    noting: Noting | None = None,
    job: Job | None = None,
) -> Catalog:
    """Build a catalogue from released features, or add them to the one that is there.

    The old catalogue stays until the new one is whole. A build that was killed, cancelled or lost
    its workers goes on where it was when it is started again.

    Parameters
    ----------
    out : Path
        A new or empty folder, or that of a catalogue of the same kind. Of clips of one video that
        start at one second, the first is kept: those that are there, then the sources in order.
    kind : CatalogKind
        One of `BUILT_KINDS`.
    sources : sequence of Path or ArchiveStream
        Files, folders and archives; clips are kept in the order of the sources.
    include, exclude : sequence of str
        Class names or ids, with all that is below them. A clip is kept if it has any included
        class, or none is named, and no excluded one. Clips that are there already stay.
    visual : bool
        Keep YouTube-8M's visual vectors.
    splits : sequence of str
        Read only shards in folders of these names, such as
        `core.catalog.records.audioset.BALANCED`.
    workers : int
        Processes that decode shards of folders; the result is the same for any number.
    scheduler : str, optional
        The address of a Dask cluster that decodes instead.
    noting : Noting, optional
        What notes what the tagger says of clips: `core.tagging.noting.noted`. Clips that are there
        already get it, too.
    job : Job, optional
        Progress and cancelling.

    Raises
    ------
    CatalogError
        If a source, a class name or `out` cannot be used, or the disk is full. Nothing is changed.
    """
    wanted, unwanted = (tuple(sorted(class_indices(kind, names))) for names in (include, exclude))
    options = TaskOptions(kind, wanted, unwanted, visual, tuple(splits), noting)
    for source in sources:
        if isinstance(source, Path):
            check_source(source)
    job = job or Job()
    planned = [(source, plan(source, options)) for source in dict.fromkeys(map(_resolved, sources))]
    digests = {task.digest for _, tasks in planned for task in tasks}
    with (
        errors_of_writing(out),
        alone(out),
        kept_parts(beside(out, "parts"), digests) as parts,
        replacing(out, MANIFEST, KNOWN_FILES) as folder,
    ):
        old = _catalog_at(out, kind)
        known = {source.digest for source in old.manifest.sources} if old else set()
        new = [_Planned(source, tasks) for source, tasks in planned]
        new = [item for item in new if item.digest not in known]
        if new:
            _run([task for item in new for task in item.tasks], parts, workers, scheduler, job)
            added = [item.described(include, exclude, parts) for item in new]
            if kind == CatalogKind.YOUTUBE8M and not all(map(is_number, (*include, *exclude))):
                _refuse_version_1([part for _, pieces in added for part in pieces])
            _write(folder, old, added, kind, RELEASED_MODEL, job.part(0.9, 1), noting)
        # Windows renames no folder with mapped files in it.
        del old
    return Catalog.open(out)


def _resolved(source: Path | ArchiveStream) -> Path | ArchiveStream:
    return source.resolve() if isinstance(source, Path) else source


@dataclass(frozen=True)
class _Planned:
    """A source and its tasks."""

    source: Path | ArchiveStream
    tasks: list[Task]

    @property
    def digest(self) -> str:
        joined = "".join(task.digest for task in self.tasks)
        return hashlib.sha256(joined.encode()).hexdigest()[:20]

    def described(
        self, include: Sequence[str], exclude: Sequence[str], parts: Path
    ) -> tuple[Source, list[Piece]]:
        """Return what the manifest says of the source, and its parts."""
        name = printable(self.source.name)
        described = Source(name, 0, now(), tuple(include), tuple(exclude), self.digest)
        return described, [part for task in self.tasks for part in found_parts(parts, task.digest)]


def _run(tasks: Sequence[Task], parts: Path, workers: int, scheduler: str | None, job: Job) -> None:
    tasks = list({task.digest: task for task in tasks}.values())
    if scheduler is None:
        run_tasks(tasks, parts, workers, job)
    else:
        from core.catalog.build.cluster import run_on_cluster

        run_on_cluster(tasks, parts, scheduler, job)


def _refuse_version_1(pieces: Sequence[Piece]) -> None:
    """Raise CatalogError if clips that were chosen by version 2's names are version 1's."""
    if any(
        len(clips) and clips.video_ids.dtype.itemsize > 4
        for clips in (piece.small() for piece in pieces)
    ):
        raise CatalogError(
            "These videos are of YouTube-8M's version 1, whose classes have other numbers than the "
            "names of version 2.",
            "Give the numbers of the classes, such as 123, instead of names.",
        )


def _catalog_at(out: Path, kind: CatalogKind) -> Catalog | None:
    """Return the catalogue to add to; raise CatalogError if it is damaged or of another kind."""
    if not (out / MANIFEST).exists():
        return None
    catalog = Catalog.open(out, verify=True)
    if (catalog.manifest.kind, catalog.manifest.model) != (kind, RELEASED_MODEL):
        raise CatalogError(
            f"{out} is a catalogue of another kind ({catalog.manifest.kind}, "
            f"{catalog.manifest.model.name}), and {kind} clips cannot be added to it.",
            "Name another folder, or remove that one first.",
        )
    return catalog


def write_catalog(
    out: Path,
    batches: Iterable[Clips],
    kind: CatalogKind,
    model: ModelIdentity,
    source: str = "",
    job: Job | None = None,
) -> Catalog:
    """Write clips from memory as a catalogue, in the place of one that may be there, and open it.

    Parameters
    ----------
    out : Path
        A new or empty folder, or that of a catalogue.
    batches : iterable of Clips
    kind : CatalogKind
    model : ModelIdentity
        What made the frames.
    source : str
        What they were made from, for people.
    job : Job, optional

    Raises
    ------
    CatalogError
        If `out` cannot be used, or the disk is full. Nothing is changed.
    """
    with (
        errors_of_writing(out),
        alone(out),
        replacing(out, MANIFEST, KNOWN_FILES) as folder,
    ):
        pieces = [HeldClips(clips) for clips in batches]
        _write(folder, None, [(Source(source, 0, now()), pieces)], kind, model, job or Job())
    return Catalog.open(out)


def _write(
    folder: Path,
    old: Catalog | None,
    added: Sequence[tuple[Source, Sequence[Piece]]],
    kind: CatalogKind,
    model: ModelIdentity,
    job: Job,
    noting: Noting | None = None,
) -> None:
    """Write all files of a catalogue: the clips of an old one, and those of the sources."""
    pieces: list[Piece] = list(CatalogRows.all_of(old)) if old else []
    begin = len(pieces)
    for _, its_pieces in added:
        pieces += its_pieces
    merged = merge(folder, pieces, job, partial(noting, kind) if noting else None)
    sources = list(old.manifest.sources) if old else []
    for source, its_pieces in added:
        end = begin + len(its_pieces)
        sources.append(replace(source, n_clips=sum(merged.kept[begin:end])))
        begin = end
    manifest = CatalogManifest(
        kind=kind,
        sources=tuple(sources),
        model=model,
        created=now(),
        n_clips=merged.n_clips,
        n_frames=merged.n_frames,
        n_labels=merged.n_labels,
        files=merged.files,
    )
    (folder / MANIFEST).write_text(manifest.to_json(), encoding="utf-8")


def now() -> str:
    """Return the time as a manifest has it: ISO 8601, UTC."""
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")


@contextmanager
def errors_of_writing(out: Path) -> Iterator[None]:
    """Say in one error that a catalogue cannot be written."""
    try:
        yield
    except OSError as error:
        raise CatalogError(
            f"The catalogue cannot be written to {out}: {error.strerror or error}.",
            "Make room on the disk, or name a folder that you may write to.",
        ) from error

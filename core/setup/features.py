"""AudioSet's clips as a catalogue: from the archive on its way, or one that is there already.

What is stopped or killed goes on where it was when it is started again.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import BinaryIO

from core.catalog.build.build import build_catalog
from core.catalog.build.workers import READING
from core.catalog.catalog import Catalog
from core.catalog.records import audioset
from core.catalog.records.audioset import BALANCED
from core.catalog.records.sources import ArchiveStream
from core.downloads import pinned, store
from core.downloads.download import Download, Patience, Speed, part_bytes, part_path
from core.downloads.mirrors import Mirror
from core.downloads.room import check_room, free_bytes
from core.downloads.stream import arriving
from core.errors import ROOM_IN_THE_WINDOW, CatalogError, DownloadError, WrongContentError
from core.jobs import Job
from core.options import CatalogKind
from core.paths import DataFolder
from core.setup.inventory import WHOLE
from core.tagging.noting import noted

_MOST_LETTERS = 80
_CATALOG_BYTES, _BALANCED_BYTES, _SOME_BYTES = 3_200_000_000, 70_000_000, 300_000_000


@dataclass(frozen=True)
class ClipChoice:
    """Choice of AudioSet's clips; the defaults stand for all of them.

    Attributes
    ----------
    is_balanced : bool
        Only the balanced sets, 42,531 clips.
    include, exclude : tuple of str
        Class names or ids; see `core.options.Filter`.
    keeps_archive : bool
        Whether the archive itself stays in the data folder, too.
    """

    is_balanced: bool = False
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    keeps_archive: bool = False

    @property
    def name(self) -> str:
        """The catalogue's name: the same for the same choice, another for another."""
        words = [WHOLE, *(["balanced"] if self.is_balanced else []), *self.include]
        words += [f"no {name}" for name in self.exclude]
        name = "-".join(filter(None, (re.sub(r"\W+", "-", word.lower()) for word in words)))
        if len(name) <= _MOST_LETTERS:
            return name
        digest = hashlib.sha256(name.encode()).hexdigest()[:8]
        return f"{name[: _MOST_LETTERS - 9]}-{digest}"

    @property
    def room_bytes(self) -> int:
        """About how much room the catalogue takes."""
        if self.is_balanced:
            return _BALANCED_BYTES
        return _SOME_BYTES if self.include else _CATALOG_BYTES


def fetch_features(
    data: DataFolder,
    choice: ClipChoice | None = None,
    job: Job | None = None,
    mirror: Mirror | None = None,
    patience: Patience | None = None,
    out: Path | None = None,
) -> tuple[Catalog, list[str]]:
    """Build a catalogue of AudioSet's features while they arrive.

    Where there is room, what came is kept until the catalogue is whole, so that another program can
    go on from there; without room, another one fetches it again, but decodes only what is left.

    Parameters
    ----------
    data : DataFolder
    choice : ClipChoice, optional
    job : Job, optional
    mirror : Mirror, optional
    patience : Patience, optional
    out : Path, optional
        The catalogue's folder, instead of one in the data folder.

    Returns
    -------
    catalog : Catalog
    notes : list of str
        What a person should know of it.

    Raises
    ------
    DownloadError
        If the network fails or there is no room; the next call goes on.
    CatalogError, WrongContentError
        If what comes is not AudioSet's features: nothing of it is kept. Or if a class name or the
        catalogue's folder cannot be used, or no clip is chosen: what came is kept.
    """
    choice, job, mirror = choice or ClipChoice(), job or Job(), mirror or Mirror.default()
    out = out or data.catalogs / choice.name
    file = pinned.FEATURES
    there = data.files / file.name
    if there.is_file():
        store.verify(data.files, job.part(0, 0.1), [file])
        catalog = catalog_from_file(out, there, choice, job.part(0.1, 1))
        return catalog, []
    left = max(file.size - part_bytes(data.files, file), 0)
    needed = choice.room_bytes + (left if choice.keeps_archive else 0)
    check_room(out, needed, "AudioSet's catalogue")
    part = None
    try:
        if choice.keeps_archive or free_bytes(data.files) > choice.room_bytes + left:
            data.files.mkdir(parents=True, exist_ok=True)
            part = part_path(data.files, file)
        catalog, is_repacked = _built_through(
            out, partial(Download, file, mirror, part, patience), choice, job
        )
        if choice.keeps_archive:
            store.fetch(data.files, job.part(0.98, 1), [file], mirror, patience)
        store.remove_part(data.files, file)
    except OSError as error:
        raise DownloadError(
            f"{file.name} cannot be stored in {data.files}: {error.strerror or error}.",
            "Free some space, or move the data folder: python -m core files move DIR",
            ROOM_IN_THE_WINDOW,
        ) from error
    note = f"{file.name}: packed anew by its publisher; every record of it verifies"
    return catalog, [note] if is_repacked else []


def _built_through(
    out: Path, download: Callable[[], Download], choice: ClipChoice, job: Job
) -> tuple[Catalog, bool]:
    """Build from what arrives; if what was kept of it was wrong, once more without that.

    Returns also whether its publisher has packed it anew.
    """
    while True:
        arriving = _ArrivingFeatures(download(), choice, job)
        try:
            catalog = _built(out, arriving.source, choice, arriving.job)
            return catalog, bool(arriving.download.repacked_sha256)
        except (CatalogError, WrongContentError) as error:
            came = arriving.download
            is_of_disk = getattr(error.__cause__, "errno", None) is not None
            if is_of_disk or came.is_verified or not came.n_done:
                raise  # such as for a wrong class name: no fault of what came
            # What was decoded is gone, so what it was decoded from must not be trusted either.
            came.forget()
            if not came.n_kept:
                raise


class _ArrivingFeatures:
    """An archive on its way, and what is told of fetching and reading it at once.

    Parameters
    ----------
    download : Download
    choice : ClipChoice
    job : Job
    """

    def __init__(self, download: Download, choice: ClipChoice, job: Job) -> None:
        self.download, self._choice, self._job = download, choice, job
        self._speed, self._read = Speed(), ""
        self.job = job.watched_by(self._built)
        file = download.file
        self.source = ArchiveStream(
            file.name, file.size, file.sha256, self._opened, self._check_counts
        )

    def _opened(self) -> AbstractContextManager[BinaryIO]:
        return arriving(self.download, self._job, self._report)

    def _check_counts(self, n_clips: Mapping[str, int]) -> None:
        """Refuse an archive of another packing that has not the clips that AudioSet has."""
        if not self.download.repacked_sha256:
            return
        has_all = self._choice.is_balanced or sum(n_clips.values()) > audioset.LEAST_CLIPS
        if not has_all or any(n_clips.get(name) != n for name, n in audioset.N_CLIPS.items()):
            found = ", ".join(f"{n:,} in {split}" for split, n in sorted(n_clips.items()))
            raise WrongContentError(
                f"{self.download.file.name} is neither the archive that this program knows nor a "
                f"whole AudioSet: it has {found or 'no clip'}.",
                "Try again later, or from another mirror.",
            )

    def _report(self) -> None:
        download = self.download
        how = download.waiting or self._speed.text(download.n_done, download.total)
        done = min(download.n_done / download.total, 1.0)
        self._job.report(f"Fetching AudioSet: {how}{self._read}", 0.9 * done)

    def _built(self, stage: str, fraction: float | None) -> None:
        if stage.startswith(READING):
            clips = stage.removeprefix(READING).lstrip(": ").partition(" ")[0]
            self._read = f", {clips} new clips read"
            self._job.check()
        else:
            self._job.report(stage, fraction)


def _built(out: Path, source: ArchiveStream, choice: ClipChoice, job: Job) -> Catalog:
    return build_catalog(
        out,
        CatalogKind.AUDIOSET,
        [source],
        include=choice.include,
        exclude=choice.exclude,
        splits=BALANCED if choice.is_balanced else (),
        noting=noted,
        job=job,
    )


def catalog_from_file(out: Path, path: Path, choice: ClipChoice, job: Job) -> Catalog:
    """Build a catalogue of AudioSet's archive that is there already.

    Raises
    ------
    DownloadError, CatalogError
    """
    check_room(out, choice.room_bytes, "AudioSet's catalogue")
    source = ArchiveStream(
        path.name, path.stat().st_size, pinned.FEATURES.sha256, partial(_file, path)
    )
    return _built(out, source, choice, job)


@contextmanager
def _file(path: Path) -> Iterator[BinaryIO]:
    with path.open("rb") as file:
        yield file

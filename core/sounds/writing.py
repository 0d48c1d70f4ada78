"""Writing a catalogue of own sounds: clips of the old one and of parts, in the order of files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.catalog.build.build import KNOWN_FILES, now
from core.catalog.build.merge import CatalogRows, Piece, merge
from core.catalog.build.places import Stored
from core.catalog.catalog import Catalog
from core.catalog.clips import Clips
from core.catalog.manifest import (
    MANIFEST,
    CatalogManifest,
    ModelIdentity,
    Source,
    file_crc32c,
)
from core.catalog.replacing import replacing
from core.catalog.sound_files import Folder, OwnFile, write_files
from core.jobs import Job
from core.options import CatalogKind
from core.sounds.parts import SoundPart
from core.types import Float32

Contents = Mapping[bytes, tuple[SoundPart | None, OwnFile]]
"""By a content's key a file that has it, with the rows of its clips: in a part, or the old
catalogue."""


@dataclass(frozen=True)
class _ChosenRows:
    """Some of a catalogue's rows as a piece."""

    rows: CatalogRows
    chosen: NDArray[np.int64]
    stored: Mapping[str, Stored] = field(default_factory=dict)

    def small(self) -> Clips:
        return self.load()[0]

    def load(self) -> tuple[Clips, NDArray[np.int8]]:
        clips, vectors = self.rows.load()
        return clips.take(self.chosen), vectors[self.chosen]


def write_sounds(
    out: Path,
    old: Catalog | None,
    folders: Sequence[Folder],
    files: Sequence[OwnFile],
    contents: Contents,
    model: ModelIdentity,
    job: Job,
) -> None:
    """Write a catalogue in the place of the old one; whoever calls is alone there.

    Raises
    ------
    CatalogError
        If `out` holds anything else.
    OSError
        If it cannot be written.
    """
    pieces, loudness, first_rows = _gathered(old, files, contents)
    placed = [
        replace(file, first_clip=first_rows.get(file.key, 0) if file.n_clips else 0)
        for file in files
    ]
    n_clips = [
        sum({file.key: file.n_clips for file in placed if file.folder == number}.values())
        for number in range(len(folders))
    ]
    with replacing(out, MANIFEST, KNOWN_FILES) as folder:
        merged = merge(folder, pieces, job)
        names = write_files(folder, folders, placed, loudness)
        sizes = {
            name: ((folder / name).stat().st_size, file_crc32c(folder / name)) for name in names
        }
        manifest = CatalogManifest(
            kind=CatalogKind.SOUNDS,
            sources=tuple(
                Source(each.path, count, now())
                for each, count in zip(folders, n_clips, strict=True)
            ),
            model=model,
            created=now(),
            n_clips=merged.n_clips,
            n_frames=merged.n_frames,
            n_labels=merged.n_labels,
            files={**merged.files, **sizes},
        )
        (folder / MANIFEST).write_text(manifest.to_json(), encoding="utf-8")
        # Windows renames no folder with mapped files in it.
        del old, pieces


def _gathered(
    old: Catalog | None, files: Sequence[OwnFile], contents: Contents
) -> tuple[list[Piece], Float32, dict[bytes, int]]:
    """Return the clips to be, their loudness, and the first row of each content's."""
    needed = {file.key for file in files if file.n_clips}
    by_part: dict[Path | None, list[OwnFile]] = {}
    for key in needed:
        part, file = contents[key]
        by_part.setdefault(None if part is None else part.path, []).append(file)
    pieces: list[Piece] = []
    loudness: list[Float32] = [np.empty(0, np.float32)]
    first_rows: dict[bytes, int] = {}
    n_clips = 0
    # Those of the old catalogue first, which has no path.
    for path, its_files in sorted(by_part.items(), key=lambda item: str(item[0] or "")):
        its_files.sort(key=lambda file: file.first_clip)
        for file in its_files:
            first_rows[file.key] = n_clips
            n_clips += file.n_clips
        rows = np.concatenate(
            [np.arange(each.first_clip, each.first_clip + each.n_clips) for each in its_files]
        )
        if path is not None:
            part = SoundPart(path, rows)
            pieces.append(part)
            loudness.append(part.loudness_db())
        elif old is not None:
            loudness.append(np.asarray(old.sound_files.loudness_db)[rows])
            for piece in CatalogRows.all_of(old):
                inside = rows[(rows >= piece.begin) & (rows < piece.end)] - piece.begin
                if len(inside):
                    pieces.append(_ChosenRows(piece, inside))
    return pieces, np.concatenate(loudness), first_rows

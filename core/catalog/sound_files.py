"""The files of a catalogue of own sounds: where each lies, what it holds, and what failed.

Beside the arrays that every catalogue has, such a one has

==============  =================================================================================
files.npy       one row a file, in the order of their clips: `FILE`
texts.npy       uint8, paths and reasons, one after the other: rows say where each begins
folders.json    the folders that were given, as texts, and whether those in them count
loudness.npy    float32 (C,), of each clip, in dB below full scale (RMS)
==============  =================================================================================

A clip's `video_id` is the key of the content: a file that is renamed or moved keeps it, and files
of equal content share it, and their clips. Paths are bytes, as the system has them.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.catalog.arrays import opened_array
from core.catalog.manifest import FILES, FOLDERS, LOUDNESS, TEXTS, CatalogManifest, damaged
from core.errors import CatalogError
from core.foreign import as_text, parsed_json
from core.options import CatalogKind
from core.types import Float32

KEY_CHARACTERS = 24
"""Of a content's digest in hexadecimal: 96 bits, which no two of a person's files share."""

FILE = np.dtype(
    [
        ("key", f"S{KEY_CHARACTERS}"),
        ("n_bytes", "<i8"),
        ("changed_ns", "<i8"),
        ("duration_s", "<f8"),
        ("loudness_db", "<f4"),
        ("folder", "<i4"),
        ("first_clip", "<i8"),
        ("n_clips", "<i4"),
        ("path", "<i8"),
        ("path_bytes", "<i4"),
        ("reason", "<i8"),
        ("reason_bytes", "<i4"),
        ("state", "u1"),
        ("is_missing", "?"),
    ]
)
NOTHING_DB = -200.0
"""The loudness of digital silence, which has none."""


class FileState(IntEnum):
    """Result of analysing a file."""

    ANALYSED = 0
    SILENT = 1
    """Nothing is heard in it: it has no clips."""

    UNREADABLE = 2


@dataclass(frozen=True, slots=True)
class OwnFile:
    """A file of a catalogue of own sounds.

    Attributes
    ----------
    folder : int
        Which of the folders it lies in.
    path : bytes
        From that folder on.
    key : bytes
        Of its content; empty where it could not be read.
    n_bytes, changed_ns : int
        Size, and time of change, when it was read; the latter is -1 where it must be read again.
    duration_s, loudness_db : float
    state : FileState
    reason : str
        Why it could not be read.
    is_missing : bool
        Whether it was not there at the last update.
    first_clip, n_clips : int
        Rows of its clips.
    """

    folder: int
    path: bytes
    key: bytes
    n_bytes: int
    changed_ns: int
    duration_s: float = 0.0
    loudness_db: float = NOTHING_DB
    state: FileState = FileState.ANALYSED
    reason: str = ""
    is_missing: bool = False
    first_clip: int = 0
    n_clips: int = 0


@dataclass(frozen=True)
class Folder:
    """A folder whose sounds a catalogue has.

    Attributes
    ----------
    path : str
        Bytes that are no text are lone surrogates.
    has_subfolders : bool
        Whether the sounds in the folders in it count, too.
    """

    path: str
    has_subfolders: bool = True


@dataclass(frozen=True, eq=False)
class SoundFiles:
    """The files of a catalogue, memory-mapped.

    Attributes
    ----------
    folders : tuple of Folder
    rows : structured array, shape (n,)
        The columns of `FILE`.
    texts : uint8 array
    loudness_db : float32 array, shape (C,)
        Of each clip.
    """

    folders: tuple[Folder, ...]
    rows: NDArray[np.void]
    texts: NDArray[np.uint8]
    loudness_db: Float32

    @classmethod
    def open(cls, folder: Path, manifest: CatalogManifest) -> SoundFiles:
        """Open the files of a catalogue; raise CatalogError where it has none, or damaged ones.

        Nothing is read but the columns that say where the texts are.
        """
        if manifest.kind != CatalogKind.SOUNDS:
            raise CatalogError(f"{folder} is no catalogue of own sounds.", "Name one that is.")
        rows, texts, loudness = (opened_array(folder / name) for name in (FILES, TEXTS, LOUDNESS))
        name = FOLDERS
        try:
            folders = _folders(parsed_json((folder / FOLDERS).read_bytes()))
            name = FILES
            fits = rows.dtype == FILE and rows.ndim == 1 and texts.dtype == np.uint8
            fits = fits and loudness.dtype == np.float32 and loudness.shape == (manifest.n_clips,)
            if not fits or _is_odd(rows, len(texts), manifest.n_clips, len(folders)):
                raise ValueError("its rows do not fit the other files")
        except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
            raise damaged(folder / name, str(error)) from error
        return cls(folders, rows, texts, loudness)

    def __len__(self) -> int:
        return len(self.rows)

    def of_clip(self, row: int) -> list[int]:
        """Return the rows of the files that have a clip, those that are there first."""
        # A file's clips follow each other, and files stand in the order of their clips.
        first = self._first_clips
        owner = int(self.rows["first_clip"][int(np.searchsorted(first, row, "right")) - 1])
        begin, end = (int(np.searchsorted(first, owner, side)) for side in ("left", "right"))
        found = [i for i in range(begin, end) if row < owner + int(self.rows["n_clips"][i])]
        return sorted(found, key=lambda i: (bool(self.rows["is_missing"][i]), i))

    def path(self, row: int) -> str:
        """Return the whole path of a file; bytes that are no text are lone surrogates."""
        inner = os.fsdecode(self._text(row, "path"))
        return os.path.join(self.folders[int(self.rows["folder"][row])].path, inner)  # noqa: PTH118

    def find(self, path: str) -> int | None:
        """Return the row of the file at a path; None where there is none."""
        wanted = os.path.abspath(path)  # noqa: PTH100 - a link in it is a name like any other
        for index, folder in enumerate(self.folders):
            for root in dict.fromkeys((folder.path, os.path.realpath(folder.path))):
                begin = os.path.join(root, "")  # noqa: PTH118
                if not wanted.startswith(begin):
                    continue
                inner = os.fsencode(wanted[len(begin) :])
                sizes, folders = self.rows["path_bytes"], self.rows["folder"]
                for row in np.flatnonzero((sizes == len(inner)) & (folders == index)).tolist():
                    if self._text(row, "path") == inner:
                        return int(row)
        return None

    def files(self) -> Iterator[OwnFile]:
        """Yield all files; takes a second for some 200,000."""
        texts = self.texts.tobytes()
        columns = {name: self.rows[name].tolist() for name in FILE.names or ()}
        for i in range(len(self)):
            at, size = columns["path"][i], columns["path_bytes"][i]
            why, its_size = columns["reason"][i], columns["reason_bytes"][i]
            yield OwnFile(
                columns["folder"][i],
                texts[at : at + size],
                columns["key"][i],
                columns["n_bytes"][i],
                columns["changed_ns"][i],
                columns["duration_s"][i],
                columns["loudness_db"][i],
                FileState(columns["state"][i]),
                texts[why : why + its_size].decode("utf-8", "replace"),
                columns["is_missing"][i],
                columns["first_clip"][i],
                columns["n_clips"][i],
            )

    def failed(self) -> Iterator[tuple[str, str]]:
        """Yield the paths of the files that could not be read, each with the reason."""
        for row in np.flatnonzero(self.rows["state"] == FileState.UNREADABLE).tolist():
            yield self.path(row), self._text(row, "reason").decode("utf-8", "replace")

    def summary(self) -> dict[str, Any]:
        """Return what a person wants to know of the files, as JSON has it."""
        state, rows = self.rows["state"], self.rows
        _, first = np.unique(rows["key"], return_index=True)
        return {
            "files": len(rows),
            "analysed": int((state == FileState.ANALYSED).sum()),
            "silent": int((state == FileState.SILENT).sum()),
            "unreadable": int((state == FileState.UNREADABLE).sum()),
            "missing": int(rows["is_missing"].sum()),
            "hours": round(float(rows["duration_s"][first].sum()) / 3600, 4),
            "folders": [
                {"path": folder.path, "subfolders": folder.has_subfolders}
                for folder in self.folders
            ],
            "failed": [{"path": path, "reason": reason} for path, reason in self.failed()],
        }

    @property
    def _first_clips(self) -> NDArray[np.int64]:
        return np.ascontiguousarray(self.rows["first_clip"])

    def _text(self, row: int, name: str) -> bytes:
        begin = int(self.rows[name][row])
        return self.texts[begin : begin + int(self.rows[f"{name}_bytes"][row])].tobytes()


def file_arrays(files: Sequence[OwnFile]) -> tuple[NDArray[np.void], NDArray[np.uint8]]:
    """Return files as rows of `FILE`, and their texts."""
    rows, texts, at = np.zeros(len(files), FILE), [], 0
    for i, file in enumerate(files):
        reason = file.reason.encode("utf-8", "replace")
        begins = at, at + len(file.path)
        rows[i] = (
            file.key,
            file.n_bytes,
            file.changed_ns,
            file.duration_s,
            file.loudness_db,
            file.folder,
            file.first_clip,
            file.n_clips,
            begins[0],
            len(file.path),
            begins[1],
            len(reason),
            file.state,
            file.is_missing,
        )
        texts += [file.path, reason]
        at = begins[1] + len(reason)
    return rows, np.frombuffer(b"".join(texts), np.uint8)


def write_files(
    folder: Path, folders: Sequence[Folder], files: Sequence[OwnFile], loudness_db: Float32
) -> list[str]:
    """Write what a catalogue of own sounds has besides; return the names of the files.

    Parameters
    ----------
    folder : Path
        The catalogue's.
    folders : sequence of Folder
    files : sequence of OwnFile
        In any order, with the rows of their clips.
    loudness_db : float32 array, shape (C,)
    """
    n_clips = len(loudness_db)
    # Files without clips stand behind the others, where no clip's search comes.
    ordered = sorted(files, key=lambda file: file.first_clip if file.n_clips else n_clips)
    ordered = [file if file.n_clips else replace(file, first_clip=n_clips) for file in ordered]
    rows, texts = file_arrays(ordered)
    np.save(folder / FILES, rows)
    np.save(folder / TEXTS, texts)
    np.save(folder / LOUDNESS, loudness_db)
    listed = [{"path": each.path, "has_subfolders": each.has_subfolders} for each in folders]
    (folder / FOLDERS).write_text(json.dumps({"folders": listed}) + "\n", encoding="ascii")
    return [LOUDNESS, FILES, TEXTS, FOLDERS]


def _folders(content: Any) -> tuple[Folder, ...]:
    found = tuple(Folder(each["path"], each["has_subfolders"]) for each in content["folders"])
    for each in found:
        # No system knows a name that its encoding cannot have.
        if type(each.has_subfolders) is not bool or b"\0" in os.fsencode(as_text(each.path)):
            raise ValueError("a folder in it is none")
    return found


def _is_odd(rows: NDArray[np.void], n_text_bytes: int, n_clips: int, n_folders: int) -> bool:
    """Return whether a row leads out of the texts, clips or folders, or a clip is of no file."""
    if not len(rows):
        return n_clips > 0
    ends = [
        (rows["path"], rows["path_bytes"], n_text_bytes),
        (rows["reason"], rows["reason_bytes"], n_text_bytes),
        (rows["first_clip"], rows["n_clips"], n_clips),
    ]
    is_out = any(
        first.min() < 0 or count.min() < 0 or first.max() > most or (first + count).max() > most
        for first, count, most in ends
    )
    return bool(
        is_out
        or rows["folder"].min() < 0
        or rows["folder"].max() >= n_folders
        or rows["state"].max() > max(FileState)
        or (np.diff(rows["first_clip"]) < 0).any()
        or _has_gaps(rows, n_clips)
    )


def _has_gaps(rows: NDArray[np.void], n_clips: int) -> bool:
    """Return whether there are clips that no file has; rows are in the order of their clips."""
    first, places = np.unique(rows["first_clip"], return_index=True)
    ends = first + np.maximum.reduceat(rows["n_clips"], places)
    return bool(first[0] != 0 or (ends < np.append(first[1:], n_clips)).any())

"""What an unfinished build has analysed, kept beside the catalogue so that the next one goes on."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.atomic import written_whole
from core.catalog.build.places import Stored
from core.catalog.clips import Clips
from core.catalog.sound_files import FILE, FileState, OwnFile, file_arrays
from core.foreign import npz_arrays
from core.types import EMBEDDING_SIZE, Float32
from core.vectors import clip_directions

_SUFFIX = ".sounds"
_MOST_BYTES = 1 << 31
_COLUMNS = [each.name for each in fields(Clips)]


@dataclass(frozen=True)
class SoundPart:
    """Files that were analysed, and their clips, in a file.

    Attributes
    ----------
    path : Path
    rows : int array or None
        Those of its clips that count; all if there is none.
    """

    path: Path
    rows: NDArray[np.int64] | None = None
    stored: Mapping[str, Stored] = field(default_factory=dict)

    def files(self) -> list[OwnFile]:
        """Return the files whose clips are here.

        Raises
        ------
        OSError, ValueError or KeyError
            If the part is damaged.
        """
        return self._listed("files", "texts")

    def others(self) -> list[OwnFile]:
        """Return further files that were read: those of known content, and unreadable ones.

        Raises
        ------
        OSError, ValueError or KeyError
            If the part is damaged.
        """
        return self._listed("others", "other_texts")

    def _listed(self, name: str, texts_name: str) -> list[OwnFile]:
        arrays = npz_arrays(self.path, [name, texts_name], _MOST_BYTES)
        if arrays[name].dtype != FILE:
            raise ValueError("its rows are other ones")
        texts = arrays[texts_name].tobytes()
        found = []
        for row in arrays[name]:
            at, why = int(row["path"]), int(row["reason"])
            found.append(
                OwnFile(
                    int(row["folder"]),
                    texts[at : at + int(row["path_bytes"])],
                    bytes(row["key"]),
                    int(row["n_bytes"]),
                    int(row["changed_ns"]),
                    float(row["duration_s"]),
                    float(row["loudness_db"]),
                    FileState(int(row["state"])),
                    texts[why : why + int(row["reason_bytes"])].decode("utf-8", "replace"),
                    False,
                    int(row["first_clip"]),
                    int(row["n_clips"]),
                )
            )
        return found

    def check(self, files: Sequence[OwnFile]) -> None:
        """Raise ValueError or KeyError where the clips fit neither each other nor the files."""
        clips = Clips(**npz_arrays(self.path, _COLUMNS, _MOST_BYTES))
        n_clips = len(clips)
        usual = Clips.from_lists([], [], [], [], [])
        kinds = [(each.dtype.char, each.ndim) for each in clips.columns()]
        if kinds != [(each.dtype.char, each.ndim) for each in usual.columns()]:
            raise ValueError("its columns are of other kinds")
        lengths = dict.fromkeys(_COLUMNS, n_clips)
        lengths |= {"label_indices": int(clips.n_labels.sum()), "frames": int(clips.n_frames.sum())}
        lengths["is_sure"] = len(clips.is_sure) and lengths["label_indices"]
        is_odd = (
            any(len(getattr(clips, name)) != length for name, length in lengths.items())
            or clips.n_labels.min(initial=0) < 0
            or clips.n_frames.min(initial=1) < 1
            or clips.frames.shape[1] != EMBEDDING_SIZE
            or self.loudness_db().shape != (n_clips,)
            or any(min(each.first_clip, each.n_clips) < 0 for each in files)
            or any(each.first_clip + each.n_clips > n_clips for each in files)
        )
        if is_odd:
            raise ValueError("its columns do not fit each other")

    def small(self) -> Clips:
        """Return the clips; their frames are of the right width only."""
        names = [name for name in _COLUMNS if name != "frames"]
        arrays = npz_arrays(self.path, names, _MOST_BYTES)
        n_frames = int(arrays["n_frames"].sum())
        # Takes no memory: no row of it is read.
        frames = np.broadcast_to(np.zeros(EMBEDDING_SIZE, np.uint8), (n_frames, EMBEDDING_SIZE))
        return self._chosen(Clips(**arrays, frames=frames))

    def load(self) -> tuple[Clips, NDArray[np.int8]]:
        """Return the clips and their vectors."""
        clips = self._chosen(Clips(**npz_arrays(self.path, _COLUMNS, _MOST_BYTES)))
        return clips, clip_directions(clips.frames, clips.n_frames)

    def loudness_db(self) -> Float32:
        """Return the loudness of each clip that counts, float32 (C,)."""
        found: Any = npz_arrays(self.path, ["loudness"], _MOST_BYTES)["loudness"]
        return np.asarray(found if self.rows is None else found[self.rows], np.float32)

    def _chosen(self, clips: Clips) -> Clips:
        return clips if self.rows is None else clips.take(self.rows)


class PartsFolder:
    """Parts of a build, in a folder of their own; whoever uses it is alone there.

    Parameters
    ----------
    folder : Path
    model_id : str
        What analyses the sounds: parts of others are removed.
    folders : sequence of str
        Paths of the folders that are looked through, in the order that files know them by.
    """

    def __init__(self, folder: Path, model_id: str, folders: Sequence[str] = ()) -> None:
        self._folder, self._folders = folder, folders
        self._model = hashlib.sha256(model_id.encode()).hexdigest()[:16]
        self._n_written = 0

    def found(self) -> list[tuple[SoundPart, list[OwnFile], list[OwnFile]]]:
        """Return the parts that earlier builds have left; remove all else.

        Each comes with the files whose clips it has, and with all that were read and lie in the
        folders of now, by the numbers of now.
        """
        kept: list[tuple[SoundPart, list[OwnFile], list[OwnFile]]] = []
        if not self._folder.is_dir():
            return kept
        for path in sorted(self._folder.iterdir()):
            part = SoundPart(path)
            model, _, number = path.stem.partition("-")
            try:
                if path.suffix != _SUFFIX or model != self._model or not number.isdecimal():
                    raise ValueError("it is another build's")
                files = part.files()
                part.check(files)
                read = self._placed(part, [*files, *part.others()])
            except (OSError, ValueError, KeyError, TypeError, IndexError):
                path.unlink()
                continue
            self._n_written = max(self._n_written, int(number) + 1)
            kept.append((part, files, read))
        return kept

    def _placed(self, part: SoundPart, files: Sequence[OwnFile]) -> list[OwnFile]:
        packed = npz_arrays(part.path, ["folders"], _MOST_BYTES)["folders"].tobytes()
        now = {os.fsencode(path): number for number, path in enumerate(self._folders)}
        numbers = [now.get(path) for path in packed.split(b"\0")]
        if any(file.folder < 0 for file in files):
            raise ValueError("a file lies in no folder")
        placed = ((numbers[file.folder], file) for file in files)
        return [replace(file, folder=number) for number, file in placed if number is not None]

    def write(
        self,
        files: Sequence[OwnFile],
        clips: Sequence[Clips],
        loudness: Sequence[Float32],
        others: Sequence[OwnFile] = (),
    ) -> SoundPart:
        """Write a part, whole or not at all; raise OSError if it cannot be written.

        Parameters
        ----------
        files : sequence of OwnFile
            With the rows of their clips here.
        clips : sequence of Clips
        loudness : sequence of float32 arrays
            Of each file, of each of its clips.
        others : sequence of OwnFile
            Further files that were read, whose clips are elsewhere, or that have none.
        """
        self._folder.mkdir(exist_ok=True)
        path = self._folder / f"{self._model}-{self._n_written:06}{_SUFFIX}"
        self._n_written += 1
        columns: dict[str, Any] = {}
        for name, texts_name, listed in (
            ("files", "texts", files),
            ("others", "other_texts", others),
        ):
            columns[name], columns[texts_name] = file_arrays(listed)
        packed = b"\0".join(map(os.fsencode, self._folders))
        columns["folders"] = np.frombuffer(packed, np.uint8)
        joined = Clips.concatenate(clips) if clips else Clips.from_lists([], [], [], [], [])
        columns.update(zip(_COLUMNS, joined.columns(), strict=True))
        columns["loudness"] = np.concatenate([np.empty(0, np.float32), *loudness])
        with written_whole(path) as file:
            np.savez(file, **columns)
        return SoundPart(path)

    def remove(self) -> None:
        """Remove all parts: they are in the catalogue now."""
        shutil.rmtree(self._folder, ignore_errors=True)

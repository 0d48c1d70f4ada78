"""The catalogue on disk: a folder that is written once, then only read.

=============  ==================================================================================
catalog.json   format version, source, filters, model, counts, and every other file's checksum
clips.parquet  for people and other programs: one row a clip, labels as a list of class indices
clips.npy      the same columns for this program, memory-mapped: importing a Parquet reader takes
               60 ms at best and seconds from a cold disk, and a window would feel it
labels.npy     int16, the class indices of all clips, one clip after the other
frames.npy     uint8 (F, 128), all post-processed embeddings, one clip after the other
vectors.npy    float32 (C, 128), one centred unit vector a clip
=============  ==================================================================================
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import google_crc32c
import numpy as np
from numpy.typing import NDArray

from core.catalog.clips import offsets
from core.catalog.ontology import Ontology
from core.catalog.replacing import readable_folder
from core.errors import CatalogError
from core.types import EMBEDDING_SIZE, Float32, UInt8

if TYPE_CHECKING:
    import pandas as pd

FORMAT, VERSION = "soundalike-catalog", 1
MANIFEST = "catalog.json"
ARRAYS = ("clips.npy", "labels.npy", "frames.npy", "vectors.npy")
DATA_FILES = ("clips.parquet", *ARRAYS)
RELEASED_MODEL_ID = "vggish-audioset"
"""The model whose embeddings AudioSet and YouTube-8M released."""

_VERIFIED_AT_OPENING_BYTES = 256 << 20
_CHUNK_BYTES = 1 << 20
_BUILD_AGAIN = "Build the catalogue again."


@dataclass(frozen=True)
class ModelIdentity:
    """Which model made a catalogue's vectors; only queries of an equal `id` may be compared."""

    name: str
    id: str


RELEASED_MODEL = ModelIdentity("VGGish (released AudioSet features)", RELEASED_MODEL_ID)


@dataclass(frozen=True)
class Manifest:
    """What `catalog.json` says.

    Attributes
    ----------
    kind : str
        "audioset", "youtube8m", or "demo".
    sources : tuple of str
        File and folder names that the clips came from.
    include, exclude : tuple of str
        The class names that filtered the clips when the catalogue was built.
    model : ModelIdentity
        What made the frames.
    created : str
        ISO 8601, UTC.
    n_clips, n_frames, n_labels : int
        Rows of clips and vectors, of frames, and of labels.
    files : dict
        For each data file its size in bytes and its CRC-32C in hexadecimal.
    """

    kind: str
    sources: tuple[str, ...]
    include: tuple[str, ...]
    exclude: tuple[str, ...]
    model: ModelIdentity
    created: str
    n_clips: int
    n_frames: int
    n_labels: int
    files: dict[str, tuple[int, str]]

    def to_json(self) -> str:
        """Return the text of `catalog.json`, with a checksum of its own."""
        content = {"format": FORMAT, "version": VERSION, **asdict(self)}
        return json.dumps({**content, "crc32c": _crc_of_json(content)}, indent=1) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Manifest:
        """Return what the text says; raise ValueError or CatalogError where it makes no sense."""
        content = json.loads(text)
        if not isinstance(content, dict) or content.pop("format", None) != FORMAT:
            raise ValueError("it is not a catalogue's")
        version = content.pop("version", None)
        if version != VERSION:
            raise CatalogError(
                f"The catalogue has format version {version!r}, and this program reads {VERSION}.",
                "Build the catalogue again with this program.",
            )
        checksum = content.pop("crc32c", None)
        if checksum != _crc_of_json({"format": FORMAT, "version": VERSION, **content}):
            raise ValueError("its checksum is wrong")
        for key in ("sources", "include", "exclude"):
            content[key] = tuple(content[key])
        content["model"] = ModelIdentity(**content["model"])
        content["files"] = {name: (size, crc) for name, (size, crc) in content["files"].items()}
        return cls(**content)


def _crc_of_json(content: dict[str, Any]) -> str:
    plain = json.dumps(content, sort_keys=True).encode()
    return f"{google_crc32c.value(plain):08x}"


def file_crc32c(path: Path) -> str:
    """Return the CRC-32C of a file in hexadecimal."""
    crc = 0
    with path.open("rb") as file:
        # In small steps, so that another thread never waits long for the interpreter.
        while chunk := file.read(_CHUNK_BYTES):
            crc = google_crc32c.extend(crc, chunk)
    return f"{crc:08x}"


def clip_dtype(id_width: int) -> np.dtype[np.void]:
    """Return the row type of `clips.npy` for video ids of up to so many bytes."""
    return np.dtype(
        [
            ("start_s", "<f8"),
            ("end_s", "<f8"),
            ("first_frame", "<i8"),
            ("first_label", "<i8"),
            ("n_frames", "<i4"),
            ("n_labels", "<i4"),
            ("is_youtube_id", "?"),
            ("video_id", f"S{id_width}"),
        ]
    )


@dataclass(frozen=True, eq=False)
class Clip:
    """One clip of a catalogue.

    Attributes
    ----------
    video_id : str
        YouTube's eleven characters, if `is_youtube_id`; else only a key within its data set.
    start_s, end_s : float
        Span within the video, in seconds; both 0 where it is unknown.
    labels : tuple of str
        Class names.
    frames : uint8 array, shape (n, 128)
        Post-processed embeddings, one a second.
    """

    video_id: str
    is_youtube_id: bool
    start_s: float
    end_s: float
    labels: tuple[str, ...]
    frames: UInt8


@dataclass(frozen=True, eq=False)
class Catalog:
    """An opened catalogue of C clips, memory-mapped; open one with `Catalog.open`.

    Attributes
    ----------
    path : Path
        The folder.
    manifest : Manifest
        What `catalog.json` says.
    clips : structured array, shape (C,)
        The columns of `clip_dtype`.
    label_indices : int16 array, shape (L,)
        Class indices of all clips; see `label_offsets`.
    frames : uint8 array, shape (F, 128)
    vectors : float32 array, shape (C, 128)
        Rows of length 1 (or 0, where a clip's mean is exactly the centre).
    """

    path: Path
    manifest: Manifest
    clips: NDArray[np.void]
    label_indices: NDArray[np.int16]
    frames: UInt8
    vectors: Float32

    @classmethod
    def open(cls, path: Path, verify: bool = False) -> Catalog:
        """Open a catalogue, or say in one error what is wrong with it.

        Parameters
        ----------
        path : Path
            The folder.
        verify : bool
            Compare the checksums of all files, however large. Catalogues of up to 256 MB are
            always compared; larger ones are checked for sizes, shapes and types.

        Raises
        ------
        CatalogError
            If there is no catalogue, or any of its files is missing, damaged or of another format.
        """
        folder = readable_folder(path, MANIFEST)
        text = _manifest_text(folder)
        try:
            return cls._open(folder, text, verify)
        except CatalogError:
            # A build may have put a new catalogue in this one's place while it was being opened.
            if _manifest_text(readable_folder(path, MANIFEST)) == text:
                raise
            return cls.open(path, verify)

    @classmethod
    def _open(cls, folder: Path, text: str, verify: bool) -> Catalog:
        try:
            manifest = Manifest.from_json(text)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise _damaged(folder / MANIFEST, str(error)) from error
        _check_files(folder, manifest, verify)
        clips, labels, frames, vectors = (_array(folder / name) for name in ARRAYS)
        names = clips.dtype.names or ()
        id_width = clips.dtype["video_id"].itemsize if "video_id" in names else 1
        n_clips = manifest.n_clips
        expected = (
            ("clips.npy", clips, clip_dtype(id_width), (n_clips,)),
            ("labels.npy", labels, np.dtype("<i2"), (manifest.n_labels,)),
            ("frames.npy", frames, np.dtype("u1"), (manifest.n_frames, EMBEDDING_SIZE)),
            ("vectors.npy", vectors, np.dtype("<f4"), (n_clips, EMBEDDING_SIZE)),
        )
        for name, array, dtype, shape in expected:
            if array.dtype != dtype or array.shape != shape:
                raise _damaged(folder / name, f"its array is {array.dtype} {array.shape}")
        return cls(folder, manifest, clips, labels, frames, vectors)

    def __len__(self) -> int:
        return len(self.clips)

    @property
    def model_id(self) -> str:
        """Which model made the vectors; compare it with the query's."""
        return self.manifest.model.id

    @property
    def model_name(self) -> str:
        """The model's name for people."""
        return self.manifest.model.name

    @cached_property
    def label_offsets(self) -> NDArray[np.int64]:
        """Where each clip's labels begin in `label_indices`, shape (C + 1,)."""
        return offsets(self.clips["n_labels"])

    def clip(self, row: int) -> Clip:
        """Return the clip at a row, 0 to C - 1."""
        record = self.clips[row]
        labels = _span(self.label_indices, record["first_label"], record["n_labels"])
        return Clip(
            video_id=record["video_id"].decode("ascii"),
            is_youtube_id=bool(record["is_youtube_id"]),
            start_s=float(record["start_s"]),
            end_s=float(record["end_s"]),
            labels=tuple(map(self.label_name, labels.tolist())),
            frames=_span(self.frames, record["first_frame"], record["n_frames"]),
        )

    def find(self, video_id: str) -> NDArray[np.int64]:
        """Return the rows of a video's clips, in order; raise CatalogError if it has none."""
        rows = np.flatnonzero(self.clips["video_id"] == video_id.encode())
        if not len(rows):
            raise CatalogError(
                f"The video {video_id!r} is not in this catalogue.",
                "Give the id of one of the catalogue's videos, as a match shows it.",
            )
        return rows

    @cached_property
    def label_name(self) -> Callable[[int], str]:
        """The function from a class index to the class's name."""
        if self.manifest.kind == "youtube8m":
            return "YouTube-8M #{}".format
        return Ontology.load().name

    def to_dataframe(self, vectors: bool = False) -> pd.DataFrame:
        """Return one row a clip: video_id, start_s, end_s, labels, n_frames, is_youtube_id.

        Parameters
        ----------
        vectors : bool
            Add the columns v0 to v127: the unit vector that the search compares.
        """
        import pandas as pd

        names = [self.label_name(index) for index in self.label_indices.tolist()]
        bounds = self.label_offsets.tolist()
        frame = pd.DataFrame(
            {
                "video_id": self.clips["video_id"].astype(np.str_).astype(object),
                "start_s": self.clips["start_s"],
                "end_s": self.clips["end_s"],
                "labels": [names[a:b] for a, b in pairwise(bounds)],
                "n_frames": self.clips["n_frames"],
                "is_youtube_id": self.clips["is_youtube_id"],
            }
        )
        if not vectors:
            return frame
        columns = [f"v{index}" for index in range(EMBEDDING_SIZE)]
        return frame.join(pd.DataFrame(self.vectors, columns=columns))


def _manifest_text(folder: Path) -> str:
    try:
        return (folder / MANIFEST).read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError):
        raise CatalogError(
            f"{folder} is not a catalogue.",
            "Give the folder of a catalogue, or build one with `python -m core build`.",
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise _damaged(folder / MANIFEST, str(error)) from error


def _check_files(folder: Path, manifest: Manifest, verify: bool) -> None:
    verify = (
        verify or sum(size for size, _ in manifest.files.values()) <= _VERIFIED_AT_OPENING_BYTES
    )
    for name in DATA_FILES:
        size, checksum = manifest.files.get(name, (-1, ""))
        try:
            found = (folder / name).stat().st_size
            if found != size:
                raise _damaged(folder / name, f"it has {found} bytes instead of {size}")
            if verify and file_crc32c(folder / name) != checksum:
                raise _damaged(folder / name, "its checksum is wrong")
        except FileNotFoundError:
            raise CatalogError(f"{folder / name} is missing.", _BUILD_AGAIN) from None
        except OSError as error:
            raise _damaged(folder / name, error.strerror or str(error)) from error


def _array(path: Path) -> Any:
    try:
        return np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise _damaged(path, str(error)) from error


def _span(array: Any, first: int, count: int) -> Any:
    return np.asarray(array[first : first + count])


def _damaged(path: Path, what: str) -> CatalogError:
    return CatalogError(f"{path} cannot be used: {what}.", _BUILD_AGAIN)

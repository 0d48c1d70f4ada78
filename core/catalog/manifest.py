"""A catalogue's `catalog.json`: what the catalogue is, and how its other files must look."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import google_crc32c

from core.errors import CatalogError
from core.foreign import parsed_json, plain
from core.options import CatalogKind, ListenerKind

FORMAT, VERSION = "soundalike-catalog", 3
MANIFEST = "catalog.json"
CLIPS, LABELS, FRAMES, VECTORS = ARRAYS = ("clips.npy", "labels.npy", "frames.npy", "vectors.npy")
DATA_FILES = ("clips.parquet", *ARRAYS)
VISUAL, TAGS, SURE = ("visual.npy", "tags.npy", "sure.npy")
LOUDNESS, FILES, TEXTS, FOLDERS = OF_SOUNDS = (
    "loudness.npy",
    "files.npy",
    "texts.npy",
    "folders.json",
)
"""What a catalogue of own sounds has besides; see `core.catalog.sound_files`."""

OPTIONAL = (VISUAL, TAGS, SURE, *OF_SOUNDS)
"""The files that a catalogue need not have."""

RELEASED_MODEL_ID = "vggish-audioset"
"""The model whose embeddings AudioSet and YouTube-8M released."""

VERIFIED_AT_OPENING_BYTES = 256 << 20
_CHUNK_BYTES = 1 << 20
_LARGEST = 1 << 60
_BUILD_AGAIN = "Remove the folder, and build the catalogue again."


@dataclass(frozen=True)
class ModelIdentity:
    """Identity of the model that made the vectors; compare only queries of an equal `id`."""

    name: str
    id: str

    @property
    def listener(self) -> ListenerKind:
        """Listener that the model is of."""
        is_built_in = self.id.startswith(ListenerKind.BUILT_IN)
        return ListenerKind.BUILT_IN if is_built_in else ListenerKind.VGGISH


RELEASED_MODEL = ModelIdentity("VGGish (released AudioSet features)", RELEASED_MODEL_ID)


@dataclass(frozen=True)
class Source:
    """Source of some of a catalogue's clips.

    Attributes
    ----------
    name : str
        Of the file or folder.
    n_clips : int
        How many clips it gave; those that were there already do not count.
    added : str
        ISO 8601, UTC.
    include, exclude : tuple of str
        The class names that filtered its clips.
    digest : str
        Of the files' names, sizes and times and of what was asked for; empty if there are none.
    """

    name: str
    n_clips: int
    added: str
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    digest: str = ""


@dataclass(frozen=True)
class CatalogManifest:
    """Content of `catalog.json`.

    Attributes
    ----------
    kind : CatalogKind
    sources : tuple of Source
        What the clips came from, in their order.
    model : ModelIdentity
        What made the frames.
    created : str
        ISO 8601, UTC.
    n_clips, n_frames, n_labels : int
        Rows of clips and vectors, of frames, and of labels.
    files : dict
        For each data file its size in bytes and its CRC-32C in hexadecimal.
    """

    kind: CatalogKind
    sources: tuple[Source, ...]
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
    def from_json(cls, text: str) -> CatalogManifest:
        """Return what the text says; raise ValueError or CatalogError where it makes no sense."""
        content = parsed_json(text)
        if not isinstance(content, dict) or content.pop("format", None) != FORMAT:
            raise ValueError("it is not a catalogue's")
        version = content.pop("version", None)
        if version != VERSION:
            raise CatalogError(
                f"The catalogue has format version {version!r}, and this program reads {VERSION}.",
                "Remove the folder, and build the catalogue again with this program.",
            )
        checksum = content.pop("crc32c", None)
        if checksum != _crc_of_json({"format": FORMAT, "version": VERSION, **content}):
            raise ValueError("its checksum is wrong")
        if content["kind"] not in list(CatalogKind) or content["kind"] == CatalogKind.DAMAGED:
            raise ValueError("its clips are of a kind that this program does not know")
        content["kind"] = CatalogKind(content["kind"])
        content["sources"] = tuple(map(_source, content["sources"]))
        content["model"] = ModelIdentity(**content["model"])
        content["files"] = {name: (size, crc) for name, (size, crc) in content["files"].items()}
        manifest = cls(**content)
        manifest._check_types()
        return manifest

    def _check_types(self) -> None:
        """Raise ValueError where a number or a text is something else; a checksum proves little."""
        counts = [self.n_clips, self.n_frames, self.n_labels]
        texts = [self.created, self.model.name, self.model.id]
        for size, checksum in self.files.values():
            counts.append(size)
            texts.append(checksum)
        for source in self.sources:
            counts.append(source.n_clips)
            texts += (source.name, source.added, source.digest, *source.include, *source.exclude)
        if not all(type(count) is int and 0 <= count <= _LARGEST for count in counts):
            raise ValueError("a count in it makes no sense")
        if not all(isinstance(text, str) for text in texts):
            raise ValueError("a text in it is none")


def _source(content: dict[str, Any]) -> Source:
    for key in ("include", "exclude"):
        content[key] = tuple(content[key])
    return Source(**content)


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


def manifest_text(folder: Path) -> str:
    """Return the text of a folder's `catalog.json`; raise CatalogError if there is none."""
    try:
        return (folder / MANIFEST).read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError):
        raise CatalogError(
            f"{folder} is not a catalogue.",
            "Give the folder of a catalogue, or build one with `python -m core build`.",
            "Choose another one: “Catalogues…” in the menu.",
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise damaged(folder / MANIFEST, str(error)) from error


def check_files(folder: Path, manifest: CatalogManifest, verify: bool) -> None:
    """Raise CatalogError if a data file is missing, of another size, or its checksum is wrong."""
    verify = verify or sum(size for size, _ in manifest.files.values()) <= VERIFIED_AT_OPENING_BYTES
    for name in {*DATA_FILES, *manifest.files} & {*DATA_FILES, *OPTIONAL}:
        size, checksum = manifest.files.get(name, (-1, ""))
        try:
            found = (folder / name).stat().st_size
            if found != size:
                raise damaged(folder / name, f"it has {found} bytes instead of {size}")
            if verify and file_crc32c(folder / name) != checksum:
                raise damaged(folder / name, "its checksum is wrong")
        except FileNotFoundError:
            raise CatalogError(f"{folder / name} is missing.", _BUILD_AGAIN) from None
        except OSError as error:
            raise damaged(folder / name, error.strerror or str(error)) from error


def damaged(path: Path, what: str) -> CatalogError:
    """Return the error for a file of a catalogue that cannot be used."""
    return CatalogError(f"{path} cannot be used: {plain(what)}.", _BUILD_AGAIN)

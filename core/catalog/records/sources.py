"""Where records come from: `.tfrecord` files, folders of them, and archives read as a stream.

An archive is never unpacked: names inside it are only shown, so no name can lead outside a folder,
and 4,070 shard names that differ in case alone cannot overwrite one another.
"""

from __future__ import annotations

import gzip
import os
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, TypeVar, cast

from isal import igzip, igzip_threaded

from core.catalog.records.tar import members
from core.errors import Cancelled, CatalogError, SoundalikeError

Item = TypeVar("Item")

_SHARD_SUFFIX = ".tfrecord"


@dataclass(frozen=True)
class ArchiveStream:
    """A `.tar.gz` that is no file here: it is read while it arrives.

    Attributes
    ----------
    name : str
        For people.
    n_bytes : int
        How many they are, as far as that is known.
    digest : str
        Names the content: an equal digest means equal bytes.
    open : callable
        Returns a context with the bytes from the first one on, as a file that can read and tell.
        It is left without an exception only after the last byte was wanted.
    check : callable
        Told at the end how many records each folder of the archive had, such as "bal_train"; may
        raise, and nothing is built then. Not called where the end was not waited for.
    """

    name: str
    n_bytes: int
    digest: str
    open: Callable[[], AbstractContextManager[BinaryIO]] = field(compare=False)
    check: Callable[[Mapping[str, int]], None] = field(default=lambda _: None, compare=False)


@contextmanager
def _opened_file(path: Path) -> Iterator[tuple[BinaryIO, BinaryIO]]:
    """Give an archive's bytes as they are, and unpacked."""
    with path.open("rb", buffering=0) as file:
        if path.name.lower().endswith(".tar"):
            yield cast(BinaryIO, file), cast(BinaryIO, file)
        else:
            # A thread of its own decompresses while this one decodes, and faster than zlib does.
            with closing(igzip_threaded.open(file, "rb", threads=1)) as stream:
                yield cast(BinaryIO, file), cast(BinaryIO, stream)


@contextmanager
def _opened_stream(source: ArchiveStream) -> Iterator[tuple[BinaryIO, BinaryIO]]:
    """Give an archive's bytes as they are, and unpacked, by this thread: waiting can be stopped."""
    with source.open() as file, closing(igzip.open(file, "rb")) as stream:
        yield file, cast(BinaryIO, stream)


def is_archive(source: Path) -> bool:
    """Return whether a source's name is an archive's."""
    return source.name.lower().endswith((".tar.gz", ".tgz", ".tar"))


def check_source(source: Path) -> None:
    """Raise a CatalogError unless the source is there and of a kind that can be read."""
    with readable(str(source)):
        is_there, is_folder = source.exists(), source.is_dir()
    if not is_there:
        raise CatalogError(
            f"{printable(str(source))} does not exist.", "Check the path of the source."
        )
    if not (is_folder or is_archive(source) or source.name.endswith(_SHARD_SUFFIX)):
        raise CatalogError(
            f"{printable(str(source))} is neither a .tfrecord file, a folder of them, nor a .tar "
            "or .tar.gz.",
            "Name the features archive or the folder with the .tfrecord files.",
        )


def shard_files(source: Path) -> list[Path]:
    """Return the shards of a file or folder, sorted by name, byte by byte, case included."""
    if source.is_file():
        return [source]
    with readable(str(source)):
        shards = [
            os.path.join(folder, name)  # noqa: PTH118 - ten thousand of them
            for folder, _, names in os.walk(source, onerror=_raise)
            for name in names
            if name.endswith(_SHARD_SUFFIX)
        ]
    if not shards:
        raise CatalogError(
            f"{source} has no .tfrecord file in it.", "Name the folder with the .tfrecord files."
        )
    return [Path(shard) for shard in sorted(shards, key=_path_bytes)]


def _path_bytes(path: str) -> bytes:
    """Return what paths are sorted by, the same on every system."""
    return os.fsencode(path.replace(os.sep, "/"))


def _raise(error: OSError) -> None:
    raise error


def open_files(
    shards: Sequence[Path], progress: Callable[[int], None]
) -> Iterator[tuple[str, BinaryIO]]:
    """Yield (name, stream) of every shard; each is closed when the next is asked for.

    Parameters
    ----------
    shards : sequence of Path
    progress : callable
        Told after each shard how many bytes of all shards have been read.
    """
    n_bytes = 0
    for shard in shards:
        with readable(str(shard)), shard.open("rb", buffering=0) as stream:
            yield printable(str(shard)), cast(BinaryIO, stream)
            n_bytes += stream.tell()
        progress(n_bytes)


def open_archive(
    source: Path | ArchiveStream,
    progress: Callable[[int], None],
    splits: Sequence[str] = (),
) -> Generator[tuple[str, BinaryIO] | None]:
    """Yield (name, stream) of every shard of an archive, in its order.

    Parameters
    ----------
    source : Path or ArchiveStream
    progress : callable
        Told again and again how many bytes of the archive have been read; may raise to stop.
    splits : sequence of str
        Names of folders: of a shard that is in none of them comes None instead; empty for all.
    """
    n_shards = 0
    opened = _opened_file(source) if isinstance(source, Path) else _opened_stream(source)
    with opened as (file, stream):
        for member in members(stream, lambda: progress(file.tell())):
            if not member.name.endswith(_SHARD_SUFFIX):
                continue
            n_shards += 1
            if is_in(member.name, splits):
                yield printable(f"{source.name}: {member.name}"), cast(BinaryIO, member)
            else:
                yield None
    if not n_shards:
        raise CatalogError(
            f"{source.name} has no .tfrecord file in it.",
            "Name the archive with AudioSet's features.",
        )


def is_in(name: str, splits: Sequence[str]) -> bool:
    """Return whether a shard lies in one of these folders, or no folder is named."""
    return not splits or split_of(name) in splits


def split_of(name: str) -> str:
    """Return the name of the folder that a shard lies in, such as "bal_train"."""
    return name.replace("\\", "/").rpartition("/")[0].rpartition("/")[2]


def guarded(name: str, items: Iterator[Item]) -> Generator[Item]:
    """Yield the items; what reading them may raise becomes a CatalogError."""
    with readable(name):
        yield from items


def printable(text: str) -> str:
    """Return a name from outside on one line, with nothing that a terminal would obey."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)


@contextmanager
def readable(name: str) -> Iterator[None]:
    """Turn what reading a source may raise into a CatalogError with its name."""
    try:
        yield
    except (SoundalikeError, Cancelled, MemoryError):
        raise
    except OSError as error:
        if isinstance(error, gzip.BadGzipFile):
            raise _damaged(name, error) from error
        raise CatalogError(
            f"{printable(name)} cannot be read: {error.strerror or error}.",
            "Check that the file is there, that you may read it, and that its disk is sound.",
        ) from error
    except Exception as error:  # whatever unpacking and reading may lead to
        raise _damaged(name, error) from error


def _damaged(name: str, error: Exception) -> CatalogError:
    reason = printable(str(error)) or type(error).__name__
    return CatalogError(
        f"{printable(name)} is cut off or damaged: {reason}.", "Fetch the archive again."
    )

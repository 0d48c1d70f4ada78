"""Where records come from: `.tfrecord` files, folders of them, and archives read as a stream.

An archive is never unpacked: names inside it are only shown, so no name can lead outside a folder,
and 4,070 shard names that differ in case alone cannot overwrite one another.
"""

from __future__ import annotations

import gzip
import os
import tarfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import BinaryIO, TypeVar, cast

from isal import igzip_threaded
from isal.igzip_lib import IsalError

from core.errors import CatalogError

Item = TypeVar("Item")

_SHARD_SUFFIX = ".tfrecord"
_BLOCK_BYTES = 1 << 18
_MAX_EXTENSION_BYTES = 1 << 20


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


def open_archive(source: Path, progress: Callable[[int], None]) -> Iterator[tuple[str, BinaryIO]]:
    """Yield (name, stream) of every shard of an archive, in its order.

    Parameters
    ----------
    source : Path
    progress : callable
        Told before each shard how many bytes of the archive have been read.
    """
    n_shards = 0
    with source.open("rb", buffering=0) as file, closing(_decompressed(source, file)) as stream:
        with _opened(stream) as archive:
            for member in archive:
                progress(file.tell())
                shard = archive.extractfile(member) if member.isreg() else None
                if shard is not None and member.name.endswith(_SHARD_SUFFIX):
                    n_shards += 1
                    yield printable(f"{source.name}: {member.name}"), cast(BinaryIO, shard)
        while stream.read(_BLOCK_BYTES):  # gzip's own checksum is at the very end
            pass
    if not n_shards:
        raise CatalogError(
            f"{source} has no .tfrecord file in it.", "Name the archive with AudioSet's features."
        )


def _decompressed(source: Path, file: BinaryIO) -> BinaryIO:
    if source.name.lower().endswith(".tar"):
        return file
    # A thread of its own decompresses while this one decodes, and faster than zlib does.
    return cast(BinaryIO, igzip_threaded.open(file, "rb", threads=1))


def guarded(source: Path, items: Iterator[Item]) -> Iterator[Item]:
    """Yield the items; what reading them may raise becomes a CatalogError."""
    with readable(str(source)):
        yield from items


def printable(text: str) -> str:
    """Return a name from outside on one line, with nothing that a terminal would obey."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)


def _opened(stream: BinaryIO) -> tarfile.TarFile:
    return tarfile.open(fileobj=stream, mode="r|", bufsize=_BLOCK_BYTES, tarinfo=_Member)


class _Member(tarfile.TarInfo):
    """A member's header, read more strictly.

    `tarfile` takes a damaged header, or an archive that is cut off between two members, for a
    proper end, and reads a header's extension into memory whatever its size.
    """

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> _Member:
        """Return the header in a block of 512 bytes."""
        try:
            member = super().frombuf(buf, encoding, errors)
        except tarfile.HeaderError as error:
            if bytes(buf) == bytes(tarfile.BLOCKSIZE):
                raise  # the proper end
            raise tarfile.ReadError(str(error)) from error
        if member.size < 0 or (not member.isreg() and member.size > _MAX_EXTENSION_BYTES):
            raise tarfile.ReadError("a header makes no sense")
        return member


@contextmanager
def readable(name: str) -> Iterator[None]:
    """Turn what reading a source may raise into a CatalogError with its name."""
    try:
        yield
    # ValueError: what `tarfile` raises for extended headers that are not what they should be.
    except (  # type: ignore[misc]  # the stub of isal has its error wrong
        EOFError, ValueError, IsalError, gzip.BadGzipFile, tarfile.TarError
    ) as error:  # fmt: skip
        raise CatalogError(
            f"{printable(name)} is cut off or damaged: {printable(str(error))}.",
            "Fetch the archive again.",
        ) from error
    except OSError as error:
        raise CatalogError(
            f"{printable(name)} cannot be read: {error.strerror or error}.",
            "Check that the file is there, that you may read it, and that its disk is sound.",
        ) from error

"""Where records come from: `.tfrecord` files, folders of them, and archives read as a stream.

An archive is never unpacked: names inside it are only shown, so no name can lead outside a folder,
and 4,070 shard names that differ in case alone cannot overwrite one another.
"""

from __future__ import annotations

import gzip
import os
import tarfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from core.catalog.clips import RecordBatch
from core.catalog.tfrecord import read_records
from core.errors import CatalogError

BATCH_RECORDS = 2048
_BATCH_BYTES = 8 << 20
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
            Path(folder, name)
            for folder, _, names in os.walk(source, onerror=_raise)
            for name in names
            if name.endswith(_SHARD_SUFFIX)
        ]
    if not shards:
        raise CatalogError(
            f"{source} has no .tfrecord file in it.", "Name the folder with the .tfrecord files."
        )
    return sorted(shards, key=lambda shard: os.fsencode(shard.relative_to(source).as_posix()))


def _raise(error: OSError) -> None:
    raise error


def file_records(shards: Sequence[Path]) -> Iterator[tuple[str, int, bytes]]:
    """Yield (shard name, number within the shard, data) of every record of these files."""
    for shard in shards:
        with readable(str(shard)), shard.open("rb") as stream:
            for number, record in enumerate(read_records(stream, printable(str(shard)))):
                yield printable(str(shard)), number, record


def archive_records(source: Path) -> Iterator[tuple[str, int, bytes, float]]:
    """Yield (shard name, number, data, fraction of the archive read) of an archive's records."""
    n_shards, size = 0, max(source.stat().st_size, 1)
    is_plain = source.name.lower().endswith(".tar")
    with readable(str(source)), source.open("rb") as file:
        stream = file if is_plain else cast(BinaryIO, gzip.GzipFile(fileobj=file))
        with closing(stream), _opened(stream) as archive:
            for member in archive:
                shard = archive.extractfile(member) if member.isreg() else None
                if shard is None or not member.name.endswith(_SHARD_SUFFIX):
                    continue
                n_shards += 1
                name = printable(f"{source.name}: {member.name}")
                for number, record in enumerate(read_records(cast(BinaryIO, shard), name)):
                    yield name, number, record, file.tell() / size
            while stream.read(_BLOCK_BYTES):  # gzip's own checksum is at the very end
                pass
    if not n_shards:
        raise CatalogError(
            f"{source} has no .tfrecord file in it.", "Name the archive with AudioSet's features."
        )


def printable(text: str) -> str:
    """Return a name from outside on one line, with nothing that a terminal would obey."""
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
    except (EOFError, ValueError, zlib.error, gzip.BadGzipFile, tarfile.TarError) as error:
        raise CatalogError(
            f"{printable(name)} is cut off or damaged: {printable(str(error))}.",
            "Fetch the archive again.",
        ) from error
    except OSError as error:
        raise CatalogError(
            f"{printable(name)} cannot be read: {error.strerror or error}.",
            "Check that the file is there, that you may read it, and that its disk is sound.",
        ) from error


def batched(records: Iterator[tuple[str, int, bytes]]) -> Iterator[RecordBatch]:
    """Gather records into batches of bounded size."""
    batch, size = RecordBatch(), 0
    for shard, number, record in records:
        batch.records.append(record)
        batch.places.append((shard, number))
        size += len(record)
        if len(batch.records) >= BATCH_RECORDS or size >= _BATCH_BYTES:
            yield batch
            batch, size = RecordBatch(), 0
    if batch.records:
        yield batch

"""The members of a tar stream, read strictly and with bounds.

`tarfile` follows chains of headers by recursion, keeps every member, skips as far as a header says
although the stream has ended, and takes an archive that is cut off between two members for whole.
What it knows of a single header is used here: POSIX.1-2008, "pax"; GNU's long names, and numbers in
base 256.
"""

from __future__ import annotations

import io
import re
import tarfile
from collections.abc import Callable, Generator
from typing import Any, BinaryIO

BLOCK_BYTES = 1 << 18
MAX_MEMBERS = 1_000_000
MAX_BYTES = 1 << 50
"""Of one member."""

_MAX_EXTENSION_BYTES = 1 << 20
_MAX_EXTENSIONS = 16
_MAX_PADDING_BYTES = 64 << 20
_LONG_NAME = tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK
_PAX = tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.SOLARIS_XHDTYPE
_RECORD = re.compile(rb"([0-9]{1,7}) ([^=\n]{1,256})=")
_NO_SENSE = "a header makes no sense"


class Member(io.RawIOBase):
    """A file of the archive: its bytes, as long as the next one is not asked for.

    Attributes
    ----------
    name : str
    """

    def __init__(self, name: str, stream: BinaryIO, n_bytes: int) -> None:
        super().__init__()
        self.name = name
        self._stream, self.n_left = stream, n_bytes

    def readable(self) -> bool:
        """Return that it is."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Read some bytes; raise EOFError where the archive ends before its member."""
        view = memoryview(buffer).cast("B")[: self.n_left]
        if not len(view):
            return 0
        data = self._stream.read(len(view))
        if not data:
            raise EOFError("it ends within a file")
        view[: len(data)] = data
        self.n_left -= len(data)
        return len(data)


def members(stream: BinaryIO, check: Callable[[], None]) -> Generator[Member]:
    """Yield the files of an archive, in its order; links, folders and devices are left out.

    Parameters
    ----------
    stream : binary file object
        Read to its end: whatever unpacks it compares its checksum there.
    check : callable
        Called before each step of at most `BLOCK_BYTES`; may raise to stop.

    Raises
    ------
    EOFError, tarfile.TarError
        If it is cut off or damaged.
    """
    for _ in range(MAX_MEMBERS):
        check()
        header = _next_header(stream, check)
        if header is None:
            break
        kind = header.type
        if kind in tarfile.REGULAR_TYPES:
            member = Member(header.name, stream, header.size)
            yield member
            _skip(stream, member.n_left, check)
        elif kind not in tarfile.SUPPORTED_TYPES:  # it has data, whatever it is
            _skip(stream, header.size, check)
        else:
            continue
        _skip(stream, -header.size % tarfile.BLOCKSIZE, check)
    else:
        raise tarfile.ReadError(f"it has more than {MAX_MEMBERS:,} files")
    for _ in range(0, _MAX_PADDING_BYTES, BLOCK_BYTES):
        check()
        if not stream.read(BLOCK_BYTES):
            return
    raise tarfile.ReadError("it goes on after its end")


def _next_header(stream: BinaryIO, check: Callable[[], None]) -> tarfile.TarInfo | None:
    """Return the next header with what the extensions before it say; None at the proper end."""
    extensions: dict[str, str] = {}
    for _ in range(_MAX_EXTENSIONS):
        block = _read(stream, tarfile.BLOCKSIZE)
        if block == bytes(tarfile.BLOCKSIZE):
            if extensions:
                raise tarfile.ReadError(_NO_SENSE)
            return None
        try:
            header = tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
        except tarfile.HeaderError as error:
            raise tarfile.ReadError(str(error)) from error
        if header.type not in (*_LONG_NAME, *_PAX):
            return _extended(header, extensions)
        if not 0 <= header.size <= _MAX_EXTENSION_BYTES:
            raise tarfile.ReadError(_NO_SENSE)
        content = _read(stream, header.size)
        _skip(stream, -header.size % tarfile.BLOCKSIZE, check)
        if header.type in _PAX:
            extensions.update(_records(content))
        elif header.type == tarfile.GNUTYPE_LONGNAME:
            extensions["path"] = content.partition(b"\0")[0].decode("utf-8", "surrogateescape")
    raise tarfile.ReadError("it has too many headers for one file")


def _extended(header: tarfile.TarInfo, extensions: dict[str, str]) -> tarfile.TarInfo:
    header.name = extensions.get("path", header.name)
    size = extensions.get("size", str(header.size))
    if not (size.isascii() and size.isdecimal() and len(size) < 30):
        raise tarfile.ReadError(_NO_SENSE)
    header.size = int(size)
    is_sparse = header.type == tarfile.GNUTYPE_SPARSE or any(
        key.startswith("GNU.sparse.") for key in extensions
    )
    if is_sparse:
        raise tarfile.ReadError("it has a sparse file; pack it again without --sparse")
    if header.size > MAX_BYTES:
        raise tarfile.ReadError(_NO_SENSE)
    return header


def _records(content: bytes) -> dict[str, str]:
    """Return what a pax header says: records of "LENGTH KEY=VALUE" and a line feed."""
    found, at = {}, 0
    while at < len(content):
        match = _RECORD.match(content, at)
        end = at + int(match[1]) if match else 0
        if match is None or not match.end() < end <= len(content) or content[end - 1] != 0x0A:
            raise tarfile.ReadError(_NO_SENSE)
        key = match[2].decode("utf-8", "surrogateescape")
        found[key] = content[match.end() : end - 1].decode("utf-8", "surrogateescape")
        at = end
    return found


def _read(stream: BinaryIO, n_bytes: int) -> bytes:
    """Return so many bytes; raise EOFError where there are fewer."""
    pieces, n_left = [], n_bytes
    while n_left:
        piece = stream.read(n_left)
        if not piece:
            raise EOFError("it ends without its end mark")
        pieces.append(piece)
        n_left -= len(piece)
    return b"".join(pieces)


def _skip(stream: BinaryIO, n_bytes: int, check: Callable[[], None]) -> None:
    while n_bytes > 0:
        check()
        piece = stream.read(min(n_bytes, BLOCK_BYTES))
        if not piece:
            raise EOFError("it ends within a file")
        n_bytes -= len(piece)

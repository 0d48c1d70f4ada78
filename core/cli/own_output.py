"""Keeping standard output to what the program itself says.

Libraries in C write to descriptors 1 and 2 whatever they please: libsndfile prints what it finds
odd in some files, libmpg123 warns. On the command line JSON must be JSON alone.
"""

from __future__ import annotations

import ctypes
import io
import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress


@contextmanager
def own_output() -> Iterator[None]:
    """Let only Python's own streams reach standard output and standard error.

    They get descriptors of their own; what is written to 1 and 2 by others, in any thread or child,
    is dropped. With ``SOUNDALIKE_DEBUG`` set, standard error is left as it is.
    """
    names = ["stdout"] if os.environ.get("SOUNDALIKE_DEBUG") else ["stdout", "stderr"]
    with ExitStack() as stack:
        for name in names:
            stack.enter_context(_own(name))
        yield


@contextmanager
def _own(name: str) -> Iterator[None]:
    usual, number = getattr(sys, name), {"stdout": 1, "stderr": 2}[name]
    # Where another stream was put in its place, or there is none, nothing of ours goes there.
    if not isinstance(usual, io.TextIOWrapper) or usual is not getattr(sys, f"__{name}__"):
        yield
        return
    try:
        usual.flush()
        kept = os.dup(number)
    except (OSError, ValueError):  # it is closed
        yield
        return
    own = io.TextIOWrapper(
        open(kept, "wb"),  # noqa: SIM115, PTH123 - of a descriptor, closed below
        usual.encoding,
        usual.errors,
        line_buffering=usual.line_buffering,
    )
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, number)
    os.close(nowhere)
    setattr(sys, name, own)
    try:
        yield
    finally:
        setattr(sys, name, usual)
        with suppress(OSError, ValueError):
            own.flush()
        _flush_libraries()  # what they hold back would be printed at the end of the program
        os.dup2(kept, number)
        with suppress(OSError, ValueError):
            own.close()


def _flush_libraries() -> None:
    """Have the C library write what its own streams hold back: into a pipe or a file, that is all.

    Python does so at once only if it was asked to be unbuffered.
    """
    with suppress(OSError, AttributeError):  # another C library
        ctypes.CDLL("ucrtbase" if sys.platform == "win32" else None).fflush(None)

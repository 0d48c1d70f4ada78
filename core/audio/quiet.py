"""What native sound libraries write to the terminal, which tells a person nothing."""

from __future__ import annotations

import ctypes
import functools
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_counting = threading.Lock()
_n_quiet = 0


@contextmanager
def quiet() -> Iterator[None]:
    """Keep PortAudio, ALSA and JACK from writing to the terminal meanwhile.

    They write with C's ``stderr``, from threads of their own, too. For as long as anyone wants it
    that stream leads nowhere. Python writes to descriptor 2, which stays what it is. Nothing
    happens where the C library is another one than glibc.
    """
    global _n_quiet
    with _counting:
        _n_quiet += 1
        if _n_quiet == 1:
            _lead(nowhere=True)
    try:
        yield
    finally:
        with _counting:
            _n_quiet -= 1
            if not _n_quiet:
                _lead(nowhere=False)


def _lead(nowhere: bool) -> None:
    streams = _streams()
    if streams is not None:
        variable, terminal, silence = streams
        variable.value = silence if nowhere else terminal


@functools.cache
def _streams() -> tuple[ctypes.c_void_p, int | None, int] | None:
    """Return C's variable ``stderr``, what it is, and a stream that leads nowhere."""
    if sys.platform != "linux":
        return None
    library = ctypes.CDLL(None)
    if not hasattr(library, "gnu_get_libc_version"):
        return None  # elsewhere the variable may be constant
    library.fopen.restype = ctypes.c_void_p
    silence = library.fopen(os.devnull.encode(), b"w")
    variable = ctypes.c_void_p.in_dll(library, "stderr")
    return (variable, variable.value, silence) if silence else None

"""Compiling inner loops with Numba; import it only where they are needed, it takes 0.3 s."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from numba import njit


def compiled(function: Callable[..., Any]) -> Any:
    """Compile a function at its first call, and keep the result where there is a place for it.

    It runs without the interpreter's lock. The place is the folder of the function's module, or
    else the person's cache folder.
    """
    try:
        return njit(cache=True, nogil=True)(function)
    except RuntimeError:  # neither may be written
        return njit(nogil=True)(function)

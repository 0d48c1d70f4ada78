"""Compiling inner loops with Numba; import it only where they are needed, it takes 0.3 s."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import llvmlite.binding as llvm
from llvmlite import ir
from numba import config, njit, types
from numba.extending import intrinsic

from core.types import Int64, UInt8


@cache
def _sources_digest() -> str:
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def compiled(function: Callable[..., Any]) -> Any:
    """Compile a function at its first call, and keep the result where there is a place for it.

    It runs without the interpreter's lock. The place is the folder of the function's module, or
    else the person's cache folder. What was kept counts as long as no source of this folder has
    changed: Numba itself looks at the function's own file alone, not at those that it calls.
    """
    function.__qualname__ += f"_{_sources_digest()}"  # part of the kept file's name
    try:
        return njit(cache=True, nogil=True)(function)
    except RuntimeError:  # neither may be written
        return njit(nogil=True)(function)


def check_spans(data: UInt8, spans: Int64) -> None:
    """Raise ValueError unless spans (R, 2), where they are not empty, lie within the data."""
    begin, end = spans[:, 0], spans[:, 1]
    if not ((begin >= end) | ((begin >= 0) & (end <= len(data)))).all():
        raise ValueError("a span does not lie within the data")


inlined = njit(inline="always")
"""Compiles a function anew in each place where compiled code calls it."""


@intrinsic
def word_at(typing_context: Any, address: Any) -> Any:
    """Return the eight bytes at an address as one number, in compiled code."""

    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        word = builder.load(builder.inttoptr(arguments[0], ir.IntType(64).as_pointer()))
        word.align = 1
        return word

    return types.int64(types.intp), code


def processor_has(feature: str) -> bool:
    """Return whether compiled code may use a feature of x86 processors, by LLVM's name for it.

    Numba's settings may choose to compile for another processor; then none is used.
    """
    if config.CPU_NAME or config.CPU_FEATURES or not llvm.get_process_triple().startswith("x86_64"):
        return False
    return bool(llvm.get_host_cpu_features().get(feature))

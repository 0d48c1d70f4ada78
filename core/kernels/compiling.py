"""Compiling inner loops with Numba; import it only where they are needed, it takes 0.3 s."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import llvmlite.binding as llvm
from llvmlite import ir
from numba import config, njit, types
from numba.extending import intrinsic


def compiled(function: Callable[..., Any]) -> Any:
    """Compile a function at its first call, and keep the result where there is a place for it.

    It runs without the interpreter's lock. The place is the folder of the function's module, or
    else the person's cache folder.
    """
    try:
        return njit(cache=True, nogil=True)(function)
    except RuntimeError:  # neither may be written
        return njit(nogil=True)(function)


inlined = njit(inline="always")
"""Compiles a function anew in each place where compiled code calls it."""


@intrinsic  # type: ignore[untyped-decorator]
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

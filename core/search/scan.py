"""Working through all rows of memory-mapped arrays, on all cores.

NumPy computes the same whole numbers as the compiled code. Catalogues of less than 200,000 clips
take it some 10 ms, and Numba is never imported. For larger ones `Scanner.compile` compiles in a
thread of its own, and NumPy answers until that is done: neither a window nor a first match waits.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from types import ModuleType
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from core.jobs import Job
from core.vectors import FLOAT32_LARGEST, INT32_LARGEST

T = TypeVar("T")

_log = logging.getLogger(__name__)


def read_only(array: NDArray[Any]) -> NDArray[Any]:
    """Return a view that cannot be written: the one kind of array that is compiled for."""
    view = np.asarray(array).view()
    view.flags.writeable = False
    return view


class Scanner:
    """Threads, and the compiled code once it is ready."""

    def __init__(self) -> None:
        self._n_threads = os.cpu_count() or 1
        self._pool = ThreadPoolExecutor(self._n_threads, thread_name_prefix="search")
        self._compiling: threading.Thread | None = None
        self._kernels: ModuleType | None = None

    @property
    def kernels(self) -> ModuleType | None:
        """The module `core.kernels.compiled`, or None as long as it is not ready."""
        return self._kernels

    @property
    def largest(self) -> int:
        """Up to what a query's components may be rounded, for sums to be exact."""
        return FLOAT32_LARGEST if self._kernels is None else INT32_LARGEST

    def compile(self) -> threading.Thread:
        """Return the thread that compiles, begun now if need be; join it to wait."""
        if self._compiling is None:
            self._compiling = threading.Thread(target=self._compile, name="compiling the search")
            self._compiling.start()
        return self._compiling

    def over(self, n_rows: int, most: int, work: Callable[[int, int], None], job: Job) -> None:
        """Call ``work(begin, end)`` for all rows, at most so many at a time.

        All threads get equally many rows, and end soon when the job is cancelled. What is done at
        once is done by the caller's: passing it on takes longer than a scan of few rows.
        """
        if n_rows <= most:
            job.check()
            if n_rows:
                work(0, n_rows)
            job.check()
            return
        n_rounds = -(-n_rows // (most * self._n_threads))
        step = -(-n_rows // (n_rounds * self._n_threads))

        def checked(begin: int) -> None:
            if not job.is_cancelled:
                work(begin, min(begin + step, n_rows))

        for _ in self._pool.map(checked, range(0, n_rows, step)):
            pass
        job.check()

    def begin(self, work: Callable[[], T]) -> Future[T]:
        """Have something done beside other work."""
        return self._pool.submit(work)

    def close(self) -> None:
        """Let go of the threads."""
        self._pool.shutdown()

    def _compile(self) -> None:
        try:
            from core.kernels import compiled

            compiled.compile_all()
        except Exception:  # whatever a compiler may raise on some machine: NumPy goes on
            _log.warning("The fast search cannot be compiled here.", exc_info=True)
        else:
            self._kernels = compiled

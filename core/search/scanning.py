"""Working through all rows of memory-mapped arrays, on all cores.

NumPy computes the same whole numbers as the compiled code. Catalogues of less than 200,000 clips
take it some 10 ms, and Numba is never imported. For larger ones `Scanner.compile` compiles in a
thread of its own, and NumPy answers until that is done: neither a window nor a first match waits.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from types import ModuleType

from core.jobs import Job


class Scanner:
    """Threads, and the compiled code once it is ready."""

    def __init__(self) -> None:
        n_threads = os.cpu_count() or 1
        self._pool = ThreadPoolExecutor(n_threads, thread_name_prefix="search")
        self._compiling: threading.Thread | None = None
        self._kernels: ModuleType | None = None

    @property
    def kernels(self) -> ModuleType | None:
        """The module `core.search.compiled`, or None as long as it is not ready."""
        return self._kernels

    def compile(self) -> threading.Thread:
        """Return the thread that compiles, begun now if need be; join it to wait."""
        if self._compiling is None:
            self._compiling = threading.Thread(target=self._compile, name="compiling the search")
            self._compiling.start()
        return self._compiling

    def over(self, n_rows: int, step: int, work: Callable[[int, int], None], job: Job) -> None:
        """Call ``work(begin, end)`` for all rows in steps; end soon when the job is cancelled."""

        def checked(begin: int) -> None:
            if not job.is_cancelled:
                work(begin, min(begin + step, n_rows))

        for _ in self._pool.map(checked, range(0, n_rows, step)):
            pass
        job.check()

    def close(self) -> None:
        """Let go of the threads."""
        self._pool.shutdown()

    def _compile(self) -> None:
        from core.search import compiled

        compiled.compile_all()
        self._kernels = compiled

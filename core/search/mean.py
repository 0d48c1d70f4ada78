"""Exact cosine search over clips' mean directions.

A scan of 8-bit directions gives an upper bound of every clip's similarity (`bounds`); the few clips
whose bound reaches the best are computed exactly, from their frames (`best`).

Chosen by measurement, 2,084,320 clips on two cores (EPYC with AVX-512 VNNI), median ms: this search
16 (of which the compiled scan 14; without Numba 80 in all), reading its bytes once 9, faiss SQfp16
22 (not exact), a float32 product over four times the bytes 59, faiss Flat 118, scikit-learn's
`cosine_similarity` and argsort 633. See `benchmarks/search.py`.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.jobs import Job
from core.search.bounds import FLOAT32_SLACK, ROUNDING, RoundedQuery, inverse_norms, upper_bounds
from core.search.scan import Scanner, read_only
from core.search.topk import Exact
from core.types import UInt8
from core.vectors import clip_sums, frames_of

_ROWS, _NUMPY_ROWS = 65_536, 32_768
"""At most so many are scanned at a time."""

_CACHED_ROWS = 2_048
"""As float32 these stay in the processor's cache."""


class ClipSearch:
    """Searches C clips by their means.

    Parameters
    ----------
    vectors : int8 array, shape (C, 128)
        What `core.vectors.clip_directions` makes of the frames. May be memory-mapped.
    frames : uint8 array, shape (F, 128)
        One clip after the other.
    offsets : int64 array, shape (C + 1,)
        Where each clip's frames begin, and where the last one's end.
    scanner : Scanner

    Notes
    -----
    It belongs to one thread at a time.
    """

    def __init__(
        self,
        vectors: NDArray[np.int8],
        frames: UInt8,
        offsets: NDArray[np.int64],
        scanner: Scanner,
    ) -> None:
        self._vectors: NDArray[np.int8] = read_only(vectors)
        self._frames: UInt8 = read_only(frames)
        self._offsets, self._scanner = offsets, scanner

    def scores(self, query: UInt8, job: Job | None = None) -> tuple[NDArray[np.float32], Exact]:
        """Return an upper bound of every clip's similarity, and what computes exact ones.

        Returns
        -------
        bounds : float32 array, shape (C,)
            May be changed; the next call writes to the same memory.
        exact : callable
            As `best_rows` takes it.
        """
        return self.scores_towards(clip_sums(query, np.array([len(query)]))[0], job)

    def scores_towards(
        self, direction: NDArray[np.int64], job: Job | None = None
    ) -> tuple[NDArray[np.float32], Exact]:
        """Return what `scores` returns, of a direction, shape (128,)."""
        wide = direction.astype(np.float64)
        bounds = self.bounds(RoundedQuery.of(direction[None], self._scanner.largest), job or Job())
        return bounds, lambda rows: self.exact(rows, wide)

    def bounds(self, query: RoundedQuery, job: Job) -> NDArray[np.float32]:
        """Return of every clip what its similarity cannot exceed."""
        code, inverse_norm, sine = query.codes[0], query.inverse_norms[0], query.sines[0]
        inverse, bounds = self._inverse_norms, self._room
        kernels: Any = self._scanner.kernels
        wide = code.astype(np.float32)

        def compiled(begin: int, end: int) -> None:
            rows, norms = self._vectors[begin:end], inverse[begin:end]
            factors = (inverse_norm, sine, ROUNDING, FLOAT32_SLACK)
            kernels.upper_bounds(rows, norms, code, *factors, bounds[begin:end])

        def plain(begin: int, end: int) -> None:
            for at in range(begin, end, _CACHED_ROWS):
                some = slice(at, min(at + _CACHED_ROWS, end))
                norms = inverse[some]
                cosines = (self._vectors[some].astype(np.float32) @ wide) * norms * inverse_norm
                bounds[some] = upper_bounds(cosines, ROUNDING * norms + sine)

        if kernels is None:
            self._scanner.over(len(bounds), _NUMPY_ROWS, plain, job)
        else:
            self._scanner.over(len(bounds), _ROWS, compiled, job)
        return bounds

    @cached_property
    def _room(self) -> NDArray[np.float32]:
        # Kept, because fresh memory costs a search a tenth of its time.
        return np.empty(len(self._vectors), np.float32)

    @cached_property
    def _inverse_norms(self) -> NDArray[np.float32]:
        # 4 bytes a clip, computed at the first search in the time of another scan.
        inverse = np.empty(len(self._vectors), np.float32)

        def scan(begin: int, end: int) -> None:
            rows = self._vectors[begin:end].astype(np.float32)
            inverse[begin:end] = inverse_norms(np.einsum("ij,ij->i", rows, rows))

        self._scanner.over(len(inverse), _CACHED_ROWS, scan, Job())
        return inverse

    def exact(self, rows: NDArray[np.int64], query: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return cosines from whole numbers below 2**53, which float64 multiplies and sums exactly.

        So only the square root and the division round, and equal clips tie wherever they stand.
        """
        n_frames = self._offsets[rows + 1] - self._offsets[rows]
        frames = frames_of(self._frames, self._offsets[rows], n_frames)
        sums = clip_sums(frames, n_frames).astype(np.float64)
        squared = np.einsum("ij,ij->i", sums, sums) * (query @ query)
        dots = sums @ query
        cosines: NDArray[np.float64] = np.zeros_like(dots)
        np.divide(dots, np.sqrt(squared), out=cosines, where=squared > 0)
        return cosines

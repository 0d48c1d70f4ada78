"""Exact search by the best-aligned seconds.

A clip's score is the mean, over the seconds of the query, of the cosine with the clip's most
similar second. The frames are exact as they are; only the query is rounded for the scan, so the
bounds are so tight that little more than k clips are computed again.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.jobs import Job
from core.products import product
from core.search.bounds import FLOAT32_SLACK, RoundedQuery, inverse_norms
from core.search.scan import Scanner, read_only
from core.search.topk import Exact
from core.types import Float32, UInt8
from core.vectors import CENTRE, FLOAT32_LARGEST, frames_of

_CLIPS, _NUMPY_CLIPS = 32_768, 512
_FRAMES = 8_192
_PRODUCTS = 1 << 17
_MOST_COSINES = 1 << 20
"""Of frames with a query's, at once in a thread: a query of hours has ten thousands of frames."""


class FrameSearch:
    """Searches C clips by all their frames.

    Parameters
    ----------
    frames : uint8 array, shape (F, 128)
        One clip after the other, without gaps. May be memory-mapped.
    offsets : int64 array, shape (C + 1,)
        Where each clip's frames begin, at least one each, and where the last one's end. Compiled
        code believes it: an array of ours, that no file can change.
    scanner : Scanner
    """

    def __init__(
        self,
        frames: UInt8,
        offsets: NDArray[np.int64],
        scanner: Scanner,
    ) -> None:
        self._frames: UInt8 = read_only(frames)
        self._offsets, self._scanner = offsets, scanner

    def scores(self, query: UInt8, job: Job | None = None) -> tuple[NDArray[np.float32], Exact]:
        """Return an upper bound of every clip's similarity, and what computes exact ones.

        Returns
        -------
        bounds : float32 array, shape (C,)
            May be changed.
        exact : callable
            As `best_rows` takes it.
        """
        whole = query.astype(np.int64) - CENTRE
        wide = whole.astype(np.float64)
        kernels = self._scanner.kernels
        largest = FLOAT32_LARGEST if kernels is None else kernels.LARGEST
        bounds = self._bounds(RoundedQuery.of(whole, largest), kernels, job or Job())
        return bounds, lambda rows: self._means(rows, wide)

    def aligned(
        self, query: UInt8, rows: NDArray[np.int64]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return which frame of each clip, and which of the query, are the most similar two."""
        wide = query.astype(np.float64) - CENTRE
        best = [
            np.unravel_index(np.argmax(each), each.shape)
            for some in self._in_steps(rows, len(query))
            for each in self._each(some, wide)
        ]
        frame, query_frame = np.array(best, np.int64).reshape(-1, 2).T
        return frame, query_frame

    def _bounds(self, query: RoundedQuery, kernels: Any, job: Job) -> NDArray[np.float32]:
        bounds = np.empty(len(self._offsets) - 1, np.float32)
        # cos(φ - θ) exceeds cos φ by no more than sin θ (1 + sin θ); see `bounds`.
        room = np.mean(query.sines * (1 + query.sines)) + FLOAT32_SLACK
        room += np.float32(len(query.codes) * 2.0**-23)  # of the weighted sum's rounding

        inverse, weights = self._inverse_lengths, query.inverse_norms / np.float32(len(query.codes))
        laid_out = () if kernels is None else kernels.laid_out(query.codes, weights, CENTRE)
        wide = query.codes.T.astype(np.float32)

        def scan(begin: int, end: int) -> None:
            span = slice(self._offsets[begin], self._offsets[end])
            frames, lengths = self._frames[span], inverse[span]
            n_frames = np.diff(self._offsets[begin : end + 1])
            scores = bounds[begin:end]
            if kernels is not None:
                kernels.best_cosines(frames, lengths, n_frames, scores, *laid_out)
            else:
                starts, centred = np.cumsum(n_frames) - n_frames, _centred(frames)
                step = max(1, _MOST_COSINES // len(frames))
                scores[:] = 0
                for first in range(0, len(weights), step):
                    some = slice(first, first + step)
                    cosines = (centred @ wide[:, some]) * lengths[:, None]
                    scores += np.maximum.reduceat(cosines, starts, axis=0) @ weights[some]
            scores += room

        self._scanner.over(len(bounds), _NUMPY_CLIPS if kernels is None else _CLIPS, scan, job)
        return bounds

    @cached_property
    def _inverse_lengths(self) -> Float32:
        # 4 bytes a frame, computed at the first search in the time of another scan.
        inverse = np.empty(len(self._frames), np.float32)
        kernels = self._scanner.kernels

        def scan(begin: int, end: int) -> None:
            if kernels is not None:
                kernels.inverse_lengths(self._frames[begin:end], CENTRE, inverse[begin:end])
            else:
                rows = _centred(self._frames[begin:end])
                inverse[begin:end] = inverse_norms(np.einsum("ij,ij->i", rows, rows))

        self._scanner.over(len(inverse), _FRAMES, scan, Job())
        return inverse

    def _means(self, rows: NDArray[np.int64], query: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the exact scores of clips, (n,)."""
        steps = self._in_steps(rows, len(query))
        return np.concatenate(
            [np.empty(0), *(self._per_second(some, query).mean(axis=1) for some in steps)]
        )

    def _in_steps(self, rows: NDArray[np.int64], n_query: int) -> Iterator[NDArray[np.int64]]:
        """Yield so many clips at a time that their cosines take bounded memory."""
        longest = int((self._offsets[rows + 1] - self._offsets[rows]).max(initial=1))
        step = max(1, _MOST_COSINES // (longest * n_query))
        for first in range(0, len(rows), step):
            yield rows[first : first + step]

    def _per_second(
        self, rows: NDArray[np.int64], query: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return the exact cosine of every query second with each clip's nearest frame, (n, Q)."""
        n_frames = self._offsets[rows + 1] - self._offsets[rows]
        cosines = self._exact(rows, n_frames, query)
        starts = np.cumsum(n_frames) - n_frames
        # One layout for every row, so that equal clips have equal means.
        return np.ascontiguousarray(np.maximum.reduceat(cosines, starts, axis=0))

    def _each(
        self, rows: NDArray[np.int64], query: NDArray[np.float64]
    ) -> list[NDArray[np.float64]]:
        n_frames = self._offsets[rows + 1] - self._offsets[rows]
        return np.split(self._exact(rows, n_frames, query), np.cumsum(n_frames)[:-1])

    def _exact(
        self, rows: NDArray[np.int64], n_frames: NDArray[np.int64], query: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return exact cosines of the clips' frames with the query's, (sum of n_frames, Q)."""
        frames = frames_of(self._frames, self._offsets[rows], n_frames)
        centred = frames.astype(np.float64) - CENTRE
        dots = product(centred, query.T, _PRODUCTS // query.size + 1)
        squared = np.outer(
            np.einsum("ij,ij->i", centred, centred), np.einsum("ij,ij->i", query, query)
        )
        return np.divide(dots, np.sqrt(squared), out=np.zeros_like(dots), where=squared > 0)


def _centred(frames: UInt8) -> Float32:
    return frames.astype(np.float32) - np.float32(CENTRE)

"""Exact search by a weighted sum of two cosines: of what is heard, and of what is seen.

The visual directions have whole components of at most 127, so their products sum up to whole
numbers that float32 holds exactly, whatever the order (320 * 127 * 127 < 2**24): one product with
the memory-mapped rows gives the visual cosine of every video. To it comes the upper bound of the
audio cosine that a search by sound scans for; the few best sums are then computed exactly (`best`).
"""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from core.errors import CatalogError
from core.jobs import Job
from core.options import Weights
from core.search.bounds import FLOAT32_SLACK, inverse_norms
from core.search.mean import ClipSearch
from core.search.scan import Scanner, read_only
from core.search.topk import best_rows
from core.types import Float32, UInt8

_ROWS = 16_384
_COMPONENTS_A_STEP = 1 << 18
"""As float32 they stay in a core's cache, and OpenBLAS leaves so few to the thread that asks. From
460,800 on its threads fight with ours for the cores, and a product takes 40 times as long."""


class WeightedSearch:
    """Searches C clips by their means and by what their videos look like.

    Parameters
    ----------
    clips : ClipSearch
    visual : int8 array, shape (C, D)
        Directions of any length; D is at most 1024. May be memory-mapped.
    scanner : Scanner

    Notes
    -----
    It belongs to one thread at a time.
    """

    def __init__(self, clips: ClipSearch, visual: NDArray[np.int8], scanner: Scanner) -> None:
        self._clips, self._scanner = clips, scanner
        self._visual: NDArray[np.int8] = read_only(visual)
        self._step = max(1, _COMPONENTS_A_STEP // visual.shape[1])

    def top_k(
        self,
        query: UInt8,
        looks: NDArray[np.int8],
        weights: Weights,
        k: int,
        mask: NDArray[np.bool_] | None = None,
        job: Job | None = None,
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Return the clips most similar to a video, best first, ties in the catalogue's order.

        Parameters
        ----------
        query : uint8 array, shape (N, 128)
            The video's frames, at least one.
        looks : int8 array, shape (D,)
            What it looks like, as in `visual`.
        weights : Weights
        k, mask, job
            As `ClipSearch.top_k` takes them.

        Returns
        -------
        rows : int64 array, shape (n,)
        similarities : float64 array, shape (n,)
            Weighted sums of the two cosines, -1 to 1; a cosine is 0 where either has no direction.

        Raises
        ------
        CatalogError
            If looks of another size are kept here.
        """
        if looks.shape != self._visual.shape[1:]:  # compiled code would read behind its end
            raise CatalogError(
                "What the video looks like was kept in another way than in this catalogue.",
                "Ask for a video of this catalogue.",
            )
        job = job or Job()
        bounds, exact_audio = self._clips.scores(query, job)
        self._add_visual(bounds, looks, weights, job)
        wide = looks.astype(np.float64)

        def exact(rows: NDArray[np.int64]) -> NDArray[np.float64]:
            audio, visual = exact_audio(rows), self.exact_visual(rows, wide)
            return weights.audio * audio + weights.visual * visual

        return best_rows(bounds, exact, k, mask)

    def _add_visual(
        self, bounds: NDArray[np.float32], looks: NDArray[np.int8], weights: Weights, job: Job
    ) -> None:
        """Turn upper bounds of the audio cosines into those of the weighted sums."""
        wide = looks.astype(np.float32)
        factor = inverse_norms(np.asarray(wide @ wide)) * np.float32(weights.visual)
        share, inverse = np.float32(weights.audio), self._inverse_norms
        kernels, codes = self._scanner.kernels, looks.astype(np.int16)

        def scan(begin: int, end: int) -> None:
            rows = self._visual[begin:end]
            if kernels is None:
                dots = rows.astype(np.float32) @ wide
            else:
                dots = np.empty(end - begin, np.float32)
                kernels.products(rows, codes, dots)
            bounds[begin:end] *= share
            bounds[begin:end] += dots * inverse[begin:end] * factor + FLOAT32_SLACK

        self._scanner.over(len(bounds), self._step if kernels is None else _ROWS, scan, job)

    @cached_property
    def _inverse_norms(self) -> Float32:
        # 4 bytes a clip, computed at the first search in the time of another scan.
        inverse = np.empty(len(self._visual), np.float32)

        def scan(begin: int, end: int) -> None:
            rows = self._visual[begin:end].astype(np.float32)
            inverse[begin:end] = inverse_norms(np.einsum("ij,ij->i", rows, rows))

        self._scanner.over(len(inverse), self._step, scan, Job())
        return inverse

    def exact_visual(
        self, rows: NDArray[np.int64], looks: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return visual cosines, in which only the square root and the division round."""
        each = self._visual[rows].astype(np.float64)
        squared = np.einsum("ij,ij->i", each, each) * (looks @ looks)
        dots = each @ looks
        cosines: NDArray[np.float64] = np.zeros_like(dots)
        np.divide(dots, np.sqrt(squared), out=cosines, where=squared > 0)
        return cosines

"""How much the pictures of videos are alike, exactly.

The visual directions have whole components of at most 127, so their products sum up to whole
numbers that float32 holds exactly, whatever the order (320 * 127 * 127 < 2**24): one product with
the memory-mapped rows gives the visual cosine of every video.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from core.errors import CatalogError
from core.jobs import Job
from core.search.bounds import FLOAT32_SLACK, inverse_norms
from core.search.scan import Scanner, read_only
from core.search.topk import Exact
from core.types import Float32

_ROWS = 16_384
_COMPONENTS_A_STEP = 1 << 18
"""As float32 they stay in a core's cache, and OpenBLAS leaves so few to the thread that asks. From
460,800 on its threads fight with ours for the cores, and a product takes 40 times as long."""


class VisualSearch:
    """Compares a video's pictures with those of C videos.

    Parameters
    ----------
    visual : int8 array, shape (C, D)
        Directions of any length; D is at most 1024. May be memory-mapped.
    scanner : Scanner

    Notes
    -----
    It belongs to one thread at a time.
    """

    def __init__(self, visual: NDArray[np.int8], scanner: Scanner) -> None:
        self._scanner = scanner
        self._visual: NDArray[np.int8] = read_only(visual)
        self._step = max(1, _COMPONENTS_A_STEP // visual.shape[1])

    def scores(self, looks: NDArray[np.int8], job: Job | None = None) -> tuple[Float32, Exact]:
        """Return an upper bound of every video's cosine, and what computes exact ones.

        Parameters
        ----------
        looks : int8 array, shape (D,)
            What the video looks like, as in `visual`.
        job : Job, optional
            May cancel.

        Returns
        -------
        bounds : float32 array, shape (C,)
            May be changed.
        exact : callable
            As `best_rows` takes it. Cosines are 0 where either has no direction.

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
        wide = looks.astype(np.float32)
        factor = inverse_norms(np.asarray(wide @ wide))
        kernels, codes, inverse = self._scanner.kernels, looks.astype(np.int16), self._inverse_norms
        bounds = np.empty(len(self._visual), np.float32)

        def scan(begin: int, end: int) -> None:
            rows, dots = self._visual[begin:end], bounds[begin:end]
            if kernels is None:
                dots[:] = rows.astype(np.float32) @ wide
            else:
                kernels.products(rows, codes, dots)
            dots *= inverse[begin:end] * factor
            dots += FLOAT32_SLACK

        step = self._step if kernels is None else _ROWS
        self._scanner.over(len(bounds), step, scan, job or Job())
        wider = looks.astype(np.float64)
        return bounds, lambda rows: self.exact(rows, wider)

    @cached_property
    def _inverse_norms(self) -> Float32:
        # 4 bytes a clip, computed at the first search in the time of another scan.
        inverse = np.empty(len(self._visual), np.float32)

        def scan(begin: int, end: int) -> None:
            rows = self._visual[begin:end].astype(np.float32)
            inverse[begin:end] = inverse_norms(np.einsum("ij,ij->i", rows, rows))

        self._scanner.over(len(inverse), self._step, scan, Job())
        return inverse

    def exact(self, rows: NDArray[np.int64], looks: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return cosines, in which only the square root and the division round."""
        each = self._visual[rows].astype(np.float64)
        squared = np.einsum("ij,ij->i", each, each) * (looks @ looks)
        dots = each @ looks
        cosines: NDArray[np.float64] = np.zeros_like(dots)
        np.divide(dots, np.sqrt(squared), out=cosines, where=squared > 0)
        return cosines

"""Ranking one catalogue's clips: its searches, its filters and what people see of a match."""

from __future__ import annotations

import threading
from dataclasses import replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from core.catalog.catalog import Catalog
from core.catalog.youtube_ids import is_key
from core.errors import CatalogError
from core.filters import ClassIndex
from core.jobs import Job
from core.options import CatalogKind, Comparison, Filter, Weights
from core.search.feedback import Calibration
from core.search.frames import FrameSearch
from core.search.mean import ClipSearch
from core.search.parts import Part, best_of_parts
from core.search.scan import Scanner
from core.search.visual import VisualSearch
from core.types import CLIP_HOP_S, Match, NoLink, Query

_COMPILED_FROM_CLIPS = 200_000
"""NumPy searches smaller catalogues in some 10 ms; importing Numba would take longer."""

_COMPILED_FROM_FRAMES = 2_000_000
"""By frames, NumPy takes longer than compiling from here on: a search waits for that."""


class Matcher:
    """Ranks the clips of a catalogue; what it needs beside the files is made when first asked.

    Parameters
    ----------
    catalog : Catalog
    """

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self._scanner = Scanner()
        self._calibrations: dict[Comparison, Calibration] = {}
        self._masked: tuple[Filter, NDArray[np.bool_]] | None = None

    def prepare(self) -> None:
        """Begin to compile, where that pays; returns at once."""
        if len(self.catalog) >= _COMPILED_FROM_CLIPS:
            self.compile()

    def compile(self) -> threading.Thread:
        """Return the thread that compiles the fast search, begun now if need be."""
        return self._scanner.compile()

    def matches(
        self,
        query: Query,
        k: int,
        filters: Filter | None = None,
        by: Comparison = Comparison.MEAN,
        without: NDArray[np.int64] | None = None,
        job: Job | None = None,
        weights: Weights | None = None,
    ) -> tuple[Match, ...]:
        """Return the clips most similar to a query, the best first.

        Parameters
        ----------
        query : Query
        k : int
        filters : Filter, optional
        by : Comparison
        without : int array, optional
            Rows that may not be returned.
        job : Job, optional
            May cancel.
        weights : Weights, optional
            Compare by means what is heard and, if the query has `looks`, what is seen.

        Raises
        ------
        CatalogError
            If a class is unknown.
        """
        mask = self._mask(filters or Filter(), without)
        seconds: list[tuple[float, float] | None] | None = None
        if weights is not None and query.looks is not None:
            parts = (
                Part(weights.audio, *self._clips.scores(query.frames, job)),
                Part(weights.visual, *self._pictures.scores(query.looks, job)),
            )
            best = best_of_parts(parts, k, mask)
            rows, similarities = best.rows, best.scores
        elif query.direction is not None:
            rows, similarities = self._clips.nearest(query.direction, k, mask, job)
        elif by == Comparison.FRAMES:
            rows, similarities, seconds = self._by_frames(query, k, mask, job)
        else:
            rows, similarities = self._clips.top_k(query.frames, k, mask, job)
        ranked = zip(
            rows.tolist(), similarities.tolist(), seconds or [None] * len(rows), strict=True
        )
        return tuple(self._match(rank, *item) for rank, item in enumerate(ranked, start=1))

    def _by_frames(
        self, query: Query, k: int, mask: NDArray[np.bool_] | None, job: Job | None
    ) -> tuple[NDArray[np.int64], NDArray[np.float64], list[tuple[float, float] | None]]:
        if len(self.catalog.frames) >= _COMPILED_FROM_FRAMES:
            self.compile().join()
        found = self._frames.top_k(query.frames, k, mask, job)
        pairs = zip(found.frame.tolist(), found.query_frame.tolist(), strict=True)
        seconds = [(frame * CLIP_HOP_S, at * query.hop_s) for frame, at in pairs]
        return found.rows, found.similarities, [*seconds]

    def clip_query(self, video_id: str, row: int, weights: Weights | None = None) -> Query:
        """Return the query that a clip of the catalogue is.

        Raises
        ------
        CatalogError
            If pictures count, and the catalogue has none.
        """
        catalog = self.catalog
        clip = catalog.clip(row)
        query = Query(video_id, clip.frames, clip.end_s - clip.start_s)
        if weights is None or not weights.visual:
            return query
        if not catalog.visual.shape[1]:
            raise CatalogError(
                f"The catalogue {catalog.path} does not know what its videos look like.",
                "Build one of YouTube-8M with --visual, or compare by sound alone.",
            )
        note = f"Compared by sound ({weights.audio:.0%}) and pictures ({weights.visual:.0%})."
        return replace(query, looks=catalog.visual[row], notes=(note,))

    def calibration(self, by: Comparison) -> Calibration:
        """Return how similar random clips are."""
        if by not in self._calibrations:
            self._calibrations[by] = Calibration.of(self.catalog, by)
        return self._calibrations[by]

    def close(self) -> None:
        """Let go of the threads."""
        self._scanner.close()

    def _match(
        self, rank: int, row: int, similarity: float, seconds: tuple[float, float] | None
    ) -> Match:
        clip = self.catalog.clip(row)
        best_second, query_second = (None, None) if seconds is None else seconds
        if self.catalog.manifest.kind == CatalogKind.DEMO:
            # Its frames are of sounds made for the classes, and tell nothing of the video.
            best_second = query_second = None
        if best_second is not None:
            best_second += clip.start_s
        is_asked_for = self.catalog.manifest.kind == CatalogKind.YOUTUBE8M and is_key(clip.video_id)
        match = Match(
            rank,
            clip.video_id,
            clip.start_s,
            clip.end_s,
            clip.labels,
            similarity,
            "",
            best_second,
            query_second,
            NoLink.NOT_LOOKED_UP if is_asked_for else NoLink.NO_ID,
            row,
        )
        return match.linked(clip.video_id) if clip.is_youtube_id else match

    def _mask(self, filters: Filter, without: NDArray[np.int64] | None) -> NDArray[np.bool_] | None:
        if filters == Filter():
            if without is None:
                return None
            mask = np.ones(len(self.catalog), np.bool_)
        else:
            if self._masked is None or self._masked[0] != filters:
                include, exclude = map(
                    self.catalog.class_indices, (filters.include, filters.exclude)
                )
                self._masked = filters, self._classes.mask(include, exclude)
            mask = self._masked[1]
        if without is not None:
            mask = mask.copy()
            mask[without] = False
        return mask

    @cached_property
    def _classes(self) -> ClassIndex:
        return ClassIndex(self.catalog.label_indices, self.catalog.label_offsets)

    @cached_property
    def _clips(self) -> ClipSearch:
        catalog = self.catalog
        return ClipSearch(catalog.vectors, catalog.frames, catalog.frame_offsets, self._scanner)

    @cached_property
    def _frames(self) -> FrameSearch:
        return FrameSearch(self.catalog.frames, self.catalog.frame_offsets, self._scanner)

    @cached_property
    def _pictures(self) -> VisualSearch:
        return VisualSearch(self.catalog.visual, self._scanner)

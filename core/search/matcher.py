"""Ranking one catalogue's clips: its searches, its filters and what people see of a match."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from core.catalog.catalog import Catalog
from core.catalog.counted_labels import class_index, sure_labels
from core.catalog.youtube_ids import is_key
from core.errors import CatalogError
from core.filters import ClassIndex
from core.jobs import Job
from core.options import CatalogKind, Comparison, Filter, ListenerKind, Ranking, Weights
from core.search.feedback import Calibration
from core.search.frames import FrameSearch
from core.search.mean import ClipSearch
from core.search.meaning import BoundsBySet, MeaningSearch
from core.search.parts import ScorePart, best_of_parts
from core.search.scan import Scanner
from core.search.tag_search import TagSearch
from core.search.topk import Exact
from core.search.visual import VisualSearch
from core.tagging.naming import BUILT_IN_THRESHOLDS, TAGGER_THRESHOLDS, named
from core.tagging.ranking import LEAST_TAG_AGREEMENT, MEANING, is_close
from core.tagging.tags import closed_upwards
from core.types import Match, NoLink, Query, Tag, watch_url

_COMPILED_FROM_CLIPS = 200_000
"""NumPy searches smaller catalogues in some 10 ms; importing Numba would take longer."""

_COMPILED_FROM_FRAMES = 2_000_000
"""By frames, NumPy takes longer than compiling from here on: a search waits for that."""


@dataclass(frozen=True)
class FoundMatches:
    """The best clips, best first, and whether any clip of the catalogue is close."""

    matches: tuple[Match, ...]
    is_close: bool


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
        ranking: Ranking = Ranking.SOUND,
    ) -> FoundMatches:
        """Return the clips that match a query best, the best first.

        Parameters
        ----------
        query : Query
            With tags, unless it is ranked by sound alone.
        k : int
        filters : Filter, optional
        by : Comparison
            Of the sound.
        without : int array, optional
            Rows that may not be returned.
        job : Job, optional
            May cancel.
        weights : Weights, optional
            Rank by sound and, if the query has `looks`, by what is seen.
        ranking : Ranking

        Raises
        ------
        CatalogError
            If a class is unknown.
        """
        filters = filters or Filter()
        mask = self._mask(filters, without)
        if weights is not None and query.looks is not None:
            parts = {
                "sound": ScorePart(weights.audio, *self._clips.scores(query.frames, job)),
                "visual": ScorePart(weights.visual, *self._pictures.scores(query.looks, job)),
            }
        else:
            parts = self._parts(query, by, ranking, self._meaning_by(filters.only_sure), job)
        is_near = self._is_near(parts, by)
        best = best_of_parts(list(parts.values()), self._scanner, k, mask, job)
        rows = best.rows
        seconds: list[tuple[float, float] | None] = [None] * len(rows)
        has_seconds = self.catalog.manifest.kind != CatalogKind.BALANCED
        if by == Comparison.FRAMES and "sound" in parts and query.direction is None and has_seconds:
            pairs = zip(*self._frames.aligned(query.frames, rows), strict=True)
            seconds = [(float(at), int(of) * query.hop_s) for at, of in pairs]
        values = {name: each.tolist() for name, each in zip(parts, best.values, strict=True)}
        sounds, meanings = (values.get(name, [None] * len(rows)) for name in ("sound", "meaning"))
        each = zip(rows.tolist(), best.scores.tolist(), seconds, sounds, meanings, strict=True)
        found = (self._match(rank, *of_row) for rank, of_row in enumerate(each, 1))
        return FoundMatches(tuple(found), is_near)

    def _parts(
        self,
        query: Query,
        by: Comparison,
        ranking: Ranking,
        meant: MeaningSearch | TagSearch,
        job: Job | None,
    ) -> dict[str, ScorePart]:
        if ranking is Ranking.SOUND:
            return {"sound": ScorePart(1.0, *self._sound(query, by, job))}
        tags = query.tags
        assert tags is not None  # noqa: S101 - whoever asks by meaning gives them
        if ranking is Ranking.MEANING:
            return {"meaning": ScorePart(1.0, *meant.scores(tags))}
        meaning = self._scanner.begin(lambda: meant.scores(tags))
        sound = ScorePart(1 - MEANING, *self._sound(query, by, job))
        return {"sound": sound, "meaning": ScorePart(MEANING, *meaning.result())}

    def _sound(
        self, query: Query, by: Comparison, job: Job | None
    ) -> tuple[NDArray[np.float32], Exact]:
        if query.direction is not None:
            return self._clips.scores_towards(query.direction, job)
        if by == Comparison.FRAMES:
            if len(self.catalog.frames) >= _COMPILED_FROM_FRAMES:
                self.compile().join()
            return self._frames.scores(query.frames, job)
        return self._clips.scores(query.frames, job)

    @staticmethod
    def _is_near(parts: dict[str, ScorePart], by: Comparison) -> bool:
        """Return whether any clip of the catalogue is close, whatever filters leave of it."""
        if "meaning" not in parts:
            return True
        meaning, highest = parts["meaning"].bounds, None
        if by == Comparison.MEAN and "sound" in parts:
            sound = parts["sound"]
            best = np.argmax(sound.bounds[:], keepdims=True)  # nearly the highest, or it itself
            highest = float(sound.exact(best).max(initial=-1.0))
        if isinstance(meaning, BoundsBySet):
            return is_close(meaning.highest, highest)
        return is_close(float(meaning[:].max(initial=0.0)), highest, LEAST_TAG_AGREEMENT)

    def passing(self, filters: Filter) -> NDArray[np.bool_]:
        """Return which clips pass a filter, bool (C,); raise CatalogError for unknown classes."""
        mask = self._mask(filters, None)
        return np.ones(len(self.catalog), np.bool_) if mask is None else mask

    def clip_query(self, video_id: str, row: int, weights: Weights | None = None) -> Query:
        """Return the query that a clip of the catalogue is.

        Raises
        ------
        CatalogError
            If pictures count, and the catalogue has none.
        """
        catalog = self.catalog
        clip = catalog.clip(row)
        tags = None
        if catalog.has_meaning:
            tags = closed_upwards(self._meaning_by().tags_of(np.array([row])))[0]
        heard = tuple(Tag(label, 1.0) for label in clip.labels)
        if tags is not None and catalog.tags.shape[1]:
            is_built_in = catalog.manifest.model.listener is ListenerKind.BUILT_IN
            heard = named(tags, BUILT_IN_THRESHOLDS if is_built_in else TAGGER_THRESHOLDS)
        duration_s = clip.end_s - clip.start_s
        model_id = catalog.model_id
        hop_s = catalog.seconds_of_frames(clip.start_s)[1]
        query = Query(
            video_id,
            clip.frames,
            duration_s,
            hop_s=hop_s,
            tags=tags,
            heard=heard,
            model_id=model_id,
        )
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
        self,
        rank: int,
        row: int,
        similarity: float,
        seconds: tuple[float, float] | None,
        sound: float | None,
        meaning: float | None,
    ) -> Match:
        clip = self.catalog.clip(row)
        best_second, query_second = (None, None) if seconds is None else seconds
        if best_second is not None:
            begin_s, hop_s = self.catalog.seconds_of_frames(clip.start_s)
            best_second = begin_s + best_second * hop_s
        kind, url = self.catalog.manifest.kind, ""
        no_link: NoLink | None = NoLink.NO_ID
        if clip.is_youtube_id:
            second = clip.start_s if best_second is None else best_second
            url, no_link = watch_url(clip.video_id, second), None
        elif kind == CatalogKind.YOUTUBE8M and is_key(clip.video_id):
            no_link = NoLink.NOT_LOOKED_UP
        match = Match(
            rank,
            clip.video_id,
            clip.start_s,
            clip.end_s,
            clip.labels,
            similarity,
            url,
            best_second,
            query_second,
            no_link,
            row,
            sound,
            meaning,
        )
        return self._with_paths(match) if kind == CatalogKind.SOUNDS else match

    def _with_paths(self, match: Match) -> Match:
        """Return a match with the files that it is in."""
        files = self.catalog.sound_files
        rows = files.of_clip(match.row)
        path, *others = map(files.path, rows)
        is_missing = bool(files.rows["is_missing"][rows[0]])
        return replace(
            match, path=path, other_paths=tuple(others), is_missing=is_missing, no_link=None
        )

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
                self._masked = filters, self._passing(filters.only_sure, include, exclude)
            mask = self._masked[1]
        if without is not None:
            mask = mask.copy()
            mask[without] = False
        return mask

    def _passing(
        self, only_sure: bool, include: frozenset[int], exclude: frozenset[int]
    ) -> NDArray[np.bool_]:
        """Return which clips pass a filter; excluded are also labels of which nobody is sure."""
        mask = self._classes.mask(frozenset() if only_sure else include, exclude)
        if only_sure:
            offsets = self._sure[1]
            mask &= self._sure_classes.clips_of(include) if include else offsets[1:] > offsets[:-1]
        return mask

    @cached_property
    def _classes(self) -> ClassIndex:
        return class_index(self.catalog)

    @cached_property
    def _sure(self) -> tuple[NDArray[np.int16], NDArray[np.int64]]:
        return sure_labels(self.catalog)

    @cached_property
    def _sure_classes(self) -> ClassIndex:
        return ClassIndex(*self._sure)

    @cached_property
    def _clips(self) -> ClipSearch:
        catalog = self.catalog
        return ClipSearch(catalog.vectors, catalog.frames, catalog.frame_offsets, self._scanner)

    @cached_property
    def _frames(self) -> FrameSearch:
        return FrameSearch(self.catalog.frames, self.catalog.frame_offsets, self._scanner)

    def _meaning_by(self, only_sure: bool = False) -> MeaningSearch | TagSearch:
        if only_sure:
            return self._sure_meaning
        return self._heard_meaning if self.catalog.tags.shape[1] else self._meaning

    @cached_property
    def _meaning(self) -> MeaningSearch:
        catalog = self.catalog
        return MeaningSearch(catalog.label_indices, catalog.label_offsets)

    @cached_property
    def _sure_meaning(self) -> MeaningSearch:
        return MeaningSearch(*self._sure)

    @cached_property
    def _heard_meaning(self) -> TagSearch:
        return TagSearch(self.catalog.tags, self._scanner)

    @cached_property
    def _pictures(self) -> VisualSearch:
        return VisualSearch(self.catalog.visual, self._scanner)

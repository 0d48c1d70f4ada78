"""What can be asked of a catalogue: by a query, a video of its own, or words."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import CatalogError
from core.jobs import Job
from core.loaded import Loaded
from core.options import DEFAULT_K, CatalogKind, Comparison, Filter, Ranking, Weights
from core.types import CatalogInfo, Match, Matches, Query

# What else is needed is imported when it is needed: a window shows before that.
if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from core.catalog.catalog import Catalog
    from core.catalog.youtube_ids import YoutubeIds
    from core.tagging.steering import TagChange
    from core.teaching.filtering import TaughtFilter
    from core.teaching.taught_class import TaughtClass


class Searches:
    """The part of the engine that ranks a catalogue's clips.

    Parameters
    ----------
    loaded : Loaded
    """

    def __init__(self, loaded: Loaded) -> None:
        self._loaded = loaded

    def catalog(self, job: Job | None = None) -> Catalog:
        """Return the opened catalogue."""
        return self._loaded.matcher(job).catalog

    def search(
        self,
        query: Query,
        k: int = DEFAULT_K,
        filters: Filter | None = None,
        job: Job | None = None,
        by: Comparison = Comparison.MEAN,
        ranking: Ranking = Ranking.BOTH,
    ) -> Matches:
        """Return the clips that match a query best that `query` made, the best first.

        Raises
        ------
        CatalogError
            If the catalogue cannot be ranked so: its frames are another model's, or it has no
            labels of AudioSet's. *Both* takes what there is.
        """
        if query.model_id:
            from core.setup.selection import asked_by

            info = asked_by(query, self.catalog(job))
        else:
            info = self._loaded.info(job)
        return self._answer(query, k, filters, job, by, info, ranking=ranking)

    def similar(
        self,
        video_id: str,
        k: int = DEFAULT_K,
        filters: Filter | None = None,
        job: Job | None = None,
        by: Comparison = Comparison.MEAN,
        weights: Weights | None = None,
        ranking: Ranking = Ranking.BOTH,
        changes: Sequence[TagChange] = (),
        start_s: float | None = None,
    ) -> Matches:
        """Return the clips most like a video of the catalogue, itself left out.

        Needs no model. Where the catalogue has several clips of the video, the first counts, and
        all of them are left out.

        Parameters
        ----------
        video_id : str
        k, filters, job, by
            As `match` takes them.
        weights : Weights, optional
            Rank by the weighted sum of the cosines of sound (by mean) and of pictures, which a
            catalogue of YouTube-8M has if it was built with them.
        ranking : Ranking
        changes : sequence of TagChange
            Of the video's labels; see `steer`.
        start_s : float, optional
            Where the clip begins that counts; only that one is left out then.

        Raises
        ------
        CatalogError
            If the video is not in the catalogue, or pictures count and the catalogue has none.
        """
        if weights is not None and by != Comparison.MEAN:
            raise ValueError("weights compare clips as wholes, not by frames")
        from core.setup.selection import described

        matcher = self._loaded.matcher(job)
        rows = self._rows_of(matcher.catalog, video_id, start_s)
        query = self.steer(matcher.clip_query(video_id, int(rows[0]), weights), changes)
        info = described(matcher.catalog)
        return self._answer(query, k, filters, job, by, info, rows, weights, ranking)

    def clip_query(self, video_id: str, start_s: float | None = None) -> Query:
        """Return a clip of the catalogue as what other catalogues can be asked for.

        Raises
        ------
        CatalogError
            If it is not in the catalogue.
        """
        matcher = self._loaded.matcher()
        row = self._rows_of(matcher.catalog, video_id, start_s)[0]
        return matcher.clip_query(video_id, int(row), None)

    def _rows_of(self, catalog: Catalog, video_id: str, start_s: float | None) -> NDArray[np.int64]:
        rows: NDArray[np.int64] = catalog.find(self._key_of(catalog, video_id))
        if start_s is None:
            return rows
        found: NDArray[np.int64] = rows[catalog.clips["start_s"][rows] == start_s][:1]
        if not len(found):
            raise CatalogError(
                "This clip is not in the catalogue any more.", "Match its file instead."
            )
        return found

    @staticmethod
    def _key_of(catalog: Catalog, video_id: str) -> str:
        """Return the key of a file of one's own that was given by its path, or what was given."""
        if catalog.manifest.kind != CatalogKind.SOUNDS:
            return video_id
        files = catalog.sound_files
        row = files.find(video_id)
        if row is None:
            return video_id
        if not files.rows["n_clips"][row]:
            raise CatalogError(
                f"There is nothing to hear in {video_id}: it is silent, or cannot be read.",
                "Name another file; `info` lists those that cannot be read.",
            )
        return str(files.rows["key"][row].decode())

    def find(
        self,
        text: str,
        k: int = DEFAULT_K,
        filters: Filter | None = None,
        job: Job | None = None,
    ) -> Matches:
        """Return the clips that carry what words say most surely, such as "dog barking".

        Ranked by meaning; clips of equal labels by the tagger's scores. Needs no model. The
        answer's query is one like any other, without frames. The name of a class that was taught
        stands for that.

        Raises
        ------
        CatalogError
            If no word stands for a class, or the catalogue has no labels of AudioSet's.
        """
        from core.catalog.manifest import RELEASED_MODEL_ID
        from core.search.surest import MOST_COMPARED, surest
        from core.setup.selection import described
        from core.tagging.words import classes_of, word_query

        taught = self._loaded.taught.find(text)
        if taught is not None:
            return self.find_taught(taught, k, filters, job)
        query, catalog = word_query(text), self.catalog(job)
        n = max(k, MOST_COMPARED)
        info = described(catalog)
        answer = self._answer(
            query, n, filters, job, Comparison.MEAN, info, ranking=Ranking.MEANING
        )
        matches = answer.matches[:k]
        if catalog.model_id == RELEASED_MODEL_ID and not catalog.tags.shape[1]:
            matches = surest(answer.matches, catalog, classes_of(text).indices, k)
        return replace(answer, matches=matches)

    def find_taught(
        self,
        taught: TaughtClass,
        k: int = DEFAULT_K,
        filters: Filter | None = None,
        job: Job | None = None,
        without: NDArray[np.int64] | None = None,
    ) -> Matches:
        """Return the clips that are most surely of a class that was taught.

        Raises
        ------
        CatalogError
            If another model made the catalogue.
        """
        from core.setup.selection import described
        from core.teaching.questions import check_model, class_query

        catalog = self.catalog(job)
        check_model(taught, catalog)
        info = described(catalog)
        query, by = class_query(taught), Comparison.MEAN
        return self._answer(query, k, filters, job, by, info, without, ranking=Ranking.SOUND)

    def find_classes(self, text: str) -> list[str]:
        """Return names of classes that complete what was typed, the best first; in any thread."""
        from core.tagging.words import completions

        typed = text.strip().casefold()
        names = [taught.name for taught in self._loaded.taught.all()]
        own = [name for name in names if typed and typed in name.casefold()]
        return own + completions(text)

    def steer(self, query: Query, changes: Sequence[TagChange]) -> Query:
        """Return a query of which tags were strengthened, weakened, struck out or added.

        Raises
        ------
        CatalogError
            If a class is unknown, or the query has no tags.
        """
        from core.tagging.steering import steered

        return steered(query, changes)

    def refine(self, query: Query, more: Sequence[Match], less: Sequence[Match]) -> Query:
        """Return a query moved towards some matches and away from others; it is asked by means."""
        from core.search.feedback import refined_query

        return refined_query(query, self.catalog(), more, less)

    def embedding_queries(self, path: Path) -> Iterator[Query]:
        """Yield the queries in a file of VGGish's embeddings; see `core.embedding_queries`.

        Raises
        ------
        AudioFileError
            If it is no such file.
        """
        from core.embedding_queries import embedding_queries

        return embedding_queries(path)

    @cached_property
    def _taught_filter(self) -> TaughtFilter:
        from core.teaching.filtering import TaughtFilter

        return TaughtFilter(self._loaded.taught)

    def _youtube_ids(self) -> YoutubeIds:
        from core.catalog.youtube_ids import YoutubeIds

        return YoutubeIds(self._loaded.data.youtube_ids, self._loaded.options.id_service)

    def _answer(
        self,
        query: Query,
        k: int,
        filters: Filter | None,
        job: Job | None,
        by: Comparison,
        info: CatalogInfo,
        without: NDArray[np.int64] | None = None,
        weights: Weights | None = None,
        ranking: Ranking = Ranking.BOTH,
    ) -> Matches:
        from core.catalog.youtube_links import with_known
        from core.setup.selection import possible_ranking

        begun = time.perf_counter()
        ranking = possible_ranking(ranking, query, info)
        matcher = self._loaded.matcher(job)
        if filters is not None:
            filters, without = self._taught_filter.apart(matcher, filters, without)
        found = matcher.matches(query, k, filters, by, without, job, weights, ranking)
        elapsed_s = time.perf_counter() - begun
        answer = Matches(query, info, found.matches, ranking, found.is_close, elapsed_s)
        return with_known(answer, self._youtube_ids())

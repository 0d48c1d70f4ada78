"""The place where the rooms meet: sounds and videos in, ranked matches out."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from core.audio.waveform import Waveform
from core.downloads.pinned import CHECKPOINT, PCA
from core.errors import AudioFileError, CatalogError, ModelError
from core.jobs import Job
from core.options import DEFAULT_K, CatalogKind, Comparison, Filter, Options, Weights
from core.paths import DataFolder
from core.types import CatalogInfo, Float32, Match, Matches, Query, UInt8

# What else an engine needs is imported when it is needed: a window shows before that.
if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from core.audio.logmel import LogMel
    from core.audio.reader import AudioFile
    from core.catalog.catalog import Catalog
    from core.catalog.counting import ClassCount
    from core.catalog.youtube_ids import YoutubeIds
    from core.query import QueryStream
    from core.search.feedback import Calibration
    from core.search.matcher import Matcher
    from core.setup.inventory import CatalogEntry, StoredItem
    from core.vggish.model import Embedding, ModelManifest, Vggish


_STARTER_NOTE = "Starter: a few real clips of each class. Fetch AudioSet to search all of them."
_MOST_POINTED = 500_000
"""Frames of a query times matches, for which the most similar seconds are looked for."""


class Engine:
    """Matches sounds and videos against a catalogue.

    Making one is cheap; the model and the catalogue are loaded by `load`, or when first needed.
    It belongs to one thread at a time.

    Parameters
    ----------
    data : DataFolder
        Where models, catalogues and fetched files lie.
    options : Options
    """

    def __init__(self, data: DataFolder, options: Options | None = None) -> None:
        self._data = data
        self._options = options or Options()
        self._model: Vggish | None = None
        self._matcher: Matcher | None = None

    def load(self, job: Job | None = None) -> CatalogInfo:
        """Load the model and the catalogue; the first time, prepare them.

        Raises
        ------
        ModelError, CatalogError
            If either cannot be used, or they do not belong together.
        """
        job = job or Job()
        model = self.model(job.part(0, 0.9))
        catalog = self.catalog(job.part(0.9, 1))
        self._opened(job).prepare()
        job.report("Ready", 1.0)
        return self._info(catalog, model.manifest)

    def reload(self, job: Job | None = None) -> CatalogInfo:
        """Load what is there now: a model or a catalogue that came since `load`.

        What answered so far goes on answering if that fails or is cancelled.

        Raises
        ------
        ModelError, CatalogError
        """
        fresh = Engine(self._data, self._options)
        try:
            info = fresh.load(job)
        except BaseException:
            fresh.close()
            raise
        self.close()
        self._model, self._matcher = fresh._model, fresh._matcher
        return info

    def catalogs(self) -> list[CatalogEntry]:
        """Return the catalogues in the data folder."""
        from core.setup.inventory import catalogs

        return catalogs(self._data)

    def choose(self, name: str, job: Job | None = None) -> CatalogInfo:
        """Search this catalogue of the data folder from now on, also in programs to come.

        Raises
        ------
        ModelError, CatalogError
            If there is none of this name, or it cannot be searched; then the choice is as before.
        """
        from core.setup.inventory import choose, named

        given = self._options
        self._options = replace(given, catalog=named(self._data, name).path)
        try:
            info = self.reload(job)
        except BaseException:
            self._options = given
            raise
        self._options = replace(given, catalog=None)
        choose(self._data, name)
        return info

    def storage(self) -> list[StoredItem]:
        """Return what lies in the data folder, and how large it is."""
        from core.setup.inventory import storage

        return storage(self._data)

    def remove(self, key: str) -> int:
        """Remove an item of `storage`; return how many bytes that has freed.

        Afterwards `load` has to be called: what answered so far may be gone.

        Raises
        ------
        CatalogError
            If there is no such item, or it may not be removed.
        """
        from core.setup.inventory import remove

        self.close()
        return remove(self._data, key)

    def move_data(self, target: Path, job: Job | None = None) -> DataFolder:
        """Move the data folder, and return where it is now; afterwards `load` has to be called.

        Raises
        ------
        DownloadError
            If the target cannot be used. Everything is where it was then.
        """
        from core.setup.moving import move

        self.close()
        self._data = move(self._data, target, job)
        self.close()  # another thread may have asked for something meanwhile
        return self._data

    def model(self, job: Job | None = None) -> Vggish:
        """Return the loaded model."""
        if self._model is None:
            if job is not None:
                job.report("Loading the model", 0.0)
            from core.vggish.model import Vggish

            folder = self._model_folder(job or Job())
            self._model = Vggish(folder, self._options.engine)
        return self._model

    def catalog(self, job: Job | None = None) -> Catalog:
        """Return the opened catalogue."""
        return self._opened(job).catalog

    def embed(self, patches: Float32, job: Job | None = None) -> Embedding:
        """Return VGGish's embeddings of log-mel patches, float32 (N, 96, 64)."""
        return self.model(job).embed(patches, job)

    def save_embedding(
        self,
        sound: AudioFile,
        path: Path,
        span: tuple[float | None, float | None] = (None, None),
        job: Job | None = None,
    ) -> LogMel:
        """Write a sound's patches and embeddings as NumPy arrays, whole or not at all.

        The file holds ``log_mel``, float32 (N, 96, 64), ``embedding``, float32 (N, 128), and
        ``postprocessed``, uint8 (N, 128).

        Returns
        -------
        LogMel
            What was embedded.

        Raises
        ------
        AudioFileError
            If the sound cannot be read, or the file cannot be written.
        """
        import numpy as np

        from core.atomic import written_whole
        from core.audio.logmel import log_mel

        heard = log_mel(sound.waveform(*span, job), job)
        embedding = self.embed(heard.patches, job)
        try:
            with written_whole(path) as file:
                np.savez(
                    file,
                    allow_pickle=False,
                    log_mel=heard.patches,
                    embedding=embedding.raw,
                    postprocessed=embedding.postprocessed,
                )
        except OSError as error:
            raise AudioFileError(
                f"{path} cannot be written: {error.strerror}.",
                "Choose another place, or free some space.",
            ) from error
        return heard

    def hearing(self, name: str, job: Job | None = None) -> QueryStream:
        """Return what turns a sound into queries while it arrives; see `core.query`."""
        from core.query import QueryStream

        return QueryStream(self.model(job), name)

    def query(
        self,
        sound: Waveform | AudioFile,
        start_s: float | None = None,
        end_s: float | None = None,
        job: Job | None = None,
    ) -> Query:
        """Turn a sound, or a span of it in seconds, into what is searched for.

        Raises
        ------
        AudioFileError
            If it cannot be read, there is no such span, or it is silent.
        """
        from core.query import hear

        return hear(self.model(job), sound, start_s, end_s, job)

    def match(
        self,
        sound: Waveform | AudioFile,
        k: int = DEFAULT_K,
        filters: Filter | None = None,
        job: Job | None = None,
        by: Comparison = Comparison.MEAN,
        span: tuple[float | None, float | None] = (None, None),
    ) -> Matches:
        """Return the clips that sound most like a sound, the best first.

        Parameters
        ----------
        sound : Waveform at 16 kHz, or AudioFile
        k : int
            How many clips at most.
        filters : Filter, optional
        job : Job, optional
            Told about progress; may cancel.
        by : Comparison
            Compare sounds as wholes, or for every patch of the sound the clip's most similar
            second.
        span : pair of float or None
            The part of the sound to match, in seconds; None stands for its start or end.

        Raises
        ------
        AudioFileError, ModelError, CatalogError
        """
        return self.search(self.query(sound, *span, job), k, filters, job, by)

    def search(
        self,
        query: Query,
        k: int = DEFAULT_K,
        filters: Filter | None = None,
        job: Job | None = None,
        by: Comparison = Comparison.MEAN,
    ) -> Matches:
        """Return the clips most similar to a query that `query` made, the best first."""
        matcher, model = self._opened(job), self.model(job)
        info = self._info(matcher.catalog, model.manifest)
        return self._answer(matcher, query, k, filters, job, by, info)

    def similar(
        self,
        video_id: str,
        k: int = DEFAULT_K,
        filters: Filter | None = None,
        job: Job | None = None,
        by: Comparison = Comparison.MEAN,
        weights: Weights | None = None,
    ) -> Matches:
        """Return the clips that sound most like a video of the catalogue, itself left out.

        Needs no model. Where the catalogue has several clips of the video, the first counts.

        Parameters
        ----------
        video_id : str
        k, filters, job, by
            As `match` takes them.
        weights : Weights, optional
            Rank by the weighted sum of the cosines of sound (by mean) and of pictures, which a
            catalogue of YouTube-8M has if it was built with them.

        Raises
        ------
        CatalogError
            If the video is not in the catalogue, or pictures count and the catalogue has none.
        """
        if weights is not None and by != Comparison.MEAN:
            raise ValueError("weights compare clips as wholes, not by frames")
        catalog = self.catalog(job)
        rows = catalog.find(video_id)
        clip = catalog.clip(int(rows[0]))
        query = Query(video_id, clip.frames, clip.end_s - clip.start_s)
        if weights is not None and weights.visual:
            query = _with_looks(query, catalog, int(rows[0]), weights)
        info = _describe(catalog)
        matcher = self._opened(job)
        return self._answer(matcher, query, k, filters, job, by, info, rows, weights)

    def refine(self, query: Query, more: Sequence[Match], less: Sequence[Match]) -> Query:
        """Return a query moved towards some matches and away from others; it is asked by means."""
        import numpy as np

        from core.search.feedback import refined
        from core.vectors import clip_sums

        catalog = self.catalog()

        def direction(frames: UInt8) -> NDArray[np.int64]:
            summed: NDArray[np.int64] = clip_sums(frames, np.array([len(frames)]))[0]
            return summed

        moved = refined(
            direction(query.frames) if query.direction is None else query.direction,
            [direction(catalog.clip(match.row).frames) for match in more],
            [direction(catalog.clip(match.row).frames) for match in less],
        )
        return replace(query, direction=moved)

    def compare(self, query: Query, match: Match) -> Float32:
        """Return how similar each of a query's frames is to each of a match's, shape (Q, C)."""
        from core.search.feedback import frame_similarities

        return frame_similarities(query.frames, self.catalog().clip(match.row).frames)

    def point_out(self, answer: Matches, job: Job | None = None) -> Matches:
        """Return an answer by means with the seconds that are most alike, and links to these.

        Many matches of a sound of hours stay as they are, and those in the demo, whose frames are
        of sounds made for the classes and tell nothing of a video's seconds.
        """
        from core.search.feedback import pointed_out, unit_frames

        query, catalog, found = answer.query, self.catalog(), []
        n_pairs = len(query.frames) * len(answer.matches)
        if answer.catalog.is_demo or n_pairs > _MOST_POINTED:
            return answer
        heard = unit_frames(query.frames)
        for match in answer.matches:
            if job is not None:
                job.check()
            clip = catalog.clip(match.row)
            found.append(pointed_out(heard, query.hop_s, match, clip.frames))
        return replace(answer, matches=tuple(found))

    def link_best(self, answer: Matches, job: Job | None = None) -> Matches:
        """Return an answer whose links open at the seconds that `point_out` finds."""
        pointed = self.point_out(answer, job).matches
        linked = (
            replace(match, url=other.url)
            for match, other in zip(answer.matches, pointed, strict=True)
        )
        return replace(answer, matches=tuple(linked))

    def calibration(self, by: Comparison = Comparison.MEAN, job: Job | None = None) -> Calibration:
        """Return how similar random clips of the catalogue are, to judge a match by."""
        return self._opened(job).calibration(by)

    def resolve(self, answer: Matches, job: Job | None = None) -> Matches:
        """Return an answer with links to the videos that had none yet, as far as they are found.

        Videos of YouTube-8M's version 2 have ids of their own; a service on the network is asked
        for YouTube's, for some ten seconds at most. What it has said before is known without it,
        and is part of every answer from the beginning. Unlike all else, this may be called in any
        thread, also while another one uses the engine.

        Raises
        ------
        DownloadError
            If the service's address (`Options.id_service`) is none.
        """
        from core.catalog.youtube_links import resolved

        return resolved(answer, self._youtube_ids(), job)

    def class_counts(self, job: Job | None = None) -> dict[str, ClassCount]:
        """Return the catalogue's classes by id, with the numbers of their clips."""
        from core.catalog.counting import count_classes

        return count_classes(self.catalog(job), job)

    def close(self) -> None:
        """Let go of memory and processes."""
        if self._model is not None:
            self._model.close()
        if self._matcher is not None:
            self._matcher.close()
        self._model = self._matcher = None

    def _opened(self, job: Job | None) -> Matcher:
        if self._matcher is None:
            if job is not None:
                job.report("Opening the catalogue", 0.0)
            from core.catalog.catalog import Catalog
            from core.search.matcher import Matcher

            self._matcher = Matcher(Catalog.open(self._catalog_folder(job or Job())))
        return self._matcher

    def _catalog_folder(self, job: Job) -> Path:
        """Return the folder to search: the demo's where there is no trained model."""
        if self._options.catalog is not None:
            return self._options.catalog
        if self._options.model is None and not self._has_model():
            return self._demo(job)[1]
        from core.preparing import prepare_starter
        from core.setup.inventory import chosen_catalog

        return chosen_catalog(self._data) or prepare_starter(self._data.catalogs, job)

    def _has_model(self) -> bool:
        return all((self._data.files / file.name).is_file() for file in (CHECKPOINT, PCA))

    def _model_folder(self, job: Job) -> Path:
        from core.vggish import convert

        options = self._options
        checkpoint = options.model or self._data.files / CHECKPOINT.name
        if options.model is None:
            if options.pca is not None:
                raise ModelError("--pca was given without --model.", "Give both, or neither.")
            if not self._has_model():
                return self._demo(job)[0]
        beside = checkpoint.parent / PCA.name
        pca = options.pca or (beside if beside.is_file() else self._data.files / PCA.name)
        models, files = self._data.models, self._data.files
        return convert.converted(checkpoint, pca, models, _probe_patches, job, files)

    def _demo(self, job: Job) -> tuple[Path, Path]:
        """Return the demo's model and catalogue folders, prepared now if need be."""
        from core.preparing import prepare_demo

        return prepare_demo(self._data.models, self._data.catalogs, job)

    def _info(self, catalog: Catalog, model: ModelManifest) -> CatalogInfo:
        """Describe what answers, or refuse a model and a catalogue that do not belong together."""
        from core.catalog.manifest import RELEASED_MODEL_ID

        info = replace(_describe(catalog), model=model.name, model_id=model.model_id)
        if catalog.model_id == model.model_id:
            return info
        if catalog.model_id == RELEASED_MODEL_ID and model.is_released:
            return info
        if catalog.model_id == RELEASED_MODEL_ID and self._options.model is not None:
            note = (
                "The chosen weights are not the released ones that made this catalogue's "
                "vectors: the matches mean little."
            )
            return replace(info, notes=(*info.notes, note))
        raise CatalogError(
            f"The catalogue {catalog.path} was made by another model "
            f"({catalog.model_name}) than the one that is loaded ({model.name}).",
            "Fetch the trained model (python -m core files fetch), name that catalogue's model "
            "with --model and --pca, or choose another catalogue.",
            "Fetch the trained model (“Set up…” in the menu), or choose another catalogue "
            "(“Catalogues…”).",
        )

    def _youtube_ids(self) -> YoutubeIds:
        from core.catalog.youtube_ids import YoutubeIds

        return YoutubeIds(self._data.youtube_ids, self._options.id_service)

    def _answer(
        self,
        matcher: Matcher,
        query: Query,
        k: int,
        filters: Filter | None,
        job: Job | None,
        by: Comparison,
        info: CatalogInfo,
        without: NDArray[np.int64] | None = None,
        weights: Weights | None = None,
    ) -> Matches:
        from core.catalog.youtube_links import with_known

        begun = time.perf_counter()
        matches = matcher.matches(query, k, filters, by, without, job, weights)
        answer = Matches(query, info, matches, time.perf_counter() - begun)
        return with_known(answer, self._youtube_ids())


def _with_looks(query: Query, catalog: Catalog, row: int, weights: Weights) -> Query:
    if not catalog.visual.shape[1]:
        raise CatalogError(
            f"The catalogue {catalog.path} does not know what its videos look like.",
            "Build one of YouTube-8M with --visual, or compare by sound alone.",
        )
    note = f"Compared by sound ({weights.audio:.0%}) and pictures ({weights.visual:.0%})."
    return replace(query, looks=catalog.visual[row], notes=(note,))


def _probe_patches() -> Float32:
    # Synthesising takes scipy and a second: only a new checkpoint needs it.
    from core.preparing import probe_patches

    return probe_patches()


def _describe(catalog: Catalog) -> CatalogInfo:
    kind = catalog.manifest.kind
    name = {CatalogKind.DEMO: "Demo starter", CatalogKind.STARTER: "Starter"}.get(
        kind, catalog.path.name
    )
    notes = (_STARTER_NOTE,) if kind == CatalogKind.STARTER else ()
    return CatalogInfo(
        name,
        str(catalog.path),
        len(catalog),
        catalog.model_name,
        kind == CatalogKind.DEMO,
        notes,
        kind == CatalogKind.STARTER,
    )

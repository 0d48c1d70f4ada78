"""The place where the rooms meet: sounds and videos in, ranked matches out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from core.audio.waveform import Waveform
from core.class_teaching import ClassTeaching
from core.jobs import Job
from core.loaded import Loaded
from core.options import DEFAULT_K, Comparison, Filter, ListenerKind, Options, Ranking
from core.paths import DataFolder
from core.types import CatalogInfo, Float32, Match, Matches, Query

# What else an engine needs is imported when it is needed: a window shows before that.
if TYPE_CHECKING:
    from core.audio.logmel import LogMel
    from core.audio.reader import AudioFile
    from core.catalog.counting import ClassCount
    from core.listeners import Listener
    from core.query import QueryStream
    from core.search.feedback import Calibration
    from core.setup.inventory import CatalogEntry
    from core.setup.stored_items import StoredItem


class Engine(ClassTeaching):
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
        super().__init__(Loaded(data, options or Options()))
        self._others: tuple[Engine, ...] | None = None

    def beside(self, catalog: Path) -> Engine:
        """Return an engine that asks another catalogue, by this one's listener where that fits."""
        loaded = self._loaded
        other = Engine(loaded.data)
        other._loaded = Loaded(loaded.data, replace(loaded.options, catalog=catalog), loaded)
        return other

    @property
    def others(self) -> tuple[Engine, ...]:
        """Engines for the catalogues that are searched beside the main one."""
        if self._others is None:
            from core.catalog.balanced import balanced_path
            from core.setup.inventory import chosen_catalogs

            loaded = self._loaded
            given = loaded.options.catalog is not None
            paths = () if given else chosen_catalogs(loaded.data)[1:]
            self._others = tuple(self.beside(path or balanced_path()) for path in paths)
        return self._others

    @property
    def options(self) -> Options:
        """Model and catalogue, as far as they were chosen; any thread may ask."""
        return self._loaded.options

    @property
    def listener_kind(self) -> ListenerKind:
        """The kind of what analyses sounds: queries of an equal kind can be shared."""
        return self._loaded.listener_kind

    def load(self, job: Job | None = None) -> CatalogInfo:
        """Load the model and the catalogue; the first time, prepare them.

        Raises
        ------
        ModelError, CatalogError
            If either cannot be used, or they do not belong together.
        """
        return self._told(self._loaded.load(job))

    def reload(self, job: Job | None = None) -> CatalogInfo:
        """Load what is there now: a model or a catalogue that came since `load`.

        What answered so far goes on answering if that fails or is cancelled.

        Raises
        ------
        ModelError, CatalogError
        """
        self._close_others()
        return self._told(self._loaded.reload(job))

    def catalogs(self) -> list[CatalogEntry]:
        """Return the catalogues in the data folder."""
        from core.setup.inventory import catalogs

        return catalogs(self._loaded.data)

    def choose(self, names: Sequence[str], job: Job | None = None) -> CatalogInfo:
        """Search these catalogues of the data folder from now on, also in programs to come.

        Parameters
        ----------
        names : sequence of str
            The main one first, the `others` after it; see `core.setup.inventory.choose`.
        job : Job, optional

        Raises
        ------
        ModelError, CatalogError
            If there is none of this name, or it cannot be searched; then the choice is as before.
        """
        info = self._loaded.choose(names, job)
        self._close_others()
        return self._told(info)

    def storage(self) -> list[StoredItem]:
        """Return what lies in the data folder, and how large it is."""
        from core.setup.stored_items import storage

        return storage(self._loaded.data)

    def remove(self, key: str) -> int:
        """Remove an item of `storage`; return how many bytes that has freed.

        Afterwards `load` has to be called: what answered so far may be gone.

        Raises
        ------
        CatalogError
            If there is no such item, or it may not be removed.
        """
        from core.setup.stored_items import remove

        self.close()
        return remove(self._loaded.data, key)[0]

    def listener(self, job: Job | None = None) -> Listener:
        """Return what analyses sounds, loaded."""
        return self._loaded.listener(job)

    def save_embedding(
        self,
        sound: AudioFile,
        path: Path,
        span: tuple[float | None, float | None] = (None, None),
        job: Job | None = None,
    ) -> LogMel:
        """Write a sound's embeddings, whole or not at all, as its file's ending says.

        ``.npz`` holds ``log_mel``, float32 (N, 96, 64), ``embedding``, float32 (N, 128), and
        ``postprocessed``, uint8 (N, 128); ``.npy`` the embedding alone; ``.csv`` a line a patch
        with its times and its embedding; ``.tfrecord`` one record with what is postprocessed, as
        Google's vggish_inference_demo.py writes it.

        Returns
        -------
        LogMel
            What was embedded.

        Raises
        ------
        AudioFileError
            If the sound cannot be read, or the file cannot be written, or its ending is another.
        ModelError
            If VGGish is not installed.
        """
        from core.embedding_file import save_embedding
        from core.listeners import vggish_of

        return save_embedding(vggish_of(self._loaded.listener(job)), sound, path, span, job)

    def query_stream(self, name: str, job: Job | None = None) -> QueryStream:
        """Return what turns a sound into queries while it arrives; see `core.query`."""
        from core.query import QueryStream

        return QueryStream(self._loaded.listener(job), name, recognise=self._recognised)

    def query(
        self,
        sound: Waveform | AudioFile,
        start_s: float | None = None,
        end_s: float | None = None,
        job: Job | None = None,
        so_far: Callable[[Query], None] | None = None,
    ) -> Query:
        """Turn a sound, or a span of it in seconds, into what is searched for.

        Of a long sound, what was analysed last is told meanwhile: see `core.query.query_of`.

        Raises
        ------
        AudioFileError
            If it cannot be read, there is no such span, or it is silent.
        """
        from core.query import query_of

        listener, recognise = self._loaded.listener(job), self._recognised
        return query_of(listener, sound, start_s, end_s, job, so_far, recognise)

    def _recognised(self, query: Query) -> Query:
        from core.teaching.embedding_model import model_of
        from core.teaching.recognition import recognised

        return recognised(query, self._loaded.taught.all(), model_of(self._loaded.listener()))

    def with_patch_tags(self, query: Query) -> Query:
        """Return a query with the tags of its patches, which the library does not keep.

        Only where `CatalogInfo.has_released_frames`. Like `resolve`, this may be called in any
        thread.
        """
        import numpy as np

        from core.tagging.tagger import Tagger

        return replace(query, patch_tags=Tagger().tags(query.frames).scores.astype(np.float16))

    def match(
        self,
        sound: Waveform | AudioFile,
        k: int = DEFAULT_K,
        filters: Filter | None = None,
        job: Job | None = None,
        by: Comparison = Comparison.MEAN,
        span: tuple[float | None, float | None] = (None, None),
        ranking: Ranking = Ranking.BOTH,
    ) -> Matches:
        """Return the clips that match a sound best, the best first.

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
        ranking : Ranking
            What makes a clip a good match.

        Raises
        ------
        AudioFileError, ModelError, CatalogError
        """
        return self.search(self.query(sound, *span, job), k, filters, job, by, ranking)

    def compare(self, query: Query, match: Match) -> Float32:
        """Return how similar each of a query's frames is to each of a match's, shape (Q, C)."""
        from core.search.feedback import frame_similarities

        return frame_similarities(query.frames, self.catalog().clip(match.row).frames)

    def with_best_seconds(self, answer: Matches, job: Job | None = None) -> Matches:
        """Return an answer by means with the seconds that are most alike, and links to these.

        Many matches of a sound of hours stay as they are, and those in the balanced catalogue,
        which has one frame a clip and tells nothing of a video's seconds.
        """
        from core.search.best_seconds import with_best_seconds

        return with_best_seconds(answer, self.catalog(), job)

    def with_best_links(self, answer: Matches, job: Job | None = None) -> Matches:
        """Return an answer whose links open at the seconds that `with_best_seconds` finds."""
        from core.search.best_seconds import with_best_links

        return with_best_links(answer, self.catalog(), job)

    def calibration(self, by: Comparison = Comparison.MEAN, job: Job | None = None) -> Calibration:
        """Return how similar random clips of the catalogue are, to judge a match by."""
        return self._loaded.matcher(job).calibration(by)

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
        self._close_others()
        self._loaded.close()

    def _told(self, info: CatalogInfo) -> CatalogInfo:
        from core.setup.selection import name_of

        paths = (each._loaded.options.catalog for each in self.others)
        return replace(info, others=tuple(name_of(path) for path in paths if path is not None))

    def _close_others(self) -> None:
        for other in self._others or ():
            other.close()
        self._others = None

"""From sound that arrives bit by bit to a query: each patch is analysed once."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import suppress

import numpy as np

from core.audio.logmel import (
    INAUDIBLE,
    MEL_BANDS,
    PATCH_FRAMES,
    PATCH_S,
    PATCH_SAMPLES,
    LogMelStream,
    is_silent,
    padding_note,
)
from core.audio.rates import EXPANSION, EXPANSION_OPTION
from core.audio.reader import AudioFile
from core.audio.waveform import MODEL_RATE_HZ, Waveform
from core.errors import AudioFileError
from core.jobs import Job
from core.listeners import Analysis, Listener
from core.tagging.naming import named
from core.types import Float32, Query

SO_FAR_S = 30.0
EVERY_S = 1.0
_BATCH_PATCHES = 32
LEFT_OF_ULTRASOUND = 1e-5
"""Magnitude of a mel band, from which on there is anything at all."""

_RECORD_AGAIN = (
    "Record it again: go nearer, raise the input's gain in the system's sound settings, and see "
    "that it is not muted."
)
_SLOW_DOWN = f"If it is of bats, choose time expansion ×{EXPANSION}{EXPANSION_OPTION}."


class QueryStream:
    """Listens to a sound. It belongs to the thread that owns the model.

    Parameters
    ----------
    listener : Listener
    name : str
        What people call the sound.
    is_ultrasonic : bool
        Whether most of the sound may be too high to be heard: it is not refused for being faint.
    recognise : callable
        Adds to a query which classes of a person's own are in it.
    """

    def __init__(
        self,
        listener: Listener,
        name: str,
        is_ultrasonic: bool = False,
        recognise: Callable[[Query], Query] = lambda query: query,
    ) -> None:
        self._recognise = recognise
        self._quietest = LEFT_OF_ULTRASOUND if is_ultrasonic else INAUDIBLE
        self._advice = _SLOW_DOWN if is_ultrasonic else _RECORD_AGAIN
        self._listener, self._name = listener, name
        self._stream = LogMelStream()
        self._frames: Float32 = np.empty((0, MEL_BANDS), np.float32)
        self._analysed: list[Analysis] = []
        self._n_samples = 0
        self._is_silent, self._offset = True, 0.0
        # Direct current reaches the lowest bands: what there is besides it decides.
        self._centred = LogMelStream()

    def push(self, samples: Float32, job: Job | None = None) -> None:
        """Take new samples, mono at 16 kHz, and embed the patches that they complete."""
        if not self._n_samples and len(samples):
            self._offset = float(samples.mean())
        self._n_samples += len(samples)
        self._look(samples)
        self._take(samples, job)

    def query(self, last_s: float | None = None, notes: tuple[str, ...] = ()) -> Query:
        """Return a query for the sound so far.

        Parameters
        ----------
        last_s : float, optional
            Only the last seconds, rounded to patches; all of it if left out.
        notes : tuple of str

        Raises
        ------
        AudioFileError
            If there is nothing but silence.
        """
        if self._n_samples < PATCH_SAMPLES and not self._analysed:
            duration_s = self._n_samples / MODEL_RATE_HZ
            if round(duration_s, 2) < PATCH_S:  # else what is missing is the end of a window
                notes += (padding_note(duration_s),)
            n_missing = PATCH_SAMPLES - self._n_samples
            self._look(np.full(n_missing, self._offset, np.float32))
            self._take(np.zeros(n_missing, np.float32), None)
        if self._is_silent:
            raise AudioFileError(
                f"{self._name} is silent: there is nothing to hear in it "
                "(all samples are zero, or about 75 dB below full scale and less).",
                self._advice,
                self._advice.replace(EXPANSION_OPTION, ""),
            )
        analysed = self._analysed
        if last_s is not None:  # of an hour of sound, only the end is joined each second
            analysed = analysed[-max(1, round(last_s / PATCH_S)) :]
        analysis = Analysis.joined(analysed)
        duration_s = self._n_samples / MODEL_RATE_HZ
        if last_s is not None:
            analysis = analysis.last(max(1, round(last_s / PATCH_S)))
            duration_s = min(duration_s, len(analysis.frames) * PATCH_S)
        tags = self._listener.tags(analysis)
        query = Query(
            self._name,
            analysis.frames,
            duration_s,
            notes,
            PATCH_S,
            tags=tags.whole,
            patch_tags=tags.scores.astype(np.float16),
            heard=named(tags.whole, self._listener.thresholds),
        )
        return self._recognise(query)

    def _look(self, samples: Float32) -> None:
        if self._is_silent:
            self._is_silent = is_silent(
                self._centred.push(samples - np.float32(self._offset)), self._quietest
            )

    def _take(self, samples: Float32, job: Job | None) -> None:
        frames = self._stream.push(samples)
        frames = np.concatenate([self._frames, frames])
        n_patches = len(frames) // PATCH_FRAMES
        whole, self._frames = np.split(frames, [n_patches * PATCH_FRAMES])
        if n_patches:
            patches = whole.reshape(n_patches, PATCH_FRAMES, MEL_BANDS)
            self._analysed.append(self._listener.analyse(patches, job))


def query_of(
    listener: Listener,
    sound: Waveform | AudioFile,
    start_s: float | None = None,
    end_s: float | None = None,
    job: Job | None = None,
    so_far: Callable[[Query], None] | None = None,
    recognise: Callable[[Query], Query] = lambda query: query,
) -> Query:
    """Turn a sound, or a span of it, into a query, in memory that does not grow with its length.

    Parameters
    ----------
    listener : Listener
    sound : Waveform at 16 kHz, or AudioFile
    start_s, end_s : float, optional
    job : Job, optional
    so_far : callable, optional
        Called every second or less often, in this thread, with a query of the last
        `SO_FAR_S` seconds that were analysed.
    recognise : callable
        As `QueryStream` takes it.

    Raises
    ------
    AudioFileError
        If it cannot be read, there is no such span, or it is silent.
    """
    job = job or Job()
    first_s, last_s = sound.check_span(start_s, end_s)
    n_expected = (last_s - first_s) * MODEL_RATE_HZ
    is_ultrasonic = isinstance(sound, AudioFile) and sound.is_ultrasonic
    stream = QueryStream(listener, sound.name, is_ultrasonic, recognise)
    n_done, reported_s = 0, time.monotonic()
    for samples in batches(sound.blocks(start_s, end_s)):
        done = [min(1.0, n / n_expected) for n in (n_done, n_done + len(samples))]
        stream.push(samples, job.part(*done))
        n_done += len(samples)
        if so_far is not None and time.monotonic() - reported_s >= EVERY_S:
            reported_s = time.monotonic()
            with suppress(AudioFileError):  # silence so far
                so_far(stream.query(SO_FAR_S))
    return stream.query(notes=sound.notes)


def batches(blocks: Iterator[Float32]) -> Iterator[Float32]:
    """Yield the same samples in pieces worth a run of the network."""
    waiting: list[Float32] = []
    n_waiting = 0
    for block in blocks:
        waiting.append(block)
        n_waiting += len(block)
        if n_waiting >= _BATCH_PATCHES * PATCH_SAMPLES:
            yield np.concatenate(waiting)
            waiting, n_waiting = [], 0
    if waiting:
        yield np.concatenate(waiting)

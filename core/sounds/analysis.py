"""Analysing a file for a catalogue: clips of ten seconds, each with frames, tags and loudness."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Container, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np

from core.audio.logmel import (
    INAUDIBLE,
    MEL_BANDS,
    PATCH_FRAMES,
    PATCH_SAMPLES,
    LogMelStream,
    is_silent,
)
from core.audio.reader import AudioFile
from core.audio.waveform import MODEL_RATE_HZ
from core.catalog.clips import Clips
from core.catalog.ontology import Ontology
from core.catalog.packed_tags import packed
from core.catalog.sound_files import KEY_CHARACTERS, NOTHING_DB, FileState
from core.errors import AudioFileError, Cancelled, is_out_of_memory, unforeseen
from core.jobs import Job
from core.listeners import Analysis, Listener
from core.query import LEFT_OF_ULTRASOUND, batches
from core.tagging.naming import named
from core.types import Float32

CLIP_S = 10
MOST_LABELS = 8
_CLIP_SAMPLES = CLIP_S * MODEL_RATE_HZ
_REACHING = 2
_LEAST_OFFSET = 1e-3
"""Direct current that reaches the lowest bands: what there is besides it decides what is silent."""

_READ_BYTES = 1 << 20


@dataclass(frozen=True, eq=False)
class AnalysedFile:
    """Content of a file, as it was analysed.

    Attributes
    ----------
    key : str
        Of its content; empty where it could not be read.
    n_bytes, changed_ns : int
        Its size and time of change; the latter is -1 where it must be read again next time.
    duration_s, loudness_db : float
    state : FileState
    reason : str
        Why it could not be read.
    clips : Clips or None
        None where there are none, or its content is known already.
    clip_loudness_db : float32 array, shape (C,), or None
    """

    key: str
    n_bytes: int
    changed_ns: int
    duration_s: float = 0.0
    loudness_db: float = NOTHING_DB
    state: FileState = FileState.ANALYSED
    reason: str = ""
    clips: Clips | None = None
    clip_loudness_db: Float32 | None = None


def analysed_file(
    listener: Listener,
    path: Path,
    known: Container[str] = (),
    job: Job | None = None,
    on_progress: Callable[[float], None] = lambda _: None,
) -> AnalysedFile:
    """Return what is in a file, in memory that grows with its length by 150 bytes a second.

    Whatever is wrong with the file is a reason in the result, and raises nothing.

    Parameters
    ----------
    listener : Listener
    path : Path
    known : container of str
        Keys of contents that need not be analysed again.
    job : Job, optional
        May cancel.
    on_progress : callable
        Told, as the sound is read, what share of it is.
    """
    job = job or Job()
    n_bytes, changed_ns = 0, -1
    try:
        status = path.stat()
        n_bytes, changed_ns = status.st_size, status.st_mtime_ns
        if not n_bytes:
            return _unreadable(n_bytes, changed_ns, "It is empty.")
        key = content_key(path, job)
        found = AnalysedFile(key, n_bytes, changed_ns)
        if key not in known:
            audio = AudioFile(path, job=job)
            clips = _ClipsOfFile(listener, key, job).of(audio, on_progress)
            found = replace(clips, n_bytes=n_bytes, changed_ns=changed_ns)
        now = path.stat()
    except Cancelled:
        raise
    except OSError as error:  # perhaps it can be read next time
        return _unreadable(n_bytes, -1, f"It cannot be read: {error.strerror or error}.")
    except AudioFileError as error:
        # A file without permission stays as it is and can be read one day.
        is_lasting = os.access(path, os.R_OK)
        return _unreadable(n_bytes, changed_ns if is_lasting else -1, error.message)
    except Exception as error:
        if is_out_of_memory(error):
            raise
        return _unreadable(n_bytes, -1, unforeseen(error).message)
    if (now.st_size, now.st_mtime_ns) != (n_bytes, changed_ns):
        return _unreadable(n_bytes, -1, "It changed while it was read.")
    return found


def _unreadable(n_bytes: int, changed_ns: int, reason: str) -> AnalysedFile:
    return AnalysedFile("", n_bytes, changed_ns, state=FileState.UNREADABLE, reason=reason)


def content_key(path: Path, job: Job | None = None) -> str:
    """Return the key of a file's content, in hexadecimal."""
    digest = hashlib.blake2b(digest_size=KEY_CHARACTERS // 2)
    with path.open("rb") as file:
        while chunk := file.read(_READ_BYTES):
            digest.update(chunk)
            if job is not None:
                job.check()
    return digest.hexdigest()


class _ClipsOfFile:
    """Cuts a sound into clips as it arrives.

    Patches of 0.96 s follow each other through the whole file, as in a query, so a file finds
    itself. A patch belongs to the clip that it begins in; a rest that no patch begins in belongs to
    the clip before it.
    """

    def __init__(self, listener: Listener, key: str, job: Job) -> None:
        self._listener, self._key, self._job = listener, key, job
        self._stream, self._centred = LogMelStream(), LogMelStream()
        self._frames: Float32 = np.empty((0, MEL_BANDS), np.float32)
        self._waiting: list[Analysis] = []
        self._n_waiting = 0
        self._begin = 0  # the first patch that waits
        self._quietest = INAUDIBLE
        self._offset = 0.0
        self._n_samples = self._n_frames = 0
        self._energy: list[float] = []  # sum of squares of each clip's samples
        self._is_loud: list[bool] = []
        self._parts: list[tuple[int, Analysis]] = []

    def of(self, audio: AudioFile, on_progress: Callable[[float], None]) -> AnalysedFile:
        """Return the file's clips."""
        if audio.is_ultrasonic:
            self._quietest = LEFT_OF_ULTRASOUND
        for samples in _ahead(batches(audio.blocks())):
            self._push(samples)
            on_progress(min(1.0, self._n_samples / MODEL_RATE_HZ / max(audio.duration_s, 1e-9)))
        n_samples = self._n_samples
        if n_samples < PATCH_SAMPLES:  # one patch, padded
            self._take(np.zeros(PATCH_SAMPLES - n_samples, np.float32), 0.0)
        self._emit(None)
        return self._found(n_samples)

    def _push(self, samples: Float32) -> None:
        if not self._n_samples:
            self._offset = float(samples.mean())
        self._add_energy(samples)
        self._n_samples += len(samples)
        self._take(samples, self._offset)

    def _add_energy(self, samples: Float32) -> None:
        at = 0
        while at < len(samples):
            position = self._n_samples + at
            clip = position // _CLIP_SAMPLES
            some = samples[at : at + (clip + 1) * _CLIP_SAMPLES - position]
            while len(self._energy) <= clip:
                self._energy.append(0.0)
            self._energy[clip] += float(np.dot(some, some))
            at += len(some)

    def _take(self, samples: Float32, offset: float) -> None:
        frames = self._stream.push(samples)
        heard = frames
        if abs(self._offset) > _LEAST_OFFSET:
            heard = self._centred.push(samples - np.float32(offset))
        self._look(heard)
        self._frames = np.concatenate([self._frames, frames])
        n_patches = len(self._frames) // PATCH_FRAMES
        if n_patches:
            whole, self._frames = np.split(self._frames, [n_patches * PATCH_FRAMES])
            patches = whole.reshape(n_patches, PATCH_FRAMES, MEL_BANDS)
            self._waiting.append(self._listener.analyse(patches, self._job))
            self._n_waiting += n_patches
            self._emit(self._begin + self._n_waiting)

    def _look(self, frames: Float32) -> None:
        """Note which clips have anything to hear in them, by frames of 10 ms from the last on."""
        at = self._n_frames
        self._n_frames += len(frames)
        while len(frames):
            clip = at // (100 * CLIP_S)
            n = min(len(frames), (clip + 1) * 100 * CLIP_S - at)
            while len(self._is_loud) <= clip:
                self._is_loud.append(False)
            # The windows of a clip's last frames reach into the next clip.
            inner = max(0, min(n, (clip + 1) * 100 * CLIP_S - _REACHING - at))
            self._is_loud[clip] |= not is_silent(frames[:inner], self._quietest)
            frames, at = frames[n:], at + n

    def _emit(self, n_patches: int | None) -> None:
        """Put the patches of whole clips together; at the end, of all."""
        while self._n_waiting:
            clip = clip_of_patch(self._begin)
            n = first_patch(clip + 1) - self._begin
            if n_patches is None:
                n = min(n, self._n_waiting)
            elif n > self._n_waiting:
                return
            analysis = Analysis.joined(self._waiting)
            rest = self._n_waiting - n
            first = Analysis(
                analysis.frames[:n],
                analysis.energies[:n],
                None if analysis.scores is None else analysis.scores[:n],
            )
            self._parts.append((clip, self._described(first)))
            self._waiting = [analysis.last(rest)] if rest else []
            self._n_waiting, self._begin = rest, self._begin + n

    def _described(self, analysis: Analysis) -> Analysis:
        """Return a clip's analysis with the scores of the whole instead of each patch's."""
        whole = self._listener.tags(analysis).whole[None]
        return Analysis(analysis.frames, analysis.energies[:0], whole.astype(np.float16))

    def _found(self, n_samples: int) -> AnalysedFile:
        duration_s = n_samples / MODEL_RATE_HZ
        kept = [(clip, part) for clip, part in self._parts if any(self._is_loud[clip : clip + 1])]
        loudness = _decibels(sum(self._energy), n_samples)
        found = AnalysedFile(self._key, 0, 0, duration_s, loudness)
        if not kept:
            return replace(found, state=FileState.SILENT)
        last = self._parts[-1][0]
        spans, louds = [], []
        for clip, _ in kept:
            end_s = duration_s if clip == last else (clip + 1.0) * CLIP_S
            spans.append((float(clip * CLIP_S), end_s))
            energy = sum(self._energy[clip:]) if clip == last else self._energy[clip]
            begin = clip * _CLIP_SAMPLES
            end = n_samples if clip == last else begin + _CLIP_SAMPLES
            louds.append(_decibels(energy, end - begin))
        whole = np.concatenate([part.scores for _, part in kept if part.scores is not None])
        scores = whole.astype(np.float32)
        clips = Clips.from_lists(
            [self._key.encode()] * len(kept),
            spans,
            [self._labels(row) for row in scores],
            [part.frames for _, part in kept],
            [False] * len(kept),
        )
        clips = replace(clips, tags=packed(scores))
        return replace(found, clips=clips, clip_loudness_db=np.array(louds, np.float32))

    def _labels(self, whole: Float32) -> list[int]:
        names = named(whole, self._listener.thresholds, MOST_LABELS)
        return [_class_indices()[tag.label] for tag in names]


def _ahead(blocks: Iterator[Float32]) -> Iterator[Float32]:
    """Yield the same blocks; the next one is decoded meanwhile, in a thread."""
    with ThreadPoolExecutor(1) as pool:
        coming = pool.submit(next, blocks, None)
        while (block := coming.result()) is not None:
            coming = pool.submit(next, blocks, None)
            yield block


@cache
def _class_indices() -> dict[str, int]:
    return {name: index for index, name in enumerate(Ontology.load().names)}


def first_patch(clip: int) -> int:
    """Return the first patch that begins in a clip of a file, counted from the file's start."""
    return -(-clip * CLIP_S * 100 // PATCH_FRAMES)


def clip_of_patch(patch: int) -> int:
    """Return the clip that a patch begins in."""
    return patch * PATCH_FRAMES // (CLIP_S * 100)


def _decibels(energy: float, n_samples: int) -> float:
    if energy <= 0 or not n_samples:
        return NOTHING_DB
    return float(10 * np.log10(energy / n_samples))

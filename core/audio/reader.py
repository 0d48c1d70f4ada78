"""Sound files that libsndfile knows, read at any place: as they are, or as mono at 16 kHz."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from core.audio.conversion import mixed, resampled, silence_damaged
from core.audio.input_check import is_clipped
from core.audio.sound_file import BLOCK_VALUES, CONVERT, check_readable, opened, skip
from core.audio.waveform import MODEL_RATE_HZ, Waveform, checked_span
from core.errors import AudioFileError
from core.jobs import Job
from core.types import Float32

if TYPE_CHECKING:
    pass

RATES_HZ = (1_000, 384_000)
MAX_DURATION_S = 12 * 3600
SUFFIXES = frozenset(
    ("wav", "wave", "rf64", "w64", "flac", "ogg", "oga", "opus", "mp3", "aif", "aiff", "aifc")
) | {"au", "snd", "caf", "voc"}
"""Endings that people give to files which libsndfile reads; for choosing among many files."""

_LEAST_BLOCK_VALUES = 1 << 10
"""For a file that surely breaks off."""


_ROLL_S = 0.1
"""What is read around a span, so that the resampler's filter finds there what a whole read has."""


class AudioFile:
    """A sound file, described; every read opens it anew, so any thread may read at any time.

    Parameters
    ----------
    path : Path
        Any format and width that libsndfile reads, 1 to 384 kHz, any number of channels.
    name : str, optional
        What people call it; the file's name if left out.
    job : Job, optional
        May cancel, where a file must be read to know how long it is.

    Attributes
    ----------
    rate_hz, channels : int
        As in the file.
    duration_s : float
        Length in seconds, as the header has it; a read to the end corrects it.

    Raises
    ------
    AudioFileError
        If there is no such file, it is not sound, too long, or there are no samples in it.
    """

    def __init__(self, path: Path, name: str = "", job: Job | None = None) -> None:
        check_readable(path)
        self.path, self.name = path, name or _shown(path.name)
        self._damaged, self._is_clipped = 0, False
        with opened(self.path, self.name) as file:
            self.rate_hz, self.channels = file.samplerate, file.channels
            if not RATES_HZ[0] <= self.rate_hz <= RATES_HZ[1]:
                raise AudioFileError(
                    f"{self.name} has a sample rate of {self.rate_hz} Hz; "
                    f"{RATES_HZ[0]} to {RATES_HZ[1]} Hz can be read.",
                    CONVERT,
                )
            self.n_frames = file.frames
            # libsndfile clips a chunk that is longer than the file, and says so only in its log.
            data = (
                line for line in file.extra_info.splitlines() if re.match(r"\s*(data|SSND)\b", line)
            )
            self._is_cut = any("should be" in line for line in data)
        self._block_values = BLOCK_VALUES
        if self.n_frames > 1 << 62:  # its writer never got to say how much there is
            self._block_values = _LEAST_BLOCK_VALUES
            self.n_frames = 0
            for _ in self.raw_blocks():  # at the end it knows the length
                (job or Job()).check()
            self._is_cut = True
        self._check_length()

    @property
    def duration_s(self) -> float:
        """Length in seconds."""
        return float(self.n_frames / self.rate_hz)

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences on what was repaired, as far as the file has been read."""
        notes = []
        if self._is_cut:
            notes.append(
                f"The file breaks off; the {self.duration_s:.2f} s that are there were used."
            )
        if self._damaged:
            notes.append(
                f"{self._damaged} damaged samples (not a number, infinite or far too loud) "
                "were replaced by silence."
            )
        if self._is_clipped:
            notes.append("The sound is clipped: it was too loud where it was recorded.")
        return tuple(notes)

    def waveform(
        self, start_s: float | None = None, end_s: float | None = None, job: Job | None = None
    ) -> Waveform:
        """Read a span, or all of it, as mono at 16 kHz.

        Channels are averaged; the rate is converted with soxr (high quality). Samples that are not
        finite become silence, and a file that breaks off is used as far as it goes: both are noted.

        Parameters
        ----------
        start_s, end_s : float, optional
            In seconds; None stands for the start or the end.
        job : Job, optional
            Told about progress; may cancel.

        Raises
        ------
        AudioFileError
            If nothing of the span is there, or the file cannot be read.
        """
        job = job or Job()
        first_s, last_s = self.check_span(start_s, end_s)
        expected = round((last_s - first_s) * MODEL_RATE_HZ) + 1
        # Memory that is never written to is never taken, should the header promise too much.
        samples, length = np.empty(expected, np.float32), 0
        for block in self.blocks(start_s, end_s):
            job.report(f"Reading {self.name}", min(1.0, length / expected))
            end = length + len(block)
            if end > len(samples):
                samples = np.concatenate([samples[:length], np.empty(end + end // 2, np.float32)])
            samples[length:end] = block
            length = end
        if not length:
            raise self._no_sound()
        return Waveform(samples[:length], MODEL_RATE_HZ, self.name, self.notes)

    def check_span(self, start_s: float | None, end_s: float | None) -> tuple[float, float]:
        """Return a span's bounds in seconds; see `checked_span`."""
        return checked_span(start_s, end_s, self.duration_s)

    def blocks(self, start_s: float | None = None, end_s: float | None = None) -> Iterator[Float32]:
        """Yield a span as mono at 16 kHz, float32, in blocks of a second or so.

        The samples are those that a read of the whole file has there.

        Raises
        ------
        AudioFileError
            If there is no such span, or the file cannot be read.
        """
        start_s, end_s = self.check_span(start_s, end_s)
        is_to_the_end = end_s >= self.duration_s
        step_in = self.rate_hz // math.gcd(self.rate_hz, MODEL_RATE_HZ)
        step_out = step_in * MODEL_RATE_HZ // self.rate_hz
        start, end = round(start_s * MODEL_RATE_HZ), round(end_s * MODEL_RATE_HZ)
        # Where both rates have a sample at the same time, the resampler's phase is that of a
        # whole read.
        steps = max(0, int((start_s - _ROLL_S) * MODEL_RATE_HZ)) // step_out
        last = None if is_to_the_end else math.ceil((end_s + _ROLL_S) * self.rate_hz)
        blocks = (mixed(block) for block in self._raw(steps * step_in, last))
        position = steps * step_out
        for block in resampled(blocks, self.rate_hz):
            begin, stop = max(start - position, 0), len(block)
            if not is_to_the_end:
                stop = min(stop, end - position)
            position += len(block)
            if begin < stop:
                yield block[begin:stop]

    def raw_blocks(
        self, start_s: float = 0.0, end_s: float | None = None, block_frames: int | None = None
    ) -> Iterator[Float32]:
        """Yield a span with its own rate and channels, float32, shape (n, channels).

        Raises
        ------
        AudioFileError
            If the file cannot be read.
        """
        last = None if end_s is None else round(end_s * self.rate_hz)
        return self._raw(round(start_s * self.rate_hz), last, block_frames)

    def excerpts(self, starts_s: Sequence[float], length_s: float) -> Iterator[Float32]:
        """Yield short pieces from many places, mono at the file's own rate, float32, shape (n,).

        A piece is shorter, or empty, where the file ends or cannot be read.

        Raises
        ------
        AudioFileError
            If the file cannot be opened.
        """
        import soundfile

        n_frames = round(length_s * self.rate_hz)
        with opened(self.path, self.name) as file:
            for start_s in starts_s:
                try:
                    file.seek(min(round(start_s * self.rate_hz), self.n_frames))
                    block = file.read(n_frames, dtype="float32", always_2d=True)
                except soundfile.LibsndfileError:
                    block = np.empty((0, self.channels), np.float32)
                silence_damaged(block)
                yield mixed(block)

    def _raw(
        self, first: int, last: int | None, block_frames: int | None = None
    ) -> Iterator[Float32]:
        import soundfile

        block_frames = block_frames or max(1, self._block_values // self.channels)
        position, damaged, has_begun = first, 0, False
        with opened(self.path, self.name) as file:
            try:
                if first:
                    file.seek(first)
            except soundfile.LibsndfileError:  # such as an unfinished FLAC file
                skip(file, first)
            while last is None or position < last:
                wanted = block_frames if last is None else min(block_frames, last - position)
                try:
                    block = file.read(wanted, dtype="float32", always_2d=True)
                except soundfile.LibsndfileError:
                    if not (has_begun or first):
                        raise
                    self._ends_at(position, is_cut=True)
                    return
                if not len(block):
                    self._ends_at(position, is_cut=position < 0.99 * self.n_frames)
                    return
                has_begun = True
                position += len(block)
                if position > MAX_DURATION_S * self.rate_hz:
                    raise self._too_long()
                damaged += silence_damaged(block)
                self._is_clipped = self._is_clipped or is_clipped(block)
                self._damaged = max(self._damaged, damaged)
                yield block

    def _ends_at(self, n_frames: int, *, is_cut: bool) -> None:
        self.n_frames = n_frames
        self._is_cut |= is_cut

    def _check_length(self) -> None:
        if self.duration_s > MAX_DURATION_S:
            raise self._too_long()
        if not self.n_frames:
            raise self._no_sound()

    def _too_long(self) -> AudioFileError:
        return AudioFileError(
            f"{self.name} is longer than {MAX_DURATION_S // 3600} hours.", "Cut it into pieces."
        )

    def _no_sound(self) -> AudioFileError:
        return AudioFileError(
            f"{self.name} has no samples in it.", "Record it again, or open another file."
        )


def load(path: Path, job: Job | None = None) -> Waveform:
    """Read a whole sound file as mono at 16 kHz; see `AudioFile.waveform`."""
    return AudioFile(path).waveform(job=job)


def _shown(name: str) -> str:
    """Return a file's name for people; bytes in it that are no text are shown as unknown."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")

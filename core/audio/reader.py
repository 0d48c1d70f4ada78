"""Sound files, read at any place: as they are, or as mono at 16 kHz."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import numpy as np

from core.audio.conversion import resampled, silence_damaged
from core.audio.decoder import LEAST_BLOCK_VALUES, Decoder, DecodingError
from core.audio.faults import Faults
from core.audio.mixing import mixing
from core.audio.rates import ULTRASONIC_HZ, checked_rate, rate_notes
from core.audio.sound_file import SoundFile
from core.audio.waveform import MODEL_RATE_HZ, Waveform, checked_span
from core.errors import AudioFileError
from core.jobs import Job
from core.types import Float32

MAX_DURATION_S = 48 * 3600
_NOTED_LOSS_S = 0.1
"""Less is lost wherever MP3 files were joined."""

_ROLL_S = 0.1
"""What is read around a span, so that the resampler's filter finds there what a whole read has."""


class AudioFile:
    """A sound file, described; every read opens it anew, so any thread may read at any time.

    Parameters
    ----------
    path : Path
        Any format that libsndfile or FFmpeg reads, 1 kHz to 1 MHz, any number of channels.
    name : str, optional
        What people call it; the file's name if left out.
    job : Job, optional
        May cancel, where a file must be read to know how long it is.
    track : int
        Which of its sound tracks; 1 is the first.
    expansion : int
        The sound is taken as so many times slower than it is, and as much lower: ultrasound, such
        as of bats, can then be heard. 1 for any other sound.

    Attributes
    ----------
    rate_hz, channels : int
        As in the file; the rate is divided by the expansion.
    tracks : tuple of str
        What the file calls each of its sound tracks.
    track, expansion : int
    bits : int
        Width of the samples in which nothing that can be heard of it is lost: 16 or 24.
    made : str
        When it was recorded, as its recorder has written it; empty where it has not.

    Raises
    ------
    AudioFileError
        If there is no such file, it is not sound, too long, or there are no samples in it.
    """

    def __init__(
        self,
        path: Path,
        name: str = "",
        job: Job | None = None,
        track: int = 1,
        expansion: int = 1,
    ) -> None:
        self.path, self.name = path, name or _shown(path.name)
        self.track, self.expansion = track, expansion
        self._file = SoundFile(path, self.name, track)
        with self._file.opened(job) as decoder:
            file_rate_hz = decoder.rate_hz
            self.rate_hz = checked_rate(file_rate_hz, expansion, self.name)
            self.channels, self.tracks = decoder.channels, decoder.tracks
            self.bits, self.made = 16 if decoder.has_16_bits else 24, decoder.made
            self._is_cut, self._n_lost = decoder.breaks_off, 0
            self._block_values = decoder.block_values
            self._file_rate_hz = file_rate_hz
            self.n_frames = (
                self._counted(decoder, job) if decoder.n_frames is None else (decoder.n_frames)
            )
            self._check_length()
            self._mixing = mixing(decoder)
        self._faults = Faults(self.rate_hz)
        self._rate_notes = rate_notes(file_rate_hz, expansion)

    @property
    def duration_s(self) -> float:
        """Length in seconds, as the header has it; a read to the end corrects it."""
        return float(self.n_frames / self.rate_hz)

    @property
    def is_ultrasonic(self) -> bool:
        """Whether most of its sound may be too high to be heard, as it is taken."""
        return self.rate_hz >= ULTRASONIC_HZ

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences on what was repaired, and what is unusual, as far as the file has been read."""
        notes = []
        if self._is_cut:
            notes.append(
                f"The file breaks off; the {self.duration_s:.2f} s that are there were used."
            )
        lost_s = self._n_lost / self.rate_hz
        if lost_s >= _NOTED_LOSS_S:
            notes.append(f"{lost_s:.2f} s of it are damaged and were replaced by silence.")
        return (
            *notes,
            *self._faults.notes,
            *self._mixing.notes,
            *self._file.notes,
            *self._rate_notes,
        )

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
        blocks = (self._mixing.mixed(block) for block in self._raw(steps * step_in, last))
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
        n_frames = round(length_s * self.rate_hz)
        with self._file.opened() as decoder:
            for start_s in starts_s:
                try:
                    decoder.seek(min(round(start_s * self.rate_hz), self.n_frames))
                    block = self._mixing.scaled(decoder.read(n_frames))
                except DecodingError:
                    block = np.empty((0, self.channels), np.float32)
                silence_damaged(block)
                yield self._mixing.mixed(block)

    def _raw(
        self, first: int, last: int | None, block_frames: int | None = None
    ) -> Iterator[Float32]:
        block_frames = block_frames or max(1, self._block_values // self.channels)
        position, faults, has_begun = first, Faults(self.rate_hz), False
        with self._file.opened() as decoder:
            if first:
                decoder.seek(first)
            while last is None or position < last:
                wanted = block_frames if last is None else min(block_frames, last - position)
                try:
                    block = decoder.read(wanted)
                except DecodingError:
                    if not (has_begun or first):
                        raise
                    self._ends_at(position, is_cut=True)
                    return
                if not len(block):
                    is_short = decoder.is_exact and position < 0.99 * self.n_frames
                    self._ends_at(position, is_cut=is_short)
                    return
                has_begun = True
                position += len(block)
                if position > MAX_DURATION_S * self._file_rate_hz:
                    raise self._too_long()
                block = self._mixing.scaled(block)
                n_damaged = silence_damaged(block)
                faults.take(block, self._mixing.mixed(block), n_damaged)
                self._n_lost = max(self._n_lost, decoder.n_lost)
                if faults.n_samples >= self._faults.n_samples:
                    self._faults = faults  # what most of the sound was read for tells most
                yield block

    def _counted(self, decoder: Decoder, job: Job | None) -> int:
        """Return how much there is in a file whose writer never got to say so."""
        n_frames, block_frames = 0, max(1, LEAST_BLOCK_VALUES // self.channels)
        with suppress(DecodingError):
            while n_read := len(decoder.read(block_frames)):
                (job or Job()).check()
                n_frames += n_read
                if n_frames > MAX_DURATION_S * self._file_rate_hz:
                    raise self._too_long()
        return n_frames

    def _ends_at(self, n_frames: int, *, is_cut: bool) -> None:
        self.n_frames = n_frames
        self._is_cut |= is_cut

    def _check_length(self) -> None:
        if self.n_frames > MAX_DURATION_S * self._file_rate_hz:
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

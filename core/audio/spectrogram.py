"""The picture of a sound of any length: sketched at once, then read through, never large."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from time import monotonic

import numpy as np

from core.audio.frequency import Spectrum
from core.audio.levels import level_db, to_levels
from core.audio.logmel import BLOCK_FRAMES, HOP, HOP_S, WINDOW, magnitudes, mel_magnitudes
from core.audio.pyramid import Pyramid
from core.audio.reader import AudioFile
from core.audio.waveform import MODEL_RATE_HZ
from core.jobs import Job
from core.types import Float32, UInt8

MAX_COLUMNS = 1 << 17
"""At 10 ms, 22 minutes; with both spectra and all tiers, 56 MB."""

SKETCH_FROM_S = 600.0
"""What is shorter is read through nearly as fast as sketched."""

SKETCH_COLUMNS = 1024
_SKETCH_BUDGET_S = 0.6
_FINEST_HOP = 40
"""2.5 ms: a window of 25 ms holds no finer detail."""

_READING = "Drawing the spectrogram"


def _start_s(hop: int) -> float:
    """Return where the first frame's share of the time axis begins: around its window's middle."""
    return (WINDOW - hop) / 2 / MODEL_RATE_HZ


class Overview:
    """The spectrogram of a whole sound, in columns of 10 ms or, for long ones, more.

    One thread fills it while another one shows it; it only ever gets truer.

    Parameters
    ----------
    duration_s : float
        The sound's length.

    Attributes
    ----------
    n_columns : int
        How many columns the finest tier has.
    fraction : float
        How much was read through, 0 to 1.
    """

    def __init__(self, duration_s: float) -> None:
        self.duration_s = duration_s
        n_frames = max(1, 1 + (round(duration_s * MODEL_RATE_HZ) - WINDOW) // HOP)
        self._group = -(-n_frames // MAX_COLUMNS)
        self.n_columns = -(-n_frames // self._group)
        self._pyramids = {
            spectrum: Pyramid(spectrum.value, self.n_columns, _start_s(HOP), self._group * HOP_S)
            for spectrum in Spectrum
        }
        self.fraction = 0.0

    @property
    def column_s(self) -> float:
        """Width of the finest columns, in seconds."""
        return self._group * HOP_S

    def resolution_s(self, end_s: float) -> float:
        """Return how fine the picture is now up to a time: coarse where it is only sketched."""
        is_read = min(end_s, self.duration_s) <= self.fraction * self.duration_s
        return self.column_s if is_read else max(self.column_s, self.duration_s / SKETCH_COLUMNS)

    def end_at(self, duration_s: float) -> None:
        """Correct the length, should the sound have turned out to be shorter."""
        self.duration_s = min(self.duration_s, duration_s)

    @property
    def n_bytes(self) -> int:
        """Memory that the levels take."""
        return sum(pyramid.n_bytes for pyramid in self._pyramids.values())

    def levels(self, spectrum: Spectrum, start_s: float, end_s: float, n_columns: int) -> UInt8:
        """Return the levels between two times, uint8, shape (rows, n_columns).

        Each column is the maximum over the frames it stands for; see `Pyramid.take`.
        """
        return self._pyramids[spectrum].take(start_s, end_s, n_columns)

    def range_db(self, spectrum: Spectrum) -> tuple[float, float]:
        """Return the levels between which this sound is best seen, in dB."""
        return range_of(self._pyramids[spectrum].coarsest)

    def sketch(self, file: AudioFile, job: Job) -> None:
        """Draw a first picture from a moment here and there, within a second or so.

        Reads short excerpts, each halfway between earlier ones, for as long as there is time: a
        file that is slow to seek gets a coarser sketch.

        Raises
        ------
        AudioFileError
            If the file cannot be read.
        Cancelled
            If the job was.
        """
        import soxr

        deadline_s = monotonic() + _SKETCH_BUDGET_S
        n_columns = self.n_columns
        places = list(_halvings(min(SKETCH_COLUMNS, n_columns)))
        # The window itself, and what the resampler needs around it.
        length_s = 2 * WINDOW / MODEL_RATE_HZ
        starts_s = [share * n_columns * self.column_s for share, _ in places]
        excerpts = file.excerpts(starts_s, length_s)
        for excerpt, (share, width) in zip(excerpts, places, strict=True):
            job.check()
            if monotonic() > deadline_s:
                break
            if not len(excerpt):
                continue
            samples = soxr.resample(excerpt, file.rate_hz, MODEL_RATE_HZ, quality="HQ")
            first, last = round(share * n_columns), round((share + width) * n_columns)
            for spectrum, found in _levels_of(_padded(samples), HOP, 1, Spectrum).items():
                loudest = found.max(axis=0)
                self._pyramids[spectrum].put(
                    first, np.broadcast_to(loudest, (max(last - first, 1), len(loudest)))
                )

    def fill(self, file: AudioFile, job: Job) -> None:
        """Read the whole sound once; what is there replaces the sketch as it comes.

        Raises
        ------
        AudioFileError
            If the file cannot be read.
        Cancelled
            If the job was; what was read stays.
        """
        done = 0
        for columns in _columns(file.blocks(), HOP, self._group, tuple(Spectrum)):
            for spectrum, levels in columns.items():
                self._pyramids[spectrum].put(done, levels)
            done += len(columns[Spectrum.MEL])
            self.fraction = min(1.0, done / self.n_columns)
            job.report(_READING, self.fraction)
        # The header promised more than there is: no sketch of it must remain.
        for spectrum, pyramid in self._pyramids.items():
            pyramid.put(
                done, np.zeros((max(pyramid.n_columns - done, 0), spectrum.value), np.uint8)
            )
        self.fraction = 1.0


def detail(
    file: AudioFile, spectrum: Spectrum, start_s: float, end_s: float, n_columns: int, job: Job
) -> Pyramid:
    """Read a span again, for a picture finer than the overview.

    Parameters
    ----------
    file : AudioFile
    spectrum : Spectrum
        Mel bands come every 10 ms at the finest, as VGGish has them; other columns every 2.5 ms.
    start_s, end_s : float
        The span, within the sound.
    n_columns : int
        How many columns are of use.
    job : Job
        Told about progress; may cancel.

    Raises
    ------
    AudioFileError
        If the file cannot be read, or has nothing there.
    """
    column_s = (end_s - start_s) / n_columns
    hop, group = HOP, max(1, int(column_s / HOP_S))
    if spectrum is Spectrum.STFT and column_s < HOP_S:
        hop = max(_FINEST_HOP, int(column_s * MODEL_RATE_HZ))
    hop_s = hop / MODEL_RATE_HZ
    # Columns lie on one grid for the whole sound, so that nothing moves when they arrive.
    first = max(0, int((start_s - _start_s(hop)) / (group * hop_s)))
    first_s = first * group * hop_s
    last_s = min(end_s + group * hop_s + WINDOW / MODEL_RATE_HZ, file.duration_s)
    n_frames = max(1, 1 + (round((last_s - first_s) * MODEL_RATE_HZ) - WINDOW) // hop)
    found = Pyramid(spectrum.value, -(-n_frames // group), first_s + _start_s(hop), group * hop_s)
    done = 0
    for columns in _columns(file.blocks(first_s, last_s), hop, group, (spectrum,)):
        found.put(done, columns[spectrum])
        done += len(columns[spectrum])
        job.report(_READING, min(1.0, done / found.n_columns))
    return found


def range_of(levels: UInt8) -> tuple[float, float]:
    """Return the levels between which a picture is best seen, in dB: quiet ground, loud top."""
    counts = np.bincount(levels.ravel(), minlength=256).cumsum()
    ground, top = np.searchsorted(counts, (0.25 * counts[-1], 0.998 * counts[-1]))
    ceiling_db = max(level_db(max(int(top), 1)), -70.0)
    floor_db = min(max(level_db(max(int(ground), 1)), ceiling_db - 80.0), ceiling_db - 45.0)
    return float(round(floor_db)), float(round(ceiling_db))


def _halvings(count: int) -> Iterator[tuple[float, float]]:
    """Yield ``(start, width)`` of `count` parts of 1, each halving one that came before."""
    yield 0.0, 1.0
    n_parts, given = 1, 1
    while given < count:
        n_parts *= 2
        for odd in range(1, n_parts, 2):
            if given == count:
                return
            yield odd / n_parts, 1 / n_parts
            given += 1


def _padded(samples: Float32) -> Float32:
    """Return a window at least; what is shorter comes into its middle, where it weighs most."""
    missing = max(0, WINDOW - len(samples))
    return np.pad(samples, (missing // 2, missing - missing // 2))


def _columns(
    blocks: Iterable[Float32], hop: int, group: int, spectra: Iterable[Spectrum]
) -> Iterator[dict[Spectrum, UInt8]]:
    """Yield the levels of a sound that comes in blocks, some columns at a time.

    A column is the maximum over a group of frames; the sound's last column may hold fewer.
    """
    n_frames = group * max(1, BLOCK_FRAMES // group)
    needed = (n_frames - 1) * hop + WINDOW
    rest, has_any = np.empty(0, np.float32), False
    for block in blocks:
        rest = np.concatenate([rest, block])
        place = 0
        while len(rest) - place >= needed:
            yield _levels_of(rest[place : place + needed], hop, group, spectra)
            has_any = True
            place += n_frames * hop
        rest = rest[place:]
    if len(rest) >= WINDOW or not has_any:
        yield _levels_of(_padded(rest), hop, group, spectra)


def _levels_of(
    samples: Float32, hop: int, group: int, spectra: Iterable[Spectrum]
) -> dict[Spectrum, UInt8]:
    bins = magnitudes(samples, hop)
    found = {}
    for spectrum in spectra:
        values = bins if spectrum is Spectrum.STFT else mel_magnitudes(bins)
        found[spectrum] = to_levels(_grouped(values, group))
    return found


def _grouped(values: Float32, group: int) -> Float32:
    """Return the maxima over groups of rows; the last group may hold fewer."""
    if group == 1:
        return values
    whole = len(values) // group
    parts = [values[: whole * group].reshape(whole, group, values.shape[1]).max(axis=1)]
    if whole * group < len(values):
        parts.append(values[whole * group :].max(axis=0, keepdims=True))
    return np.concatenate(parts)

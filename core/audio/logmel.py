"""VGGish's front end: one short-time Fourier transform for the network and for the picture.

Parameters and formulas follow Google's description of VGGish (tensorflow/models,
``research/audioset/vggish``): 16 kHz mono, 25 ms periodic Hann window, 10 ms hop, 512-point FFT,
magnitude, 64 HTK mel bands from 125 to 7500 Hz, natural log of mel magnitude + 0.01, and
patches of 96 frames (0.96 s) without overlap.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.audio.waveform import MODEL_RATE_HZ, Waveform
from core.jobs import Job
from core.products import product
from core.types import Float32

WINDOW = 400
HOP = 160
FFT_SIZE = 512
MEL_BANDS = 64
MEL_LOW_HZ, MEL_HIGH_HZ = 125.0, 7500.0
LOG_OFFSET = 0.01
PATCH_FRAMES = 96
HOP_S = HOP / MODEL_RATE_HZ
PATCH_S = PATCH_FRAMES * HOP_S
PATCH_SAMPLES = WINDOW + (PATCH_FRAMES - 1) * HOP
"""The least samples that fill one patch: the last frame's window reaches past its hop."""

BLOCK_FRAMES = 64
"""So few that a block's arrays stay in the cache and are not given back to the system each time:
blocks of 256 take three times as long."""

_PRODUCT_FRAMES = 32


@dataclass(frozen=True)
class LogMel:
    """The log-mel spectrogram of a sound, as VGGish sees it.

    Attributes
    ----------
    frames : float32 array, shape (F, 64)
        One row every 10 ms, natural log of mel magnitude + 0.01, lowest band first.
    name, duration_s, notes
        As in `Waveform`; a note is added where the sound was padded.
    """

    frames: Float32
    name: str
    duration_s: float
    notes: tuple[str, ...] = ()

    @property
    def patches(self) -> Float32:
        """The network's input: a view, shape (N, 96, 64). Frames behind the last are left out."""
        count = len(self.frames) // PATCH_FRAMES
        return self.frames[: count * PATCH_FRAMES].reshape(count, PATCH_FRAMES, MEL_BANDS)


def hertz_to_mel(hertz: ArrayLike) -> NDArray[np.float64]:
    """Convert frequencies to the HTK mel scale, ``1127 ln(1 + f / 700)``."""
    return np.asarray(1127.0 * np.log1p(np.asarray(hertz, np.float64) / 700.0))


def mel_to_hertz(mel: ArrayLike) -> NDArray[np.float64]:
    """Convert HTK mels to hertz."""
    return np.asarray(700.0 * np.expm1(np.asarray(mel, np.float64) / 1127.0))


@cache
def mel_edges_hz() -> NDArray[np.float64]:
    """Return the 66 frequencies that bound the 64 mel triangles, in hertz."""
    low, high = hertz_to_mel(MEL_LOW_HZ), hertz_to_mel(MEL_HIGH_HZ)
    return mel_to_hertz(np.linspace(low, high, MEL_BANDS + 2))


@cache
def mel_matrix() -> Float32:
    """Return the triangular filter bank, float32, shape (257, 64).

    Triangles are straight in mel, not in hertz, and the bin of frequency zero carries no weight.
    """
    bins = hertz_to_mel(np.linspace(0.0, MODEL_RATE_HZ / 2, FFT_SIZE // 2 + 1))[:, None]
    edges = hertz_to_mel(mel_edges_hz())
    lower, centre, upper = edges[:-2], edges[1:-1], edges[2:]
    rising = (bins - lower) / (centre - lower)
    falling = (upper - bins) / (upper - centre)
    weights = np.maximum(0.0, np.minimum(rising, falling))
    weights[0] = 0.0
    return weights.astype(np.float32)


@cache
def _hann() -> Float32:
    return (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(WINDOW) / WINDOW)).astype(np.float32)


def frame_count(n_samples: int, hop: int = HOP) -> int:
    """Return how many whole windows fit into a number of samples."""
    return max(0, 1 + (n_samples - WINDOW) // hop)


def magnitudes(samples: Float32, hop: int = HOP) -> Float32:
    """Return the short-time Fourier transform's magnitudes, float32, shape (frames, 257).

    Parameters
    ----------
    samples : float32 array, shape (n,)
        Mono sound at 16 kHz; a block of it, since the result is ten times as large.
    hop : int
        Samples from one frame's begin to the next one's.
    """
    if len(samples) < WINDOW:
        return np.empty((0, FFT_SIZE // 2 + 1), np.float32)
    frames = np.lib.stride_tricks.sliding_window_view(samples, WINDOW)[::hop]
    return np.abs(np.fft.rfft(frames * _hann(), FFT_SIZE))


def mel_magnitudes(spectrum: Float32) -> Float32:
    """Return the 64 mel bands of magnitudes; shape (frames, 257) becomes (frames, 64)."""
    return product(spectrum, mel_matrix(), _PRODUCT_FRAMES)


def magnitude_blocks(samples: Float32) -> Iterator[tuple[int, Float32]]:
    """Yield ``(first frame, magnitudes)`` of the short-time Fourier transform, block by block.

    Parameters
    ----------
    samples : float32 array, shape (n,)
        Mono sound at 16 kHz.

    Yields
    ------
    first : int
        Index of the block's first frame; frames are 10 ms apart.
    magnitudes : float32 array, shape (up to 64, 257)
    """
    n_frames = frame_count(len(samples))
    for first in range(0, n_frames, BLOCK_FRAMES):
        last = min(first + BLOCK_FRAMES, n_frames) - 1
        yield first, magnitudes(samples[first * HOP : last * HOP + WINDOW])


def log_mel_frames(samples: Float32, job: Job | None = None) -> Float32:
    """Return the log-mel frames of mono sound at 16 kHz, float32, shape (F, 64)."""
    frames = np.empty((frame_count(len(samples)), MEL_BANDS), np.float32)
    for first, spectrum in magnitude_blocks(samples):
        mel = mel_magnitudes(spectrum)
        mel += LOG_OFFSET
        np.log(mel, out=frames[first : first + len(mel)])
        if job is not None and first % (256 * BLOCK_FRAMES) == 0:
            job.report("Computing the spectrogram", first / len(frames))
    return frames


class LogMelStream:
    """The same frames for sound that is still arriving."""

    def __init__(self) -> None:
        self._rest = np.empty(0, np.float32)

    def push(self, samples: Float32) -> Float32:
        """Take new samples and return the frames they complete, float32, shape (new, 64)."""
        samples = np.concatenate([self._rest, samples])
        frames = log_mel_frames(samples)
        self._rest = samples[len(frames) * HOP :]
        return frames


INAUDIBLE = 0.03
"""Magnitude of a mel band: twice that of white noise at -80 dB, a tenth of a quiet sound's."""


def is_silent(frames: Float32, quietest: float = INAUDIBLE) -> bool:
    """Return whether there is nothing to hear in log-mel frames, float32 (F, 64), of a sound.

    All samples are zero, or no band is ever above the noise of a quiet room in a good recorder, or
    another magnitude: it would be analysed as sure as anything else, and mean nothing.
    """
    return bool(np.all(frames <= np.log(LOG_OFFSET + quietest)))


def padding_note(duration_s: float) -> str:
    """Return what a person should know about a sound shorter than a patch."""
    return (
        f"The sound is {duration_s:.2f} s long and was padded with silence "
        f"to {PATCH_S:.2f} s, the least that is analysed."
    )


def log_mel(waveform: Waveform, job: Job | None = None) -> LogMel:
    """Compute the log-mel spectrogram of a sound, padded with silence to one patch at least.

    Parameters
    ----------
    waveform : Waveform
        At 16 kHz.
    job : Job, optional
        Told about progress.

    Raises
    ------
    ValueError
        If the rate is not 16 kHz: the caller forgot to resample.
    """
    if waveform.rate_hz != MODEL_RATE_HZ:
        raise ValueError(f"VGGish listens at {MODEL_RATE_HZ} Hz, not {waveform.rate_hz} Hz")
    samples, notes = waveform.samples, waveform.notes
    if len(samples) < PATCH_SAMPLES:
        samples = np.pad(samples, (0, PATCH_SAMPLES - len(samples)))
        notes += (padding_note(waveform.duration_s),)
    return LogMel(log_mel_frames(samples, job), waveform.name, waveform.duration_s, notes)

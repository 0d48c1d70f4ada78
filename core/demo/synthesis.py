"""Building blocks of synthesised sounds: noise, voices, struck bodies, grains, rooms.

All sounds are mono at 16 kHz, float64, shape (n,); levels are free until `record`, which puts a
sound into a room, before a microphone and over some background. The methods are the textbook
ones: source and filter (Fant 1960), modal synthesis, and sparse impulses for textures.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

RATE_HZ = 16_000
TOP_HZ = 7_600.0
"""Nothing above this is synthesised: it would alias, and VGGish hears up to 7.5 kHz."""

Sound: TypeAlias = NDArray[np.float64]
Generator: TypeAlias = np.random.Generator
Partials: TypeAlias = Sequence[float] | NDArray[np.float64]

_TABLE = 2048


def samples(duration_s: float) -> int:
    """Return a duration as a number of samples, at least one."""
    return max(1, round(duration_s * RATE_HZ))


def log_uniform(random: Generator, low: float, high: float) -> float:
    """Draw a number whose logarithm is uniform, as suits frequencies and rates."""
    return float(np.exp(random.uniform(np.log(low), np.log(high))))


def contour(n: int, *points: float) -> Sound:
    """Return a curve of straight lines through equally spaced points."""
    return np.interp(np.linspace(0, len(points) - 1, n), np.arange(len(points)), points)


def wander(random: Generator, n: int, rate_hz: float, depth: float) -> Sound:
    """Return a slow random curve around 1: new values `rate_hz` times a second."""
    knots = max(2, int(n / RATE_HZ * rate_hz) + 2)
    return np.exp(depth * contour(n, *random.standard_normal(knots)))


def sine(n: int, hertz: float | Sound) -> Sound:
    """Return a sine of an amplitude of one, of a fixed frequency or one that follows a curve."""
    turns = np.cumsum(np.broadcast_to(hertz, n)) / RATE_HZ
    return np.asarray(np.sin(2 * np.pi * turns), np.float64)


def envelope(n: int, attack_s: float, decay_s: float) -> Sound:
    """Return an exponential rise and fall to -60 dB at the end of each time, then silence."""
    t = np.arange(n) / RATE_HZ
    rise = 1 - np.exp(-6.9 * t / max(attack_s, 1e-4))
    return rise * np.exp(-6.9 * t / decay_s)


def arch(n: int, power: float = 1.0) -> Sound:
    """Return half a sine, the smooth rise and fall of a call."""
    return np.sin(np.pi * (np.arange(n) + 0.5) / n) ** power


def noise(random: Generator, n: int, slope_db: float = 0.0) -> Sound:
    """Return noise of unit power whose spectrum rises or falls by `slope_db` an octave."""
    if slope_db == 0.0:
        return random.standard_normal(n)
    return unit(tilt(random.standard_normal(n), slope_db))


def tilt(sound: Sound, slope_db: float) -> Sound:
    """Raise or lower a sound's spectrum by `slope_db` an octave, around 1 kHz."""
    from scipy.fft import irfft, next_fast_len, rfft

    size = next_fast_len(len(sound), real=True)
    spectrum = rfft(sound, size)
    hertz = np.maximum(np.arange(len(spectrum)) * (RATE_HZ / size), 30.0)
    return np.asarray(irfft(spectrum * (hertz / 1000.0) ** (slope_db / 6.02), size)[: len(sound)])


def unit(sound: Sound) -> Sound:
    """Scale a sound to a root mean square of one; silence stays silent."""
    return sound / max(float(np.sqrt(np.mean(sound**2))), 1e-12)


def band(sound: Sound, low_hz: float | None, high_hz: float | None, order: int = 2) -> Sound:
    """Filter with a Butterworth band-pass; None leaves that side open."""
    from scipy.signal import butter, sosfilt

    high_hz = None if high_hz is None or high_hz >= TOP_HZ else high_hz
    if low_hz is None and high_hz is None:
        return sound
    if low_hz is None:
        filters = butter(order, high_hz, "lowpass", fs=RATE_HZ, output="sos")
    elif high_hz is None:
        filters = butter(order, low_hz, "highpass", fs=RATE_HZ, output="sos")
    else:
        filters = butter(order, (low_hz, high_hz), "bandpass", fs=RATE_HZ, output="sos")
    return np.asarray(sosfilt(filters, sound))


def resonate(sound: Sound, hertz: Iterable[float], q: float, dry: float = 0.0) -> Sound:
    """Pass a sound through parallel resonators of quality `q`, each 3 dB below the one before."""
    from scipy.signal import iirpeak, lfilter

    total = dry * sound
    for index, frequency in enumerate(f for f in hertz if f < TOP_HZ):
        total = total + 0.7**index * lfilter(*iirpeak(frequency, q, fs=RATE_HZ), sound)
    return total


def voice(f0_hz: Sound, tilt_db: float = -9.0, odd: float = 1.0) -> Sound:
    """Return a harmonic source that follows a pitch curve.

    Parameters
    ----------
    f0_hz : float array, shape (n,)
        Fundamental frequency at each sample.
    tilt_db : float
        Fall of the harmonics' level an octave.
    odd : float
        Level of the even harmonics against the odd ones, 0 for a closed pipe.
    """
    top = float(np.quantile(f0_hz, 0.9))
    orders = np.arange(1, max(2, int(TOP_HZ / top) + 1))
    levels = orders ** (tilt_db / 6.02) * np.where(orders % 2, 1.0, odd)
    spectrum = np.zeros(_TABLE // 2 + 1, complex)
    # Phases that differ (Schroeder 1970) keep the peak of many harmonics low.
    phases = np.pi * orders**2 / len(orders)
    keep = orders <= _TABLE // 2
    spectrum[orders[keep]] = (levels * np.exp(1j * phases))[keep]
    table = np.fft.irfft(spectrum) * _TABLE
    phase = np.cumsum(f0_hz) / RATE_HZ
    return unit(np.interp(phase % 1.0 * _TABLE, np.arange(_TABLE + 1), np.append(table, table[0])))


def tract(source: Sound, formants_hz: Iterable[float], size: float = 1.0) -> Sound:
    """Pass a source through a vocal tract; `size` above 1 is a smaller animal."""
    return unit(resonate(source, [f * size for f in formants_hz], q=5.0, dry=0.08))


def strike(n: int, hertz: Partials, decay_s: Partials, level: Partials) -> Sound:
    """Return a struck body: a sum of decaying sines, each with its -60 dB time."""
    t = np.arange(n) / RATE_HZ
    total = np.zeros(n)
    for frequency, decay, gain in zip(hertz, decay_s, level, strict=True):
        if frequency < TOP_HZ:
            heard = t[: samples(decay)]
            ring = np.sin(2 * np.pi * frequency * heard) * np.exp(-6.9 / decay * heard)
            total[: len(heard)] += gain * ring
    return total


def click(random: Generator, n: int, decay_s: float) -> Sound:
    """Return a click: noise that starts at once and dies within `decay_s`."""
    return noise(random, n) * envelope(n, 0.0003, decay_s)


def mix(sounds: Iterable[Sound]) -> Sound:
    """Return the sum of sounds of one length; there must be at least one."""
    return np.asarray(np.sum(list(sounds), axis=0))


def dust(random: Generator, n: int, rate_hz: float, spread: float = 1.0) -> Sound:
    """Return single impulses at random times with log-normal levels and either sign."""
    hits = random.random(n) < rate_hz / RATE_HZ
    levels = np.exp(spread * random.standard_normal(n)) * random.choice((-1.0, 1.0), n)
    return np.where(hits, levels, 0.0)


def times(random: Generator, n: int, gap_s: float, jitter: float) -> list[float]:
    """Return when repeated events happen, in seconds: gaps with a log-normal spread."""
    found: list[float] = []
    now = random.uniform(0, min(gap_s, 0.4))
    while now < n / RATE_HZ:
        found.append(now)
        now += gap_s * float(np.exp(jitter * random.standard_normal()))
    return found


def place(n: int, starts_s: Iterable[float], make: Callable[[], Sound]) -> Sound:
    """Mix a fresh sound from `make` in at each start."""
    total = np.zeros(n)
    for start_s in starts_s:
        first = int(start_s * RATE_HZ)
        piece = make()[: max(0, n - first)]
        total[first : first + len(piece)] += piece
    return total


def room(random: Generator, sound: Sound, t60_s: float, wet: float) -> Sound:
    """Add a room: noise that decays by 60 dB in `t60_s`, duller the longer it lasts."""
    from scipy.signal import fftconvolve

    tail = noise(random, samples(min(t60_s, 1.5)), -2.0) * envelope(
        samples(min(t60_s, 1.5)), 0.004, t60_s
    )
    tail /= np.sqrt(np.sum(tail**2))
    return sound + wet * np.asarray(fftconvolve(sound, tail))[: len(sound)]


def record(random: Generator, dry: Sound) -> NDArray[np.float32]:
    """Put a dry sound into a room, before a microphone, over background noise, at some level.

    Drawn for every recording: reverberation of 0.1 to 0.9 s, a microphone's tilt of up to 2 dB
    an octave, background noise of some colour 22 to 55 dB below the sound, a peak of -22 to
    -1 dB of full scale.
    """
    wet = random.uniform(0.02, 0.35)
    sound = unit(room(random, dry, log_uniform(random, 0.1, 0.9), wet))
    sound = unit(tilt(sound, random.uniform(-2.0, 2.0)))
    background = noise(random, len(sound), random.uniform(-6.0, 0.0))
    sound = sound + 10 ** (-random.uniform(22, 55) / 20) * background
    peak = 10 ** (random.uniform(-22.0, -1.0) / 20)
    return np.asarray(sound * (peak / np.abs(sound).max()), np.float32)

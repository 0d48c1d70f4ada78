"""Farm animals and wild mammals."""

# ruff: noqa: D401 - a docstring here describes the sound that comes out

from __future__ import annotations

import numpy as np

from core.demo.synthesis import (
    RATE_HZ,
    Generator,
    Sound,
    arch,
    band,
    click,
    contour,
    log_uniform,
    mix,
    noise,
    place,
    samples,
    sine,
    strike,
    times,
    tract,
    voice,
    wander,
)

_DOG = (550.0, 1200.0, 2400.0, 3900.0)
_CAT = (900.0, 1700.0, 3400.0, 5200.0)
_CATTLE = (300.0, 750.0, 1500.0, 2600.0)


def clip_clop(random: Generator, n: int) -> Sound:
    """Hooves on a hard road: hollow knocks, four to a stride."""
    body, beat = random.uniform(650, 1150), random.uniform(0.17, 0.3)
    feet = random.uniform(0.85, 1.2, 4)
    steps = times(random, n, beat, 0.08)
    turn = iter(range(len(steps)))

    def one() -> Sound:
        m, foot = samples(0.09), feet[next(turn) % 4] * body
        knock = strike(m, (foot, 1.9 * foot, 3.4 * foot), (0.07, 0.045, 0.03), (1, 0.6, 0.35))
        return random.uniform(0.6, 1.0) * (knock + 0.4 * click(random, m, 0.02))

    return place(n, steps, one)


def neigh(random: Generator, n: int) -> Sound:
    """High, falling, shaken ten times a second, ending in snorts."""

    def one() -> Sound:
        m = samples(random.uniform(1.1, 1.9))
        t = np.arange(m) / RATE_HZ
        shake = 1 + random.uniform(0.08, 0.16) * np.sin(2 * np.pi * random.uniform(8, 12) * t)
        pitch = log_uniform(random, 700, 1200) * contour(m, 0.8, 1.3, 1.0, 0.6, 0.4) * shake
        source = voice(pitch, -4.0) + 0.3 * noise(random, m, -1.0)
        return arch(m, 0.5) * shake**3 * tract(source, (800, 1600, 2900, 4100))

    return place(n, times(random, n, random.uniform(1.6, 2.3), 0.2), one)


def moo(random: Generator, n: int) -> Sound:
    """Long and low, the mouth opening from m to oo."""
    f0, size = log_uniform(random, 85, 190), random.uniform(0.8, 1.25)

    def one() -> Sound:
        m = samples(random.uniform(1.2, 2.2))
        pitch = f0 * contour(m, 0.8, 1.0, 1.15, 1.1, 0.75) * wander(random, m, 12, 0.02)
        source = voice(pitch, -6.0) + 0.06 * noise(random, m, -3.0)
        closed, opened = band(source, None, 300), tract(source, _CATTLE, size)
        return arch(m, 0.45) * (closed + contour(m, 0, 0.5, 1, 1, 0.8) * opened)

    return place(n, times(random, n, random.uniform(1.7, 2.6), 0.2), one)


def cowbell(random: Generator, n: int) -> Sound:
    """A few dull bells that swing with the walking herd."""

    def bell() -> Sound:
        base = log_uniform(random, 420, 1100)
        ratios = np.array((1.0, 1.51, 2.36, 3.14, 4.2, 5.1)) * random.uniform(0.97, 1.03, 6)

        def one() -> Sound:
            decay = random.uniform(0.25, 0.5) / np.sqrt(ratios)
            level = random.uniform(0.3, 1.0) * np.array((1, 0.9, 0.6, 0.45, 0.3, 0.2))
            return strike(samples(0.5), base * ratios, decay, level)

        return place(n, times(random, n, random.uniform(0.3, 0.7), 0.5), one)

    return mix(bell() for _ in range(random.integers(1, 4)))


def oink(random: Generator, n: int) -> Sound:
    """Grunts of rough pulses, with the snort of the breath."""

    def one() -> Sound:
        m = samples(random.uniform(0.12, 0.35))
        pitch = (
            log_uniform(random, 70, 140) * contour(m, 0.9, 1.2, 0.8) * wander(random, m, 60, 0.2)
        )
        source = voice(pitch, -3.0) + 0.6 * noise(random, m, -1.0) * (1 + voice(pitch, -6.0))
        return arch(m, 0.4) * tract(source, (450, 1350, 2400, 3200), random.uniform(0.85, 1.2))

    return place(n, times(random, n, random.uniform(0.3, 0.6), 0.45), one)


def bleat(random: Generator, n: int) -> Sound:
    """A nasal e that trembles in pitch and loudness."""
    f0, size = log_uniform(random, 190, 420), random.uniform(0.85, 1.25)
    shake_hz = random.uniform(7, 12)

    def one() -> Sound:
        m = samples(random.uniform(0.6, 1.2))
        shake = 1 + 0.6 * sine(m, shake_hz)
        pitch = f0 * contour(m, 0.95, 1.1, 1.0, 0.85) * (0.96 + 0.04 * shake)
        source = voice(pitch, -3.0) + 0.1 * noise(random, m)
        return arch(m, 0.4) * shake * tract(source, (700, 1750, 2600, 3700), size)

    return place(n, times(random, n, random.uniform(0.9, 1.6), 0.3), one)


def roar(random: Generator, n: int) -> Sound:
    """A big cat: rough voice through a long tract, swelling and dying, then grunts."""

    def one() -> Sound:
        m = samples(random.uniform(0.8, 2.4))
        pitch = log_uniform(random, 60, 130) * contour(m, 0.8, 1.3, 1.1, 0.7)
        source = voice(pitch * wander(random, m, 70, 0.15), -2.0) + 0.9 * noise(random, m, -3.0)
        return arch(m, 0.7) * tract(source, (350, 800, 1500, 2500), random.uniform(0.75, 1.1))

    return place(n, times(random, n, random.uniform(1.2, 2.0), 0.3), one)


RECIPES = {
    "Clip-clop": clip_clop,
    "Neigh, whinny": neigh,
    "Moo": moo,
    "Cowbell": cowbell,
    "Oink": oink,
    "Bleat": bleat,
    "Roar": roar,
}

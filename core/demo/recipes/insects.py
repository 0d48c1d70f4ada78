"""Insects, frogs and snakes."""

# ruff: noqa: D401 - a docstring here describes the sound that comes out

from __future__ import annotations

import numpy as np

from core.demo.synthesis import (
    RATE_HZ,
    Generator,
    Sound,
    arch,
    band,
    dust,
    log_uniform,
    mix,
    noise,
    place,
    resonate,
    samples,
    sine,
    times,
    unit,
    voice,
    wander,
)


def cricket(random: Generator, n: int) -> Sound:
    """Chirps of three or four pulses of a pure high tone, over a chorus."""

    def one_cricket() -> Sound:
        f0, pulse_hz = random.uniform(3600, 5200), random.uniform(24, 36)

        def chirp_of() -> Sound:
            m = samples(random.integers(2, 5) / pulse_hz)
            beat = np.maximum(sine(m, pulse_hz), 0) ** 0.6
            return beat * sine(m, f0)

        return place(n, times(random, n, random.uniform(0.28, 0.5), 0.06), chirp_of)

    chorus = band(noise(random, n), 3900, 5000) * (1 + 0.5 * sine(n, 28.0))
    return mix(random.uniform(0.2, 1) * one_cricket() for _ in range(3)) + 0.06 * chorus


def mosquito(random: Generator, n: int) -> Sound:
    """A whine of 400 to 750 Hz that comes near and goes, bending."""
    pitch = log_uniform(random, 430, 720) * wander(random, n, 2.5, 0.05)
    near = np.clip(wander(random, n, 1.5, 0.9), 0.1, 3.0)
    return near * (band(voice(pitch, -5.0), 350, None) + 0.01 * noise(random, n))


def fly(random: Generator, n: int) -> Sound:
    """A buzz of 150 to 230 Hz in swerving flights with stops."""
    pitch = log_uniform(random, 150, 230) * wander(random, n, 5, 0.06)
    near = np.clip(wander(random, n, 2.5, 1.3), 0.02, 3.0)
    flutter = 1 + 0.5 * noise(random, n, -3.0) * 0.3
    return near * flutter * resonate(voice(pitch, -4.0), (500, 1300, 2600), 2.5, 0.3)


def bees(random: Generator, n: int) -> Sound:
    """A swarm: many steady hums around 200 to 260 Hz, none alike."""
    base, total = log_uniform(random, 190, 270), np.zeros(n)
    for _ in range(9):
        pitch = base * random.uniform(0.85, 1.2) * wander(random, n, 1.5, 0.02)
        total += random.uniform(0.3, 1.0) * voice(pitch, -7.0) * wander(random, n, 2.0, 0.4)
    return total + 0.25 * band(noise(random, n, -2.0), 300, 3000)


def croak(random: Generator, n: int) -> Sound:
    """Frogs: trains of clicks through a throat sac, several sizes."""

    def frog() -> Sound:
        pulse_hz, sac = random.uniform(28, 60), log_uniform(random, 450, 1300)

        def one() -> Sound:
            m = samples(random.uniform(0.25, 0.6))
            clicks = voice(np.full(m, pulse_hz) * wander(random, m, 20, 0.05), 0.0)
            return arch(m, 0.5) * unit(resonate(clicks, (sac, 2.1 * sac), 6.0))

        return place(n, times(random, n, random.uniform(0.6, 1.1), 0.25), one)

    return mix(random.uniform(0.3, 1) * frog() for _ in range(random.integers(1, 4)))


def rattle(random: Generator, n: int) -> Sound:
    """A rattlesnake: 45 to 80 dry clacks a second, without pause."""
    rate = random.uniform(45, 80) * wander(random, n, 4, 0.03)
    beat = (0.5 + 0.5 * np.sin(2 * np.pi * np.cumsum(rate) / RATE_HZ)) ** 3
    dry = band(noise(random, n), 2500, None) + 0.3 * band(dust(random, n, 600), 3000, None)
    return beat * resonate(dry, (4200, 6100), 2.0, 0.5) * wander(random, n, 2, 0.15)


RECIPES = {
    "Cricket": cricket,
    "Mosquito": mosquito,
    "Fly, housefly": fly,
    "Bee, wasp, etc.": bees,
    "Croak": croak,
    "Rattle": rattle,
}

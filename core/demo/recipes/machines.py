"""Vehicles, engines and things that warn or ring."""

# ruff: noqa: D401 - a docstring here describes the sound that comes out

from __future__ import annotations

from itertools import pairwise

import numpy as np

from core.demo.synthesis import (
    RATE_HZ,
    TOP_HZ,
    Generator,
    Sound,
    band,
    contour,
    dust,
    envelope,
    log_uniform,
    mix,
    noise,
    place,
    resonate,
    samples,
    sine,
    strike,
    times,
    unit,
    voice,
    wander,
)


def _tones(n: int, hertz: list[float], tilt_db: float) -> Sound:
    return mix(voice(np.full(n, f), tilt_db) for f in hertz)


def train(random: Generator, n: int) -> Sound:
    """Rolling wheels: broad loud noise, the beat of rail joints, squeals, at times the horn."""
    # Wagons differ: each part of the spectrum swells and fades by itself.
    slope_db, edges_hz = random.uniform(-4.0, -1.0), (40, 160, 400, 1000, 2500, TOP_HZ)
    roll = mix(
        band(noise(random, n, slope_db), low, high) * wander(random, n, 5, 0.3)
        for low, high in pairwise(edges_hz)
    )
    rail = unit(resonate(noise(random, n), (log_uniform(random, 350, 900), 1300, 2500), 3.0))
    joints = times(random, n, random.uniform(0.4, 0.8), 0.03)
    wheels = [t + gap for t in joints for gap in (0.0, random.uniform(0.1, 0.16))]

    def clack() -> Sound:
        m = samples(0.12)
        return envelope(m, 0.002, 0.1) * (noise(random, m, -3.0) + noise(random, m, -1.0))

    total = unit(roll) + 0.5 * rail + random.uniform(0.5, 2.0) * place(n, wheels, clack)
    if random.random() < 0.5:
        total += random.uniform(0.2, 1.0) * train_horn(random, n)
    return total


def train_horn(random: Generator, n: int) -> Sound:
    """A chord of three to five reeds, long blasts."""
    base = log_uniform(random, 240, 340)
    chord = [base * r for r in (1.0, 1.19, 1.34, 1.6, 1.89)[: random.integers(3, 6)]]

    def blast() -> Sound:
        m = samples(random.uniform(0.7, 2.2))
        air = 0.15 * noise(random, m, -2.0)
        return contour(m, 0, 1, *[1] * 14, 0) * (_tones(m, chord, -4.0) + air)

    return unit(place(n, times(random, n, random.uniform(1.4, 2.2), 0.3), blast))


def _engine(random: Generator, firing_hz: Sound, roughness: float, tilt_db: float) -> Sound:
    """Combustion: one uneven pulse a firing through exhaust resonances, with mechanical noise."""
    n = len(firing_hz)
    uneven = firing_hz * wander(random, n, 40, roughness)
    pulses = voice(uneven, tilt_db) * wander(random, n, 30, 0.2)
    pipe = unit(resonate(pulses, random.uniform(0.8, 1.25) * np.array((90, 230, 610, 1400)), 2.5))
    return pulses + pipe + 0.3 * noise(random, n, -3.5)


def idling(random: Generator, n: int) -> Sound:
    """A car standing still: 18 to 32 firings a second."""
    return _engine(random, np.full(n, random.uniform(18, 32)), 0.05, -6.0)


def motorcycle(random: Generator, n: int) -> Sound:
    """A loud twin that is revved again and again."""
    revs = contour(n, *random.uniform(0.6, 1.8, max(3, int(n / RATE_HZ * 1.5))))
    return _engine(random, log_uniform(random, 45, 75) * revs, 0.04, -2.0)


def chainsaw(random: Generator, n: int) -> Sound:
    """A two-stroke at full speed, snarling, bogging down in the wood."""
    load = contour(n, *random.uniform(0.65, 1.1, max(3, int(n / RATE_HZ * 1.2))))
    screech = band(noise(random, n), 1800, None) * wander(random, n, 20, 0.3)
    return _engine(random, random.uniform(105, 160) * load, 0.03, 0.0) + 0.6 * screech


def helicopter(random: Generator, n: int) -> Sound:
    """Blade slap 11 to 20 times a second over turbine noise."""
    rate = random.uniform(11, 20)
    phase = rate * np.arange(n) / RATE_HZ
    slap = np.exp(-7 * (phase % 1.0)) + 0.1
    thump = unit(band(noise(random, n, -4.0), 40, random.uniform(400, 1000)) * slap)
    turbine = voice(random.uniform(900, 2200) * wander(random, n, 1, 0.005), -20.0)
    return thump + 0.25 * unit(noise(random, n, -1.0) * (0.4 + slap)) + 0.05 * turbine


def siren(random: Generator, n: int) -> Sound:
    """A police car's wail or yelp: the pitch sweeps up and down over more than an octave."""
    rate = random.uniform(2.5, 4.0) if random.random() < 0.35 else random.uniform(0.25, 0.6)
    sweep = 0.5 - 0.5 * np.cos(2 * np.pi * (rate * np.arange(n) / RATE_HZ + random.random()))
    pitch = random.uniform(550, 750) * 2 ** (sweep * random.uniform(0.9, 1.3))
    return resonate(voice(pitch, -5.0), (1300, 2600), 2.0, 0.5) + 0.1 * noise(random, n, -4.0)


def car_horn(random: Generator, n: int) -> Sound:
    """Two reeds a third apart, impatient."""
    base = random.uniform(340, 480)

    def blast() -> Sound:
        m = samples(log_uniform(random, 0.15, 1.0))
        return contour(m, 0.6, *[1] * 20, 0) * _tones(m, [base, base * 1.26], -2.5)

    street = 0.15 * noise(random, n, -4.0)
    return place(n, times(random, n, random.uniform(0.5, 1.1), 0.5), blast) + street


def church_bell(random: Generator, n: int) -> Sound:
    """Hum, prime, minor third, fifth and nominal, long decay, several bells in a tower."""
    partials = np.array((0.5, 1.0, 1.19, 1.5, 2.0, 2.51, 2.66, 3.01, 4.17))
    levels = np.array((0.6, 0.9, 0.9, 0.4, 1.0, 0.5, 0.4, 0.5, 0.25))

    def bell() -> Sound:
        prime = log_uniform(random, 260, 620)
        decay = random.uniform(2.5, 5) / partials**0.8
        clap = lambda: strike(samples(4), prime * partials, decay, levels)  # noqa: E731
        return place(n, times(random, n, random.uniform(1.0, 1.9), 0.04), clap)

    return mix(bell() for _ in range(random.integers(1, 4)))


def telephone(random: Generator, n: int) -> Sound:
    """An old telephone: a hammer between two bells, 20 times a second, two seconds on."""
    base, rate = random.uniform(1100, 1900), random.uniform(18, 26)
    bells = (base, base * random.uniform(1.15, 1.3))
    turn = iter(range(100_000))

    def stroke() -> Sound:
        hertz = bells[next(turn) % 2] * np.array((1.0, 2.4, 3.9))
        return strike(samples(0.5), hertz, (0.5, 0.3, 0.2), (1, 0.6, 0.3))

    on_s, off_s = random.uniform(1.2, 2.0), random.uniform(0.5, 1.5)
    strokes = [t for t in times(random, n, 1 / rate, 0.01) if t % (on_s + off_s) < on_s]
    return place(n, strokes, stroke)


def drill(random: Generator, n: int) -> Sound:
    """An electric drill: gear whine that spins up, sinks under load, and the grind of the wall."""

    def pull() -> Sound:
        m = samples(random.uniform(1.3, 2.6))
        pitch = random.uniform(380, 620) * contour(m, 0.5, 1.0, 0.9, 0.85, 0.9, 0.5)
        rough = 1 + 0.5 * sine(m, random.uniform(35, 60))
        grind = band(dust(random, m, 900, 0.8), 900, None) + 0.3 * noise(random, m)
        return contour(m, 0.3, 1, 1, 1, 0.2) * (voice(pitch, -1.5) + 0.6 * rough * unit(grind))

    return place(n, times(random, n, random.uniform(1.8, 2.6), 0.15), pull)


RECIPES = {
    "Train": train,
    "Train horn": train_horn,
    "Idling": idling,
    "Motorcycle": motorcycle,
    "Chainsaw": chainsaw,
    "Helicopter": helicopter,
    "Police car (siren)": siren,
    "Vehicle horn, car horn, honking": car_horn,
    "Church bell": church_bell,
    "Telephone bell ringing": telephone,
    "Drill": drill,
}

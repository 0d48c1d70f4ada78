"""What hands and feet do, and clocks."""

# ruff: noqa: D401 - a docstring here describes the sound that comes out

from __future__ import annotations

import numpy as np

from core.demo.synthesis import (
    Generator,
    Sound,
    band,
    click,
    contour,
    dust,
    envelope,
    log_uniform,
    noise,
    place,
    resonate,
    samples,
    strike,
    times,
    unit,
)

_VOWELS = (
    (730, 1090, 2440),
    (270, 2290, 3010),
    (530, 1840, 2480),
    (570, 840, 2410),
    (300, 870, 2240),
)
"""Formants of a, i, e, o and u of male speakers (Peterson and Barney 1952), in hertz."""


def applause(random: Generator, n: int) -> Sound:
    """Many hands: hundreds of claps a second, each with its own hollow."""
    total = np.zeros(n)
    for _ in range(5):
        hollow = log_uniform(random, 700, 2600)
        total += resonate(
            dust(random, n, random.uniform(25, 120), 0.5), (hollow, 2.2 * hollow), 1.5
        )
    return unit(total) + 0.3 * unit(band(noise(random, n, -1.0), 500, 5000))


def footsteps(random: Generator, n: int) -> Sound:
    """Heel and sole on a hard floor, about two a second, grit underfoot."""
    floor = random.uniform(90, 220)

    def one() -> Sound:
        m = samples(0.22)
        heel = strike(m, (floor, 2.7 * floor, 6 * floor), (0.12, 0.06, 0.03), (1.0, 0.5, 0.3))
        grit = band(noise(random, m, -1.0), 800, 6000) * contour(m, 0.5, 0.1, 0.3, 0.1, 0)
        return random.uniform(0.7, 1.0) * (heel + 0.3 * grit)

    return place(n, times(random, n, random.uniform(0.42, 0.65), 0.06), one)


def _key(random: Generator, body_hz: float, weight: float) -> Sound:
    """A key press: the click of the switch, the thud at the bottom, a lighter one at release."""
    m = samples(0.2)
    down, up = samples(0.02), samples(random.uniform(0.07, 0.13))
    total = np.zeros(m)
    for start, level in ((0, 0.5), (down, 1.0), (up, random.uniform(0.3, 0.6))):
        k = samples(0.03)
        click = noise(random, k, 2.0) * envelope(k, 0.0005, random.uniform(0.008, 0.025))
        hertz = random.uniform(0.85, 1.2) * body_hz * np.array((1.0, 2.3, 4.1, 6.0))
        thud = strike(k, hertz, (0.03, 0.02, 0.015, 0.01), (weight, 0.6, 0.4, 0.3))
        total[start : start + k] += level * (click + thud)
    return random.uniform(0.3, 1.0) * total


def typing(random: Generator, n: int) -> Sound:
    """A computer keyboard: irregular runs of light clicks with short rests."""
    body, gap = random.uniform(450, 1100), random.uniform(0.1, 0.19)
    return place(n, times(random, n, gap, 0.55), lambda: _key(random, body, 0.7))


def typewriter(random: Generator, n: int) -> Sound:
    """Type bars that hit the roller, loud and metallic, and the bell at the line's end."""
    body = random.uniform(900, 1600)

    def hit() -> Sound:
        m = samples(0.12)
        metal = strike(
            m, body * np.array((1, 1.7, 2.9, 4.3)), (0.09, 0.07, 0.05, 0.04), (1, 0.9, 0.7, 0.5)
        )
        return random.uniform(0.6, 1.0) * (metal + 1.2 * click(random, m, 0.03))

    def bell() -> Sound:
        return 0.5 * strike(samples(1), (2300, 4700), (0.9, 0.5), (1, 0.5))

    hits = place(n, times(random, n, random.uniform(0.14, 0.24), 0.3), hit)
    return hits + place(n, times(random, n, random.uniform(2.0, 4.0), 0.2), bell)


def tick_tock(random: Generator, n: int) -> Sound:
    """A clock: two ticks of slightly different pitch in turn, exactly even."""
    case, beat = random.uniform(900, 2600), random.choice((0.25, 0.5, 0.5, 1.0))
    pair, turn = (1.0, random.uniform(0.75, 0.93)), iter(range(10_000))

    def tick() -> Sound:
        m, hertz = samples(0.06), case * pair[next(turn) % 2]
        ring = strike(m, (hertz, 1.8 * hertz, 2.9 * hertz), (0.04, 0.03, 0.02), (1, 0.6, 0.5))
        return ring + 0.7 * click(random, m, 0.008)

    return place(n, times(random, n, beat, 0.002), tick)


def knock(random: Generator, n: int) -> Sound:
    """Knuckles on a door: groups of three or four dull blows."""
    door = random.uniform(130, 320)

    def group() -> Sound:
        def blow() -> Sound:
            m = samples(0.15)
            wood = strike(
                m, door * np.array((1, 1.9, 3.3, 5.2)), (0.12, 0.08, 0.05, 0.03), (1, 0.8, 0.5, 0.3)
            )
            return random.uniform(0.7, 1.0) * (wood + 0.2 * click(random, m, 0.012))

        gap = random.uniform(0.14, 0.24)
        return place(samples(1.2), [i * gap for i in range(random.integers(3, 6))], blow)

    return place(n, times(random, n, random.uniform(1.2, 1.8), 0.2), group)


def hammer(random: Generator, n: int) -> Sound:
    """Steel on a nail: bright ringing blows, the pitch creeping up."""
    nail = random.uniform(1500, 2600)

    def blow() -> Sound:
        m = samples(0.3)
        hertz = nail * random.uniform(0.97, 1.03) * np.array((0.12, 1, 1.63, 2.4))
        ring = strike(m, hertz, (0.1, 0.25, 0.18, 0.1), (1.2, 1, 0.7, 0.5))
        return random.uniform(0.7, 1.0) * (ring + 1.5 * click(random, m, 0.02))

    return place(n, times(random, n, random.uniform(0.35, 0.7), 0.12), blow)


RECIPES = {
    "Applause": applause,
    "Walk, footsteps": footsteps,
    "Computer keyboard": typing,
    "Typewriter": typewriter,
    "Tick-tock": tick_tock,
    "Knock": knock,
    "Hammer": hammer,
}

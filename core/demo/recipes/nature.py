"""Weather, water and fire."""

# ruff: noqa: D401 - a docstring here describes the sound that comes out

from __future__ import annotations

import numpy as np

from core.demo.synthesis import (
    RATE_HZ,
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
    times,
    unit,
    voice,
    wander,
)


def _bubble(random: Generator, low_hz: float, high_hz: float) -> Sound:
    """A bubble in water: a sine that rises as it decays (Minnaert 1933, van den Doel 2005)."""
    hertz = log_uniform(random, low_hz, high_hz)
    m = samples(min(0.25, 40 / hertz))
    rise = 1 + random.uniform(0.05, 0.5) * np.arange(m) / m
    return random.uniform(0.2, 1.0) * envelope(m, 0.003, m / RATE_HZ) * voice(hertz * rise, -40.0)


def rain(random: Generator, n: int) -> Sound:
    """Thousands of small drops a second: a bright even hiss, with nearer drops in it."""
    far = unit(band(dust(random, n, random.uniform(2000, 7000), 0.8), 300, None))
    near = unit(resonate(dust(random, n, random.uniform(20, 150), 0.7), (1800, 3400, 5600), 1.5))
    body = noise(random, n, random.uniform(-3.0, 1.0))
    return far * wander(random, n, 2, 0.05) + 0.4 * body + random.uniform(0.1, 0.5) * near


def raindrop(random: Generator, n: int) -> Sound:
    """Single drops from a gutter: a tick and a bubble, few rain behind."""

    def one() -> Sound:
        tick = click(random, samples(0.012), 0.01)
        drop = _bubble(random, 700, 3500)
        drop[: len(tick)] += random.uniform(0.2, 0.8) * tick[: len(drop)]
        return random.uniform(0.3, 1.0) * drop

    behind = random.uniform(0.005, 0.03) * rain(random, n)
    return place(n, times(random, n, random.uniform(0.1, 0.28), 0.8), one) + behind


def rain_on_surface(random: Generator, n: int) -> Sound:
    """Rain on a roof or tent: dense dull taps that make the surface ring."""
    surface = random.uniform(250, 700) * np.array((1.0, 1.7, 2.9, 4.3))
    taps = unit(resonate(dust(random, n, random.uniform(60, 220), 1.0), surface, 2.5, 0.05))
    return taps + random.uniform(0.1, 0.3) * rain(random, n)


def thunder(random: Generator, n: int) -> Sound:
    """A crack, then rolling low rumble that dies slowly."""

    def one() -> Sound:
        m = samples(random.uniform(2.5, 4.5))
        rumble = band(noise(random, m, -5.0), 25, random.uniform(150, 350))
        crack = band(noise(random, m, -3.0), 100, None) * envelope(m, 0.01, random.uniform(0.3, 1))
        roll = np.clip(wander(random, m, 5, 0.7), 0, 4) * contour(m, 0.4, 1.0, 0.7, 0.4, 0.1)
        return unit(rumble) * roll + random.uniform(0.1, 0.9) * crack

    return place(n, [random.uniform(0, 0.5), 2.4, 4.9, 7.3], one)


def wind(random: Generator, n: int) -> Sound:
    """Gusts: low noise whose loudness and colour swell together, sometimes howling."""
    gust = np.clip(wander(random, n, 0.8, 0.6), 0.2, 3)
    howl_hz = random.uniform(350, 800)
    howl = resonate(noise(random, n), (howl_hz, 1.5 * howl_hz), 18.0)
    low = band(noise(random, n, -5.0), 40, random.uniform(400, 900))
    return gust * unit(low) + gust**2 * random.uniform(0.05, 0.3) * unit(howl)


def stream(random: Generator, n: int) -> Sound:
    """A brook: hundreds of bubbles a second over soft noise."""
    starts = times(random, n, 1 / random.uniform(120, 220), 1.0)
    bubbles = place(n, starts, lambda: _bubble(random, 400, 3000))
    wash = band(noise(random, n, -2.0), 300, 5000) * wander(random, n, 4, 0.15)
    return unit(bubbles) + random.uniform(0.15, 0.4) * unit(wash)


def waves(random: Generator, n: int) -> Sound:
    """Surf: every few seconds noise swells, breaks bright and draws back."""

    def one() -> Sound:
        m = samples(random.uniform(2.6, 4.2))
        swell = contour(m, 0.1, 0.4, 1.0, 0.6, 0.35, 0.15, 0.0)
        bright = contour(m, 0.0, 0.1, 1.0, 0.7, 0.5, 0.2, 0.0)
        low, high = noise(random, m, -4.0), band(noise(random, m, -1.0), 900, None)
        return swell * low + 0.7 * bright * unit(high)

    starts = times(random, n, random.uniform(1.8, 2.8), 0.2)
    return place(n, [0.0, *starts], one) + 0.15 * noise(random, n, -4.0)


def crackle(random: Generator, n: int) -> Sound:
    """A camp fire: sharp pops of every size over a low flutter."""
    pops = dust(random, n, random.uniform(8, 30), 1.3)
    sharp = unit(resonate(pops, (random.uniform(900, 2000), 2900, 5100), 1.2, 0.5))
    fine = unit(band(dust(random, n, random.uniform(80, 250), 1.2), 1500, None))
    flutter = band(noise(random, n, -5.0), 40, 300) * wander(random, n, 8, 0.4)
    return sharp + 0.3 * fine + random.uniform(0.05, 0.25) * unit(flutter)


def _bang(random: Generator, body_hz: float, length_s: float) -> Sound:
    """An explosion: a full-band blow whose high end dies first."""
    m = samples(length_s)
    blow = noise(random, m) * envelope(m, 0.0005, 0.12 * length_s)
    tail = band(noise(random, m, -4.0), 40, body_hz) * envelope(m, 0.002, length_s)
    return blow + unit(tail) * envelope(m, 0.002, length_s)


def fireworks(random: Generator, n: int) -> Sound:
    """Whistling climbs, booms and a rain of crackles."""

    def one() -> Sound:
        m = samples(random.uniform(1.3, 2.0))
        rocket = samples(random.uniform(0.4, 0.8))
        pitch = contour(rocket, random.uniform(1200, 1800), random.uniform(2600, 4200))
        whistle = contour(rocket, 0.1, 0.3) * voice(pitch * wander(random, rocket, 30, 0.02), -18)
        boom = _bang(random, 200, 0.9)
        crackles = band(dust(random, m, 130, 1.0), 1800, None) * contour(m, 0, 0.3, 1, 0.7, 0.2)
        total = 2.5 * crackles
        total[:rocket] += whistle
        boom = boom[: m - rocket]
        total[rocket : rocket + len(boom)] += 1.5 * boom
        return total

    return place(n, times(random, n, random.uniform(0.6, 1.1), 0.4), one)


RECIPES = {
    "Rain": rain,
    "Raindrop": raindrop,
    "Rain on surface": rain_on_surface,
    "Thunder": thunder,
    "Wind": wind,
    "Stream": stream,
    "Waves, surf": waves,
    "Crackle": crackle,
    "Fireworks": fireworks,
}

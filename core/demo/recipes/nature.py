"""Weather, water and fire, and the plain noises of signal generators."""

from __future__ import annotations

import numpy as np

from core.demo.synthesis import (
    Generator,
    Sound,
    arch,
    band,
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
    voice,
    wander,
)


def bubble(random: Generator, low_hz: float, high_hz: float) -> Sound:
    """A bubble in water: a sine that rises as it decays (Minnaert 1933, van den Doel 2005)."""
    hertz = log_uniform(random, low_hz, high_hz)
    m = samples(min(0.25, 40 / hertz))
    rise = 1 + random.uniform(0.05, 0.5) * np.arange(m) / m
    return random.uniform(0.2, 1.0) * envelope(m, 0.003, m / 16_000) * voice(hertz * rise, -40.0)


def rain(random: Generator, n: int) -> Sound:
    """Thousands of small drops a second: a bright even hiss, with nearer drops in it."""
    far = unit(band(dust(random, n, random.uniform(2000, 7000), 0.8), 300, None))
    near = unit(resonate(dust(random, n, random.uniform(20, 150), 0.7), (1800, 3400, 5600), 1.5))
    body = noise(random, n, random.uniform(-3.0, 1.0))
    return far * wander(random, n, 2, 0.05) + 0.4 * body + random.uniform(0.1, 0.5) * near


def raindrop(random: Generator, n: int) -> Sound:
    """Single drops from a gutter: a tick and a bubble, few rain behind."""

    def one() -> Sound:
        tick = noise(random, samples(0.012)) * envelope(samples(0.012), 0, 0.01)
        drop = bubble(random, 700, 3500)
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
    bubbles = place(n, starts, lambda: bubble(random, 400, 3000))
    wash = band(noise(random, n, -2.0), 300, 5000) * wander(random, n, 4, 0.15)
    return unit(bubbles) + random.uniform(0.15, 0.4) * unit(wash)


def waterfall(random: Generator, n: int) -> Sound:
    """Heavy steady water: dense noise with weight in the lower middle."""
    body = noise(random, n, random.uniform(-4.5, -3.0)) * wander(random, n, 8, 0.06)
    return unit(band(body, 80, None)) + 0.25 * unit(band(dust(random, n, 4000), 500, None))


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


def boiling(random: Generator, n: int) -> Sound:
    """A pot on the boil: large low bubbles, dozens a second, and a lid that trembles."""
    starts = times(random, n, 1 / random.uniform(35, 70), 0.8)
    bubbles = place(n, starts, lambda: bubble(random, 150, 650))
    return unit(bubbles) + random.uniform(0.1, 0.3) * unit(band(noise(random, n, -3.0), 200, 2500))


def dripping(random: Generator, n: int) -> Sound:
    """A tap that drips, even, into a basin."""
    base = log_uniform(random, 500, 1600)

    def one() -> Sound:
        m = samples(0.14)
        first = strike(m, (2.6 * base, 4.1 * base), (0.02, 0.015), (0.4, 0.3))
        plop = envelope(m, 0.004, 0.12) * voice(base * contour(m, 0.8, 1.5), -40.0)
        return first + plop

    return place(n, times(random, n, random.uniform(0.45, 1.0), 0.04), one)


def tap_water(random: Generator, n: int) -> Sound:
    """A jet into a basin: bright even noise, ringing metal, some bubbles."""
    basin = random.uniform(350, 900)
    jet = noise(random, n, random.uniform(-0.5, 2.0)) * wander(random, n, 15, 0.06)
    ring = unit(resonate(jet, (basin, 2.3 * basin, 4.1 * basin), 4.0))
    drops = place(n, times(random, n, 0.02, 1.0), lambda: bubble(random, 600, 2500))
    return jet + 0.8 * ring + 0.5 * unit(drops)


def pour(random: Generator, n: int) -> Sound:
    """A glass being filled: bubbles, and an air column whose tone rises."""

    def one() -> Sound:
        m = samples(random.uniform(2.0, 3.5))
        low = random.uniform(350, 600)
        tone = voice(contour(m, low, 1.5 * low, 2.7 * low) * wander(random, m, 40, 0.02), -20.0)
        drops = place(m, times(random, m, 0.007, 1.0), lambda: bubble(random, 500, 2200))
        flutter = np.abs(noise(random, m, -3.0))
        return arch(m, 0.2) * (0.5 * tone * flutter + unit(drops) + 0.15 * noise(random, m, -1.0))

    return place(n, times(random, n, random.uniform(2.6, 3.8), 0.1), one)


def bang(random: Generator, body_hz: float, length_s: float) -> Sound:
    """An explosion: a full-band blow whose high end dies first."""
    m = samples(length_s)
    blow = noise(random, m) * envelope(m, 0.0005, 0.12 * length_s)
    tail = band(noise(random, m, -4.0), 40, body_hz) * envelope(m, 0.002, length_s)
    return blow + unit(tail) * envelope(m, 0.002, length_s)


def gunshots(random: Generator, n: int) -> Sound:
    """Shots in the open: dry blows and their echoes."""
    body, length = random.uniform(400, 1500), random.uniform(0.5, 1.3)
    shots = times(random, n, random.uniform(0.4, 1.1), 0.5)
    return place(n, shots, lambda: random.uniform(0.5, 1) * bang(random, body, length))


def fireworks(random: Generator, n: int) -> Sound:
    """Whistling climbs, booms and a rain of crackles."""

    def one() -> Sound:
        m = samples(random.uniform(1.3, 2.0))
        rocket = samples(random.uniform(0.4, 0.8))
        pitch = contour(rocket, random.uniform(1200, 1800), random.uniform(2600, 4200))
        whistle = contour(rocket, 0.1, 0.3) * voice(pitch * wander(random, rocket, 30, 0.02), -18)
        boom = bang(random, 200, 0.9)
        crackles = band(dust(random, m, 130, 1.0), 1800, None) * contour(m, 0, 0.3, 1, 0.7, 0.2)
        total = 2.5 * crackles
        total[:rocket] += whistle
        boom = boom[: m - rocket]
        total[rocket : rocket + len(boom)] += 1.5 * boom
        return total

    return place(n, times(random, n, random.uniform(0.6, 1.1), 0.4), one)


def white_noise(random: Generator, n: int) -> Sound:
    """Noise of the same power at every frequency."""
    return noise(random, n, random.uniform(-0.4, 0.4))


def pink_noise(random: Generator, n: int) -> Sound:
    """Noise of the same power in every octave."""
    return noise(random, n, random.uniform(-3.4, -2.7))


def static(random: Generator, n: int) -> Sound:
    """A radio between stations: hiss, spits, a whistle that drifts."""
    spits = unit(band(dust(random, n, random.uniform(40, 200), 1.5), 400, None))
    gate = 0.5 + (wander(random, n, 6, 1.0) > 1.0)
    whistle = voice(log_uniform(random, 800, 2500) * wander(random, n, 0.7, 0.15), -30.0)
    return band(noise(random, n), 300, 4500) * gate + 0.8 * spits + 0.15 * whistle


def sine_wave(random: Generator, n: int) -> Sound:
    """One steady tone."""
    return np.sin(2 * np.pi * log_uniform(random, 250, 2500) * np.arange(n) / 16_000)


RECIPES = {
    "Rain": rain,
    "Raindrop": raindrop,
    "Rain on surface": rain_on_surface,
    "Thunder": thunder,
    "Wind": wind,
    "Stream": stream,
    "Waterfall": waterfall,
    "Waves, surf": waves,
    "Crackle": crackle,
    "Boiling": boiling,
    "Drip": dripping,
    "Water tap, faucet": tap_water,
    "Pour": pour,
    "Gunshot, gunfire": gunshots,
    "Fireworks": fireworks,
    "White noise": white_noise,
    "Pink noise": pink_noise,
    "Static": static,
    "Sine wave": sine_wave,
}

"""Dogs, cats and mice."""

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
    dust,
    envelope,
    log_uniform,
    noise,
    place,
    resonate,
    samples,
    sine,
    strike,
    times,
    tract,
    unit,
    voice,
    wander,
)

_DOG = (550.0, 1200.0, 2400.0, 3900.0)
_CAT = (900.0, 1700.0, 3400.0, 5200.0)
_CATTLE = (300.0, 750.0, 1500.0, 2600.0)


def bark(random: Generator, n: int) -> Sound:
    """Short, rough, loud: the pitch jumps up and falls; bouts of one to four."""
    size, f0 = random.uniform(0.75, 1.35), log_uniform(random, 220, 520)

    def one() -> Sound:
        m = samples(random.uniform(0.11, 0.24))
        pitch = f0 * contour(m, 0.75, 1.25, 1.1, 0.7) * wander(random, m, 90, 0.05)
        source = voice(pitch, -5.0) + 0.45 * noise(random, m, -2.0)
        level = envelope(m, 0.015, 0.45) * arch(m, 0.35)
        return random.uniform(0.6, 1.0) * level * tract(source, _DOG, size)

    return place(n, times(random, n, random.uniform(0.35, 0.7), 0.35), one)


def yip(random: Generator, n: int) -> Sound:
    """A small dog: high clear barks with whining glides between them."""
    f0 = log_uniform(random, 600, 1050)

    def one() -> Sound:
        whines = random.random() < 0.35
        m = samples(random.uniform(0.3, 0.7) if whines else random.uniform(0.08, 0.25))
        pitch = f0 * (contour(m, 1.15, 1.2, 0.75) if whines else contour(m, 0.9, 1.12, 0.95))
        source = voice(pitch * wander(random, m, 30, 0.01), -3.0) + 0.05 * noise(random, m)
        return (0.3 if whines else 1.0) * arch(m, 0.4) * tract(source, _DOG, 1.6)

    return place(n, times(random, n, random.uniform(0.4, 0.9), 0.5), one)


def growling(random: Generator, n: int) -> Sound:
    """Low pulses with a rough beat, breath in them."""
    pitch = log_uniform(random, 45, 90) * wander(random, n, 25, 0.12)
    source = voice(pitch, -4.0) + 0.5 * noise(random, n, -4.0) * (1 + voice(pitch, -9.0))
    level = 0.35 + np.clip(wander(random, n, 1.2, 0.6), 0, 3)
    return level * tract(source, (380, 900, 2100), random.uniform(0.8, 1.2))


def purr(random: Generator, n: int) -> Sound:
    """About 25 soft pulses a second; breathing in and out changes loudness and colour."""
    rate = random.uniform(21, 31) * wander(random, n, 3, 0.03)
    pulses = np.maximum(np.sin(2 * np.pi * np.cumsum(rate) / RATE_HZ), 0.0) ** 4
    breath = 0.6 + 0.4 * np.sign(sine(n, random.uniform(0.5, 0.9)))
    body = resonate(noise(random, n, -3.0) * pulses, (180, 420, 1100), 2.0, 0.1)
    return unit(body) * breath + 0.08 * noise(random, n, -3.0)


def meow(random: Generator, n: int) -> Sound:
    """The mouth opens and closes: the pitch arches, the vowel goes from i over a to u."""
    f0, size = log_uniform(random, 450, 850), random.uniform(0.8, 1.2)

    def one() -> Sound:
        m = samples(random.uniform(0.5, 1.1))
        pitch = f0 * contour(m, 0.8, 1.15, 1.1, 1.0, 0.75) * wander(random, m, 10, 0.01)
        source = voice(pitch, -6.0)
        closed, opened = tract(source, (600, 2900, 4200), size), tract(source, _CAT, size)
        mouth = arch(m, 0.8)
        return arch(m, 0.6) * (closed * (1 - mouth) * 0.5 + opened * mouth)

    return place(n, times(random, n, random.uniform(0.9, 1.5), 0.3), one)


def hiss(random: Generator, n: int) -> Sound:
    """Bursts of breath without voice, bright, with a sharp start."""

    def one() -> Sound:
        m = samples(random.uniform(0.5, 1.3))
        breath = band(noise(random, m), random.uniform(1500, 2800), None)
        return contour(m, 0.3, 1.0, 0.8, 0.4, 0.0) * resonate(breath, (3200, 5200), 2.0, 0.4)

    return place(n, times(random, n, random.uniform(1.0, 1.7), 0.3), one)


def mouse(random: Generator, n: int) -> Sound:
    """Squeaks near the top of hearing's middle, short and gliding."""

    def one() -> Sound:
        m = samples(random.uniform(0.03, 0.09))
        pitch = log_uniform(random, 3200, 6500) * contour(m, 0.9, 1.1, random.uniform(0.8, 1.1))
        return random.uniform(0.3, 1.0) * arch(m) * voice(pitch, -12.0)

    rustle = band(dust(random, n, 40, 1.2), 2500, None)
    return place(n, times(random, n, random.uniform(0.12, 0.3), 0.6), one) + 0.3 * rustle


def patter(random: Generator, n: int) -> Sound:
    """Little feet running in bursts over wood."""
    body = random.uniform(300, 700)

    def one() -> Sound:
        m = samples(0.05)
        tap = strike(m, (body, 2.3 * body, 4.6 * body), (0.04, 0.03, 0.02), (1.0, 0.5, 0.3))
        return random.uniform(0.3, 1.0) * (tap + 0.5 * click(random, m, 0.012))

    run = wander(random, n, 1.5, 1.0) > 0.7
    return place(n, times(random, n, random.uniform(0.07, 0.12), 0.25), one) * (0.1 + run)


RECIPES = {
    "Bark": bark,
    "Yip": yip,
    "Growling": growling,
    "Purr": purr,
    "Meow": meow,
    "Hiss": hiss,
    "Mouse": mouse,
    "Patter": patter,
}

"""Voices and bodies."""

# ruff: noqa: D401 - a docstring here describes the sound that comes out

from __future__ import annotations

import numpy as np

from core.demo.synthesis import (
    RATE_HZ,
    Generator,
    Sound,
    arch,
    band,
    contour,
    envelope,
    log_uniform,
    noise,
    place,
    samples,
    sine,
    times,
    tract,
    voice,
    wander,
)

_VOWELS = (
    (730, 1090, 2440),
    (270, 2290, 3010),
    (530, 1840, 2480),
    (570, 840, 2410),
    (300, 870, 2240),
)
"""Formants of a, i, e, o and u of male speakers (Peterson and Barney 1952), in hertz."""


def speech(random: Generator, n: int) -> Sound:
    """Syllables of changing vowels and consonants on the melody of sentences."""
    f0 = log_uniform(random, 90, 240)
    size = 1.25 if f0 > 150 else 1.0

    def syllable() -> Sound:
        m = samples(random.uniform(0.12, 0.28))
        pitch = f0 * random.uniform(0.8, 1.3) * contour(m, 1.05, 1.0, 0.9)
        source = voice(pitch * wander(random, m, 40, 0.015), -8.0) + 0.02 * noise(random, m)
        one, two = (_VOWELS[i] for i in random.choice(len(_VOWELS), 2))
        glide = contour(m, 0, 1)
        vowel = arch(m, 0.5) * (
            (1 - glide) * tract(source, one, size) + glide * tract(source, two, size)
        )
        k = samples(random.uniform(0.04, 0.1))
        consonant = arch(k) * band(noise(random, k), random.choice((1200, 2500, 3800)), None)
        return np.concatenate((random.uniform(0, 0.5) * consonant, vowel))

    spoken = place(n, times(random, n, random.uniform(0.2, 0.28), 0.3), syllable)
    return spoken * (wander(random, n, 1.2, 0.6) > 0.5)


def laughter(random: Generator, n: int) -> Sound:
    """Bouts of ha-ha, four to six a second, falling in pitch."""
    f0, size = log_uniform(random, 160, 420), random.uniform(1.0, 1.25)

    def bout() -> Sound:
        m = samples(random.uniform(1.0, 2.0))
        start = random.uniform(1.0, 1.4)
        fall = iter(np.linspace(start, 0.75, 40))

        def ha() -> Sound:
            k = samples(random.uniform(0.1, 0.16))
            breath = noise(random, k, -1.0) * contour(k, 0.6, 0.2, 0.1)
            source = voice(f0 * next(fall) * contour(k, 1.1, 1.0, 0.85), -6.0)
            return arch(k, 0.6) * tract(source + breath, (750, 1350, 2600), size)

        return place(m, times(random, m, random.uniform(0.17, 0.24), 0.1), ha)

    return place(n, times(random, n, random.uniform(1.3, 2.2), 0.2), bout)


def baby_cry(random: Generator, n: int) -> Sound:
    """Long wails around 450 Hz that rise and fall, a gasp between them."""
    f0 = random.uniform(380, 580)

    def one() -> Sound:
        m = samples(random.uniform(0.7, 1.3))
        pitch = f0 * contour(m, 0.85, 1.15, 1.1, 1.05, 0.8) * wander(random, m, 20, 0.015)
        source = voice(pitch, -3.5) + 0.08 * noise(random, m)
        return arch(m, 0.35) * tract(source, (1100, 2000, 3700, 5100))

    return place(n, times(random, n, random.uniform(1.1, 1.6), 0.15), one)


def cough(random: Generator, n: int) -> Sound:
    """A burst, a breathy middle, often a voiced end; two or three together."""
    size = random.uniform(0.9, 1.25)

    def one() -> Sound:
        m = samples(random.uniform(0.25, 0.45))
        burst = noise(random, m, -1.0) * envelope(m, 0.003, 0.3)
        late = voice(log_uniform(random, 110, 240) * contour(m, 1.2, 0.8), -4.0)
        return tract(burst + 0.4 * late * arch(m) * 0.5, (600, 1250, 2500), size) * envelope(
            m, 0.003, 0.5
        )

    return place(n, times(random, n, random.uniform(0.5, 0.9), 0.5), one)


def snoring(random: Generator, n: int) -> Sound:
    """In: a rough rattle of 30 to 60 Hz; out: a soft breath."""
    breath_s = random.uniform(1.5, 2.4)

    def one() -> Sound:
        m = samples(0.45 * breath_s)
        rattle = voice(log_uniform(random, 30, 65) * wander(random, m, 30, 0.15), -3.0)
        source = rattle + 0.5 * noise(random, m, -3.0) * np.abs(rattle)
        inward = arch(m, 0.5) * tract(source, (320, 750, 1900, 2800), random.uniform(0.85, 1.2))
        outward = 0.12 * arch(m) * band(noise(random, m, -2.0), 300, 3000)
        return np.concatenate((inward, outward))

    return place(n, times(random, n, breath_s, 0.05), one)


def whistling(random: Generator, n: int) -> Sound:
    """A tune whistled with the lips: nearly pure tones, sliding, with breath."""
    key = log_uniform(random, 800, 1400)
    scale = 2 ** (np.array((0, 2, 4, 5, 7, 9, 11, 12)) / 12)
    count = max(3, int(n / RATE_HZ * random.uniform(2.2, 4.0)))
    steps = np.repeat(key * random.choice(scale, count), 6)
    pitch = contour(n, *steps) * (1 + 0.01 * sine(n, 5.5))
    tone = voice(pitch, -24.0)
    return (tone + 0.05 * noise(random, n)) * np.clip(wander(random, n, 4, 0.4), 0, 2)


RECIPES = {
    "Speech": speech,
    "Laughter": laughter,
    "Baby cry, infant cry": baby_cry,
    "Cough": cough,
    "Snoring": snoring,
    "Whistling": whistling,
}

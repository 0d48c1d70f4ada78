"""Birds."""

# ruff: noqa: D401 - a docstring here describes the sound that comes out

from __future__ import annotations

import numpy as np

from core.demo.synthesis import (
    Generator,
    Sound,
    arch,
    band,
    contour,
    log_uniform,
    mix,
    noise,
    place,
    samples,
    sine,
    times,
    tract,
    voice,
    wander,
)


def chirp(random: Generator, n: int) -> Sound:
    """Songbirds: phrases of fast whistled sweeps, two birds, one farther away."""

    def bird() -> Sound:
        base = log_uniform(random, 2200, 5200)
        shape = random.uniform(0.7, 1.4, 4)

        def phrase() -> Sound:
            def note() -> Sound:
                m = samples(random.uniform(0.03, 0.11))
                return arch(m) * voice(base * contour(m, *shape), -22.0)

            m = samples(random.uniform(0.3, 0.9))
            return place(m, times(random, m, random.uniform(0.07, 0.16), 0.15), note)

        return place(n, times(random, n, random.uniform(0.7, 1.3), 0.4), phrase)

    return bird() + random.uniform(0.1, 0.4) * bird()


def squawk(random: Generator, n: int) -> Sound:
    """A parrot: loud, harsh, nasal, with a buzz in the voice."""

    def one() -> Sound:
        m = samples(random.uniform(0.25, 0.6))
        pitch = log_uniform(random, 700, 1300) * contour(m, 0.8, 1.2, 1.1, 0.8)
        rough = 1 + 0.8 * np.sign(sine(m, random.uniform(60, 110)))
        source = voice(pitch * wander(random, m, 120, 0.08), -1.0) + 0.4 * noise(random, m)
        return arch(m, 0.3) * rough * tract(source, (1500, 2700, 4100, 5600))

    return place(n, times(random, n, random.uniform(0.5, 1.0), 0.4), one)


def coo(random: Generator, n: int) -> Sound:
    """A dove: three or four soft, low, almost pure notes."""
    f0, rhythm = log_uniform(random, 330, 620), random.uniform(0.8, 1.25)

    def phrase() -> Sound:
        notes = []
        for length, gap, up in ((0.25, 0.08, 1.0), (0.55, 0.14, 1.12), (0.3, 0.2, 1.0)):
            m = samples(length * rhythm)
            pitch = f0 * up * contour(m, 0.92, 1.0, 0.95) * wander(random, m, 25, 0.012)
            notes += [arch(m, 0.7) * (voice(pitch, -26.0) + 0.04 * noise(random, m, -3))]
            notes += [np.zeros(samples(gap * rhythm))]
        return np.concatenate(notes)

    return place(n, times(random, n, 1.75 * rhythm, 0.08), phrase)


def caw(random: Generator, n: int) -> Sound:
    """A crow: hoarse, falling, three or four in a row."""
    f0, size = log_uniform(random, 380, 620), random.uniform(0.9, 1.15)

    def one() -> Sound:
        m = samples(random.uniform(0.22, 0.42))
        pitch = f0 * contour(m, 0.95, 1.1, 0.95, 0.8) * wander(random, m, 150, 0.1)
        source = voice(pitch, 0.0) + 0.7 * noise(random, m)
        return arch(m, 0.3) * band(tract(source, (1250, 1800, 3100), size), 700, None)

    return place(n, times(random, n, random.uniform(0.5, 0.8), 0.2), one)


def hoot(random: Generator, n: int) -> Sound:
    """An owl at night: pure low notes in a slow pattern, crickets far away."""
    f0 = log_uniform(random, 260, 440)

    def one() -> Sound:
        m = samples(random.uniform(0.25, 0.6))
        return arch(m, 0.5) * voice(f0 * contour(m, 0.96, 1.0, 0.95), -30.0)

    night = band(noise(random, n), 3800, 5500)
    return place(n, times(random, n, random.uniform(0.6, 1.0), 0.3), one) + 0.004 * night


def flapping(random: Generator, n: int) -> Sound:
    """Wing beats: puffs of low noise with the rustle of feathers."""
    rate = random.uniform(6, 13)

    def one() -> Sound:
        m = samples(random.uniform(0.5, 0.9) / rate)
        puff = band(noise(random, m, -4.0), 90, 900) + 0.35 * band(noise(random, m), 2000, 6000)
        return random.uniform(0.5, 1.0) * arch(m, 1.5) * puff

    bouts = np.clip(wander(random, n, 1.0, 0.8), 0.15, 1.5)
    return place(n, times(random, n, 1 / rate, 0.08), one) * bouts


def cluck(random: Generator, n: int) -> Sound:
    """A hen: short knocking notes with a nasal vowel, now and then a long one."""
    f0 = log_uniform(random, 320, 560)

    def one() -> Sound:
        drawn = random.random() < 0.12
        m = samples(random.uniform(0.35, 0.6) if drawn else random.uniform(0.05, 0.11))
        pitch = f0 * contour(m, 1.2, 1.0, 1.35 if drawn else 0.75) * wander(random, m, 50, 0.03)
        source = voice(pitch, -4.0) + 0.15 * noise(random, m)
        return arch(m, 0.5) * tract(source, (1050, 2200, 3500), random.uniform(0.95, 1.1))

    return place(n, times(random, n, random.uniform(0.2, 0.4), 0.4), one)


def crowing(random: Generator, n: int) -> Sound:
    """A rooster: four syllables, the third high and long, the last falling."""
    f0, pace = log_uniform(random, 480, 780), random.uniform(0.85, 1.2)

    def one() -> Sound:
        notes = []
        for length, *pitches in ((0.16, 0.7, 0.9), (0.2, 0.9, 1.0), (0.45, 1.1, 1.35, 1.3)):
            m = samples(length * pace)
            notes += [arch(m, 0.3) * voice(f0 * contour(m, *pitches), -3.0)]
            notes += [np.zeros(samples(0.05))]
        m = samples(0.7 * pace)
        notes += [arch(m, 0.4) * voice(f0 * contour(m, 1.35, 1.2, 1.0, 0.7), -3.0)]
        source = np.concatenate(notes)
        return tract(source + 0.1 * np.abs(source) * noise(random, len(source)), (1400, 2500, 3700))

    return place(n, times(random, n, random.uniform(2.2, 2.9), 0.1), one)


def gobble(random: Generator, n: int) -> Sound:
    """A turkey: a fast descending rattle of voiced knocks."""

    def one() -> Sound:
        m, rate = samples(random.uniform(0.7, 1.2)), random.uniform(13, 20)
        beat = np.maximum(sine(m, rate), 0) ** 0.7
        pitch = log_uniform(random, 560, 880) * contour(m, 1.2, 1.1, 0.8) * (0.8 + 0.35 * beat)
        return arch(m, 0.4) * beat * tract(voice(pitch, -4.0), (950, 1900, 3000))

    return place(n, times(random, n, random.uniform(1.2, 2.0), 0.3), one)


def quack(random: Generator, n: int) -> Sound:
    """A duck: nasal, buzzing, in falling series."""
    f0, size = log_uniform(random, 170, 290), random.uniform(0.9, 1.2)

    def one() -> Sound:
        m = samples(random.uniform(0.12, 0.26))
        pitch = f0 * contour(m, 1.1, 1.05, 0.85) * wander(random, m, 50, 0.03)
        source = voice(pitch, 0.0) + 0.15 * noise(random, m)
        return arch(m, 0.3) * band(tract(source, (1150, 2000, 2900, 4300), size), 600, None)

    return place(n, times(random, n, random.uniform(0.22, 0.42), 0.25), one)


def honk(random: Generator, n: int) -> Sound:
    """Geese: brassy notes that break upwards, several birds."""

    def bird() -> Sound:
        f0 = log_uniform(random, 330, 560)

        def one() -> Sound:
            m = samples(random.uniform(0.2, 0.4))
            pitch = f0 * contour(m, 0.7, 1.15, 1.1, 0.95)
            return arch(m, 0.35) * tract(voice(pitch, -2.0), (850, 1500, 2500, 3600))

        return place(n, times(random, n, random.uniform(0.5, 0.9), 0.4), one)

    return mix(bird() for _ in range(random.integers(2, 5)))


RECIPES = {
    "Chirp, tweet": chirp,
    "Squawk": squawk,
    "Coo": coo,
    "Caw": caw,
    "Hoot": hoot,
    "Bird flight, flapping wings": flapping,
    "Cluck": cluck,
    "Crowing, cock-a-doodle-doo": crowing,
    "Gobble": gobble,
    "Quack": quack,
    "Honk": honk,
}

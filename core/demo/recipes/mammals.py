"""Dogs, cats, farm animals and other mammals."""

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


def howl(random: Generator, n: int) -> Sound:
    """Long, clear and low in overtones: up, held, slowly down."""
    f0 = log_uniform(random, 320, 640)

    def one() -> Sound:
        m = samples(random.uniform(2.0, 3.6))
        pitch = f0 * contour(m, 0.6, 1.0, 1.04, 1.0, 0.95, 0.7) * wander(random, m, 6, 0.012)
        return arch(m, 0.5) * tract(voice(pitch, -13.0), (500, 1000, 2600), random.uniform(0.9, 1.2))

    return place(n, times(random, n, random.uniform(2.4, 3.2), 0.1), one)


def growling(random: Generator, n: int) -> Sound:
    """Low pulses with a rough beat, breath in them."""
    pitch = log_uniform(random, 45, 90) * wander(random, n, 25, 0.12)
    source = voice(pitch, -4.0) + 0.5 * noise(random, n, -4.0) * (1 + voice(pitch, -9.0))
    level = 0.35 + np.clip(wander(random, n, 1.2, 0.6), 0, 3)
    return level * tract(source, (380, 900, 2100), random.uniform(0.8, 1.2))


def whimper(random: Generator, n: int) -> Sound:
    """Thin high whines that rise and break."""
    f0 = log_uniform(random, 900, 2000)

    def one() -> Sound:
        m = samples(random.uniform(0.2, 0.6))
        pitch = f0 * contour(m, 0.8, 1.1, 1.15, 0.85) * wander(random, m, 12, 0.04)
        return arch(m, 0.8) * (voice(pitch, -15.0) + 0.04 * noise(random, m))

    return place(n, times(random, n, random.uniform(0.5, 0.9), 0.3), one)


def purr(random: Generator, n: int) -> Sound:
    """About 25 soft pulses a second; breathing in and out changes loudness and colour."""
    rate = random.uniform(21, 31) * wander(random, n, 3, 0.03)
    pulses = np.maximum(np.sin(2 * np.pi * np.cumsum(rate) / 16_000), 0.0) ** 4
    breath = 0.6 + 0.4 * np.sign(np.sin(2 * np.pi * random.uniform(0.5, 0.9) * np.arange(n) / 16e3))
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


def caterwaul(random: Generator, n: int) -> Sound:
    """Long wails of two cats that glide against each other and turn rough."""

    def one() -> Sound:
        m, f0 = samples(random.uniform(1.2, 2.4)), log_uniform(random, 380, 760)
        pitch = f0 * contour(m, *random.uniform(0.75, 1.35, 5)) * wander(random, m, 14, 0.025)
        rough = 1 + 0.7 * np.sin(2 * np.pi * random.uniform(25, 45) * np.arange(m) / 16_000)
        return arch(m, 0.4) * rough * tract(voice(pitch, -4.0), _CAT, random.uniform(0.8, 1.1))

    first, second = (times(random, n, random.uniform(1.2, 1.9), 0.3) for _ in range(2))
    return place(n, first, one) + 0.7 * place(n, second, one)


def clip_clop(random: Generator, n: int) -> Sound:
    """Hooves on a hard road: hollow knocks, four to a stride."""
    body, beat = random.uniform(650, 1150), random.uniform(0.17, 0.3)
    feet = random.uniform(0.85, 1.2, 4)
    steps = times(random, n, beat, 0.08)
    turn = iter(range(len(steps)))

    def one() -> Sound:
        m, foot = samples(0.09), feet[next(turn) % 4] * body
        knock = strike(m, (foot, 1.9 * foot, 3.4 * foot), (0.07, 0.045, 0.03), (1, 0.6, 0.35))
        return random.uniform(0.6, 1.0) * (knock + 0.4 * noise(random, m) * envelope(m, 0, 0.02))

    return place(n, steps, one)


def neigh(random: Generator, n: int) -> Sound:
    """High, falling, shaken ten times a second, ending in snorts."""

    def one() -> Sound:
        m = samples(random.uniform(1.1, 1.9))
        t = np.arange(m) / 16_000
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

    return np.sum([bell() for _ in range(random.integers(1, 4))], axis=0)


def oink(random: Generator, n: int) -> Sound:
    """Grunts of rough pulses, with the snort of the breath."""

    def one() -> Sound:
        m = samples(random.uniform(0.12, 0.35))
        pitch = log_uniform(random, 70, 140) * contour(m, 0.9, 1.2, 0.8) * wander(random, m, 60, 0.2)
        source = voice(pitch, -3.0) + 0.6 * noise(random, m, -1.0) * (1 + voice(pitch, -6.0))
        return arch(m, 0.4) * tract(source, (450, 1350, 2400, 3200), random.uniform(0.85, 1.2))

    return place(n, times(random, n, random.uniform(0.3, 0.6), 0.45), one)


def bleat(random: Generator, n: int) -> Sound:
    """A nasal e that trembles in pitch and loudness."""
    f0, size = log_uniform(random, 190, 420), random.uniform(0.85, 1.25)
    shake_hz = random.uniform(7, 12)

    def one() -> Sound:
        m = samples(random.uniform(0.6, 1.2))
        shake = 1 + 0.6 * np.sin(2 * np.pi * shake_hz * np.arange(m) / 16_000)
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
        return random.uniform(0.3, 1.0) * (tap + 0.5 * noise(random, m) * envelope(m, 0, 0.012))

    run = wander(random, n, 1.5, 1.0) > 0.7
    return place(n, times(random, n, random.uniform(0.07, 0.12), 0.25), one) * (0.1 + run)


def whale(random: Generator, n: int) -> Sound:
    """Slow moans and cries that glide over octaves, in a long echo."""

    def one() -> Sound:
        m = samples(random.uniform(0.9, 2.5))
        pitch = log_uniform(random, 150, 800) * contour(m, *random.uniform(0.7, 1.5, 4))
        return arch(m, 0.6) * voice(pitch * wander(random, m, 8, 0.01), -11.0)

    song = place(n, times(random, n, random.uniform(1.3, 2.2), 0.3), one)
    for delay_s in (0.17, 0.31, 0.53):
        delay = samples(delay_s * random.uniform(0.8, 1.2))
        song[delay:] += 0.4 * song[:-delay]
    return song + 0.05 * noise(random, n, -6.0)


RECIPES = {
    "Bark": bark,
    "Yip": yip,
    "Howl": howl,
    "Growling": growling,
    "Whimper (dog)": whimper,
    "Purr": purr,
    "Meow": meow,
    "Hiss": hiss,
    "Caterwaul": caterwaul,
    "Clip-clop": clip_clop,
    "Neigh, whinny": neigh,
    "Moo": moo,
    "Cowbell": cowbell,
    "Oink": oink,
    "Bleat": bleat,
    "Roar": roar,
    "Mouse": mouse,
    "Patter": patter,
    "Whale vocalization": whale,
}

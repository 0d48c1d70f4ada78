"""Voices, bodies and what hands do at home and at work."""

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
    f0, size = log_uniform(random, 90, 240), 1.0
    size = 1.0 + 0.25 * (f0 > 150)

    def syllable() -> Sound:
        m = samples(random.uniform(0.12, 0.28))
        pitch = f0 * random.uniform(0.8, 1.3) * contour(m, 1.05, 1.0, 0.9)
        source = voice(pitch * wander(random, m, 40, 0.015), -8.0) + 0.02 * noise(random, m)
        one, two = (_VOWELS[i] for i in random.choice(len(_VOWELS), 2))
        glide = contour(m, 0, 1)
        vowel = arch(m, 0.5) * ((1 - glide) * tract(source, one, size) + glide * tract(source, two, size))
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
        return tract(burst + 0.4 * late * arch(m) * 0.5, (600, 1250, 2500), size) * envelope(m, 0.003, 0.5)

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
    count = max(3, int(n / 16_000 * random.uniform(2.2, 4.0)))
    steps = np.repeat(key * random.choice(scale, count), 6)
    pitch = contour(n, *steps) * (1 + 0.01 * np.sin(np.arange(n) * 2 * np.pi * 5.5 / 16_000))
    tone = voice(pitch, -24.0)
    return (tone + 0.05 * noise(random, n)) * np.clip(wander(random, n, 4, 0.4), 0, 2)


def applause(random: Generator, n: int) -> Sound:
    """Many hands: hundreds of claps a second, each with its own hollow."""
    total = np.zeros(n)
    for _ in range(5):
        hollow = log_uniform(random, 700, 2600)
        total += resonate(dust(random, n, random.uniform(25, 120), 0.5), (hollow, 2.2 * hollow), 1.5)
    return unit(total) + 0.3 * unit(band(noise(random, n, -1.0), 500, 5000))


def clapping(random: Generator, n: int) -> Sound:
    """A few people clap in time."""
    hollow, gap = log_uniform(random, 800, 1900), random.uniform(0.25, 0.5)

    def one() -> Sound:
        m = samples(0.09)
        clap = resonate(noise(random, m) * envelope(m, 0.001, 0.05), (hollow, 2.1 * hollow), 1.5, 0.3)
        return random.uniform(0.6, 1.0) * clap

    start = times(random, n, gap, 0.03)
    hands = range(random.integers(1, 5))
    return place(n, [t + abs(random.normal(0, 0.02)) for t in start for _ in hands], one)


def footsteps(random: Generator, n: int) -> Sound:
    """Heel and sole on a hard floor, about two a second, grit underfoot."""
    floor = random.uniform(90, 220)

    def one() -> Sound:
        m = samples(0.22)
        heel = strike(m, (floor, 2.7 * floor, 6 * floor), (0.12, 0.06, 0.03), (1.0, 0.5, 0.3))
        grit = band(noise(random, m, -1.0), 800, 6000) * contour(m, 0.5, 0.1, 0.3, 0.1, 0)
        return random.uniform(0.7, 1.0) * (heel + 0.3 * grit)

    return place(n, times(random, n, random.uniform(0.42, 0.65), 0.06), one)


def heartbeat(random: Generator, n: int) -> Sound:
    """Lub and dub through a stethoscope: everything below 250 Hz."""
    hertz, beat = random.uniform(80, 125), random.uniform(0.6, 1.05)

    def one() -> Sound:
        def thud() -> Sound:
            m = samples(0.13)
            return arch(m) * (strike(m, (hertz, 1.6 * hertz), (0.2, 0.12), (1, 0.6)) + 0.2 * noise(random, m, -6))

        gap = samples(0.3 * beat)
        total = np.zeros(gap + samples(0.13))
        first, second = thud(), 0.7 * thud()
        total[: len(first)] += first
        total[gap : gap + len(second)] += second
        return band(total, 30, 300)

    return place(n, times(random, n, beat, 0.03), one)


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
        metal = strike(m, body * np.array((1, 1.7, 2.9, 4.3)), (0.09, 0.07, 0.05, 0.04), (1, 0.9, 0.7, 0.5))
        return random.uniform(0.6, 1.0) * (metal + 1.2 * noise(random, m) * envelope(m, 0.0005, 0.03))

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
        return ring + 0.7 * noise(random, m) * envelope(m, 0.0003, 0.008)

    return place(n, times(random, n, beat, 0.002), tick)


def knock(random: Generator, n: int) -> Sound:
    """Knuckles on a door: groups of three or four dull blows."""
    door = random.uniform(130, 320)

    def group() -> Sound:
        def blow() -> Sound:
            m = samples(0.15)
            wood = strike(m, door * np.array((1, 1.9, 3.3, 5.2)), (0.12, 0.08, 0.05, 0.03), (1, 0.8, 0.5, 0.3))
            return random.uniform(0.7, 1.0) * (wood + 0.2 * noise(random, m) * envelope(m, 0, 0.012))

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
        return random.uniform(0.7, 1.0) * (ring + 1.5 * noise(random, m) * envelope(m, 0.0003, 0.02))

    return place(n, times(random, n, random.uniform(0.35, 0.7), 0.12), blow)


def sawing(random: Generator, n: int) -> Sound:
    """Strokes of teeth through wood, forward loud, back soft."""
    rate, teeth = random.uniform(1.4, 2.6), random.uniform(120, 240)
    stroke = np.sin(2 * np.pi * rate * np.arange(n) / 16_000)
    speed = np.abs(stroke)
    rasp = (1 + voice(np.maximum(teeth * speed, 20.0), -3.0)) * band(noise(random, n), 500, 5500)
    return rasp * speed**1.5 * np.where(stroke > 0, 1.0, 0.45)


def zipper(random: Generator, n: int) -> Sound:
    """Fast zips: clicks whose rate climbs from tens to hundreds a second."""

    def one() -> Sound:
        m = samples(random.uniform(0.3, 0.7))
        rate = random.uniform(120, 260) * contour(m, 0.4, 1.0, 1.4)
        return arch(m, 0.4) * band(voice(rate, 2.0) + 0.5 * noise(random, m, 3.0), 1200, None)

    return place(n, times(random, n, random.uniform(0.6, 1.1), 0.3), one)


def frying(random: Generator, n: int) -> Sound:
    """Fat in a pan: bright sizzle and spits."""
    sizzle = band(noise(random, n, 2.5), 2000, None) * wander(random, n, 25, 0.25)
    spits = resonate(dust(random, n, random.uniform(60, 200), 1.2), (3000, 5200), 1.5, 0.5)
    return unit(sizzle) + random.uniform(0.3, 0.8) * unit(spits)


def keys_jangling(random: Generator, n: int) -> Sound:
    """A bunch of keys: shaken small metal, all ringing above 2 kHz."""

    def one() -> Sound:
        hertz = np.array([log_uniform(random, 2200, 7000) for _ in range(4)])
        return random.uniform(0.2, 1.0) * strike(samples(0.2), hertz, (0.15, 0.1, 0.1, 0.06), (1, 0.8, 0.7, 0.5))

    shake = np.clip(wander(random, n, 3, 0.8), 0.05, 3)
    return shake * place(n, times(random, n, random.uniform(0.03, 0.06), 0.7), one)


def shatter(random: Generator, n: int) -> Sound:
    """Glass: a crash, then falling pieces that ring high."""

    def one() -> Sound:
        m = samples(1.6)
        crash = band(noise(random, m, 1.0), 900, None) * envelope(m, 0.001, 0.35)

        def piece() -> Sound:
            hertz = np.array([log_uniform(random, 1800, 7000) for _ in range(3)])
            return random.uniform(0.1, 0.8) * strike(samples(0.3), hertz, (0.25, 0.15, 0.1), (1, 0.7, 0.5))

        starts = np.abs(random.normal(0.0, 0.45, 40))
        return crash + place(m, [float(t) for t in starts if t < 1.5], piece)

    return place(n, times(random, n, random.uniform(1.2, 1.9), 0.25), one)


RECIPES = {
    "Speech": speech,
    "Laughter": laughter,
    "Baby cry, infant cry": baby_cry,
    "Cough": cough,
    "Snoring": snoring,
    "Whistling": whistling,
    "Applause": applause,
    "Clapping": clapping,
    "Walk, footsteps": footsteps,
    "Heart sounds, heartbeat": heartbeat,
    "Computer keyboard": typing,
    "Typewriter": typewriter,
    "Tick-tock": tick_tock,
    "Knock": knock,
    "Hammer": hammer,
    "Sawing": sawing,
    "Zipper (clothing)": zipper,
    "Frying (food)": frying,
    "Keys jangling": keys_jangling,
    "Shatter": shatter,
}

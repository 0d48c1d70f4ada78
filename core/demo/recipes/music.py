"""Musical instruments, playing phrases and chords."""

# ruff: noqa: D401 - a docstring here describes the sound that comes out

from __future__ import annotations

from collections.abc import Callable

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

_SCALES = np.array(((0, 2, 4, 5, 7, 9, 11, 12), (0, 2, 3, 5, 7, 8, 10, 12)))
_CHORDS = ((0, 4, 7), (0, 3, 7), (0, 4, 7, 12), (0, 5, 9))


def _melody(random: Generator, low_hz: float, high_hz: float) -> Callable[[], float]:
    """Return a source of notes: steps up and down a scale in a random key, in hertz."""
    key, scale = log_uniform(random, low_hz, high_hz), _SCALES[random.integers(2)]
    place_in_scale = [int(random.integers(8))]

    def note() -> float:
        place_in_scale[0] = int(np.clip(place_in_scale[0] + random.integers(-2, 3), 0, 7))
        return float(key * 2 ** (scale[place_in_scale[0]] / 12))

    return note


def _string(n: int, hertz: float, stiffness: float, decay_s: float, tilt_db: float) -> Sound:
    """A struck or plucked string: stretched partials f k sqrt(1 + B k^2), high ones die first."""
    orders = np.arange(1.0, 1 + max(1, int(7000 / hertz)))[:28]
    partials = hertz * orders * np.sqrt(1 + stiffness * orders**2)
    decay = np.asarray(decay_s / (1 + 0.12 * orders), np.float64)
    level = orders ** (tilt_db / 6.02) * (0.2 + np.abs(np.sin(np.pi * orders / 7.3)))
    return strike(n, partials, decay, level)


def piano(random: Generator, n: int) -> Sound:
    """Inharmonic partials, the knock of the hammer, dampers; a melody over left-hand chords."""
    note, beat = _melody(random, 180, 520), random.uniform(0.2, 0.5)
    tilt_db, pedal_s = random.uniform(-11.0, -5.0), log_uniform(random, 0.05, 1.5)

    def tone(hertz: float, held_s: float) -> Sound:
        m = samples(held_s + pedal_s)
        decay_s = random.uniform(2.0, 5.0) * (260 / hertz) ** 0.5
        string = _string(m, hertz, 0.0004, decay_s, tilt_db)
        knock = 0.15 * band(noise(random, m, -3.0), 60, 1500) * envelope(m, 0.001, 0.06)
        held = samples(held_s)
        damper = np.concatenate((np.ones(held), contour(m - held, 1, 0.1, 0)))
        return damper * envelope(m, 0.004, 60) * (string + knock)

    def left() -> Sound:
        root, steps = note() / random.choice((2, 4)), _CHORDS[random.integers(len(_CHORDS))]
        return 0.7 * mix(tone(root * 2 ** (step / 12), 3.5 * beat) for step in steps)

    def right() -> Sound:
        return random.uniform(0.6, 1.0) * tone(note(), beat)

    melody = place(n, times(random, n, beat, random.choice((0.02, 0.3))), right)
    return melody + place(n, times(random, n, 4 * beat, 0.02), left)


def guitar(random: Generator, n: int) -> Sound:
    """Strummed and picked steel strings through a wooden box."""
    note, beat = _melody(random, 110, 220), random.uniform(0.25, 0.5)

    def strum() -> Sound:
        m, root = samples(1.6), note()
        total = np.zeros(m)
        for index, step in enumerate((0, 7, 12, 16, 19, 24)[: random.choice((1, 1, 6))]):
            first = index * samples(random.uniform(0.008, 0.02))
            string = _string(m - first, root * 2 ** (step / 12), 0.00008, 1.6, -5.0)
            total[first:] += string
        pick = noise(random, m) * envelope(m, 0.001, 0.02)
        return total + 0.3 * pick

    played = place(n, times(random, n, beat, 0.1), strum)
    return unit(played) + 0.6 * unit(resonate(played, (105, 210, 420), 4.0))


def _sustained(
    random: Generator, n: int, note: Callable[[], float], beat_s: float, tone: Callable[..., Sound]
) -> Sound:
    def one() -> Sound:
        m = samples(beat_s * random.choice((0.95, 0.95, 1.9)))
        vibrato = 1 + 0.006 * contour(m, 0, 1, 1) * sine(m, 5.6)
        return tone(note() * vibrato * wander(random, m, 8, 0.002), m)

    return place(n, times(random, n, beat_s, 0.05), one)


def violin(random: Generator, n: int) -> Sound:
    """A bowed string: full harmonics, vibrato, the body's resonances, bow noise."""

    def tone(pitch: Sound, m: int) -> Sound:
        source = voice(pitch, -4.0) + 0.05 * band(noise(random, m), 1500, None)
        return arch(m, 0.3) * resonate(source, (470, 1100, 2600, 3300), 3.0, 0.3)

    return _sustained(random, n, _melody(random, 290, 660), random.uniform(0.35, 0.8), tone)


def flute(random: Generator, n: int) -> Sound:
    """Few harmonics and a good deal of breath."""

    def tone(pitch: Sound, m: int) -> Sound:
        breath = resonate(
            noise(random, m), (float(pitch.mean()), 2 * float(pitch.mean())), 4.0, 0.2
        )
        return arch(m, 0.4) * (voice(pitch, -14.0) + random.uniform(0.08, 0.2) * unit(breath))

    return _sustained(random, n, _melody(random, 420, 900), random.uniform(0.3, 0.7), tone)


def organ(random: Generator, n: int) -> Sound:
    """Held chords of pipes in several octaves."""
    note = _melody(random, 130, 260)

    def chord() -> Sound:
        m, root = samples(random.uniform(1.2, 2.0)), note()
        total = np.zeros(m)
        for step in _CHORDS[random.integers(len(_CHORDS))]:
            for octave, level in ((0.5, 0.6), (1, 1.0), (2, 0.8), (3, 0.4), (4, 0.5)):
                total += level * voice(np.full(m, root * octave * 2 ** (step / 12)), -16.0)
        return contour(m, 0, 1, *[1] * 16, 0) * (total + 0.1 * noise(random, m, -2.0))

    return place(n, times(random, n, random.uniform(1.1, 1.7), 0.05), chord)


def drum_kit(random: Generator, n: int) -> Sound:
    """A beat: bass drum, snare and hi-hat at 80 to 140 beats a minute."""
    beat = 60 / random.uniform(80, 140)
    low, rattle = random.uniform(50, 75), random.uniform(160, 240)

    def bass() -> Sound:
        m = samples(0.3)
        return 2.0 * envelope(m, 0.002, 0.3) * voice(low * contour(m, 2.0, 1.0, 1.0, 1.0), -30.0)

    def snare() -> Sound:
        m = samples(0.25)
        head = strike(m, (rattle, 1.6 * rattle), (0.15, 0.1), (1.0, 0.7))
        return head + 0.9 * band(noise(random, m), 800, None) * envelope(m, 0.001, 0.25)

    def hat() -> Sound:
        m = samples(0.08)
        return (
            random.uniform(0.2, 0.5) * band(noise(random, m), 5000, None) * envelope(m, 0.001, 0.07)
        )

    beats = np.arange(0, n / RATE_HZ, beat)
    kicks = [*beats[::2], *(t + beat / 2 for t in beats[::4])]
    hats = np.arange(0, n / RATE_HZ, beat / random.choice((2, 4)))
    return place(n, kicks, bass) + place(n, beats[1::2], snare) + place(n, hats, hat)


def marimba(random: Generator, n: int) -> Sound:
    """Wooden bars: the fundamental and its fourth and tenth, short decay."""
    note = _melody(random, 260, 560)

    def one() -> Sound:
        hertz = note() * np.array((1.0, 3.95, 9.2))
        return random.uniform(0.6, 1.0) * strike(
            samples(0.8), hertz, (0.7, 0.2, 0.08), (1, 0.35, 0.2)
        )

    return place(n, times(random, n, random.uniform(0.13, 0.28), 0.15), one)


def didgeridoo(random: Generator, n: int) -> Sound:
    """A low drone whose overtones move with the mouth."""
    f0, pace = random.uniform(55, 85), random.uniform(1.5, 3.0)
    source = voice(f0 * wander(random, n, 6, 0.01), -3.0) + 0.08 * noise(random, n)
    mouth = 0.5 + 0.5 * sine(n, pace)
    dark, open_ = resonate(source, (280, 620), 5.0, 0.1), resonate(source, (550, 1500, 2300), 5.0)
    return unit(dark) * (1.2 - mouth) + unit(open_) * mouth


RECIPES = {
    "Piano": piano,
    "Acoustic guitar": guitar,
    "Violin, fiddle": violin,
    "Flute": flute,
    "Organ": organ,
    "Drum kit": drum_kit,
    "Marimba, xylophone": marimba,
    "Didgeridoo": didgeridoo,
}

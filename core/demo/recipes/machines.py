"""Vehicles, engines and things that warn or ring."""

from __future__ import annotations

import numpy as np

from core.demo.synthesis import (
    Generator,
    Sound,
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


def _tones(n: int, hertz: list[float], tilt_db: float) -> Sound:
    return np.sum([voice(np.full(n, f), tilt_db) for f in hertz], axis=0)


def train(random: Generator, n: int) -> Sound:
    """Rolling wheels: broad loud noise, the beat of rail joints, squeals, at times the horn."""
    roll = noise(random, n, random.uniform(-4.5, -1.5)) * wander(random, n, 6, 0.1)
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


def steam_whistle(random: Generator, n: int) -> Sound:
    """A steam engine's whistle: breathy chord that slides in, over the chuff of the pistons."""
    base = log_uniform(random, 420, 700)

    def blast() -> Sound:
        m = samples(random.uniform(0.8, 1.8))
        slide = contour(m, 0.85, 1.0, 1.0, 1.0, 0.9)
        chord = sum(voice(base * r * slide, -12.0) for r in (1.0, 1.26, 1.5, 1.87))
        return contour(m, 0, 1, 1, 1, 0) * (chord + 0.7 * band(noise(random, m), 600, 5000))

    def chuff() -> Sound:
        m = samples(0.18)
        return envelope(m, 0.02, 0.18) * band(noise(random, m, -1.0), 200, 4000)

    chuffs = place(n, times(random, n, random.uniform(0.2, 0.4), 0.05), chuff)
    return place(n, times(random, n, random.uniform(1.6, 2.4), 0.2), blast) + 0.6 * chuffs


def engine(random: Generator, firing_hz: Sound, roughness: float, tilt_db: float) -> Sound:
    """Combustion: one uneven pulse a firing through exhaust resonances, with mechanical noise."""
    n = len(firing_hz)
    uneven = firing_hz * wander(random, n, 40, roughness)
    pulses = voice(uneven, tilt_db) * wander(random, n, 30, 0.2)
    pipe = unit(resonate(pulses, random.uniform(0.8, 1.25) * np.array((90, 230, 610, 1400)), 2.5))
    return pulses + pipe + 0.3 * noise(random, n, -3.5)


def idling(random: Generator, n: int) -> Sound:
    """A car standing still: 18 to 32 firings a second."""
    return engine(random, np.full(n, random.uniform(18, 32)), 0.05, -6.0)


def motorcycle(random: Generator, n: int) -> Sound:
    """A loud twin that is revved again and again."""
    revs = contour(n, *random.uniform(0.6, 1.8, max(3, int(n / 16_000 * 1.5))))
    return engine(random, log_uniform(random, 45, 75) * revs, 0.04, -2.0)


def accelerating(random: Generator, n: int) -> Sound:
    """An engine that climbs through its range, changes gear and climbs again."""
    gear_s = random.uniform(1.2, 2.2)
    t = (np.arange(n) / 16_000 + random.uniform(0, gear_s)) / gear_s
    climb = log_uniform(random, 80, 130) * (1 + 1.4 * (t % 1.0))
    return (0.4 + t % 1.0) * engine(random, climb, 0.02, -4.0)


def chainsaw(random: Generator, n: int) -> Sound:
    """A two-stroke at full speed, snarling, bogging down in the wood."""
    load = contour(n, *random.uniform(0.65, 1.1, max(3, int(n / 16_000 * 1.2))))
    screech = band(noise(random, n), 1800, None) * wander(random, n, 20, 0.3)
    return engine(random, random.uniform(105, 160) * load, 0.03, 0.0) + 0.6 * screech


def helicopter(random: Generator, n: int) -> Sound:
    """Blade slap 11 to 20 times a second over turbine noise."""
    rate = random.uniform(11, 20)
    phase = rate * np.arange(n) / 16_000
    slap = np.exp(-7 * (phase % 1.0)) + 0.1
    thump = unit(band(noise(random, n, -4.0), 40, random.uniform(400, 1000)) * slap)
    turbine = voice(random.uniform(900, 2200) * wander(random, n, 1, 0.005), -20.0)
    return thump + 0.25 * unit(noise(random, n, -1.0) * (0.4 + slap)) + 0.05 * turbine


def propeller(random: Generator, n: int) -> Sound:
    """A small aeroplane: a steady drone of 70 to 110 Hz with many harmonics, beating slowly."""
    f0 = random.uniform(70, 110)
    drone = voice(np.full(n, f0) * wander(random, n, 1, 0.008), -4.5)
    other = voice(np.full(n, f0 * random.uniform(1.004, 1.02)), -4.5)
    return drone + 0.7 * other + 0.35 * noise(random, n, -4.0)


def jet(random: Generator, n: int) -> Sound:
    """A jet overhead: a roar that swells, with the whine of its fans."""
    swell = contour(n, *random.uniform(0.5, 1.2, 4))
    fans = voice(log_uniform(random, 1800, 3400) * contour(n, 1.05, 0.97), -10.0)
    roar = unit(noise(random, n, -3.0)) + 0.5 * unit(band(noise(random, n), 60, 500))
    return swell * (roar + random.uniform(0.15, 0.35) * fans)


def siren(random: Generator, n: int) -> Sound:
    """A police car's wail or yelp: the pitch sweeps up and down over more than an octave."""
    rate = random.uniform(2.5, 4.0) if random.random() < 0.35 else random.uniform(0.25, 0.6)
    sweep = 0.5 - 0.5 * np.cos(2 * np.pi * (rate * np.arange(n) / 16_000 + random.random()))
    pitch = random.uniform(550, 750) * 2 ** (sweep * random.uniform(0.9, 1.3))
    return resonate(voice(pitch, -5.0), (1300, 2600), 2.0, 0.5) + 0.1 * noise(random, n, -4.0)


def ambulance(random: Generator, n: int) -> Sound:
    """Two tones in turn, a fourth apart."""
    low, rate = random.uniform(400, 560), random.uniform(0.8, 1.6)
    high = np.sin(2 * np.pi * rate * np.arange(n) / 16_000 + random.uniform(0, 6)) > 0
    return voice(low * np.where(high, 1.335, 1.0), -4.0) + 0.1 * noise(random, n, -4.0)


def car_alarm(random: Generator, n: int) -> Sound:
    """Fast rising chirps in bursts, then another pattern."""
    base, rate = random.uniform(900, 1500), random.uniform(4, 9)
    t = np.arange(n) / 16_000
    pattern = t % random.uniform(1.2, 2.0) < random.uniform(0.7, 1.0)
    pitch = base * np.where(pattern, 1 + 0.8 * (rate * t % 1.0), 1 + 0.25 * (t * 2 % 1 > 0.5))
    return voice(pitch, -5.0)


def car_horn(random: Generator, n: int) -> Sound:
    """Two reeds a third apart, impatient."""
    base = random.uniform(340, 480)

    def blast() -> Sound:
        m = samples(log_uniform(random, 0.15, 1.0))
        return contour(m, 0.6, *[1] * 20, 0) * _tones(m, [base, base * 1.26], -2.5)

    street = 0.15 * noise(random, n, -4.0)
    return place(n, times(random, n, random.uniform(0.5, 1.1), 0.5), blast) + street


def reversing(random: Generator, n: int) -> Sound:
    """A lorry's warning: one tone, on and off once a second, over a diesel."""
    tone = voice(np.full(n, random.uniform(950, 1500)), -9.0)
    on = np.arange(n) / 16_000 * random.uniform(0.9, 1.4) % 1.0 < 0.5
    diesel = engine(random, np.full(n, random.uniform(22, 35)), 0.06, -5.0)
    return tone * on + 0.15 * unit(diesel)


def bicycle_bell(random: Generator, n: int) -> Sound:
    """Fast double strokes on a small bright bell."""
    base = random.uniform(1700, 2700)
    ratios = np.array((1.0, 1.02, 1.98, 2.7))

    def ring() -> Sound:
        m, gap = samples(0.9), random.uniform(0.04, 0.07)
        strokes = [i * gap for i in range(random.integers(4, 9))]
        return place(m, strokes, lambda: strike(m, base * ratios, (0.9, 0.8, 0.5, 0.3), (1, 0.7, 0.5, 0.3)))

    return place(n, times(random, n, random.uniform(0.8, 1.4), 0.2), ring)


def church_bell(random: Generator, n: int) -> Sound:
    """Hum, prime, minor third, fifth and nominal, long decay, several bells in a tower."""
    partials = np.array((0.5, 1.0, 1.19, 1.5, 2.0, 2.51, 2.66, 3.01, 4.17))
    levels = np.array((0.6, 0.9, 0.9, 0.4, 1.0, 0.5, 0.4, 0.5, 0.25))

    def bell() -> Sound:
        prime = log_uniform(random, 260, 620)
        decay = random.uniform(2.5, 5) / partials**0.8
        clap = lambda: strike(samples(4), prime * partials, decay, levels)  # noqa: E731
        return place(n, times(random, n, random.uniform(1.0, 1.9), 0.04), clap)

    return np.sum([bell() for _ in range(random.integers(1, 4))], axis=0)


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


def busy(random: Generator, n: int) -> Sound:
    """A telephone line that is engaged: two close tones, half a second on, half off."""
    low = random.uniform(400, 480)
    on = np.arange(n) / 16_000 * random.uniform(0.9, 1.2) + random.random()
    line = 0.02 * band(noise(random, n), 300, 3400)
    return (on % 1.0 < 0.5) * _tones(n, [low, low * 1.29], -30.0) + line


def dial_tone(random: Generator, n: int) -> Sound:
    """Two steady low tones."""
    low = random.uniform(330, 370)
    return _tones(n, [low, low * 1.257], -30.0) + 0.01 * band(noise(random, n), 300, 3400)


def alarm_clock(random: Generator, n: int) -> Sound:
    """An electronic clock: groups of four beeps near 2 kHz."""
    hertz, rate = random.uniform(1800, 3000), random.uniform(6, 10)
    t = np.arange(n) / 16_000
    on = (rate * t % 1.0 < 0.5) & (t % 1.0 < 4 / rate)
    return on * voice(np.full(n, hertz), -10.0)


def smoke_alarm(random: Generator, n: int) -> Sound:
    """Piercing long beeps of 3 kHz in threes."""
    hertz, pace = random.uniform(2900, 3500), random.uniform(0.8, 1.2)
    t = np.arange(n) / 16_000 * pace
    on = (t % 1.0 < 0.6) & (t % 4.0 < 3.0)
    return on * voice(np.full(n, hertz), -8.0)


def vacuum(random: Generator, n: int) -> Sound:
    """A motor's whine inside broad air noise."""
    f0 = random.uniform(220, 420)
    whine = voice(f0 * wander(random, n, 0.8, 0.03), -5.0)
    air = noise(random, n, random.uniform(-2.5, -0.5))
    return unit(resonate(air, (700, 1900), 1.2, 0.7)) + random.uniform(0.3, 0.7) * whine


def drill(random: Generator, n: int) -> Sound:
    """An electric drill: gear whine that spins up, sinks under load, and the grind of the wall."""
    def pull() -> Sound:
        m = samples(random.uniform(1.3, 2.6))
        pitch = random.uniform(380, 620) * contour(m, 0.5, 1.0, 0.9, 0.85, 0.9, 0.5)
        rough = 1 + 0.5 * np.sin(2 * np.pi * random.uniform(35, 60) * np.arange(m) / 16_000)
        grind = band(dust(random, m, 900, 0.8), 900, None) + 0.3 * noise(random, m)
        return contour(m, 0.3, 1, 1, 1, 0.2) * (voice(pitch, -1.5) + 0.6 * rough * unit(grind))

    return place(n, times(random, n, random.uniform(1.8, 2.6), 0.15), pull)


RECIPES = {
    "Train": train,
    "Train horn": train_horn,
    "Steam whistle": steam_whistle,
    "Idling": idling,
    "Motorcycle": motorcycle,
    "Accelerating, revving, vroom": accelerating,
    "Chainsaw": chainsaw,
    "Helicopter": helicopter,
    "Propeller, airscrew": propeller,
    "Jet engine": jet,
    "Police car (siren)": siren,
    "Ambulance (siren)": ambulance,
    "Car alarm": car_alarm,
    "Vehicle horn, car horn, honking": car_horn,
    "Reversing beeps": reversing,
    "Bicycle bell": bicycle_bell,
    "Church bell": church_bell,
    "Telephone bell ringing": telephone,
    "Busy signal": busy,
    "Dial tone": dial_tone,
    "Alarm clock": alarm_clock,
    "Smoke detector, smoke alarm": smoke_alarm,
    "Vacuum cleaner": vacuum,
    "Drill": drill,
}

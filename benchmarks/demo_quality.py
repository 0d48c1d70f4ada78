"""How well the demo finds what its catalogue was not made from.

python -m benchmarks.demo_quality [FOLDER_WITH_RECORDINGS]

Prepares the demo in a temporary folder, then tries 200 synthesised sounds of random classes,
twice: with other seeds than the catalogue's, and with other seeds and what `held_out` adds. A
try succeeds where the first match is a clip whose vector was made from a sound of that class.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import soxr

from core.audio.reader import load
from core.audio.waveform import MODEL_RATE_HZ, Waveform
from core.demo.recipes import RECIPES, synthesise
from core.demo.starter import starter_clips
from core.demo.synthesis import noise
from core.engine import Engine
from core.jobs import Job
from core.paths import DataFolder
from core.types import Float32

FIRST_SEED = 1000
"""Far from the catalogue's own seeds, 0 to 5."""

DURATION_S = 5.0

Sounds = Callable[[str, int], Float32]


def other_seed(class_name: str, seed: int) -> Float32:
    """Return a new sound from the ranges of pitch, tempo, room, noise and level of `record`."""
    return synthesise(class_name, seed, DURATION_S)


def held_out(class_name: str, seed: int) -> Float32:
    """Return a new sound moved beyond the ranges that the catalogue's were drawn from.

    Pitch and tempo together by up to two semitones either way; background noise added 20 to 40 dB
    below the sound, of a slope of -6 to 0 dB an octave; level lowered by up to 12 dB.
    """
    random = np.random.default_rng([seed, 2])
    sound = synthesise(class_name, seed, 1.2 * DURATION_S)
    ratio = 2 ** (random.uniform(-2, 2) / 12)
    sound = soxr.resample(sound, MODEL_RATE_HZ, MODEL_RATE_HZ * ratio)
    sound = sound[: int(DURATION_S * MODEL_RATE_HZ)]
    power = np.sqrt(np.mean(sound**2)) * 10 ** (-random.uniform(20, 40) / 20)
    background = power * noise(random, len(sound), random.uniform(-6, 0))
    return np.asarray(10 ** (-random.uniform(0, 12) / 20) * (sound + background), np.float32)


def tries(engine: Engine, sounds: Sounds, count: int, seed: int = 0) -> Iterator[tuple[str, str]]:
    """Yield the class of a sound, and the class whose sound made the first match."""
    made_from = {clip.video_id: clip.sound for clip in starter_clips()}
    names = np.random.default_rng(seed).choice(list(RECIPES), count)
    for number, name in enumerate(map(str, names)):
        sound = Waveform(sounds(name, FIRST_SEED + number), MODEL_RATE_HZ)
        yield name, made_from[engine.match(sound, k=1).matches[0].video_id]


def nearest_classes(engine: Engine, recording: Waveform, count: int) -> list[tuple[str, float]]:
    """Return the classes whose best clip is most similar to a recording, the best first."""
    made_from = {clip.video_id: clip.sound for clip in starter_clips()}
    best: dict[str, float] = {}
    for match in engine.match(recording, k=len(made_from)).matches:
        best.setdefault(made_from[match.video_id], match.similarity)
    return list(best.items())[:count]


def main() -> None:
    """Print the share of successes, the misses, and what recordings find."""
    with tempfile.TemporaryDirectory() as home:
        engine = Engine(DataFolder(Path(home)))
        begun = time.perf_counter()
        info = engine.load(Job())
        clips = starter_clips()
        print(
            f"{info.name}: {len(clips)} clips of {len(RECIPES)} classes, "
            f"prepared in {time.perf_counter() - begun:.1f} s"
        )
        for title, sounds in (("Other seeds", other_seed), ("Held out", held_out)):
            results = list(tries(engine, sounds, 200))
            misses = Counter(pair for pair in results if pair[0] != pair[1])
            share = 1 - misses.total() / len(results)
            print(f"\n{title}: {share:.1%} of {len(results)} find their class first; misses:")
            print("; ".join(f"{a} -> {b} ({n})" for (a, b), n in misses.most_common()))
        for path in sorted(Path(sys.argv[1]).glob("*.wav")) if len(sys.argv) > 1 else ():
            found = nearest_classes(engine, load(path), 5)
            print(f"\n{path.name}: " + ", ".join(f"{name} {value:.2f}" for name, value in found))
        engine.close()


if __name__ == "__main__":
    main()

"""How good the built-in listener is, on sounds of files that training did not see.

python -m benchmarks.quality_listener SOUNDS CACHE [LISTENER.onnx]

SOUNDS has `clips.tar` and the teacher's scores; CACHE is that of `resources.training`. Prints the
tables of `docs/quality.md`.
"""

from __future__ import annotations

import io
import sys
import tarfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

from benchmarks.file_names import class_of
from benchmarks.quality import directions_of, nearest, table
from core.audio.logmel import log_mel
from core.audio.waveform import MODEL_RATE_HZ, Waveform
from core.catalog.ontology import Ontology
from core.tagging.listener import BuiltInListener, tags_of
from core.tagging.naming import BUILT_IN_THRESHOLDS, named
from core.tagging.ranking import is_close, tag_direction
from core.tagging.tags import N_CLASSES, closed_upwards, loud
from core.tagging.weights import shipped
from core.types import Float32, spoken
from resources.training.agreement import agreement, neighbours
from resources.training.sounds import Sounds, load_sounds

LEAST_CLIPS = 5
"""Of a class, to count in a mean over classes."""


def balanced_labels() -> NDArray[np.bool_]:
    """Return the labels of the clips that the program carries, bool, shape (22160, 527)."""
    with np.load(shipped("balanced.npz")) as stored:
        found = dict(stored)
    labels = np.zeros((len(found["n_labels"]), N_CLASSES), bool)
    labels[np.repeat(np.arange(len(labels)), found["n_labels"]), found["label"]] = True
    return labels


def quieter(samples: Float32) -> Float32:
    """Return a sound 20 dB down."""
    found: Float32 = samples * np.float32(0.1)
    return found


def noisy(samples: Float32) -> Float32:
    """Return a sound with white noise 15 dB below it."""
    noise = np.random.default_rng(13).standard_normal(len(samples))
    level = np.sqrt(np.mean(np.square(samples, dtype=np.float64)))
    found: Float32 = (samples + level * 10 ** (-15 / 20) * noise).astype(np.float32)
    return found


def telephone(samples: Float32) -> Float32:
    """Return a sound that went through a rate of 8 kHz."""
    there = soxr.resample(samples, MODEL_RATE_HZ, 8000)
    return np.asarray(soxr.resample(there, 8000, MODEL_RATE_HZ), np.float32)


def mp3(samples: Float32) -> Float32:
    """Return a sound that was an MP3 of 64 kbit/s."""
    file = io.BytesIO()
    soundfile.write(
        file, samples, MODEL_RATE_HZ, format="MP3", subtype="MPEG_LAYER_III",
        bitrate_mode="CONSTANT", compression_level=0.6,
    )  # fmt: skip
    file.seek(0)
    return np.asarray(soundfile.read(file, dtype="float32")[0])


CHANGES: dict[str, Callable[[Float32], Float32]] = {
    "20 dB quieter": quieter,
    "white noise at 15 dB": noisy,
    "through 8 kHz": telephone,
    "MP3, 64 kbit/s": mp3,
}


def whole_of(listener: BuiltInListener, samples: Float32) -> Float32:
    """Return the tags (527,) of a sound."""
    patches = log_mel(Waveform(samples, MODEL_RATE_HZ, "")).patches
    return listener.listen(np.ascontiguousarray(patches)).tags.whole


def held_out_clips(sounds: Sounds, archive: Path) -> Iterator[tuple[int, Float32]]:
    """Yield (row, samples) of the clips of the test split."""
    rows = {f"{row:05}.opus": row for row in np.flatnonzero(sounds.split == 2).tolist()}
    with tarfile.open(archive) as clips:
        for member in clips:
            row = rows.get(Path(member.name).name)
            content = clips.extractfile(member) if row is not None else None
            if row is not None and content is not None:
                yield row, soundfile.read(io.BytesIO(content.read()), dtype="float32")[0]


def with_the_teacher(listener: BuiltInListener, sounds: Sounds) -> Iterator[str]:
    """Yield the agreement with the teacher on the windows of the test split."""
    windows = sounds.windows("test")
    heard = listener.listen(sounds.patches(windows))
    teacher = sounds.scores[windows].astype(np.float32)
    sources = sounds.source_of_clip[sounds.clip[windows]]
    yield f"\n## With the teacher's file: {len(windows):,} windows of the test split\n"
    yield from table({"listener": agreement(heard.tags.scores, closed_upwards(teacher))})
    yield f"\nNeighbours P@5: embedding {neighbours(heard.embedding, teacher, sources):.3f}, "
    yield f"the teacher's own scores {neighbours(np.sqrt(teacher), teacher, sources):.3f}."


def first_and_five(wholes: Float32, wanted: NDArray[np.int64]) -> dict[str, float]:
    """Return how often the right class is first, and its share of the first five; class means."""
    labels = balanced_labels()
    directions = np.stack([tag_direction(whole) for whole in wholes])
    best = nearest(directions @ directions_of(labels).T)[:, :5]
    ontology, found = Ontology.load(), defaultdict(list)
    for row, index in enumerate(wanted):
        below = list(ontology.below(ontology.node_of(int(index))))
        found[int(index)].append(labels[best[row]][:, below].any(1))
    enough = [np.stack(rows) for rows in found.values() if len(rows) >= LEAST_CLIPS]
    return {
        "classes": float(len(enough)),
        "right class first": float(np.mean([rows[:, 0].mean() for rows in enough])),
        "share of first five": float(np.mean([rows.mean() for rows in enough])),
    }


def by_file_names(listener: BuiltInListener, sounds: Sounds) -> Iterator[str]:
    """Yield how often a clip of `balanced` with the class of the file's name is found first."""
    wanted = {row: class_of(name) for row, name in enumerate(sounds.names)}
    rows = [row for row in np.flatnonzero(sounds.split > 0).tolist() if wanted[row] is not None]
    own, teachers = [], []
    for row in rows:
        windows = np.flatnonzero(sounds.clip == row)
        patches = sounds.patches(windows)
        own.append(listener.listen(patches).tags.whole)
        scores = closed_upwards(sounds.scores[windows].astype(np.float32))
        teachers.append(tags_of(scores, loud(patches)).whole)
    classes = np.array([wanted[row] for row in rows], np.int64)
    yield f"\n## By file names: {len(rows)} clips of the validation and test splits\n"
    yield from table(
        {
            "listener": first_and_five(np.stack(own), classes),
            "the teacher's file": first_and_five(np.stack(teachers), classes),
        }
    )
    yield from sureness(np.stack(own), classes)


def sureness(wholes: Float32, wanted: NDArray[np.int64]) -> Iterator[str]:
    """Yield how often what is named first is the file name's class, by the word for sureness."""
    ontology = Ontology.load()
    found: dict[str, list[tuple[bool, bool]]] = defaultdict(list)
    for whole, index in zip(wholes, wanted, strict=True):
        names = named(whole, BUILT_IN_THRESHOLDS)
        if not names:
            found["(nothing said)"].append((False, False))
            continue
        first = ontology.names.index(names[0].label)
        right = first in ontology.below(ontology.node_of(int(index)))
        above = int(index) in ontology.below(ontology.node_of(first))
        found[names[0].sureness or "(sure)"].append((right, above and not right))
    yield "\n| named first | the class or one below it | one above it | clips |\n|---|---|---|---|"
    for word, rows in sorted(found.items()):
        right, above = np.mean(rows, axis=0)
        yield f"| {word} | {right:.2f} | {above:.2f} | {len(rows)} |"


def robustness(listener: BuiltInListener, sounds: Sounds, archive: Path) -> Iterator[str]:
    """Yield how often what is named first of a sound stays when it is changed."""
    same: dict[str, list[bool]] = defaultdict(list)
    for _, samples in held_out_clips(sounds, archive):
        names = named(whole_of(listener, samples), BUILT_IN_THRESHOLDS)
        if names and np.abs(samples).max() > 0.01:
            for change, made in CHANGES.items():
                other = named(whole_of(listener, made(samples)), BUILT_IN_THRESHOLDS)
                same[change].append(bool(other) and other[0].label == names[0].label)
    yield "\n## Robustness: how often what is named first stays\n"
    yield "| change | stays | clips |\n|---|---|---|"
    for change, found in same.items():
        yield f"| {change} | {np.mean(found):.3f} | {len(found)} |"


def non_sounds() -> dict[str, Float32]:
    """Return silence, noises and tones of five seconds each, by name."""
    rng = np.random.default_rng(13)
    n = 5 * MODEL_RATE_HZ
    time_s = np.arange(n) / MODEL_RATE_HZ
    found = {"digital silence": np.zeros(n), "dither": rng.integers(-1, 2, n) / 32768}
    for slope, colour in enumerate(("white", "pink", "brown")):
        spectrum = np.fft.rfft(rng.standard_normal(n))
        spectrum[1:] /= np.arange(1, len(spectrum)) ** (slope / 2)
        spectrum[0] = 0
        noise = np.fft.irfft(spectrum, n)
        for level_db in (-20, -50):
            scaled = noise / np.sqrt(np.mean(noise**2)) * 10 ** (level_db / 20)
            found[f"{colour} noise, {level_db} dBFS"] = scaled
    for frequency_hz in (50, 100, 440, 1000, 3000):
        found[f"tone of {frequency_hz} Hz"] = 0.2 * np.sin(2 * np.pi * frequency_hz * time_s)
    return {name: samples.astype(np.float32) for name, samples in found.items()}


def of_non_sounds(listener: BuiltInListener) -> Iterator[str]:
    """Yield what is said of silence, noise and tones."""
    directions = directions_of(balanced_labels())
    yield "\n## Silence, noise and tones\n"
    yield "| sound | said | best agreement |\n|---|---|---|"
    for name, samples in non_sounds().items():
        whole = whole_of(listener, samples)
        best = float((directions @ tag_direction(whole)).max())
        said = spoken(named(whole, BUILT_IN_THRESHOLDS)) if is_close(best) else "no close match"
        yield f"| {name} | {said} | {best:.2f} |"


def named_recordings(listener: BuiltInListener, folder: Path) -> Iterator[str]:
    """Yield what is said of each recording in a folder."""
    yield "\n## What is said of recordings\n"
    for path in sorted(folder.glob("*.wav")):
        samples, rate_hz = soundfile.read(path, dtype="float32", always_2d=True)
        mono = soxr.resample(samples.mean(1), rate_hz, MODEL_RATE_HZ).astype(np.float32)
        yield f"- {path.name}: {spoken(named(whole_of(listener, mono), BUILT_IN_THRESHOLDS))}"


def report(folder: Path, cache: Path, listener_file: Path | None) -> Iterator[str]:
    """Yield the lines of all tables."""
    sounds, listener = load_sounds(folder, cache), BuiltInListener(listener_file)
    begin = time.process_time()
    yield from with_the_teacher(listener, sounds)
    spent_ms = (time.process_time() - begin) * 1000 / len(sounds.windows("test"))
    yield f"\nProcessor time: about {spent_ms:.1f} ms a patch."
    yield from by_file_names(listener, sounds)
    yield from robustness(listener, sounds, folder / "clips.tar")
    yield from of_non_sounds(listener)
    yield from named_recordings(listener, folder.parent / "wav")


if __name__ == "__main__":
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    chosen = Path(sys.argv[3]) if len(sys.argv) == 4 else None
    for line in report(Path(sys.argv[1]), Path(sys.argv[2]), chosen):
        print(line, flush=True)

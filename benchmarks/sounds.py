"""Catalogues of own sounds: analysing a folder, opening, updating and searching a large one.

Beside the program run what people would write: a loop of librosa and onnxruntime, and one of
TensorFlow, over the same files. The large catalogue is generated.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from statistics import median

import numpy as np

from benchmarks import material
from benchmarks.measure import call
from benchmarks.report import Section, Target, spread, table
from core.audio.waveform import Waveform
from core.audio.writing import save_wav
from core.catalog.catalog import Catalog
from core.catalog.clips import Clips
from core.catalog.manifest import ModelIdentity
from core.catalog.sound_files import OwnFile
from core.engine import Engine
from core.jobs import Job
from core.listeners import BUILT_IN_ID, BuiltIn
from core.options import ListenerKind, Options
from core.paths import DataFolder
from core.setup.selection import model_folder
from core.sounds.parts import PartsFolder
from core.sounds.survey import joined_folders
from core.sounds.update import update_sounds
from core.sounds.writing import write_sounds
from core.types import Query
from core.vggish.network import seeded_weights

FILE_S = 60
BUILT_IN, VGGISH = "**Soundalike, built-in listener**", "**Soundalike, VGGish**"
LIBROSA = "librosa, onnxruntime: the built-in listener's network"
LIBROSA_VGGISH = "librosa, onnxruntime: VGGish"
TENSORFLOW = "librosa, TensorFlow (`tf.function`): VGGish"


def measure(work: Path, quick: bool) -> Section:
    """Analyse a folder with both listeners and in the usual ways, in turns; then the large one."""
    with tempfile.TemporaryDirectory(dir=work) as temporary:
        folder = Path(temporary)
        paths = written(folder / "sounds", 0.1 if quick else 0.5)
        given = material.checkpoint(work), material.pca_file(work)
        network, weights = material.onnx_network(work), work / "weights.npz"
        np.savez(weights, allow_pickle=False, **seeded_weights(0))
        data, child = DataFolder(work / "home"), ["-m", "benchmarks.sounds_child"]
        model_folder(data, Options(*given), Job())  # converted before
        options = ["--model", str(given[0]), "--pca", str(given[1])]
        own = [*child, "ours", str(folder / "sounds"), str(folder / "made"), str(data.root)]
        some = list(map(str, paths[: 5 if quick else 10]))
        ways = {
            BUILT_IN: (own, len(paths)),
            LIBROSA: ([*child, "librosa", *some], len(some)),
            VGGISH: ([*own, *options], len(paths)),
            LIBROSA_VGGISH: ([*child, "librosa-vggish", str(network), *some], len(some)),
            TENSORFLOW: ([*child, "tensorflow", str(weights), *some], len(some)),
        }
        found: dict[str, list[dict[str, float]]] = {name: [] for name in ways}
        for _ in range(1 if quick else 3):
            for name, (arguments, number) in ways.items():
                answer = json.loads(call(arguments).splitlines()[-1])
                answer["times"] = number * FILE_S / answer["took_s"]
                found[name].append(answer)
                shutil.rmtree(folder / "made", ignore_errors=True)
        weights.unlink()
        large = _large(folder / "large", 10_000 if quick else 100_000, data)
    times = {name: [each["times"] for each in runs] for name, runs in found.items()}
    rows = [
        [name, spread(times[name]), spread([each["peak_mb"] for each in runs], ",.0f")]
        for name, runs in found.items()
    ]
    n_files, opening_s, updating_s, searching_ms = large
    return Section(
        "Own sounds",
        "python -m benchmarks --only sounds",
        f"{len(paths)} files of a minute, noise that comes and goes, 44.1 kHz, to a catalogue, the "
        "start of the processes counted; the usual ways only compute embeddings, of "
        f"{len(some)} of the files, with their start not counted. Memory is that of the largest "
        "process.",
        [
            table(["analysing a folder", "× real time", "peak MB"], rows),
            table(
                [f"a catalogue of {n_files:,} files", ""],
                [
                    ["opened, s", f"{opening_s:.3f}"],
                    ["updated without changes, s", f"{updating_s:.2f}"],
                    ["searched by sound and meaning, ms", f"{searching_ms:.1f}"],
                ],
            ),
        ],
        [
            Target.at_least("built-in listener, real time", 250, median(times[BUILT_IN])),
            Target.at_least("VGGish, real time", 80, median(times[VGGISH])),
            Target.at_most(
                "memory of a process that analyses a folder",
                800,
                max(each["peak_mb"] for name in (BUILT_IN, VGGISH) for each in found[name]),
                " MB",
            ),
            Target.at_most(f"{n_files:,} files opened", 0.3, opening_s, " s"),
            Target.at_most(f"{n_files:,} files updated without changes", 10, updating_s, " s"),
            Target.at_most(f"{n_files:,} files searched", 50, searching_ms, " ms"),
        ],
        {
            "Folder, built-in listener: librosa and onnxruntime": median(times[BUILT_IN])
            / median(times[LIBROSA]),
            "Folder, VGGish: librosa and onnxruntime": median(times[VGGISH])
            / median(times[LIBROSA_VGGISH]),
            "Folder, VGGish: librosa and TensorFlow": median(times[VGGISH])
            / median(times[TENSORFLOW]),
        },
    )


def written(folder: Path, hours: float) -> list[Path]:
    """Write noise that comes and goes, in files of a minute at 44.1 kHz."""
    folder.mkdir()
    random = np.random.default_rng(0)
    paths = []
    for number in range(max(1, round(hours * 3600 / FILE_S))):
        noise = random.normal(0, 0.1, 44_100 * FILE_S).astype(np.float32)
        path = folder / f"{number:05}.wav"
        save_wav(Waveform(noise, 44_100, path.name), path)
        paths.append(path)
    return paths


def _large(folder: Path, n_files: int, data: DataFolder) -> tuple[int, float, float, float]:
    """Write a catalogue of generated files, and time opening, updating and searching it."""
    sounds = folder / "sounds"
    random = np.random.default_rng(0)
    files, ids = [], []
    for number in range(n_files):
        inner = sounds / f"{number // 1000:03}"
        if number % 1000 == 0:
            inner.mkdir(parents=True)
        path = inner / f"rec_{number:06}.wav"
        path.write_bytes(b"%d" % number)
        status = path.stat()
        key = b"%024x" % number
        ids.append(key)
        name = os.fsencode(path.relative_to(sounds))
        files.append(
            OwnFile(0, name, key, status.st_size, status.st_mtime_ns, 10.0, -20.0, n_clips=1)
        )
    parts = PartsFolder(folder / "parts", BUILT_IN_ID)
    frames = random.integers(60, 190, (n_files, 10, 128), np.uint8)
    clips = Clips.from_lists(
        ids, [(0.0, 10.0)] * n_files, [[0, 137]] * n_files, list(frames), [False] * n_files
    )
    rows = [(36 << 10) | random.integers(0, 527, (n_files, 8)).astype(np.uint16)]
    clips = Clips(**{**vars(clips), "tags": rows[0].astype(np.uint16)})
    located = [replace(file, first_clip=i) for i, file in enumerate(files)]
    part = parts.write(located, [clips], [np.full(n_files, -20, np.float32)])
    contents = {file.key: (part, file) for file in located}
    out = folder / "mine"
    folders = joined_folders([], [sounds], True)
    model = ModelIdentity(BuiltIn.name, BUILT_IN_ID)
    write_sounds(out, None, folders, files, contents, model, Job())
    shutil.rmtree(folder / "parts")
    opening = [_timed(lambda: Catalog.open(out).sound_files) for _ in range(5)]
    updating = _timed(lambda: update_sounds(out, [], data, Options()))
    engine = Engine(data, Options(catalog=out, listener=ListenerKind.BUILT_IN))
    tags = np.zeros(527, np.float32)
    tags[0] = 0.9
    queries = [
        Query("q", random.integers(60, 190, (10, 128), np.uint8), 10.0, tags=tags)
        for _ in range(12)
    ]
    engine.search(queries[0])
    searching = [_timed(lambda q=query: engine.search(q)) for query in queries[1:]]  # type: ignore[misc]
    engine.close()
    return n_files, median(opening), updating, 1000 * median(searching)


def _timed(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun

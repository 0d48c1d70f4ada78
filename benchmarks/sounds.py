"""Catalogues of own sounds: analysing a folder, opening, updating and searching a large one.

python -m benchmarks.sounds [--hours H] [--files N] [--vggish-weights FILE --pca FILE]
    [--data DIR]

VGGish is run by TensorFlow, too. The built-in listener is compared, over the same files and in the
same run, with a plain loop of librosa and onnxruntime where librosa is installed, which is needed
only here. Processes are of low priority: on a busy machine, what a second of one
processor does tells more than the wall clock. With `--data` of an earlier run, converting VGGish's
weights does not count. The large catalogue is generated.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from statistics import median

import numpy as np

from core.audio.logmel import MEL_BANDS, PATCH_FRAMES, log_mel_frames
from core.audio.waveform import MODEL_RATE_HZ, Waveform
from core.audio.writing import save_wav
from core.catalog.catalog import Catalog
from core.catalog.clips import Clips
from core.catalog.manifest import ModelIdentity
from core.catalog.sound_files import OwnFile
from core.engine import Engine
from core.jobs import Job
from core.listeners import BUILT_IN_ID, BuiltIn
from core.options import ENGINES, ListenerKind, Options
from core.paths import DataFolder
from core.sounds.parts import PartsFolder
from core.sounds.survey import joined_folders
from core.sounds.update import update_sounds
from core.sounds.writing import write_sounds
from core.types import Query

_FILE_S = 60


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--hours", type=float, default=0.5)
    parser.add_argument("--files", type=int, default=100_000)
    parser.add_argument("--vggish-weights", type=Path)
    parser.add_argument("--pca", type=Path)
    parser.add_argument("--data", type=Path, help="keeps the converted model for the next run")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        data = DataFolder(arguments.data or folder / "data")
        sounds = written(folder / "sounds", arguments.hours)
        _analyse(sounds, folder / "built-in", data, Options(listener=ListenerKind.BUILT_IN))
        if arguments.vggish_weights:
            given = arguments.vggish_weights, arguments.pca
            for engine in ENGINES:
                options = Options(*given, engine=engine, listener=ListenerKind.VGGISH)
                _analyse(sounds, folder / engine, data, options, 1)
        _librosa(sounds)
        _large(folder / "large", arguments.files, data)


def written(folder: Path, hours: float) -> list[Path]:
    """Write noise that comes and goes, in files of a minute at 44.1 kHz."""
    folder.mkdir()
    random = np.random.default_rng(0)
    paths = []
    for number in range(max(1, round(hours * 3600 / _FILE_S))):
        noise = random.normal(0, 0.1, 44_100 * _FILE_S).astype(np.float32)
        path = folder / f"{number:05}.wav"
        save_wav(Waveform(noise, 44_100, path.name), path)
        paths.append(path)
    return paths


def _analyse(
    paths: list[Path], out: Path, data: DataFolder, options: Options, workers: int = 0
) -> None:
    begun, begun_cpu = time.perf_counter(), _cpu_s()
    workers = workers or os.cpu_count() or 1
    update_sounds(out, [paths[0].parent], data, options, workers=workers)
    took_s = time.perf_counter() - begun
    cpu_s = _cpu_s() - begun_cpu
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    each = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(
        f"{options.listener} ({options.engine}): {len(paths) * _FILE_S / took_s:,.0f} x real "
        f"time (a second of one processor does {len(paths) * _FILE_S / cpu_s:,.0f} s), {workers} "
        f"processes of at most {each:.0f} MB, this one {own:.0f} MB"
    )


def _cpu_s() -> float:
    """Return what this process and those that have ended have computed, in seconds."""
    found = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in found)


def _librosa(paths: list[Path]) -> None:
    try:
        import librosa  # type: ignore[import-not-found]
    except ImportError:
        print("librosa is not installed: not compared")
        return
    listener = BuiltIn()
    some = paths[:5]
    begun = time.perf_counter()
    for path in some:
        samples, _ = librosa.load(path, sr=MODEL_RATE_HZ, mono=True)
        frames = log_mel_frames(samples.astype(np.float32))
        n_patches = len(frames) // PATCH_FRAMES
        listener.analyse(frames[: n_patches * PATCH_FRAMES].reshape(-1, PATCH_FRAMES, MEL_BANDS))
    took_s = time.perf_counter() - begun
    print(f"librosa and onnxruntime: {len(some) * _FILE_S / took_s:,.0f} x real time")


def _large(folder: Path, n_files: int, data: DataFolder) -> None:
    """Write a catalogue of generated files, and open, update and search it."""
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
    print(
        f"{n_files:,} files: opened in {median(opening):.3f} s, updated without changes in "
        f"{updating:.2f} s, searched in {1000 * median(searching):.1f} ms"
    )


def _timed(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


if __name__ == "__main__":
    main()

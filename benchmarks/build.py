"""Building catalogues: clips a second against TensorFlow's ways, archives against gzip, memory.

Data comes from `generate`. Ours are whole builds by the command line's function, from the start of
the compiler to the opened catalogue, checksums on. TensorFlow's ways only read, their start does
not count, and because their speed does not depend on how much they read, they read a share of the
same shards. A work folder on a RAM disk leaves the disk's own speed out, which limits ours.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from benchmarks import generate
from benchmarks.measure import PROJECT, run
from benchmarks.report import Section, spread, table

EVERY = {"by-shard": 100, "loop": 100, "batched": 10}
"""Which of the shards TensorFlow's ways read."""

OURS = """
import sys, time
from pathlib import Path
from core.catalog.build.build import build_catalog
if __name__ == "__main__":
    source, out, workers = sys.argv[1:]
    began_s = time.perf_counter()
    n_clips = len(build_catalog(Path(out), "audioset", [Path(source)], workers=int(workers)))
    print(n_clips / (time.perf_counter() - began_s))
"""


def ours(script: Path, source: Path, out: Path, workers: int) -> float:
    """Return clips a second of one build."""
    shutil.rmtree(out, ignore_errors=True)
    return _number([str(script), str(source), str(out), str(workers)])


def tensorflow(way: str, folder: Path) -> float:
    """Return clips a second of one of TensorFlow's ways."""
    return _number(["-m", "benchmarks.tfrecord_script", way, str(folder), str(EVERY[way])])


def _number(arguments: Sequence[str]) -> float:
    command = [sys.executable, *arguments]
    environment = {"PYTHONPATH": str(PROJECT), "TF_CPP_MIN_LOG_LEVEL": "3", "PATH": "/usr/bin:/bin"}
    done = subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, check=True)
    return float(done.stdout.split()[-1])


def unpacking(archive: Path) -> float:
    """Return the seconds of ``gzip -dc ARCHIVE | cat > /dev/null``."""
    began_s = time.perf_counter()
    with subprocess.Popen(["gzip", "-dc", str(archive)], stdout=subprocess.PIPE) as gzip:
        subprocess.run(["cat"], stdin=gzip.stdout, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - began_s


def writing(folder: Path, n_bytes: int) -> float:
    """Return the seconds that writing so many bytes takes until they are on the disk."""
    block = np.random.default_rng(0).bytes(8 << 20)
    began_s = time.perf_counter()
    with (folder / "written").open("wb", buffering=0) as file:
        for _ in range(n_bytes // len(block)):
            file.write(block)
        os.fsync(file.fileno())
    took_s = time.perf_counter() - began_s
    (folder / "written").unlink()
    return took_s


def measure(work: Path, quick: bool) -> Section:
    """Run everything in turns."""
    n_clips, n_packed = (50_000, 20_000) if quick else (generate.FULL_SIZE, 500_000)
    sizes = {"all": n_clips, "packed": n_packed}
    with tempfile.TemporaryDirectory(dir=work) as name:
        folder = Path(name)
        for seed, (part, number) in enumerate(sizes.items()):
            n_shards = max(1, generate.SHARDS * number // generate.FULL_SIZE)
            generate.write(folder / part, number, n_shards, seed)
        archive, out = folder / "packed.tar.gz", folder / "out"
        generate.pack(folder / "packed", archive, 6)
        shutil.rmtree(folder / "packed")
        script = folder / "ours.py"
        script.write_text(OURS, encoding="utf-8")
        rounds: dict[str, Callable[[], float]] = {
            "by-shard": lambda: tensorflow("by-shard", folder / "all"),
            "loop": lambda: tensorflow("loop", folder / "all"),
            "batched": lambda: tensorflow("batched", folder / "all"),
            "one": lambda: ours(script, folder / "all", out, 1),
            "two": lambda: ours(script, folder / "all", out, 2),
            "archive": lambda: ours(script, archive, out, 1),
            "gzip": lambda: unpacking(archive),
            "writing": lambda: writing(folder, 1_460 * n_clips),
        }
        found: dict[str, list[float]] = {key: [] for key in rounds}
        for _ in range(1 if quick else 3):
            for key, measured in rounds.items():
                found[key].append(measured())
                shutil.rmtree(out, ignore_errors=True)
        arguments = [str(script), str(archive), str(out), "1"]
        cost = run([sys.executable, *arguments], {"PYTHONPATH": str(PROJECT)})
    return section(found, sizes, cost.peak_mb)


def section(found: dict[str, list[float]], sizes: dict[str, int], peak_mb: float) -> Section:
    """Return the table."""
    names = {
        "by-shard": "a TFRecordDataset a shard + SequenceExample.FromString (protobuf)",
        "loop": "one TFRecordDataset + SequenceExample.FromString (protobuf)",
        "batched": "tf.io.parse_sequence_example, batched",
        "one": "**Soundalike**, shards, 1 process",
        "two": "**Soundalike**, shards, 2 processes",
        "archive": "**Soundalike**, .tar.gz",
    }
    middle = {key: statistics.median(values) for key, values in found.items()}
    rows = []
    for key, name in names.items():
        n_clips = sizes["packed" if key == "archive" else "all"] // EVERY.get(key, 1)
        ratios = [f"{middle[key] / middle[peer]:,.1f}" for peer in EVERY]
        rows.append([name, f"{n_clips:,}", spread(found[key], ",.0f"), *ratios])
    took_s = sizes["packed"] / middle["archive"]
    about = (
        "The first row is the usual loop. TensorFlow's ways only read, ours also write the "
        f"catalogue. From .tar.gz: {took_s:.2f} s, {took_s / middle['gzip']:.2f} times "
        f"what `gzip -dc archive | cat > /dev/null` takes, with {peak_mb:,.0f} MB at most. All "
        f"shards take {sizes['all'] / middle['two']:.2f} s with 2 processes, and only writing and "
        f"syncing as many bytes {middle['writing']:.2f} s."
    )
    head = ["", "clips", "clips/s", "× by shard", "× one dataset", "× batched"]
    return Section(
        "Building a catalogue",
        "python -m benchmarks --only build",
        about,
        [table(head, rows)],
        ratios={
            f"Build, 2 processes: {names[peer]}".replace("`", ""): middle["two"] / middle[peer]
            for peer in EVERY
        },
    )

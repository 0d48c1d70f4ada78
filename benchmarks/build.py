"""Building catalogues: clips a second against TensorFlow's ways, archives against gzip, memory.

python -m benchmarks.build --work /dev/shm [--clips 2084320] [--archive-clips 500000]
    [--repetitions 3]

Makes its data with `generate`, runs everything in turns and prints medians as Markdown. Ours are
whole builds by the command line's function, from the start of the compiler to the opened catalogue,
checksums on. TensorFlow's ways only read, their start does not count, and because their speed does
not depend on how much they read, they read a share of the same shards.

`--work` on a RAM disk (8 GB) leaves the disk's own speed out, which limits ours: the time that a
plain write of the catalogue's bytes takes there is printed, too.
"""

from __future__ import annotations

import argparse
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


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clips", type=int, default=generate.FULL_SIZE)
    parser.add_argument("--archive-clips", type=int, default=500_000)
    parser.add_argument("--repetitions", type=int, default=3)
    parser.add_argument("--work", type=Path, default=None)
    options = parser.parse_args()
    sizes = {"all": options.clips, "packed": options.archive_clips}
    with tempfile.TemporaryDirectory(dir=options.work) as name:
        work = Path(name)
        for seed, (folder, n_clips) in enumerate(sizes.items()):
            n_shards = max(1, generate.SHARDS * n_clips // generate.FULL_SIZE)
            generate.write(work / folder, n_clips, n_shards, seed)
        archive, out = work / "packed.tar.gz", work / "out"
        generate.pack(work / "packed", archive, 6)
        shutil.rmtree(work / "packed")
        script = work / "ours.py"
        script.write_text(OURS, encoding="utf-8")
        rounds: dict[str, Callable[[], float]] = {
            "by-shard": lambda: tensorflow("by-shard", work / "all"),
            "loop": lambda: tensorflow("loop", work / "all"),
            "batched": lambda: tensorflow("batched", work / "all"),
            "one": lambda: ours(script, work / "all", out, 1),
            "two": lambda: ours(script, work / "all", out, 2),
            "archive": lambda: ours(script, archive, out, 1),
            "gzip": lambda: unpacking(archive),
            "writing": lambda: writing(work, 1_460 * options.clips),
        }
        found: dict[str, list[float]] = {key: [] for key in rounds}
        for _ in range(options.repetitions):
            for key, measured in rounds.items():
                found[key].append(measured())
                shutil.rmtree(out, ignore_errors=True)
        arguments = [str(script), str(archive), str(out), "1"]
        cost = run([sys.executable, *arguments], {"PYTHONPATH": str(PROJECT)})
    report({key: statistics.median(values) for key, values in found.items()}, sizes)
    print(f"Peak memory of the build from the archive: {cost.peak_mb:,.0f} MB")


def report(medians: dict[str, float], sizes: dict[str, int]) -> None:
    """Print the table."""
    print("| | clips | clips/s | × by shard | × one dataset | × batched |")
    print("|---|---|---|---|---|---|")
    for key, what in (
        ("by-shard", "a TFRecordDataset a shard + SequenceExample.FromString"),
        ("loop", "one TFRecordDataset + SequenceExample.FromString"),
        ("batched", "tf.io.parse_sequence_example, batched"),
        ("one", "ours, shards, 1 process"),
        ("two", "ours, shards, 2 processes"),
        ("archive", "ours, .tar.gz"),
    ):
        n_clips = sizes["packed" if key == "archive" else "all"] // EVERY.get(key, 1)
        ratios = [medians[key] / medians[peer] for peer in EVERY]
        shown = " | ".join(f"{ratio:,.1f}" for ratio in ratios)
        print(f"| {what} | {n_clips:,} | {medians[key]:,.0f} | {shown} |")
    took_s = sizes["packed"] / medians["archive"]
    print(
        f"\nFrom .tar.gz: {took_s:.2f} s, {took_s / medians['gzip']:.2f} times "
        f"`gzip -dc | cat > /dev/null` ({medians['gzip']:.2f} s).\n"
        f"All shards with 2 processes: {sizes['all'] / medians['two']:.2f} s; only writing as many "
        f"bytes, and fsync: {medians['writing']:.2f} s."
    )


if __name__ == "__main__":
    main()

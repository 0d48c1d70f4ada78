"""Building catalogues: clips a second against TensorFlow's ways, archives against gzip, memory.

python -m benchmarks.build [--clips 200000] [--loop-clips 20000] [--repetitions 5] [--work FOLDER]
python -m benchmarks.build --clips 2084320 --repetitions 3        the whole of AudioSet: 20 GB

Makes its data with `generate`, runs everything in turns and prints medians as Markdown. Ours are
whole builds by the command line's function, checksums on and catalogue written; TensorFlow's only
read. `--work` on a RAM disk leaves the disk's own speed out.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks import generate
from benchmarks.measure import PROJECT, run

OURS = """
import sys, time
from pathlib import Path
from core.catalog.build import build_catalog
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


def tensorflow(how: str, folder: Path) -> float:
    """Return clips a second of one of TensorFlow's ways."""
    return _number(["-m", "benchmarks.tfrecord_script", how, str(folder)])


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


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clips", type=int, default=200_000)
    parser.add_argument("--shards", type=int, help="a folder; in proportion unless given")
    parser.add_argument("--loop-clips", type=int, default=20_000)
    parser.add_argument("--repetitions", type=int, default=5)
    parser.add_argument("--work", type=Path, default=None)
    options = parser.parse_args()
    n_shards = options.shards or max(1, generate.SHARDS * options.clips // generate.FULL_SIZE)
    with tempfile.TemporaryDirectory(dir=options.work) as name:
        work = Path(name)
        generate.write(work / "all", options.clips, n_shards, 0)
        generate.write(work / "few", options.loop_clips, max(1, n_shards // 10), 1)
        generate.pack(work / "all", work / "all.tar.gz", 6)
        script = work / "ours.py"
        script.write_text(OURS, encoding="utf-8")
        rounds: dict[str, Callable[[], float]] = {
            "loop": lambda: tensorflow("loop", work / "few"),
            "batched": lambda: tensorflow("batched", work / "all"),
            "one": lambda: ours(script, work / "all", work / "out", 1),
            "two": lambda: ours(script, work / "all", work / "out", 2),
            "archive": lambda: ours(script, work / "all.tar.gz", work / "out", 1),
            "gzip": lambda: unpacking(work / "all.tar.gz"),
        }
        found: dict[str, list[float]] = {key: [] for key in rounds}
        for _ in range(options.repetitions):
            for key, measured in rounds.items():
                found[key].append(measured())
        shutil.rmtree(work / "out")
        arguments = [str(script), str(work / "all.tar.gz"), str(work / "out"), "1"]
        cost = run([sys.executable, *arguments], {"PYTHONPATH": str(PROJECT)})
    report({key: statistics.median(values) for key, values in found.items()}, options.clips)
    print(f"\nPeak memory of the build from the archive: {cost.peak_mb:,.0f} MB")


def report(medians: dict[str, float], n_clips: int) -> None:
    """Print the table."""
    print(f"| {n_clips:,} clips | clips/s | × the loop | × batched |\n|---|---|---|---|")
    for key, what in {
        "loop": "TFRecordDataset + SequenceExample.FromString",
        "batched": "tf.io.parse_sequence_example, batched",
        "one": "ours, shards, 1 process",
        "two": "ours, shards, 2 processes",
        "archive": "ours, .tar.gz",
    }.items():
        speed = medians[key]
        ratios = f"{speed / medians['loop']:,.1f} | {speed / medians['batched']:.1f}"
        print(f"| {what} | {speed:,.0f} | {ratios} |")
    took_s = n_clips / medians["archive"]
    print(
        f"\nFrom .tar.gz: {took_s:.2f} s, {took_s / medians['gzip']:.2f} times "
        f"`gzip -dc | cat > /dev/null` ({medians['gzip']:.2f} s)"
    )


if __name__ == "__main__":
    main()

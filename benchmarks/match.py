"""One match from a cold process, against a script that runs the same network in TensorFlow.

Usage: python -m benchmarks.match CHECKPOINT PCA CATALOG AUDIO [REPETITIONS]. Prints a Markdown
table. The model is converted before the first measurement.
"""

from __future__ import annotations

import sys

from benchmarks.measure import medians, run


def main(checkpoint: str, pca: str, catalog: str, audio: str, repetitions: str = "5") -> None:
    """Measure and print."""
    match = [sys.executable, "-m", "core", "match", audio, "--catalog", catalog]
    match += ["--model", checkpoint, "--pca", pca]
    peer = [sys.executable, "-m", "benchmarks.tensorflow_script", checkpoint, pca, audio]
    run(match, {})
    costs = medians({"TensorFlow script": peer, "core match": match}, int(repetitions), {})
    theirs, ours = costs["TensorFlow script"], costs["core match"]
    print("| whole process | wall time | peak memory |")
    print("|---|---|---|")
    for name, cost in costs.items():
        print(f"| {name} | {cost.wall_s:.2f} s | {cost.peak_mb:.0f} MB |")
    print(
        f"| ratio | {theirs.wall_s / ours.wall_s:.1f}× faster "
        f"| {ours.peak_mb / theirs.peak_mb:.2f} of the memory |"
    )


if __name__ == "__main__":
    main(*sys.argv[1:])

"""Sounds to embeddings: VGGish in this program, TensorFlow, Keras and PyTorch.

Each way runs in fresh processes, in turns with the others, over the same patches and weights.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from statistics import median

import numpy as np

from benchmarks import material, peers
from benchmarks.measure import call, peak_mb
from benchmarks.report import Section, Target, spread, table
from core.vggish import network
from core.vggish.postprocess import Pca

WAYS = {
    "keras": "Keras `predict`",
    "session": "TensorFlow session (as the reference)",
    "function": "TensorFlow `tf.function`",
    "torch": "PyTorch",
    "ours": "**Soundalike**",
}
SIZES, QUICK_SIZES = (1, 10, 60, 600), (1, 10)


def patches_of(number: int) -> np.ndarray:
    """Return so many different patches."""
    return np.random.default_rng(1).standard_normal((number, 96, 64), dtype=np.float32)


def one(way: str, folder: str, *sizes: str) -> None:
    """Measure one way in this process and print what was found."""
    began_s = time.perf_counter()
    path = Path(folder)
    if way == "ours":
        embed = peers.ours(path / "network.onnx")
    else:
        kept = np.load(path / "weights.npz")
        embed = getattr(peers, way)({name: kept[name] for name in kept.files})
    outputs = embed(patches_of(10))
    found: dict[str, float] = {"first_s": time.perf_counter() - began_s}
    for size in map(int, sizes):
        patches = patches_of(size)
        embed(patches)
        times = []
        for _ in range(max(2, min(15, 60 // size))):
            begun_s = time.perf_counter()
            embed(patches)
            times.append(1000 * (time.perf_counter() - begun_s) / size)
        found[f"ms_{size}"] = median(times)
        if size == min(60, int(sizes[-1])):
            found["peak_mb"] = peak_mb()
    found["peak_all_mb"] = peak_mb()
    np.save(path / f"{way}.npy", outputs)
    print(json.dumps(found))


def matrix_peak() -> float:
    """Return what the processors reach in a matrix product, float32, in GFLOP/s."""
    size = 2048
    one_, other = np.random.default_rng(0).random((2, size, size), dtype=np.float32)
    one_ @ other
    times = []
    for _ in range(5):
        begun_s = time.perf_counter()
        one_ @ other
        times.append(time.perf_counter() - begun_s)
    return 2 * size**3 / min(times) / 1e9


def flops_a_patch() -> float:
    """Return the multiplications and additions that a patch takes."""
    total, height, width = 0.0, 96, 64
    for layer, shape in network.LAYERS:
        if layer == network.POOL:
            height, width = height // 2, width // 2
        elif len(shape) == 4:
            total += 2.0 * np.prod(shape) * height * width
        else:
            total += 2.0 * np.prod(shape)
    return total


def measure(work: Path, quick: bool) -> Section:
    """Run all ways in turns."""
    sizes = QUICK_SIZES if quick else SIZES
    material.onnx_network(work)
    np.savez(work / "weights.npz", allow_pickle=False, **network.seeded_weights(0))
    found: dict[str, list[dict[str, float]]] = {way: [] for way in WAYS}
    peaks = []
    for _ in range(1 if quick else 3):
        peaks.append(matrix_peak())
        for way in WAYS:
            answer = call(["-m", "benchmarks.embedding", way, str(work), *map(str, sizes)])
            found[way].append(json.loads(answer.splitlines()[-1]))
    (work / "weights.npz").unlink()
    rows = []
    for way, name in WAYS.items():
        cells = [spread([run[f"ms_{size}"] for run in found[way]]) for size in sizes]
        rows.append(
            [name, *cells, spread([run["first_s"] for run in found[way]], ".2f")]
            + [f"{median(run['peak_mb'] for run in found[way]):,.0f}", _agreement(work, way)]
        )
    last = min(60, sizes[-1])
    head = ["ms a patch at", *map(str, sizes), "first ten, s", f"MB up to {last}", "agreement"]
    ms = {way: {size: median(run[f"ms_{size}"] for run in runs) for size in sizes}
          for way, runs in found.items()}  # fmt: skip
    peak = median(peaks)
    reached = flops_a_patch() / ms["ours"][last] / 1e6
    about = (
        "Seeded weights, random patches; fresh processes. Agreement with TensorFlow's session: the "
        "largest difference in standard deviations of the embedding, and the share of identical "
        f"bytes behind a PCA. A patch takes {flops_a_patch() / 1e9:.2f} GFLOP: at {last} patches "
        f"ours reaches {reached:,.0f} GFLOP/s, {reached / peak:.0%} of the {peak:,.0f} that a "
        "product of two matrices of 2,048 × 2,048 reaches in the same run. After a while "
        "the program packs its weights, which its times here include."
    )
    return Section(
        "Sound to embeddings",
        "python -m benchmarks --only embedding",
        about,
        [table(head, rows)],
        [
            Target.at_least("float32 beside Keras, 1 patch", 5, ms["keras"][1] / ms["ours"][1]),
            Target.at_least(
                "float32 beside the reference's session, 10 patches",
                1.3,
                ms["session"][10] / ms["ours"][10],
            ),
        ],
        {
            f"VGGish, {_patches(size)}: {WAYS[way]}".replace("`", ""): ms[way][size]
            / ms["ours"][size]
            for size in (1, 10, *sizes[3:])
            for way in WAYS
            if way != "ours"
        },
    )


def _patches(number: int) -> str:
    return "1 patch" if number == 1 else f"{number} patches"


def _agreement(work: Path, way: str) -> str:
    expected, found = np.load(work / "session.npy"), np.load(work / f"{way}.npy")
    pca = Pca.load(material.pca_file(work))
    same = (pca.postprocess(expected) == pca.postprocess(found)).mean()
    return f"{np.abs(found - expected).max() / expected.std():.0e}, {same:.2%}"


if __name__ == "__main__":
    one(*sys.argv[1:])

"""Searching catalogues of 0.2, 2.08 and 6.1 million clips, beside the usual ways to do it.

Usage: python -m benchmarks.search FOLDER [MILLIONS ...]. FOLDER gets synthetic catalogues (up to
4 GB each, one at a time, removed again). Prints Markdown tables; medians in milliseconds. Needs
faiss-cpu. ``NUMBA_CPU_NAME=haswell`` in front measures our own search without AVX-512 and VNNI.

Clips are noise around 3,000 centres; 10 frames each, or 1 at YouTube-8M's size, as there.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import faiss
import numpy as np
from numba import njit
from numpy.typing import NDArray
from sklearn.metrics.pairwise import cosine_similarity

from core.catalog.build.build import write_catalog
from core.catalog.catalog import Catalog
from core.catalog.clips import Clips
from core.catalog.manifest import RELEASED_MODEL
from core.options import Comparison, Filter
from core.search.matcher import Matcher
from core.types import Query

K = 25
N_CENTRES = 3_000
BATCH = 50_000
SIZES = {"0.2": (208_432, 10), "2.08": (2_084_320, 10), "6.1": (6_100_000, 1)}
QUERY_SECONDS = (1, 5, 10)
FILTERS = (
    Filter(include=("Animal",), exclude=("Music",)),
    Filter(exclude=("Speech",)),
    Filter(include=("Music",), exclude=("Speech", "Vehicle")),
)


def batches(n_clips: int, n_frames: int) -> Iterator[Clips]:
    """Yield synthetic clips with one to three labels each."""
    rng = np.random.default_rng(0)
    centres = rng.normal(127, 32, (N_CENTRES, 1, 128)).astype(np.float32)
    noise = rng.normal(0, 24, (200_000, 128)).astype(np.float32)
    for begin in range(0, n_clips, BATCH):
        count = min(BATCH, n_clips - begin)
        places = rng.integers(0, len(noise) - n_frames, count)[:, None] + np.arange(n_frames)
        each = noise[rng.integers(0, len(noise), count)][:, None]
        frames = centres[rng.integers(0, N_CENTRES, count)] + each + noise[places]
        n_labels = rng.integers(1, 4, count)
        labels = np.minimum(rng.exponential(80, n_labels.sum()), 526).astype(np.int16)
        labels[rng.random(len(labels)) < 0.4] = 137  # Music, in half of the clips
        ids = np.char.mod("%011d", np.arange(begin, begin + count)).astype("S11")
        yield Clips(
            video_ids=ids,
            start_s=np.zeros(count),
            end_s=np.full(count, float(n_frames)),
            is_youtube_id=np.ones(count, np.bool_),
            n_labels=n_labels,
            n_frames=np.full(count, n_frames),
            label_indices=labels,
            frames=np.clip(frames, 0, 255).astype(np.uint8).reshape(-1, 128),
            visual=np.empty((count, 0), np.int8),
        )


def queries(catalog: Catalog, n_queries: int, seconds: int = 10) -> list[Query]:
    """Return clips of the catalogue with noise, as sounds of so many seconds."""
    rng = np.random.default_rng(1)
    found = []
    for row in rng.integers(0, len(catalog), n_queries).tolist():
        frames = catalog.clip(row).frames
        own = frames[np.arange(seconds) % len(frames)] + rng.normal(0, 20, (seconds, 128))
        found.append(Query("query", np.clip(own, 0, 255).astype(np.uint8), float(seconds)))
    return found


def median_ms(work: Callable[[Any], Any], arguments: list[Any]) -> float:
    """Return the median time of a call, after one that does not count."""
    work(arguments[0])
    times = []
    for argument in arguments:
        begun = time.perf_counter()
        work(argument)
        times.append(time.perf_counter() - begun)
    return 1000 * statistics.median(times)


def in_turns(works: dict[str, Callable[[int], Any]], n_rounds: int) -> dict[str, float]:
    """Return the median time of each work, called with the number of the round.

    One after the other in each round, because a shared machine is faster at some times than at
    others; a round before these does not count.
    """
    times: dict[str, list[float]] = {name: [] for name in works}
    for number in range(-1, n_rounds):
        for name, work in works.items():
            begun = time.perf_counter()
            work(number)
            times[name].append(1000 * (time.perf_counter() - begun))
    return {name: statistics.median(each[1:]) for name, each in times.items()}


@njit(nogil=True)
def _xor(words: NDArray[np.int64]) -> int:
    total = 0
    for word in words:
        total ^= word
    return total


def one_pass(array: NDArray[Any]) -> Callable[[Any], None]:
    """Return the least that any scan does: reading all bytes, on all cores."""
    words = np.asarray(array).reshape(-1).view(np.int64)
    parts = np.array_split(words, 16 * (os.cpu_count() or 1))
    pool = ThreadPoolExecutor(os.cpu_count())
    return lambda _: list(pool.map(_xor, parts))  # type: ignore[return-value]


def kernel_alone(n_frames: int, n_queries: int) -> Callable[[Any], None]:
    """Return what a search by frames computes for every frame, of frames that stay in the cache."""
    from core.kernels import compiled

    counts = np.full(400, 10)
    frames = np.random.default_rng(0).integers(0, 256, (counts.sum(), 128), np.uint8)
    frames.flags.writeable = False
    inverse = np.ones(len(frames), np.float32)
    codes = np.full((n_queries, 128), compiled.LARGEST, np.int16)
    asked = compiled.laid_out(codes, np.ones(n_queries, np.float32), 127)
    cores = os.cpu_count() or 1
    pool = ThreadPoolExecutor(cores)

    def work(_: int) -> None:
        out = np.empty(len(counts), np.float32)
        _repeated(n_frames // len(frames) // cores, frames, inverse, counts, out, asked)

    return lambda _: list(pool.map(work, range(cores)))  # type: ignore[return-value]


def _compiled_repetition() -> Any:
    from core.kernels import compiled

    best_cosines = compiled.best_cosines

    @njit(nogil=True)  # type: ignore[untyped-decorator]
    def repeated(n_times, frames, inverse, counts, out, asked):  # type: ignore[no-untyped-def]
        for _ in range(n_times):
            best_cosines(frames, inverse, counts, out, *asked)

    return repeated


_repeated = _compiled_repetition()


def peers(vectors: NDArray[np.float32]) -> dict[str, Callable[[NDArray[np.float32]], Any]]:
    """Return the other ways to find the 25 most similar rows."""

    def numpy_product(query: NDArray[np.float32]) -> NDArray[np.int64]:
        scores = vectors @ query
        best = np.argpartition(scores, -K)[-K:]
        return best[np.argsort(-scores[best])]

    def sklearn_cosine(query: NDArray[np.float32]) -> NDArray[np.int64]:
        return np.argsort(cosine_similarity(query[None], vectors)[0])[::-1][:K]

    found: dict[str, Callable[[NDArray[np.float32]], Any]] = {
        "scikit-learn `cosine_similarity` + argsort": sklearn_cosine,
        "NumPy float32 product + argpartition": numpy_product,
    }
    kinds = {
        "faiss Flat": faiss.IndexFlatIP(128),
        "faiss SQfp16": faiss.IndexScalarQuantizer(
            128, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT
        ),
    }
    for name, index in kinds.items():
        index.train(vectors[:1000])
        index.add(vectors)
        found[name] = lambda query, index=index: index.search(query[None], K)[1][0]
    return found


def first_search(path: Path) -> dict[str, float]:
    """Open a catalogue and search it in a process of its own; return seconds and peak MB."""
    command = [sys.executable, "-m", "benchmarks.first_search", str(path)]
    return dict(json.loads(subprocess.run(command, check=True, capture_output=True).stdout))


def measure(path: Path) -> dict[str, float | str]:
    """Return all figures of one catalogue."""
    catalog = Catalog.open(path)
    matcher = Matcher(catalog)
    asked = queries(catalog, 15)
    figures: dict[str, float | str] = {}
    first = first_search(path)
    figures["opening, ms"] = 1000 * first["open_s"]
    figures["first search of a process (NumPy), ms"] = 1000 * first["search_s"]
    figures["peak memory of that process, MB"] = first["peak_mb"]
    figures["the same search by NumPy, warm"] = median_ms(
        lambda query: matcher.matches(query, K), asked[:5]
    )
    matcher.compile().join()
    works = {
        "reading the scanned bytes once": one_pass(catalog.vectors),
        "**Soundalike**": lambda number: matcher.matches(asked[number], K),
    }
    figures |= in_turns(works, len(asked))
    matcher.matches(asked[0], K, FILTERS[0])
    changing = [(query, FILTERS[number % 3]) for number, query in enumerate(asked)]
    figures["Soundalike, another filter each time"] = median_ms(
        lambda pair: matcher.matches(pair[0], K, pair[1]), changing
    )
    exact = [[match.video_id for match in matcher.matches(query, K)] for query in asked[:5]]
    vectors = catalog.unit_vectors()
    centred = [query.frames.astype(np.float32).mean(axis=0) - 127 for query in asked[:5]]
    units = [(mean / np.linalg.norm(mean)).astype(np.float32) for mean in centred]
    for name, search in peers(vectors).items():
        figures[name] = median_ms(search, units)
        same = [
            len({f"{row:011d}" for row in search(unit).tolist()} & set(ids)) / K
            for unit, ids in zip(units, exact, strict=True)
        ]
        figures[f"{name}: recall"] = f"{np.mean(same):.3f}"
    del vectors
    works = {"reading all frames once": one_pass(catalog.frames)}
    for seconds in QUERY_SECONDS:
        sounds = queries(catalog, 9, seconds)
        works[f"by frames, a query of {seconds} s"] = lambda number, sounds=sounds: matcher.matches(
            sounds[number], K, by=Comparison.FRAMES
        )
        works[f"its arithmetic alone, {seconds} s"] = kernel_alone(len(catalog.frames), seconds)
    figures |= in_turns(works, 9)
    matcher.close()
    return figures


def main(folder: Path, sizes: list[str]) -> None:
    """Make, measure and remove each catalogue, then print the table."""
    columns = {}
    for size in sizes:
        path = folder / f"catalogue-{size}"
        try:
            write_catalog(path, batches(*SIZES[size]), "audioset", RELEASED_MODEL, "synthetic")
            columns[size] = measure(path)
        finally:
            shutil.rmtree(path, ignore_errors=True)
    print("| million clips |", " | ".join(columns), "|")
    print("|---" * (len(columns) + 1) + "|")
    for name in next(iter(columns.values())):
        cells = (column[name] for column in columns.values())
        print(
            f"| {name} |",
            " | ".join(cell if isinstance(cell, str) else f"{cell:,.1f}" for cell in cells),
            "|",
        )


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:] or list(SIZES))

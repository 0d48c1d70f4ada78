"""Searching catalogues of 0.02 to 6.1 million clips, beside the usual ways to do it.

Catalogues are synthetic (up to 4 GB each, one at a time, removed again). ``NUMBA_CPU_NAME=haswell``
in front measures our own search without AVX-512 and VNNI.

Clips are noise around 3,000 centres; 10 frames each, or 1 at YouTube-8M's size, as there.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import faiss
import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.metrics.pairwise import cosine_similarity

from benchmarks.measure import call
from benchmarks.report import Section, Target, spread, table
from core.catalog.build.build import write_catalog
from core.catalog.catalog import Catalog
from core.catalog.clips import Clips, without_notes
from core.catalog.manifest import RELEASED_MODEL
from core.options import CatalogKind, Comparison, Filter, Ranking
from core.search.matcher import Matcher
from core.types import Query

K = 25
OURS, OURS_BOTH = "**Soundalike, sound**", "**Soundalike, sound and meaning**"
NUMPY, NUMPY_BOTH = "NumPy product + argpartition", "NumPy and SciPy, sound and labels"
SKLEARN = "scikit-learn `cosine_similarity` + argsort"
PASS, FRAMES_PASS = "reading the scanned bytes once", "reading all frames once"
N_CENTRES = 3_000
BATCH = 50_000
SIZES = {"0.02": (23_135, 10), "0.2": (208_432, 10), "2.08": (2_084_320, 10), "6.1": (6_100_000, 1)}
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
            **without_notes(count),
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


def in_turns(works: dict[str, Callable[[int], Any]], n_rounds: int) -> dict[str, list[float]]:
    """Return the times of each work in milliseconds, called with the number of the round.

    One after the other in each round, because a shared machine is faster at some times than at
    others; a round before these does not count.
    """
    times: dict[str, list[float]] = {name: [] for name in works}
    for number in range(-1, n_rounds):
        for name, work in works.items():
            begun = time.perf_counter()
            work(number)
            times[name].append(1000 * (time.perf_counter() - begun))
    return {name: each[1:] for name, each in times.items()}


@njit(nogil=True)  # type: ignore[untyped-decorator]
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


Unit = NDArray[np.float32]
"""What a query is compared by, shape (128,), or the tags that it has, shape (527,)."""


def best(scores: NDArray[np.float32]) -> NDArray[np.int64]:
    """Return the rows of the highest scores, best first."""
    found = np.argpartition(scores, -K)[-K:]
    return found[np.argsort(-scores[found])]


def peers(vectors: NDArray[np.float32]) -> dict[str, Callable[[Unit], Any]]:
    """Return the other ways to find the 25 most similar rows by their sound."""
    from usearch.index import MetricKind
    from usearch.index import search as exact_search

    def usearch(query: Unit) -> NDArray[np.int64]:
        found = exact_search(vectors, query, K, MetricKind.IP, exact=True)
        return np.asarray(found.keys, np.int64)

    found: dict[str, Callable[[Unit], Any]] = {
        SKLEARN: lambda query: np.argsort(cosine_similarity(query[None], vectors)[0])[::-1][:K],
        NUMPY: lambda query: best(vectors @ query),
        "usearch, exact": usearch,
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
        found[name] = partial(_found_by, index)
    return found


def _at(queries: Sequence[Any], search: Callable[[Any], Any], number: int) -> Any:
    return search(queries[number])


def _found_by(index: Any, query: Unit) -> Any:
    return index.search(query[None], K)[1][0]


def labels_of(catalog: Catalog) -> csr_matrix:
    """Return a row of labels for each clip, of length 1."""
    offsets = np.asarray(catalog.label_offsets)
    lengths = np.diff(offsets)
    values = np.repeat(1 / np.sqrt(np.maximum(lengths, 1)), lengths).astype(np.float32)
    shape = (len(catalog), 527)
    return csr_matrix((values, np.asarray(catalog.label_indices, np.int32), offsets), shape)


def measure_one(path: Path, rounds: int) -> tuple[dict[str, list[float]], dict[str, str]]:
    """Return the times of all ways in one catalogue, and what else there is to say."""
    catalog = Catalog.open(path)
    matcher = Matcher(catalog)
    random = np.random.default_rng(2)
    asked = [
        replace(query, tags=(random.random(527) ** 8).astype(np.float32))
        for query in queries(catalog, rounds)
    ]
    first = json.loads(call(["-m", "benchmarks.first_search", str(path)]))
    notes = {
        "opening, ms": f"{1000 * first['open_s']:.1f}",
        "first search of a process, ms": f"{1000 * first['search_s']:.0f}",
        "its peak memory, MB": f"{first['peak_mb']:,.0f}",
    }
    matcher.compile().join()
    by_sound = partial(matcher.matches, ranking=Ranking.SOUND)
    exact = [{match.video_id for match in by_sound(query, K).matches} for query in asked[:5]]
    vectors = catalog.unit_vectors()
    centred = [query.frames.astype(np.float32).mean(axis=0) - 127 for query in asked]
    units = [(mean / np.linalg.norm(mean)).astype(np.float32) for mean in centred]
    works: dict[str, Callable[[int], Any]] = {
        PASS: one_pass(catalog.vectors),
        OURS: lambda number: by_sound(asked[number], K),
        "Soundalike, another filter each time": lambda number: by_sound(
            asked[number], K, FILTERS[number % 3]
        ),
    }
    for name, search in peers(vectors).items():
        works[name] = partial(_at, units, search)
        same = [
            len({f"{row:011d}" for row in search(unit).tolist()} & ids) / K
            for unit, ids in zip(units, exact, strict=False)
        ]
        notes[f"{name}: share of the same clips"] = f"{np.mean(same):.3f}"
    times = in_turns(works, rounds)
    times |= in_turns(_both(catalog, matcher, asked, vectors, units), rounds)
    works.clear()
    del vectors
    works[FRAMES_PASS] = one_pass(catalog.frames)
    for seconds in QUERY_SECONDS:
        sounds = queries(catalog, rounds, seconds)
        by_frames = partial(by_sound, k=K, by=Comparison.FRAMES)
        works[f"**Soundalike by frames**, a query of {seconds} s"] = partial(_at, sounds, by_frames)
    times |= in_turns(works, rounds)
    matcher.close()
    return times, notes


def _both(
    catalog: Catalog, matcher: Matcher, asked: list[Query], vectors: Unit, units: list[Unit]
) -> dict[str, Callable[[int], Any]]:
    """Return the ways to rank by sound and meaning together."""
    labels = labels_of(catalog)
    tags = [query.tags for query in asked]
    return {
        OURS_BOTH: lambda number: matcher.matches(asked[number], K, ranking=Ranking.BOTH),
        NUMPY_BOTH: lambda number: best(vectors @ units[number] + labels @ tags[number]),
    }


def measure(work: Path, quick: bool) -> Section:
    """Make, measure and remove each catalogue."""
    times, notes = {}, {}
    for size in ("0.02", "0.2") if quick else SIZES:
        path = work / f"catalogue-{size}"
        try:
            write_catalog(
                path, batches(*SIZES[size]), CatalogKind.AUDIOSET, RELEASED_MODEL, "synthetic"
            )
            times[size], notes[size] = measure_one(path, 5 if quick else 9)
        finally:
            shutil.rmtree(path, ignore_errors=True)
    middle = {
        size: {name: statistics.median(each) for name, each in found.items()}
        for size, found in times.items()
    }
    rows = [[name, *(spread(times[size][name]) for size in times)] for name in middle["0.02"]]
    rows += [[name, *(notes[size][name] for size in times)] for name in notes["0.02"]]
    largest = [size for size in times if size != "0.02"]
    compared = (NUMPY, OURS), (NUMPY_BOTH, OURS_BOTH)
    about = (
        "25 best, by the mean of a sound of 10 s, milliseconds; all on all processors where they "
        "can. NumPy's *both* adds a sparse product (SciPy) of labels and tags. A pass reads the "
        "scanned bytes once: ours takes "
        + ", ".join(f"{middle[size][OURS] / middle[size][PASS]:.1f}" for size in times)
        + " passes, and has the memory's bandwidth to a share of "
        + ", ".join(f"{middle[size][PASS] / middle[size][OURS]:.0%}" for size in times)
        + "."
    )
    return Section(
        "Search",
        "python -m benchmarks --only search",
        about,
        [table(["million clips", *times], rows)],
        [
            Target.at_least(
                f"{'both' if peer == NUMPY_BOTH else 'sound'} beside NumPy, {size} million",
                3,
                middle[size][peer] / middle[size][own],
            )
            for peer, own in compared
            for size in largest
        ],
        {
            f"Search, {size} million: {name}".replace("`", ""): middle[size][name]
            / middle[size][OURS_BOTH if name == NUMPY_BOTH else OURS]
            for size in largest[-2:]
            for name in (SKLEARN, NUMPY, NUMPY_BOTH, "usearch, exact", "faiss Flat", "faiss SQfp16")
        },
    )

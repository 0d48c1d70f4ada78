"""What ranking by sound and meaning costs beside sound alone, at AudioSet's size.

Usage: python -m benchmarks.ranking FOLDER. FOLDER gets the synthetic catalogue of
`benchmarks.search` with 2,084,320 clips (3 GB, removed again). The three rankings take turns;
prints medians in milliseconds as a Markdown table.
"""

from __future__ import annotations

import shutil
import statistics
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks.search import FILTERS, SIZES, K, batches, queries
from core.catalog.build.build import write_catalog
from core.catalog.catalog import Catalog
from core.catalog.manifest import RELEASED_MODEL
from core.options import CatalogKind, Comparison, Filter, Ranking
from core.search.matcher import Matcher

N_QUERIES = 12
CASES = {
    "means": (Comparison.MEAN, Filter()),
    "means, *Animal* without *Music*": (Comparison.MEAN, FILTERS[0]),
    "frames": (Comparison.FRAMES, Filter()),
}


def measure(path: Path) -> None:
    """Print the table."""
    catalog = Catalog.open(path)
    matcher = Matcher(catalog)
    matcher.compile().join()
    random = np.random.default_rng(2)
    asked = [
        replace(query, tags=(random.random(527) ** 8).astype(np.float32))
        for query in queries(catalog, N_QUERIES)
    ]
    begun_s = time.perf_counter()
    matcher.matches(asked[0], K, ranking=Ranking.MEANING)
    print(f"The first search by meaning took {time.perf_counter() - begun_s:.1f} s.\n")
    print("| | sound | both | ratio | meaning |\n|---|---|---|---|---|")
    for name, (by, filters) in CASES.items():
        took_ms: dict[Ranking, list[float]] = {each: [] for each in Ranking}
        for query in asked:
            for ranking, times in took_ms.items():
                begun_s = time.perf_counter()
                matcher.matches(query, K, filters, by, ranking=ranking)
                times.append(1000 * (time.perf_counter() - begun_s))
        both, sound, meaning = (statistics.median(took_ms[each]) for each in Ranking)
        ratio = both / sound
        print(f"| {name} | {sound:.1f} | {both:.1f} | {ratio:.2f} | {meaning:.1f} |")
    matcher.close()


if __name__ == "__main__":
    target = Path(sys.argv[1]) / "ranking"
    try:
        write_catalog(
            target, batches(*SIZES["2.08"]), CatalogKind.AUDIOSET, RELEASED_MODEL, "benchmark"
        )
        measure(target)
    finally:
        shutil.rmtree(target, ignore_errors=True)

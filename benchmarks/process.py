"""The whole process, from a cold start to the matches: the usual way against `python -m core`."""

from __future__ import annotations

import sys
from pathlib import Path
from statistics import median

import numpy as np
import pandas as pd

from benchmarks import material
from benchmarks.measure import in_rounds, run
from benchmarks.report import Section, Target, spread, table
from core.catalog.catalog import Catalog

USUAL, OURS = "TensorFlow, pandas, scikit-learn", "**Soundalike**"


def measure(work: Path, quick: bool) -> Section:
    """Run both in turns: for one sound, and for a folder of them."""
    checkpoint, pca = str(material.checkpoint(work)), str(material.pca_file(work))
    catalog, pickled = material.catalog(work), work / "catalog.pkl"
    _pickle(catalog, pickled)
    environment = {"SOUNDALIKE_HOME": str(work / "home")}
    rows, asked, ratios = [], [], {}
    for number in (1, 10 if quick else 100):
        paths = [str(path) for path in material.sounds(work / "ten-seconds", number, 10)]
        ours = [sys.executable, "-m", "core", "match", *paths, "--catalog", str(catalog), "--json"]
        ours += ["--model", checkpoint, "--pca", pca]
        usual = [sys.executable, "-m", "benchmarks.usual_way", checkpoint, pca, str(pickled)]
        run(ours, environment)  # converts the model, and warms the disk cache
        rounds = 1 if quick else 5 if number == 1 else 3
        costs = in_rounds({USUAL: [*usual, *paths], OURS: ours}, rounds, environment)
        what = "1 sound of 10 s" if number == 1 else f"{number} sounds of 10 s"
        for name, each in costs.items():
            took, peak = [cost.wall_s for cost in each], [cost.peak_mb for cost in each]
            rows.append([what, name, spread(took), spread(peak, ",.0f")])
        ratio = _ratio([cost.wall_s for cost in costs[USUAL]], [c.wall_s for c in costs[OURS]])
        memory = _ratio([cost.peak_mb for cost in costs[OURS]], [c.peak_mb for c in costs[USUAL]])
        ratios[f"Whole process, {what}: {USUAL}"] = ratio
        asked.append(Target.at_least(f"whole process, {what}", 8, ratio))
        asked.append(Target.at_most(f"its memory, {what}", 0.3, memory))
    return Section(
        "The whole process",
        "python -m benchmarks --only process",
        f"From a cold start to the 25 best of {material.N_CLIPS:,} generated clips, with the same "
        "checkpoint; the converted model is there already. The usual way: the reference's "
        "front end and session, a pickled DataFrame, `cosine_similarity` and argsort.",
        [table(["of", "way", "s", "peak MB"], rows)],
        asked,
        ratios,
    )


def _ratio(one: list[float], other: list[float]) -> float:
    return median(one) / median(other)


def _pickle(catalog: Path, path: Path) -> None:
    if not path.exists():
        found = Catalog.open(catalog)
        means = [found.clip(row).frames.mean(axis=0) / 63.75 - 2 for row in range(len(found))]
        ids = [found.clip(row).video_id for row in range(len(found))]
        frame = pd.DataFrame({"video_id": ids, "embedding": [m.astype(np.float32) for m in means]})
        frame.to_pickle(path)

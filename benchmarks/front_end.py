"""Samples, and a file, to log-mel patches: the reference's way with resampy, librosa's, ours."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from benchmarks import material, peers
from benchmarks.report import Section, Target, spread, table

REFERENCE, LIBROSA, OURS = "resampy, NumPy float64 (as the reference)", "librosa", "**Soundalike**"
WAYS = {
    REFERENCE: peers.reference_patches,
    LIBROSA: peers.librosa_patches,
    OURS: peers.our_patches,
}


def _of_file(path: Path) -> dict[str, Callable[[], Any]]:
    from core.audio.logmel import log_mel
    from core.audio.reader import load

    works: dict[str, Callable[[], Any]] = {
        name: partial(_read_and, way, path) for name, way in WAYS.items()
    }
    works[OURS] = lambda: log_mel(load(path)).patches
    return works


def _read_and(way: Callable[..., Any], path: Path) -> Any:
    return way(*peers.read(path))


def _of_samples(path: Path) -> dict[str, Callable[[], Any]]:
    given = peers.read(path)
    return {name: partial(way, *given) for name, way in WAYS.items()}


def measure(work: Path, quick: bool) -> Section:
    """Run all ways in turns."""
    rows, asked, ratios = [], [], {}
    for seconds in (10, 60 if quick else 600):
        (path,) = material.sounds(work / f"sounds-{seconds}", 1, seconds)
        for what, works in (("samples", _of_samples(path)), ("a file", _of_file(path))):
            outputs = {name: way() for name, way in works.items()}  # does not count: compiles
            times: dict[str, list[float]] = {name: [] for name in works}
            for _ in range(3 if quick else 7):
                for name, way in works.items():
                    begun_s = time.perf_counter()
                    way()
                    times[name].append(1000 * (time.perf_counter() - begun_s) / seconds)
            for name, each in times.items():
                difference = np.abs(outputs[name] - outputs[REFERENCE]).mean()
                rows.append([f"{what}, {seconds} s", name, spread(each), f"{difference:.4f}"])
                if name != OURS:
                    ratio = median(each) / median(times[OURS])
                    ratios[f"Log-mel of {what}, {seconds} s: {name.partition(' (')[0]}"] = ratio
                    if what == "samples" and name == REFERENCE:
                        label = f"front end beside the reference with resampy, {seconds} s"
                        asked.append(Target.at_least(label, 25, ratio))
    return Section(
        "Front end",
        "python -m benchmarks --only front_end",
        "44.1 kHz, stereo, to patches: from samples, and from a WAV file, of which ours also "
        "looks for damage, clipping, hum and cancelling channels. The difference is the mean of "
        "|natural logarithms| from the reference's; librosa's frames are windowed in the middle of "
        "512 samples and so begin elsewhere.",
        [table(["of", "way", "ms a second of sound", "difference"], rows)],
        asked,
        ratios,
    )

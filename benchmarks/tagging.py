"""Tags: what a second of sound costs each listener, and a folder of an hour from a cold start."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from benchmarks import material, peers
from benchmarks.measure import run
from benchmarks.report import Section, spread, table
from core.jobs import Job
from core.listeners import BuiltIn, Listener, VggishListener
from core.options import Options
from core.paths import DataFolder
from core.setup.selection import model_folder
from core.vggish.model import Vggish


def measure(work: Path, quick: bool) -> Section:
    """Measure both listeners, then the command line."""
    given = Options(material.checkpoint(work), material.pca_file(work))
    folder = model_folder(DataFolder(work / "home"), given, Job())
    (path,) = material.sounds(work / "sounds-60", 1, 60)
    patches = peers.our_patches(*peers.read(path))
    listeners: dict[str, Listener] = {
        "built-in listener": BuiltIn(),
        "VGGish and the tagger": VggishListener(Vggish(folder)),
    }
    times: dict[str, list[float]] = {name: [] for name in listeners}
    for number in range(4 if quick else 8):
        for name, listener in listeners.items():
            begun_s = time.perf_counter()
            listener.tags(listener.analyse(patches))
            if number > 1:  # the first two do not count: weights are packed after a minute
                times[name].append(1000 * (time.perf_counter() - begun_s) / 60)
    for listener in listeners.values():
        listener.close()
    minutes = 5 if quick else 60
    material.sounds(work / "minutes", minutes, 60)
    hour = [sys.executable, "-m", "core", "tags", str(work / "minutes"), "--csv"]
    costs = [run(hour, {"SOUNDALIKE_HOME": str(work / "empty")}) for _ in range(1 if quick else 3)]
    wall = [cost.wall_s for cost in costs]
    rows = [[f"{name}, patches to tags", spread(each), ""] for name, each in times.items()]
    rows.append(
        [
            f"`core tags` of a folder of {minutes} files of a minute, cold",
            spread([1000 * each / minutes / 60 for each in wall]),
            spread([cost.peak_mb for cost in costs], ",.0f"),
        ]
    )
    return Section(
        "Tags",
        "python -m benchmarks --only tagging",
        f"The folder took {spread(wall)} s in one process, files read and resampled from 44.1 kHz "
        "stereo. There is no peer: the built-in listener's network is this project's own.",
        [table(["", "ms a second of sound", "peak MB"], rows)],
    )

"""One way of analysing a folder, in a process of its own; prints seconds and peak memory as JSON.

python -m benchmarks.sounds_child ours FOLDER OUT DATA [--model FILE --pca FILE]
python -m benchmarks.sounds_child file FILE
python -m benchmarks.sounds_child {librosa|librosa-vggish NETWORK|tensorflow WEIGHTS} FILE…
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from benchmarks import peers
from benchmarks.measure import peak_mb
from core.options import ListenerKind, Options
from core.paths import DataFolder


def ours(arguments: Sequence[str]) -> None:
    """Build a catalogue as the command line does."""
    from core.sounds.update import update_sounds
    from core.sounds.workers import usual_workers

    parser = argparse.ArgumentParser()
    for name in ("folder", "out", "data", "--model", "--pca"):
        parser.add_argument(name, type=Path)
    chosen = parser.parse_args(arguments)
    kind = ListenerKind.VGGISH if chosen.model else ListenerKind.BUILT_IN
    options, data = Options(chosen.model, chosen.pca, listener=kind), DataFolder(chosen.data)
    begun_s = time.perf_counter()
    workers = usual_workers(data, options)
    update_sounds(chosen.out, [chosen.folder], data, options, workers=workers)
    tell(time.perf_counter() - begun_s)


def loop(embed: Callable[[np.ndarray], object], paths: Sequence[str]) -> None:
    """Load, transform and embed file after file; the first does not count."""
    for number, path in enumerate([paths[0], *paths]):
        if number == 1:
            begun_s = time.perf_counter()
        embed(peers.librosa_patches(*peers.read(Path(path))))
    tell(time.perf_counter() - begun_s)


def tell(took_s: float) -> None:
    """Print the result."""
    children_mb = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(json.dumps({"took_s": took_s, "peak_mb": max(peak_mb(), children_mb)}))


def main(way: str, *arguments: str) -> None:
    """Run one way."""
    if way == "ours":
        ours(arguments)
    elif way == "file":
        from core.listeners import BuiltIn
        from core.sounds.analysis import analysed_file

        begun_s = time.perf_counter()
        analysed_file(BuiltIn(), Path(arguments[0]))
        tell(time.perf_counter() - begun_s)
    elif way == "librosa":
        import onnxruntime

        from core.tagging.listener import RESOURCE
        from core.tagging.weights import shipped

        session = onnxruntime.InferenceSession(str(shipped(RESOURCE)))
        name = session.get_inputs()[0].name
        loop(lambda patches: session.run(None, {name: patches}), arguments)
    elif way == "librosa-vggish":
        import onnxruntime

        session = onnxruntime.InferenceSession(arguments[0])
        loop(lambda patches: session.run(None, {"patches": patches}), arguments[1:])
    else:
        kept = np.load(arguments[0])
        loop(peers.function({name: kept[name] for name in kept.files}), arguments[1:])


if __name__ == "__main__":
    main(*sys.argv[1:])

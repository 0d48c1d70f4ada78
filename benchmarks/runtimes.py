"""Which runtime should run the converted network, onnxruntime or LiteRT.

Usage: python -m benchmarks.runtimes [REPETITIONS]; needs ``pip install ai-edge-litert`` as well,
which the program itself does not. The same seeded weights are converted for both, each runtime
runs in fresh processes in turns, and a heartbeat in another thread measures the longest stall that
importing, loading and running would mean for a window. Prints a Markdown table of medians.
"""

from __future__ import annotations

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.measure import PROJECT, QUIET
from core.jobs import Job
from core.vggish import network

RUNTIMES = ("onnxruntime", "LiteRT")
PATCHES = (1, 10, 60)


def convert(folder: Path) -> None:
    """Write the seeded network for both runtimes."""
    import tensorflow as tf

    from core.vggish.tensorflow_child import forward

    weights = network.seeded_weights(0)
    network.write_onnx(weights, folder / "network.onnx")

    class Module(tf.Module):  # type: ignore[misc]
        @tf.function(input_signature=[tf.TensorSpec((None, 96, 64), tf.float32)])  # type: ignore[untyped-decorator]
        def embed(self, patches: tf.Tensor) -> tf.Tensor:
            return forward(weights, patches)

    module = Module()
    function = module.embed.get_concrete_function()
    converter = tf.lite.TFLiteConverter.from_concrete_functions([function], module)
    (folder / "network.tflite").write_bytes(converter.convert())
    patches = np.random.default_rng(1).standard_normal((4, 96, 64), dtype=np.float32)
    np.savez(folder / "check.npz", patches=patches, expected=forward(weights, patches).numpy())


class Heartbeat:
    """Measures the longest time that another thread was kept from running, in milliseconds."""

    def __init__(self) -> None:
        self.longest_ms = 0.0
        self._has_ended = threading.Event()
        self._thread = threading.Thread(target=self._beat, daemon=True)
        self._thread.start()

    def _beat(self) -> None:
        last_s = time.perf_counter()
        while not self._has_ended.wait(0.001):
            now_s = time.perf_counter()
            self.longest_ms = max(self.longest_ms, 1e3 * (now_s - last_s) - 1)
            last_s = now_s

    def end(self) -> float:
        """Stop, and return the longest stall."""
        self._has_ended.set()
        self._thread.join()
        return self.longest_ms


def measure(runtime: str, folder: Path) -> dict[str, float]:
    """Measure one runtime in this process, from import to steady work."""
    sys.setswitchinterval(0.001)  # as the window does
    os.environ.update(QUIET)
    check = np.load(folder / "check.npz")
    stalls: dict[str, float] = {}
    began_s = time.perf_counter()
    heartbeat = Heartbeat()
    if runtime == "LiteRT":
        from ai_edge_litert.interpreter import Interpreter
    else:
        import onnxruntime  # noqa: F401 - the import is what is measured
    stalls["import"] = heartbeat.end()
    heartbeat = Heartbeat()
    if runtime == "LiteRT":
        interpreter = Interpreter(str(folder / "network.tflite"), num_threads=os.cpu_count())

        def embed(patches: np.ndarray) -> np.ndarray:
            place = interpreter.get_input_details()[0]["index"]
            if tuple(interpreter.get_input_details()[0]["shape"]) != patches.shape:
                interpreter.resize_tensor_input(place, patches.shape)
                interpreter.allocate_tensors()
            interpreter.set_tensor(place, patches)
            interpreter.invoke()
            place = interpreter.get_output_details()[0]["index"]
            found: NDArray[np.float32] = interpreter.get_tensor(place)
            return found

    else:
        from core.vggish.runtime import OnnxNetwork

        session = OnnxNetwork(folder / "network.onnx")

        def embed(patches: np.ndarray) -> np.ndarray:
            return session.embed(patches, Job())

    found = embed(check["patches"])
    result = {"first answer, s": time.perf_counter() - began_s}
    stalls["loading"] = heartbeat.end()
    difference = np.abs(found - check["expected"]).max() / check["expected"].std()
    result["difference from TensorFlow, std"] = float(difference)
    heartbeat = Heartbeat()
    for count in PATCHES:
        patches = np.zeros((count, 96, 64), np.float32)
        embed(patches)
        begun_s = time.perf_counter()
        for _ in range(3):
            embed(patches)
        result[f"ms a patch at {count}"] = 1e3 * (time.perf_counter() - begun_s) / 3 / count
    stalls["running"] = heartbeat.end()
    result |= {f"longest stall {name}, ms": stall for name, stall in stalls.items()}
    result["peak memory, MB"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return result


def main(repetitions: str = "5") -> None:
    """Measure both in turns and print the medians."""
    found: dict[str, list[dict[str, float]]] = {name: [] for name in RUNTIMES}
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "benchmarks.runtimes"]
        subprocess.run([*command, "convert", folder], cwd=PROJECT, check=True, capture_output=True)
        for _ in range(int(repetitions)):
            for name in RUNTIMES:
                answer = subprocess.run(
                    [*command, name, folder], cwd=PROJECT, check=True, capture_output=True
                )
                found[name].append(json.loads(answer.stdout.splitlines()[-1]))
    print(f"| | {' | '.join(RUNTIMES)} |")
    print("|---|" + "---|" * len(RUNTIMES))
    for key in found[RUNTIMES[0]][0]:
        medians = (statistics.median(run[key] for run in found[name]) for name in RUNTIMES)
        print(f"| {key} | {' | '.join(f'{median:.3g}' for median in medians)} |")


if __name__ == "__main__":
    if sys.argv[1:2] == ["convert"]:
        convert(Path(sys.argv[2]))
    elif sys.argv[1:2] and sys.argv[1] in RUNTIMES:
        print(json.dumps(measure(sys.argv[1], Path(sys.argv[2]))))
    else:
        main(*sys.argv[1:])

"""Write VGGish checkpoints with TensorFlow: usage: write_checkpoint.py SEED [V1|V2 PATH CHANGE]….

CHANGE, unless empty, makes it wrong: "missing" leaves variables out, "shape" gives one another
shape, "nan" puts a value in that is not a number, "foreign" writes variables of another network.
"files" makes it two data files, "parts" saves a variable in two parts: both TensorFlow's own ways.
Runs in a process of its own, as TensorFlow does everywhere in this project.
"""

from __future__ import annotations

import os
import sys

import numpy as np

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import tensorflow as tf

from core.vggish.network import seeded_weights


def main(seed: str, *wanted: str) -> None:
    weights = seeded_weights(int(seed))
    for version, path, change in zip(wanted[::3], wanted[1::3], wanted[2::3], strict=True):
        write(version, path, changed(dict(weights), change), change)


def changed(weights: dict[str, np.ndarray], change: str) -> dict[str, np.ndarray]:
    first = {"vggish/conv1/weights": weights["vggish/conv1/weights"].copy()}
    # Names and shapes are looked at first, so what comes after a wrong one need not be there.
    if change == "missing":
        return first
    if change == "shape":
        return {"vggish/conv1/weights": first["vggish/conv1/weights"][..., 1:]}
    if change == "nan":
        weights.update(first)
        weights["vggish/conv1/weights"][0, 0, 0, 0] = np.nan
    if change == "foreign":
        return {"resnet/conv1": np.ones((3, 3), np.float32)}
    return weights


def write(version: str, path: str, weights: dict[str, np.ndarray], change: str) -> None:
    v1 = tf.compat.v1
    devices = ("/cpu:0", "/cpu:1") if change == "files" else ("/cpu:0",)
    two_parts = v1.fixed_size_partitioner(2)
    config = v1.ConfigProto(device_count={"CPU": len(devices)})
    with tf.Graph().as_default(), v1.Session(config=config) as session:
        given = {name: v1.placeholder(tf.float32, value.shape) for name, value in weights.items()}
        for number, (name, value) in enumerate(given.items()):
            with tf.device(devices[number % len(devices)]):
                if change == "parts" and name == "vggish/fc2/weights":
                    v1.get_variable(name, value.shape, partitioner=two_parts)
                else:
                    v1.get_variable(name, initializer=value)
        feed = {given[name]: value for name, value in weights.items()}
        session.run(v1.global_variables_initializer(), feed)
        saver = v1.train.Saver(
            write_version=getattr(v1.train.SaverDef, version), sharded=len(devices) > 1
        )
        saver.save(session, path, write_meta_graph=False, write_state=False)


if __name__ == "__main__":
    main(*sys.argv[1:])

"""Write VGGish checkpoints with TensorFlow: usage: write_checkpoint.py V1|V2 SEED [PATH CHANGE]….

CHANGE, unless empty, makes it wrong: "missing" leaves a variable out, "shape" gives one another
shape, "nan" puts a value in that is not a number, "foreign" writes variables of another network.
Runs in a process of its own, as TensorFlow does everywhere in this project.
"""

from __future__ import annotations

import os
import sys

import numpy as np

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import tensorflow as tf

from core.vggish.network import seeded_weights


def main(version: str, seed: str, *paths_and_changes: str) -> None:
    for path, change in zip(paths_and_changes[::2], paths_and_changes[1::2], strict=True):
        write(version, path, changed(dict(seeded_weights(int(seed))), change))


def changed(weights: dict[str, np.ndarray], change: str) -> dict[str, np.ndarray]:
    if change == "missing":
        del weights["vggish/fc2/biases"]
    elif change == "shape":
        weights["vggish/fc2/weights"] = np.zeros((4096, 127), np.float32)
    elif change == "nan":
        weights["vggish/conv1/weights"][0, 0, 0, 0] = np.nan
    elif change == "foreign":
        return {"resnet/conv1": np.ones((3, 3), np.float32)}
    return weights


def write(version: str, path: str, weights: dict[str, np.ndarray]) -> None:
    v1 = tf.compat.v1
    with tf.Graph().as_default(), v1.Session() as session:
        given = {name: v1.placeholder(tf.float32, value.shape) for name, value in weights.items()}
        for name, value in given.items():
            v1.get_variable(name, initializer=value)
        feed = {given[name]: value for name, value in weights.items()}
        session.run(v1.global_variables_initializer(), feed)
        saver = v1.train.Saver(write_version=getattr(v1.train.SaverDef, version))
        saver.save(session, path, write_meta_graph=False, write_state=False)


if __name__ == "__main__":
    main(*sys.argv[1:])

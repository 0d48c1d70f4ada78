"""Tags from VGGish's frames: a small network, trained on AudioSet's real features, in NumPy."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.products import product
from core.tagging.tags import N_CLASSES, Tags, closed_upwards, counted
from core.tagging.weights import load_arrays, shipped
from core.types import EMBEDDING_SIZE, Float32, UInt8
from core.vectors import CENTRE

RESOURCE, FORMAT = "tagger.npz", 1

_STEP = 4096
"""Frames at a time: hidden layers and scores of a day of sound would take a gigabyte."""

_PRODUCT_FRAMES = 32
_SHAPES: dict[str, tuple[int | None, ...]] = {
    "first_weight": (None, EMBEDDING_SIZE, None),
    "first_bias": (None, None),
    "second_weight": (None, None, None),
    "second_bias": (None, None),
    "class_weight": (None, None, N_CLASSES),
    "class_bias": (None, N_CLASSES),
    "attention_weight": (None, None, N_CLASSES),
    "attention_bias": (None, N_CLASSES),
    "calibration": (2,),
}


class Tagger:
    """The mean of a few equal networks.

    Each has two hidden layers on a frame, and weighs the frames for each class in its own way.

    Parameters
    ----------
    path : Path, optional
        The weights; those that the program carries if none are given.

    Raises
    ------
    ModelError
        If the file is missing, damaged or of another version.
    """

    def __init__(self, path: Path | None = None) -> None:
        arrays = load_arrays(path or shipped(RESOURCE), FORMAT, _SHAPES)
        slope, shift = arrays.pop("calibration").tolist()
        self._slope, self._shift = float(slope), float(shift)
        members = range(len(arrays["first_weight"]))
        self._networks = [{name: array[i] for name, array in arrays.items()} for i in members]

    def tags(self, frames: UInt8, is_loud: NDArray[np.bool_] | None = None) -> Tags:
        """Return the tags of a sound.

        Parameters
        ----------
        frames : uint8 array, shape (T, 128)
            Post-processed VGGish embeddings, at least one.
        is_loud : bool array, shape (T,), optional
            Which frames count for the whole; all if it is not known or none would.
        """
        is_loud = counted(is_loud, len(frames))
        scores = np.zeros((len(frames), N_CLASSES), np.float32)
        sums = np.zeros((len(self._networks), 2, N_CLASSES), np.float64)
        for first in range(0, len(frames), _STEP):
            step = slice(first, first + _STEP)
            for network, total in zip(self._networks, sums, strict=True):
                found, attention = _run(network, frames[step])
                scores[step] += found / np.float32(len(self._networks))
                found, attention = found[is_loud[step]], attention[is_loud[step]]
                total += attention.sum(0), (attention * found).sum(0)
        whole = (sums[:, 1] / sums[:, 0]).mean(0).astype(np.float32)
        return Tags(self._calibrated(scores), self._calibrated(whole), is_loud)

    def frame_scores(self, frames: UInt8) -> Float32:
        """Return `Tags.scores` of frames that belong to different sounds, in half the time."""
        found = [_scores(network, _hidden(network, frames)) for network in self._networks]
        return self._calibrated(np.mean(found, axis=0, dtype=np.float32))

    def _calibrated(self, scores: Float32) -> Float32:
        return platt(closed_upwards(scores), self._slope, self._shift)


def _run(network: dict[str, NDArray[Any]], frames: UInt8) -> tuple[Float32, Float32]:
    """Return one network's scores and weights of frames, each float32, (T, 527)."""
    x = _hidden(network, frames)
    # In training a softmax over the frames; cut, so that none is infinite.
    attention = np.exp(np.clip(_layer(network, "attention", x), -30, 30))
    return _scores(network, x), attention.astype(np.float32)


def _hidden(network: dict[str, NDArray[Any]], frames: UInt8) -> Float32:
    x = (frames.astype(np.float32) - CENTRE) * np.float32(4 / 255)
    x = np.maximum(_layer(network, "first", x), 0)
    x += np.maximum(_layer(network, "second", x), 0)
    return x


def _scores(network: dict[str, NDArray[Any]], hidden: Float32) -> Float32:
    return np.asarray(1 / (1 + np.exp(-_layer(network, "class", hidden))), np.float32)


def _layer(network: dict[str, NDArray[Any]], name: str, x: Float32) -> Float32:
    return np.asarray(
        product(x, network[f"{name}_weight"], _PRODUCT_FRAMES) + network[f"{name}_bias"]
    )


def platt(scores: Float32, slope: float, shift: float) -> Float32:
    """Return calibrated scores: the logit times `slope` plus `shift`."""
    cut = np.clip(scores.astype(np.float64), 1e-7, 1 - 1e-7)
    logits: NDArray[Any] = np.log(cut / (1 - cut)) * slope + shift
    return np.asarray(1 / (1 + np.exp(-logits)), np.float32)

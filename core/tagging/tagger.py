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
    "first_weight": (EMBEDDING_SIZE, None),
    "first_bias": (None,),
    "second_weight": (None, None),
    "second_bias": (None,),
    "class_weight": (None, N_CLASSES),
    "class_bias": (N_CLASSES,),
    "attention_weight": (None, N_CLASSES),
    "attention_bias": (N_CLASSES,),
    "calibration": (2,),
}


class Tagger:
    """Two hidden layers on each frame; each class weighs the frames in its own way for the whole.

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
        self._arrays = load_arrays(path or shipped(RESOURCE), FORMAT, _SHAPES)

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
        scores = np.empty((len(frames), N_CLASSES), np.float32)
        total = np.zeros((2, N_CLASSES), np.float64)
        for first in range(0, len(frames), _STEP):
            step = slice(first, first + _STEP)
            scores[step], attention = self._run(frames[step])
            attention = attention[is_loud[step]]
            total += attention.sum(0), (attention * scores[step][is_loud[step]]).sum(0)
        whole = (total[1] / total[0]).astype(np.float32)
        return Tags(self._calibrated(scores), self._calibrated(whole), is_loud)

    def _run(self, frames: UInt8) -> tuple[Float32, Float32]:
        """Return scores before calibration and weights of frames, each float32, (T, 527)."""
        a = self._arrays
        x = (frames.astype(np.float32) - CENTRE) * np.float32(4 / 255)
        x = np.maximum(product(x, a["first_weight"], _PRODUCT_FRAMES) + a["first_bias"], 0)
        x += np.maximum(product(x, a["second_weight"], _PRODUCT_FRAMES) + a["second_bias"], 0)
        logits = product(x, a["class_weight"], _PRODUCT_FRAMES) + a["class_bias"]
        attention = product(x, a["attention_weight"], _PRODUCT_FRAMES) + a["attention_bias"]
        # In training a softmax over frames; cut so that no single one is infinite.
        return 1 / (1 + np.exp(-logits)), np.exp(np.clip(attention, -30, 30))

    def _calibrated(self, scores: Float32) -> Float32:
        slope, shift = self._arrays["calibration"]
        return closed_upwards(platt(scores, float(slope), float(shift)))


def platt(scores: Float32, slope: float, shift: float) -> Float32:
    """Return calibrated scores: the logit times `slope` plus `shift`."""
    cut = np.clip(scores.astype(np.float64), 1e-7, 1 - 1e-7)
    logits: NDArray[Any] = np.log(cut / (1 - cut)) * slope + shift
    return np.asarray(1 / (1 + np.exp(-logits)), np.float32)

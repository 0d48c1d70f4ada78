"""How well scores agree with the teacher's, and whether neighbours in the embedding mean alike."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.types import Float32


def agreement(scores: Float32, teacher: Float32) -> dict[str, float]:
    """Return "top 1", "in top 3" and "cosine of roots" of scores (W, 527) with the teacher's."""
    best = teacher.argmax(1)
    order = np.argsort(-scores, axis=1)[:, :3]
    roots, wanted = np.sqrt(scores), np.sqrt(teacher)
    norms = np.linalg.norm(roots, axis=1) * np.linalg.norm(wanted, axis=1)
    return {
        "top 1": float((order[:, 0] == best).mean()),
        "in top 3": float((order == best[:, None]).any(1).mean()),
        "cosine of roots": float(((roots * wanted).sum(1) / np.maximum(norms, 1e-9)).mean()),
    }


def neighbours(embedding: Float32, teacher: Float32, sources: NDArray[np.int64]) -> float:
    """Return P@5: the share of the five nearest windows of other sources with the same top class.

    Parameters
    ----------
    embedding : float32 array, shape (W, D)
    teacher : float32 array, shape (W, 527)
    sources : int64 array, shape (W,)
        Windows of equal numbers are not compared.
    """
    unit = embedding / np.maximum(np.linalg.norm(embedding, axis=1, keepdims=True), 1e-9)
    best = teacher.argmax(1)
    similarity = unit @ unit.T
    similarity[sources[:, None] == sources] = -2
    near = np.argpartition(-similarity, 5, axis=1)[:, :5]
    return float((best[near] == best[:, None]).mean())

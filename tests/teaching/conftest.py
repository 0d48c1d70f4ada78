"""A space in which a class is a direction, and answers about it."""

from __future__ import annotations

import numpy as np
import pytest

from core.teaching.embedding_model import EmbeddingModel
from core.teaching.taught_class import Example

MODEL = EmbeddingModel("model-1", "Model 1")


def directions(random: np.random.Generator, towards: np.ndarray, n: int) -> np.ndarray:
    """Return n directions, int8 (n, 128), around another one, and as noisy as it is long."""
    vectors = towards + random.normal(size=(n, 128))
    return np.rint(vectors / np.abs(vectors).max(axis=1, keepdims=True) * 127).astype(np.int8)


class Space:
    """Sounds of a class, and others."""

    def __init__(self, seed: int = 0) -> None:
        self._random = np.random.default_rng(seed)
        self.axis = np.zeros(128)
        self.axis[3], self.axis[40] = 12, -9
        others = directions(self._random, np.zeros(128), 200).astype(np.float32)
        self.background = others / np.linalg.norm(others, axis=1, keepdims=True)

    def examples(self, n: int, is_member: bool, name: str = "clip") -> list[Example]:
        """Return answers for n sounds that are of the class, or are not."""
        found = directions(self._random, self.axis if is_member else np.zeros(128), n)
        kind = "yes" if is_member else "no"
        return [
            Example(f"{name}-{kind}-{place}", 0.0, 10.0, direction, is_member)
            for place, direction in enumerate(found)
        ]


@pytest.fixture
def space() -> Space:
    return Space()

"""A sound that arrives for half an hour costs no more than its bytes."""

from __future__ import annotations

import tracemalloc

import numpy as np

from core.query import QueryStream
from core.vggish.model import Embedding

RATE_HZ = 16_000


class Counting:
    """Stands in for a model: what it is given, counted."""

    def __init__(self) -> None:
        self.n_patches = 0

    def embed(self, patches, job=None) -> Embedding:
        self.n_patches += len(patches)
        shape = (len(patches), 128)
        return Embedding(np.zeros(shape, np.float32), np.zeros(shape, np.uint8))


def test_half_an_hour_keeps_only_the_bytes_of_its_patches():
    model = Counting()
    stream = QueryStream(model, "Recording")  # type: ignore[arg-type]
    second = np.random.default_rng(0).uniform(-0.1, 0.1, RATE_HZ).astype(np.float32)
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    for _ in range(30 * 60):
        stream.push(second)
        stream.query(last_s=5)
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert model.n_patches == len(stream.query().frames) == (1800 * 100 - 2) // 96
    assert after - before < 4_000_000, "the sound itself would be 115 MB"

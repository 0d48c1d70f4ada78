"""A sound that arrives for half an hour costs no more than its bytes."""

from __future__ import annotations

import tracemalloc

import numpy as np

from core.listeners import Analysis, BuiltIn
from core.query import QueryStream
from core.tagging.tags import N_CLASSES

RATE_HZ = 16_000


class Counting(BuiltIn):
    """What it is given is counted instead of analysed: that takes too long."""

    n_patches = 0

    def analyse(self, patches, job=None) -> Analysis:
        n = len(patches)
        self.n_patches += n
        scores = np.zeros((n, N_CLASSES), np.float16)
        return Analysis(np.zeros((n, 128), np.uint8), np.ones(n, np.float32), scores)


def test_half_an_hour_keeps_only_the_bytes_of_its_patches():
    listener = Counting()
    stream = QueryStream(listener, "Recording")
    second = np.random.default_rng(0).uniform(-0.1, 0.1, RATE_HZ).astype(np.float32)
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    for _ in range(30 * 60):
        stream.push(second)
        stream.query(last_s=5)
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert listener.n_patches == len(stream.query().frames) == (1800 * 100 - 2) // 96
    assert after - before < 4_000_000, "the sound itself would be 115 MB"

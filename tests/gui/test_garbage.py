"""Garbage is collected where widgets may die."""

from __future__ import annotations

import gc
import threading
import weakref
from collections.abc import Iterator

import pytest

from gui.garbage import GarbageCollector


@pytest.fixture
def collector(qtbot) -> Iterator[GarbageCollector]:
    thresholds = gc.get_threshold()
    gc.set_threshold(700, 2, 2)
    made = GarbageCollector()
    yield made
    made.deleteLater()
    gc.set_threshold(*thresholds)


class Node:
    """Holds itself."""

    def __init__(self) -> None:
        self.itself = self


def litter() -> None:
    """Make so much garbage that Python would look for it several times."""
    for _ in range(10_000):
        Node()


def test_garbage_dies_in_the_windows_thread_alone(collector: GarbageCollector, qtbot) -> None:
    died_in: list[int] = []
    weakref.finalize(Node(), lambda: died_in.append(threading.get_ident()))
    thread = threading.Thread(target=litter)
    thread.start()
    thread.join()
    assert not died_in
    qtbot.waitUntil(lambda: bool(died_in))
    assert died_in == [threading.get_ident()]


def test_older_garbage_dies_as_well_and_what_is_settled_stays(
    collector: GarbageCollector, qtbot
) -> None:
    gone, kept = Node(), Node()
    gc.collect()
    is_gone, is_kept = weakref.ref(gone), weakref.ref(kept)
    del gone
    for _ in range(24):  # every fourth time it looks among what is older, and so on
        litter()
        collector.collect()
    assert is_gone() is None
    collector.settle()
    del kept
    gc.collect()
    assert is_kept() is not None
    gc.unfreeze()
    gc.collect()
    assert is_kept() is None

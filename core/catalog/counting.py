"""How many clips of a catalogue each class has, alone and with everything below it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from core.catalog.catalog import Catalog
from core.catalog.ontology import Node, Ontology
from core.filters import ClassIndex
from core.jobs import Job
from core.options import CatalogKind


@dataclass(frozen=True)
class ClassCount:
    """A class, and the clips of a catalogue that have it.

    Attributes
    ----------
    id : str
        The ontology's id; a class of YouTube-8M has its number, and a vertical its name.
    name : str
    n_own : int
        Clips that are labelled with the class itself.
    n_all : int
        Clips that are labelled with the class or any below it, each counted once.
    child_ids : tuple of str
        The classes right below it.
    """

    id: str
    name: str
    n_own: int
    n_all: int
    child_ids: tuple[str, ...]


def count_classes(catalog: Catalog, job: Job | None = None) -> dict[str, ClassCount]:
    """Return all classes by id: AudioSet's ontology in its order, or YouTube-8M's labels."""
    job = job or Job()
    index = ClassIndex(catalog.label_indices, catalog.label_offsets)
    if catalog.manifest.kind == CatalogKind.YOUTUBE8M:
        return _count_labels(catalog, index)
    nodes = Ontology.load().nodes
    counted = {}
    for done, node in enumerate(nodes.values()):
        job.report("Counting the classes", done / len(nodes))
        counted[node.id] = _counted(node, index)
    return counted


def _count_labels(catalog: Catalog, index: ClassIndex) -> dict[str, ClassCount]:
    counts = {}
    found = np.flatnonzero(np.bincount(catalog.label_indices)).tolist()
    for name, group in catalog.verticals().items():
        below = tuple(str(label) for label in found if label in group)
        counts[name] = ClassCount(name, name, 0, index.count(group), below)
    for label in found:
        n_clips = index.count({label})
        counts[str(label)] = ClassCount(str(label), catalog.label_name(label), n_clips, n_clips, ())
    return counts


def _counted(node: Node, index: ClassIndex) -> ClassCount:
    own = frozenset() if node.index is None else frozenset({node.index})
    below = Ontology.load().below(node)
    n_own = index.count(own)
    n_all = n_own if below == own else index.count(below)
    return ClassCount(node.id, node.name, n_own, n_all, node.child_ids)


def by_size(counts: dict[str, ClassCount]) -> list[tuple[int, ClassCount]]:
    """Return the classes that have clips, larger ones first, all at depth 0."""
    ordered = sorted(counts.values(), key=lambda each: -each.n_all)
    return [(0, each) for each in ordered if each.n_all]


def walk(counts: dict[str, ClassCount]) -> Iterator[tuple[int, ClassCount]]:
    """Yield the classes that have clips as a tree, each with its depth, larger ones first.

    A class below several others comes again below each.
    """

    def descend(ids: Iterable[str], depth: int) -> Iterator[tuple[int, ClassCount]]:
        for count in sorted((counts[key] for key in ids), key=lambda each: -each.n_all):
            if count.n_all:
                yield depth, count
                yield from descend(count.child_ids, depth + 1)

    below = {key for count in counts.values() for key in count.child_ids}
    return descend((key for key in counts if key not in below), 0)

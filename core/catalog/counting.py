"""How many clips of a catalogue each class has, alone and with everything below it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from core.catalog.catalog import Catalog
from core.catalog.classes import HEARD, heard_name
from core.catalog.counted_labels import class_index
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


@dataclass(frozen=True)
class ClassQuality:
    """Number of a class's labels, and of those that the tagger is sure of.

    Attributes
    ----------
    name : str
    n_labels, n_sure : int
    quality : float
        The share of the labels that are sure, 0 to 1.
    """

    name: str
    n_labels: int
    n_sure: int
    quality: float


def label_quality(catalog: Catalog) -> list[ClassQuality]:
    """Return the quality of all classes that have labels, the worst first; empty if unknown."""
    if not catalog.knows_sure_labels:
        return []
    labels = np.asarray(catalog.label_indices)
    counts = np.bincount(labels)
    sure = np.bincount(labels, weights=catalog.is_sure)
    found = [
        ClassQuality(catalog.label_name(index), int(n), int(sure[index]), float(sure[index] / n))
        for index, n in enumerate(counts.tolist())
        if n
    ]
    return sorted(found, key=lambda each: (each.quality, each.name))


def count_classes(catalog: Catalog, job: Job | None = None) -> dict[str, ClassCount]:
    """Return all classes by id: AudioSet's ontology in its order, or YouTube-8M's labels."""
    job = job or Job()
    index = class_index(catalog)
    if catalog.manifest.kind == CatalogKind.YOUTUBE8M:
        heard = _count_nodes(index, job, HEARD) if catalog.tags.shape[1] else {}
        return {**_count_labels(catalog, index), **heard}
    return _count_nodes(index, job)


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


def _count_nodes(index: ClassIndex, job: Job, first: int = 0) -> dict[str, ClassCount]:
    """Return the ontology's classes, whose numbers begin at `first`."""
    nodes = Ontology.load().nodes
    counted = {}
    for done, node in enumerate(nodes.values()):
        job.report("Counting the classes", done / len(nodes))
        counted[node.id] = _counted(node, index, first)
    return counted


def _counted(node: Node, index: ClassIndex, first: int) -> ClassCount:
    own = frozenset() if node.index is None else frozenset({first + node.index})
    below = frozenset(first + each for each in Ontology.load().below(node))
    n_own = index.count(own)
    n_all = n_own if below == own else index.count(below)
    name = heard_name(node.name) if first else node.name
    return ClassCount(node.id, name, n_own, n_all, node.child_ids)


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

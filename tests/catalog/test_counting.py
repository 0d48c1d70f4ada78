from __future__ import annotations

from core.catalog.counting import by_size, count_classes, walk
from core.catalog.ontology import Ontology
from core.catalog.store import Catalog


def test_counts_are_those_of_the_clips(real_catalog: Catalog):
    counts = count_classes(real_catalog)
    ontology = Ontology.load()
    assert list(counts) == list(ontology.nodes)
    labels = [set(real_catalog.clip(row).labels) for row in range(len(real_catalog))]
    for name in ("Music", "Animal", "Sounds of things", "Rimshot", "Human voice"):
        below = {ontology.name(index) for index in ontology.resolve([name])}
        count = counts[ontology.node(name).id]
        assert count.n_own == sum(name in row for row in labels)
        assert count.n_all == sum(not below.isdisjoint(row) for row in labels)


def test_the_tree_has_every_class_with_clips_below_each_it_belongs_to(real_catalog: Catalog):
    counts = count_classes(real_catalog)
    tree = list(walk(counts))
    assert {count.id for _, count in tree} == {key for key, each in counts.items() if each.n_all}
    path: list[str] = []
    for depth, count in tree:
        assert depth <= len(path)
        del path[depth:]
        assert depth == 0 or count.id in counts[path[-1]].child_ids
        path.append(count.id)
    sizes = [count.n_all for _, count in by_size(counts)]
    assert sizes == sorted(sizes, reverse=True)
    assert len(sizes) == len({count.id for _, count in tree})

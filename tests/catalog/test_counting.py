from __future__ import annotations

import csv
from pathlib import Path

import pytest

from core.catalog.build.build import build_catalog
from core.catalog.catalog import Catalog
from core.catalog.counting import by_size, count_classes, walk
from core.catalog.ontology import Ontology
from tests.conftest import PROJECT


def test_counts_are_those_of_the_clips(made_catalog: Catalog):
    counts = count_classes(made_catalog)
    ontology = Ontology.load()
    assert list(counts) == list(ontology.nodes)
    labels = [set(made_catalog.clip(row).labels) for row in range(len(made_catalog))]
    for name in ("Music", "Animal", "Sounds of things", "Rimshot", "Human voice"):
        below = {ontology.name(index) for index in ontology.resolve([name])}
        count = counts[ontology.node(name).id]
        assert count.n_own == sum(name in row for row in labels)
        assert count.n_all == sum(not below.isdisjoint(row) for row in labels)


def test_the_tree_has_every_class_with_clips_below_each_it_belongs_to(made_catalog: Catalog):
    counts = count_classes(made_catalog)
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


def test_the_top_level_counts_are_those_of_the_tree(made_catalog: Catalog):
    top = [
        (count.name, count.n_all) for depth, count in walk(count_classes(made_catalog)) if not depth
    ]
    assert made_catalog.category_counts() == sorted(top, key=lambda pair: (-pair[1], pair[0]))
    assert len(top) == 7


@pytest.fixture(scope="module")
def videos(youtube8m_shards: Path, tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    path = tmp_path_factory.mktemp("v2") / "catalog"
    return build_catalog(path, "youtube8m", [youtube8m_shards / "v2_video"])


@pytest.fixture(scope="module")
def verticals() -> dict[str, set[str]]:
    """Return the verticals of each named label, from the table that the program carries."""
    text = (PROJECT / "resources" / "youtube8m.csv").read_text("utf-8")
    rows = csv.reader(text.splitlines()[1:])
    return {
        name or f"YouTube-8M #{index}": set(filter(None, groups.split("|")))
        for index, name, groups in rows
    }


def test_videos_are_counted_by_the_verticals_of_their_labels(
    videos: Catalog, verticals: dict[str, set[str]]
):
    expected: dict[str, int] = {}
    for row in range(len(videos)):
        labels = videos.clip(row).labels
        groups = set().union(*(verticals[label] or {"(others)"} for label in labels))
        for group in groups:
            expected[group] = expected.get(group, 0) + 1
    assert dict(videos.category_counts()) == expected
    assert len(expected) > 20
    counts = count_classes(videos)
    for group, n_clips in expected.items():
        assert group == "(others)" or counts[group].n_all == n_clips
    path: list[str] = []
    for depth, count in walk(counts):
        path[depth:] = [count.name]
        assert depth == 0 or path[0] in verticals[count.name]


def test_a_vertical_stands_for_its_labels(videos: Catalog, verticals: dict[str, set[str]]):
    found = {videos.label_name(index) for index in videos.class_indices(["food & DRINK"])}
    assert found == {name for name, groups in verticals.items() if "Food & Drink" in groups}


def test_version_1_knows_no_groups(youtube8m_shards: Path, tmp_path: Path):
    catalog = build_catalog(tmp_path / "v1", "youtube8m", [youtube8m_shards / "v1_video"])
    counts = catalog.category_counts()
    assert len(counts) == 25
    assert counts == sorted(counts, key=lambda pair: (-pair[1], pair[0]))
    labels = [set(catalog.clip(row).labels) for row in range(len(catalog))]
    for name, n_clips in counts:
        assert n_clips == sum(name in row for row in labels)
    assert {depth for depth, _ in walk(count_classes(catalog))} == {0}

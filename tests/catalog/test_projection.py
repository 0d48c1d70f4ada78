"""The map: where clips lie, what is kept of it, and finding points."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from core.catalog.build.build import build_catalog
from core.catalog.catalog import Catalog
from core.catalog.nearest_points import NearestPoints
from core.catalog.ontology import Ontology
from core.catalog.projection import (
    OTHERS,
    SEVERAL,
    Map,
    discriminant_axes,
    kept_map,
    make_map,
    principal_axes,
)
from core.errors import Cancelled
from core.jobs import Job
from core.types import EMBEDDING_SIZE
from tests.made_data import N_CLIPS


@pytest.fixture(scope="module")
def whole(made_catalog: Catalog) -> Map:
    return make_map(made_catalog, Job())


def test_each_clip_has_a_place_and_the_group_of_its_labels(made_catalog: Catalog, whole: Map):
    assert whole.points.shape == (N_CLIPS, 2)
    assert np.isfinite(whole.points).all()
    ontology = Ontology.load()
    roots = {root.name: ontology.below(root) for root in ontology.roots}
    assert set(whole.names) == {*roots, SEVERAL, OTHERS}
    for row in range(0, N_CLIPS, 23):
        indices = ontology.resolve(made_catalog.clip(row).labels[:0]) | {
            ontology.node(name).index for name in made_catalog.clip(row).labels
        }
        having = [name for name, below in roots.items() if indices & below]
        expected = having[0] if len(having) == 1 else SEVERAL
        assert whole.names[whole.groups[row]] == expected


def test_a_clip_s_own_frames_lie_where_it_lies(made_catalog: Catalog, whole: Map):
    spread = whole.points.std(axis=0)
    for row in range(0, N_CLIPS, 101):
        place = np.array(whole.place(made_catalog.clip(row).frames))
        # The clip's vector is in 8 bits, the query's is not.
        assert (np.abs(place - whole.points[row]) < 0.03 * spread).all()


def test_classes_lie_apart(made_catalog: Catalog, whole: Map):
    """Of the ten nearest points, far more than by chance have the class of a point."""
    from sklearn.neighbors import NearestNeighbors

    has_one = whole.groups < len(whole.names) - 2
    points, groups = whole.points[has_one], whole.groups[has_one]
    rows = np.arange(0, len(points), 7)
    search = NearestNeighbors(n_neighbors=11).fit(points)
    near = search.kneighbors(points[rows], return_distance=False)[:, 1:]
    purity = float((groups[near] == groups[rows][:, None]).mean())
    chance = float(((np.bincount(groups) / len(groups)) ** 2).sum())
    assert purity > 0.57 > 2 * chance


def test_the_same_catalogue_gives_the_same_map(made_catalog: Catalog, whole: Map):
    again = make_map(made_catalog, Job())
    np.testing.assert_array_equal(again.points, whole.points)
    largest = whole.axes[np.abs(whole.axes).argmax(axis=0), [0, 1]]
    assert (largest > 0).all()


def test_principal_components_are_those_of_scikit_learn():
    from sklearn.decomposition import PCA

    data = np.random.default_rng(0).normal(size=(500, 128)) * np.linspace(1, 3, 128)
    expected = PCA(2, svd_solver="full").fit(data).components_
    found = principal_axes(data - data.mean(axis=0)).T
    assert np.abs(np.einsum("ij,ij->i", expected, found)) == pytest.approx([1, 1])


def test_the_discriminant_plane_is_that_of_scikit_learn():
    from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

    random = np.random.default_rng(0)
    centres = random.normal(size=(4, EMBEDDING_SIZE))
    classes = [
        (centre + random.normal(size=(number, EMBEDDING_SIZE)) * np.linspace(1, 3, EMBEDDING_SIZE))
        for centre, number in zip(centres, (20, 400, 90, 300), strict=True)
    ]
    peer = LinearDiscriminantAnalysis(solver="eigen", shrinkage=1e-3)
    peer.fit(np.concatenate(classes), np.repeat(range(4), [*map(len, classes)]))
    found = discriminant_axes([each.astype(np.float32) for each in classes], Job())
    expected = peer.scalings_[:, :2]
    signs = np.sign(np.einsum("ij,ij->j", found, expected))
    np.testing.assert_allclose(found * signs, expected, atol=1e-5 * np.abs(expected).max())


def test_videos_are_grouped_by_their_largest_verticals(youtube8m_shards: Path, tmp_path: Path):
    videos = build_catalog(tmp_path / "v2", "youtube8m", [youtube8m_shards / "v2_video"])
    made = make_map(videos, Job())
    assert len(made.names) == 9
    assert (
        made.names[:7]
        == tuple(name for name, _ in videos.category_counts() if name != "(others)")[:7]
    )
    old = build_catalog(tmp_path / "v1", "youtube8m", [youtube8m_shards / "v1_video"])
    assert make_map(old, Job()).names[0].startswith("YouTube-8M #")


def test_tiny_catalogues_have_maps(made_catalog: Catalog):
    for n_clips in (1, 2, 5):
        tiny = replace(
            made_catalog,
            clips=made_catalog.clips[:n_clips],
            vectors=made_catalog.vectors[:n_clips],
            label_indices=made_catalog.label_indices[
                : int(made_catalog.clips["n_labels"][:n_clips].sum())
            ],
        )
        made = make_map(tiny, Job())
        assert np.isfinite(made.points).all()
        assert NearestPoints(made.points).nearest(*made.points[0].tolist(), 1e-6) == 0


def test_a_map_is_kept_by_what_the_catalogue_holds(
    made_catalog: Catalog, whole: Map, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    import core.catalog.projection

    folder = tmp_path / "maps"
    first = kept_map(made_catalog, folder, Job())
    (path,) = folder.iterdir()
    made: list[int] = []

    def counted(catalog: Catalog, job: Job) -> Map:
        made.append(len(catalog))
        return whole

    monkeypatch.setattr(core.catalog.projection, "make_map", counted)
    again = kept_map(made_catalog, folder, Job())
    assert made == []
    np.testing.assert_array_equal(first.points, again.points)
    np.testing.assert_array_equal(first.groups, again.groups)
    assert (again.names, again.place(made_catalog.clip(0).frames)) == (
        first.names,
        first.place(made_catalog.clip(0).frames),
    )
    for damage in (b"", b"no map", path.read_bytes()[:-5000]):
        path.write_bytes(damage)
        kept_map(made_catalog, folder, Job())
    assert len(made) == 3
    other = replace(
        made_catalog, manifest=replace(made_catalog.manifest, files={"clips.npy": (1, "aa")})
    )
    kept_map(other, folder, Job())
    assert len(made) == 4
    assert len(list(folder.iterdir())) == 2


def test_only_a_few_maps_are_kept_and_none_where_nothing_can_be_written(
    made_catalog: Catalog, whole: Map, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    import core.catalog.projection

    monkeypatch.setattr(core.catalog.projection, "make_map", lambda *_: whole)
    for number in range(6):
        manifest = replace(made_catalog.manifest, files={"clips.npy": (number, "aa")})
        kept_map(replace(made_catalog, manifest=manifest), tmp_path / "maps", Job())
    assert len(list((tmp_path / "maps").iterdir())) == 4
    (tmp_path / "file").write_text("")
    assert kept_map(made_catalog, tmp_path / "file" / "maps", Job()) is whole


def test_making_a_map_can_be_cancelled(made_catalog: Catalog, tmp_path: Path):
    job = Job()
    job.cancel()
    with pytest.raises(Cancelled):
        kept_map(made_catalog, tmp_path, job)
    assert list(tmp_path.iterdir()) == []


def test_choosing_the_plane_can_be_cancelled():
    """Between classes, that is: a window that closes waits for it."""

    class CancelledAtTheSecond(Job):
        def check(self) -> None:
            super().check()
            self.cancel()

    classes = list(np.eye(3, EMBEDDING_SIZE, dtype=np.float32)[:, None])
    with pytest.raises(Cancelled):
        discriminant_axes(classes, CancelledAtTheSecond())


coordinates = st.floats(-100, 100, width=32)


@settings(deadline=None)
@example([(0.0, 0.0), (0.0, 1.2892747633386215e-11)], (0.0, 0.0), 1.0)
@given(
    st.lists(st.tuples(coordinates, coordinates), min_size=1, max_size=60),
    st.tuples(coordinates, coordinates),
    st.floats(0.01, 300),
)
def test_finding_points_agrees_with_looking_at_all(points, place, radius):
    array = np.array(points, np.float32)
    nearby = NearestPoints(array)
    distances = np.linalg.norm(array.astype(np.float64) - place, axis=1)
    found = nearby.nearest(*place, radius)
    if found < 0:
        assert distances.min() > radius
    else:
        assert distances[found] == pytest.approx(distances.min())
    x, y = place
    inside = np.flatnonzero((np.abs(array - place) <= radius).all(axis=1))
    assert set(inside) <= set(nearby.within(x - radius, y - radius, x + radius, y + radius))
    for right, up in ((1, 0), (-1, 0), (0, 1), (0, -1)):
        offsets = array.astype(np.float64) - array[0].astype(np.float64)
        along = offsets @ (right, up)
        aside = np.abs(offsets @ (up, right))
        fitting = (along > 0) & (along >= aside)
        chosen = nearby.next_to(0, right, up)
        if fitting.any():
            lengths = np.linalg.norm(offsets, axis=1)
            assert lengths[chosen] == pytest.approx(lengths[fitting].min())
        else:
            assert chosen == 0

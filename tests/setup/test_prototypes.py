"""Class prototypes: reproducible to the bit, small, and worth searching."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from core.__main__ import main
from core.catalog.build.build import write_catalog
from core.catalog.clips import Clips
from core.catalog.manifest import RELEASED_MODEL, ModelIdentity
from core.errors import CatalogError
from core.prototypes import Prototypes, shipped
from core.vectors import clip_vectors
from tests.conftest import PROJECT


@pytest.fixture(scope="module")
def prototypes():
    return Prototypes.load()


@pytest.mark.real_data
def test_the_shipped_ones_are_made_of_the_sample_bit_for_bit(real_features, tmp_path):
    out = tmp_path / "prototypes.npz"
    command = [sys.executable, "-m", "core", "prototypes", str(real_features), "--out", str(out)]
    answer = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True)
    assert answer.stdout.startswith("527 classes, 1357 clips in ")
    assert out.read_bytes() == shipped()
    assert len(shipped()) < 1_000_000


@pytest.mark.real_data
def test_a_catalogue_gives_the_same_as_its_source(real_catalog, tmp_path, capsys):
    out = tmp_path / "prototypes.npz"
    assert main(["prototypes", str(real_catalog.path), "--out", str(out)]) == 0
    assert out.read_bytes() == shipped()


@pytest.mark.real_data
def test_means_and_representatives_are_what_a_plain_computation_finds(real_catalog, prototypes):
    vectors = real_catalog.unit_vectors().astype(np.float64)
    owners = np.repeat(np.arange(len(real_catalog)), np.diff(real_catalog.label_offsets))
    rows = {row["video_id"]: number for number, row in enumerate(real_catalog.clips)}
    assert prototypes.vectors.shape == (527, 128)
    for index in (0, 72, 137, 300, 526):
        members = owners[real_catalog.label_indices == index]
        mean = vectors[members].mean(axis=0)
        found = prototypes.vectors[index].astype(np.float64)
        assert prototypes.counts[index] == len(members)
        cosine = mean @ found / np.linalg.norm(mean) / np.linalg.norm(found)
        assert cosine > 0.9998
        nearest = np.sort(vectors[members] @ mean)[::-1][:3]
        chosen = prototypes.clips.video_ids[prototypes.representatives[index]]
        ours = [vectors[rows[video_id]] @ mean for video_id in chosen]
        np.testing.assert_allclose(ours, nearest, rtol=1e-6)


@pytest.mark.real_data
def test_a_representatives_one_frame_points_where_its_seconds_do(real_catalog, prototypes):
    rows = {row["video_id"]: number for number, row in enumerate(real_catalog.clips)}
    clips = prototypes.clips
    own = clip_vectors(clips.frames, clips.n_frames)
    real = real_catalog.unit_vectors()[[rows[video_id] for video_id in clips.video_ids]]
    assert (own * real).sum(axis=1).min() > 0.998


@pytest.mark.real_data
def test_a_clip_finds_its_class_among_few_as_well_as_among_all(real_catalog):
    """Clips that no prototype was made of: 1,500 of the balanced ones are held out."""
    vectors, n_clips = real_catalog.unit_vectors(), len(real_catalog)
    has = np.zeros((n_clips, 527), bool)
    owners = np.repeat(np.arange(n_clips), np.diff(real_catalog.label_offsets))
    has[owners, real_catalog.label_indices] = True
    held = np.random.default_rng(1).choice(n_clips, 1_500, replace=False)
    others = np.setdiff1d(np.arange(n_clips), held)
    representatives = []
    for index in range(527):
        members = others[has[others, index]]
        near = vectors[members] @ vectors[members].mean(axis=0)
        representatives += members[np.argsort(-near)[:3]].tolist()

    def precision(rows, k=5):
        best = rows[np.argsort(-(vectors[held] @ vectors[rows].T), axis=1)[:, :k]]
        return (has[best] & has[held][:, None]).any(axis=2).mean()

    few, all_of_them = precision(np.unique(representatives)), precision(others)
    chance = precision(np.random.default_rng(2).choice(others, 5))
    assert few > 0.40
    assert few > all_of_them - 0.05
    assert few > 1.5 * chance


def test_a_catalogue_of_other_data_is_refused(tmp_path):
    frames = np.zeros((1, 128), np.uint8)
    clips = Clips.from_lists([b"abcd"], [(0, 0)], [[1]], [frames], [False])
    catalog = write_catalog(tmp_path / "videos", [clips], "youtube8m", RELEASED_MODEL)
    with pytest.raises(CatalogError, match="no catalogue of AudioSet"):
        Prototypes.of(catalog)


def test_a_class_without_clips_has_no_prototype(tmp_path):
    frames = np.full((3, 128), 200, np.uint8)
    clips = Clips.from_lists([b"abcdefghijk"], [(0, 3)], [[7]], [frames], [True])
    model = ModelIdentity("test", "test")
    catalog = write_catalog(tmp_path / "one", [clips], "audioset", model)
    found = Prototypes.of(catalog)
    assert found.counts.sum() == 1
    assert found.representatives[7].tolist() == [0, -1, -1]
    assert (found.representatives[[0, 526]] == -1).all()
    assert (found.vectors[0] == 0).all()
    assert (found.vectors[7] == 127).all()
    with pytest.raises(CatalogError, match="cannot be written"):
        found.save(tmp_path / "none" / "x.npz")

"""The catalogue in the box: opened whole, or refused with one clear error."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.catalog.balanced import balanced_catalog
from core.errors import CatalogError
from core.options import CatalogKind
from core.tagging.weights import shipped


@pytest.fixture(scope="module")
def arrays() -> dict[str, np.ndarray]:
    with np.load(shipped("balanced.npz")) as stored:
        return dict(stored)


def refused(path: Path, reason: str) -> None:
    with pytest.raises(CatalogError, match=reason) as caught:
        balanced_catalog(path)
    assert path.name in caught.value.message
    assert "Install the program again" in caught.value.hint


def test_it_is_what_the_file_says(arrays):
    catalog = balanced_catalog()
    assert len(catalog) == len(arrays["video_id"]) == 22_160
    assert catalog.manifest.kind == CatalogKind.BALANCED
    first_label = int(arrays["n_labels"][:777].sum())
    clip = catalog.clip(777)
    assert clip.video_id == arrays["video_id"][777].decode()
    assert (clip.start_s, clip.end_s) == (arrays["start_s"][777], arrays["end_s"][777])
    indices = arrays["label"][first_label : first_label + int(arrays["n_labels"][777])]
    assert clip.labels == tuple(map(catalog.label_name, indices.tolist()))
    assert clip.frames.tolist() == arrays["mean_frame"][777:778].tolist()
    mean = arrays["mean_frame"][777].astype(float) - 127
    assert catalog.unit_vectors(slice(777, 778))[0] == pytest.approx(
        mean / np.linalg.norm(mean), abs=1e-6
    )


def test_a_missing_file_is_refused(tmp_path):
    refused(tmp_path / "balanced.npz", "is missing")


@pytest.mark.parametrize("share", [0, 0.001, 0.5, 0.999])
def test_a_cut_file_is_refused(tmp_path, share):
    content = shipped("balanced.npz").read_bytes()
    path = tmp_path / "balanced.npz"
    path.write_bytes(content[: int(share * len(content))])
    refused(path, "cut off or damaged")


@pytest.mark.parametrize("version", [0, 2, -1, [1], 1.0])
def test_another_version_is_refused(tmp_path, arrays, version):
    path = tmp_path / "balanced.npz"
    np.savez(path, **{**arrays, "format": np.array(version)})
    refused(path, "another version")


@pytest.mark.parametrize(
    "wrong",
    [
        lambda a: {"video_id": a["video_id"][1:]},
        lambda a: {"video_id": a["video_id"].astype(str)},
        lambda a: {"video_id": np.full(len(a["video_id"]), b"../../etc/x")},
        lambda a: {"start_s": np.float32(0)},
        lambda a: {"end_s": a["end_s"][:, None]},
        lambda a: {"end_s": a["end_s"] * np.float32("nan")},
        lambda a: {"end_s": -a["end_s"]},
        lambda a: {"n_labels": a["n_labels"] + np.uint8(1)},
        lambda a: {"n_labels": a["n_labels"].astype(float)},
        lambda a: {"label": a["label"][:-1]},
        lambda a: {"label": a["label"] + np.int16(1)},
        lambda a: {"label": -a["label"]},
        lambda a: {"label": a["label"].astype(np.int64) + (1 << 16)},
        lambda a: {"mean_frame": a["mean_frame"][:, :127]},
        lambda a: {"mean_frame": a["mean_frame"].astype(np.uint16)},
        lambda a: {"mean_frame": a["mean_frame"].astype(np.float32)},
        lambda a: {name: a[name][:0] for name in ("video_id", "start_s")},
    ],
)
def test_arrays_that_do_not_fit_are_refused(tmp_path, arrays, wrong):
    path = tmp_path / "balanced.npz"
    np.savez(path, **{**arrays, **wrong(arrays)})
    refused(path, "cut off or damaged")


@pytest.mark.parametrize("name", ["video_id", "label", "mean_frame"])
def test_an_array_that_is_missing_is_refused(tmp_path, arrays, name):
    path = tmp_path / "balanced.npz"
    np.savez(path, **{key: array for key, array in arrays.items() if key != name})
    refused(path, "cut off or damaged")

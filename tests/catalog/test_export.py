from __future__ import annotations

import gc
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from core.catalog import export as export_module
from core.catalog.catalog import Catalog
from core.catalog.export import SEPARATOR, export
from core.catalog.ontology import Ontology
from core.errors import Cancelled, CatalogError
from core.jobs import Job


def test_every_format_holds_the_dataframe(made_catalog: Catalog, tmp_path: Path):
    table = made_catalog.to_dataframe()
    read = {
        ".csv": lambda path: pd.read_csv(path, keep_default_na=False, dtype={"video_id": str}),
        ".parquet": pd.read_parquet,
        ".json": lambda path: pd.DataFrame(json.loads(path.read_text())),
    }
    for ending, reader in read.items():
        path = tmp_path / f"clips{ending}"
        export(made_catalog, path)
        back = reader(path)
        assert list(back.columns) == list(table.columns)
        assert back["video_id"].tolist() == table["video_id"].tolist()
        assert back["start_s"].tolist() == table["start_s"].tolist()
        labels = (
            back["labels"].str.split(SEPARATOR, regex=False) if ending == ".csv" else back["labels"]
        )
        assert [list(row) for row in labels] == table["labels"].tolist()
    assert {path.name for path in tmp_path.iterdir()} - {"soundalike-home"} == {
        f"clips{ending}" for ending in read
    }


def test_pieces_make_the_same_file(made_catalog: Catalog, tmp_path: Path, monkeypatch):
    small = replace(made_catalog, clips=made_catalog.clips[:100])
    for ending in (".csv", ".json", ".parquet"):
        monkeypatch.setattr(export_module, "CLIPS_A_PIECE", 100)
        export(small, tmp_path / f"whole{ending}", vectors=True)
        monkeypatch.setattr(export_module, "CLIPS_A_PIECE", 33)
        export(small, tmp_path / f"pieces{ending}", vectors=True)
        whole, pieces = tmp_path / f"whole{ending}", tmp_path / f"pieces{ending}"
        if ending == ".parquet":
            pd.testing.assert_frame_equal(pd.read_parquet(whole), pd.read_parquet(pieces))
        else:
            assert whole.read_bytes() == pieces.read_bytes()


def test_no_label_has_the_separator_in_it():
    assert not any(SEPARATOR in name for name in Ontology.load().names)


def test_vectors_on_request(made_catalog: Catalog, tmp_path: Path):
    export(made_catalog, tmp_path / "clips.PARQUET", vectors=True)
    back = pd.read_parquet(tmp_path / "clips.PARQUET")
    assert np.array_equal(back.filter(regex=r"^v\d+$").to_numpy(), made_catalog.unit_vectors())


def test_another_ending_or_an_unwritable_place_is_one_error(made_catalog: Catalog, tmp_path: Path):
    for name in ("clips.xlsx", "clips", "missing/clips.csv"):
        with pytest.raises(CatalogError) as caught:
            export(made_catalog, tmp_path / name)
        assert caught.value.hint
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(CatalogError, match="cannot be written"):
        export(made_catalog, tmp_path / "folder.csv")
    assert {path.name for path in tmp_path.iterdir()} - {"soundalike-home"} == {"folder.csv"}


@pytest.mark.parametrize("ending", [".csv", ".json", ".parquet"])
def test_a_cancelled_export_leaves_nothing(
    made_catalog: Catalog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: str
):
    """Not even a complaint of a writer that was left open: warnings are errors."""
    monkeypatch.setattr(export_module, "CLIPS_A_PIECE", 33)
    job = Job(lambda _, done: job.cancel() if done else None)
    with pytest.raises(Cancelled):
        export(made_catalog, tmp_path / f"clips{ending}", job=job)
    gc.collect()
    assert not list(tmp_path.glob("*clips*"))


def test_a_failed_export_keeps_the_old_file(
    made_catalog: Catalog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    path = tmp_path / "clips.csv"
    path.write_text("old")

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pd.DataFrame, "to_csv", full)
    with pytest.raises(CatalogError, match="No space left"):
        export(made_catalog, path)
    assert path.read_text() == "old"

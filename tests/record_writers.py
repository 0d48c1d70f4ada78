"""Records for the tests, and an independent reading of real ones: Google's protobuf library."""

from __future__ import annotations

import io
import os
import signal
import struct
import tarfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import google_crc32c
import numpy as np
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

from core.catalog.records.sources import guarded, open_archive
from core.catalog.records.tfrecord import read_batches

_FIELD = descriptor_pb2.FieldDescriptorProto


def _message_classes() -> dict[str, type]:
    """Return tf.train's messages, from example.proto and feature.proto of TensorFlow."""
    file = descriptor_pb2.FileDescriptorProto(name="example.proto", package="tf", syntax="proto3")

    def message(name: str, *fields: tuple[str, int, int, str | None, bool]) -> None:
        added = file.message_type.add(name=name)
        for field_name, number, kind, type_name, repeated in fields:
            field = added.field.add(name=field_name, number=number, type=kind)
            field.label = _FIELD.LABEL_REPEATED if repeated else _FIELD.LABEL_OPTIONAL
            if type_name:
                field.type_name = f".tf.{type_name}"

    def map_message(name: str, field_name: str, value: str) -> None:
        entry_name = field_name.title().replace("_", "") + "Entry"
        message(name, (field_name, 1, _FIELD.TYPE_MESSAGE, f"{name}.{entry_name}", True))
        entry = file.message_type[-1].nested_type.add(name=entry_name)
        entry.options.map_entry = True
        optional = _FIELD.LABEL_OPTIONAL
        entry.field.add(name="key", number=1, type=_FIELD.TYPE_STRING, label=optional)
        entry.field.add(
            name="value",
            number=2,
            type=_FIELD.TYPE_MESSAGE,
            label=optional,
            type_name=f".tf.{value}",
        )

    message("BytesList", ("value", 1, _FIELD.TYPE_BYTES, None, True))
    message("FloatList", ("value", 1, _FIELD.TYPE_FLOAT, None, True))
    message("Int64List", ("value", 1, _FIELD.TYPE_INT64, None, True))
    message(
        "Feature",
        ("bytes_list", 1, _FIELD.TYPE_MESSAGE, "BytesList", False),
        ("float_list", 2, _FIELD.TYPE_MESSAGE, "FloatList", False),
        ("int64_list", 3, _FIELD.TYPE_MESSAGE, "Int64List", False),
    )
    feature = file.message_type[-1]
    feature.oneof_decl.add(name="kind")
    for field in feature.field:
        field.oneof_index = 0
    map_message("Features", "feature", "Feature")
    message("FeatureList", ("feature", 1, _FIELD.TYPE_MESSAGE, "Feature", True))
    map_message("FeatureLists", "feature_list", "FeatureList")
    message("Example", ("features", 1, _FIELD.TYPE_MESSAGE, "Features", False))
    message(
        "SequenceExample",
        ("context", 1, _FIELD.TYPE_MESSAGE, "Features", False),
        ("feature_lists", 2, _FIELD.TYPE_MESSAGE, "FeatureLists", False),
    )
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return {
        name: message_factory.GetMessageClass(pool.FindMessageTypeByName(f"tf.{name}"))
        for name in ("Feature", "Example", "SequenceExample")
    }


_CLASSES = _message_classes()
Feature, Example, SequenceExample = (
    _CLASSES[name] for name in ("Feature", "Example", "SequenceExample")
)


def crc32c(data: bytes) -> int:
    """Return the CRC-32C bit by bit: slow, and right by looking at it (RFC 3720, B.4)."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def framed(data: bytes) -> bytes:
    """Return one TFRecord."""

    def masked(part: bytes) -> bytes:
        crc = crc32c(part)
        return struct.pack("<I", ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF)

    length = struct.pack("<Q", len(data))
    return length + masked(length) + data + masked(data)


def quickly_framed(data: bytes) -> bytes:
    """Return one TFRecord, its checksums by Google's library; for many."""

    def masked(part: bytes) -> bytes:
        crc = google_crc32c.value(part)
        return struct.pack("<I", ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF)

    length = struct.pack("<Q", len(data))
    return length + masked(length) + data + masked(data)


def clip_record(
    video_id: bytes = b"abcdefghijk",
    start_s: float = 30.0,
    end_s: float = 40.0,
    labels: Sequence[int] = (0, 300),
    frames: Sequence[bytes] | np.ndarray = (bytes(range(128)),),
) -> bytes:
    """Return an AudioSet record as protobuf writes it."""
    example = SequenceExample()
    feature = example.context.feature
    feature["video_id"].bytes_list.value.append(video_id)
    feature["start_time_seconds"].float_list.value.append(start_s)
    feature["end_time_seconds"].float_list.value.append(end_s)
    feature["labels"].int64_list.value.extend(labels)
    rows = example.feature_lists.feature_list["audio_embedding"].feature
    for row in frames:
        rows.add().bytes_list.value.append(bytes(row))
    return example.SerializeToString(deterministic=True)


def video_record(**features: bytes | Sequence[float] | Sequence[int]) -> bytes:
    """Return a YouTube-8M video-level record."""
    example = Example()
    for key, value in features.items():
        feature = example.features.feature[key]
        if isinstance(value, bytes):
            feature.bytes_list.value.append(value)
        elif value and isinstance(value[0], float):
            feature.float_list.value.extend(value)
        else:
            feature.int64_list.value.extend(value)
    return example.SerializeToString(deterministic=True)


def frame_record(audio: list[bytes], rgb: list[bytes], **context: bytes | list[int]) -> bytes:
    """Return a YouTube-8M frame-level record."""
    example = SequenceExample()
    example.MergeFromString(video_record(**context))
    for key, rows in (("audio", audio), ("rgb", rgb)):
        for row in rows:
            feature = example.feature_lists.feature_list[key].feature.add()
            feature.bytes_list.value.append(row)
    return example.SerializeToString(deterministic=True)


def write_shard(path: Path, records: Iterable[bytes]) -> Path:
    """Write records as a .tfrecord file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"".join(map(framed, records)))
    return path


def write_archive(path: Path, members: Mapping[str, bytes]) -> Path:
    """Write a .tar or .tar.gz with these names, whatever they are."""
    mode = "w:gz" if path.name.lower().endswith("gz") else "w"
    path.write_bytes(packed(members.items(), mode))
    return path


def packed(members: Iterable[tuple[str, bytes]], mode: str = "w:gz", level: int = 9) -> bytes:
    """Return an archive with these names and contents."""
    file = io.BytesIO()
    options = {"compresslevel": level} if mode == "w:gz" else {}
    with tarfile.open(fileobj=file, mode=mode, **options) as archive:
        for name, data in members:
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return file.getvalue()


def raw_records(shard: bytes) -> Iterable[bytes]:
    """Yield the records of a shard that is known to be sound."""
    at = 0
    while at < len(shard):
        (length,) = struct.unpack_from("<Q", shard, at)
        yield shard[at + 12 : at + 12 + length]
        at += 16 + length


def clips_of_archive(path: Path) -> list[tuple[str, float, float, list[int], np.ndarray]]:
    """Return (id, start, end, labels, frames) of every record, read by protobuf and `tarfile`."""
    clips = []
    with tarfile.open(path) as archive:
        for member in archive:
            if not member.isfile():
                continue
            for record in raw_records(archive.extractfile(member).read()):
                example = SequenceExample.FromString(record)
                feature = example.context.feature
                rows = example.feature_lists.feature_list["audio_embedding"].feature
                frames = b"".join(row.bytes_list.value[0] for row in rows)
                clips.append(
                    (
                        feature["video_id"].bytes_list.value[0].decode(),
                        feature["start_time_seconds"].float_list.value[0],
                        feature["end_time_seconds"].float_list.value[0],
                        list(feature["labels"].int64_list.value),
                        np.frombuffer(frames, np.uint8).reshape(-1, 128),
                    )
                )
    return clips


def records_of(archive: Path) -> Iterator[tuple[str, bytes]]:
    """Yield shard name and data of every record, as the program itself reads an archive."""
    for batch in guarded(str(archive), read_batches(open_archive(archive, lambda _: None))):
        for row in range(len(batch)):
            _, shard, _ = [place for place in batch.places if place[0] <= row][-1]
            yield shard, batch.record(row)


def dying_task(*_: object) -> None:
    """Die as a process does that the system has killed for want of memory."""
    os.kill(os.getpid(), signal.SIGKILL)

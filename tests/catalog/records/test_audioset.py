from __future__ import annotations

import itertools
import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.catalog.clips import Clips, RecordBatch, offsets
from core.catalog.records import audioset, protobuf
from core.catalog.records.audioset import decode
from core.errors import CatalogError
from core.protobuf_wire import WireError
from tests.record_writers import Feature, SequenceExample, clip_record, records_of

FRAME = bytes(range(128))


def batch_of(records: list[bytes]) -> RecordBatch:
    ends = np.cumsum([len(record) for record in records], dtype=np.int64)
    spans = np.stack((np.append(0, ends)[:-1], ends), axis=1)
    data = np.frombuffer(b"".join(records), np.uint8)
    return RecordBatch(data, spans, ((0, "aB.tfrecord", 0),))


def as_rows(clips: Clips) -> list[tuple]:
    labels, frames = offsets(clips.n_labels), offsets(clips.n_frames)
    return [
        (
            clips.video_ids[i],
            clips.start_s[i],
            clips.end_s[i],
            clips.label_indices[labels[i] : labels[i + 1]].tolist(),
            clips.frames[frames[i] : frames[i + 1]].tobytes(),
        )
        for i in range(len(clips))
    ]


def by_protobuf(record: bytes) -> tuple:
    example = SequenceExample.FromString(record)
    feature = example.context.feature
    rows = example.feature_lists.feature_list["audio_embedding"].feature
    return (
        feature["video_id"].bytes_list.value[0],
        feature["start_time_seconds"].float_list.value[0],
        feature["end_time_seconds"].float_list.value[0],
        list(feature["labels"].int64_list.value),
        b"".join(row.bytes_list.value[0] for row in rows),
    )


def field(number: int, data: bytes) -> bytes:
    """Return a length-delimited field, its length written in as few bytes as it takes."""
    return number_bytes(number << 3 | 2) + number_bytes(len(data)) + data


def number_bytes(value: int) -> bytes:
    out = bytearray()
    while True:
        out.append(value & 0x7F | (0x80 if value >> 7 else 0))
        value >>= 7
        if not value:
            return bytes(out)


def hand_record(labels_feature: bytes, order: tuple[int, ...] = (0, 1, 2, 3)) -> bytes:
    """Return a record of the usual values, with a chosen form of labels and order of entries."""
    entries = [
        (b"video_id", field(1, field(1, b"abcdefghijk"))),
        (b"start_time_seconds", field(2, field(1, struct.pack("<f", 30.5)))),
        (b"end_time_seconds", field(2, field(1, struct.pack("<f", 40.5)))),
        (b"labels", labels_feature),
    ]
    context = b"".join(field(1, field(1, entries[i][0]) + field(2, entries[i][1])) for i in order)
    frames = field(1, field(1, field(1, FRAME))) * 3
    lists = field(1, field(1, b"audio_embedding") + field(2, frames))
    return field(1, context) + field(2, lists)


clips_strategy = st.builds(
    clip_record,
    video_id=st.from_regex(r"[A-Za-z0-9_-]{11}", fullmatch=True).map(str.encode),
    start_s=st.floats(0, 1000, width=32),
    end_s=st.floats(1000, 2000, width=32),
    labels=st.lists(st.integers(0, 526), max_size=60),
    frames=st.lists(st.binary(min_size=128, max_size=128), min_size=1, max_size=10),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(clips_strategy, min_size=1, max_size=12))
def test_any_valid_records_equal_protobufs_reading(records: list[bytes]):
    assert as_rows(decode(batch_of(records))) == [by_protobuf(record) for record in records]


@pytest.mark.parametrize("order", list(itertools.permutations(range(4))))
def test_every_order_of_the_context_is_decoded_at_full_speed(order: tuple[int, ...]):
    record = hand_record(field(3, field(1, b"\x00\xac\x02\x7f\x80\x01")), order)
    clips, rows = audioset.decode_usual(batch_of([record]))
    assert rows.tolist() == [0]
    assert as_rows(clips) == [by_protobuf(record)]
    assert as_rows(clips)[0][3] == [0, 300, 127, 128]


@pytest.mark.parametrize(
    "labels",
    [
        field(3, b"\x08\x05\x08\xac\x02"),  # not packed
        field(3, field(1, b"\x05") + b"\x08\xac\x02"),  # both
        field(3, field(1, b"\x05")) + field(3, field(1, b"\xac\x02")),  # in two messages
        field(1, b"") + field(3, field(1, b"\x05\xac\x02")),  # another kind before: the last wins
        field(3, field(1, b"\x85\x80\x00\xac\x82\x00")),  # longer than they need to be
        b"\x98\x06\x07" + field(3, field(1, b"\x05\xac\x02")),  # with an unknown field
    ],
)
def test_unusual_encodings_of_labels_are_right(labels: bytes):
    record = hand_record(labels)
    assert by_protobuf(record)[3] == [5, 300]
    assert as_rows(decode(batch_of([clip_record(), record, clip_record()]))) == [
        by_protobuf(clip_record()),
        by_protobuf(record),
        by_protobuf(clip_record()),
    ]


@pytest.mark.parametrize("labels", [b"", field(3, b""), field(3, field(1, b""))])
def test_a_clip_without_labels_is_kept(labels: bytes):
    record = hand_record(labels)
    assert as_rows(decode(batch_of([record]))) == [by_protobuf(record)]


def test_split_and_repeated_messages_merge_as_protobuf_merges_them():
    record = hand_record(field(3, field(1, b"\x05")))
    extra = SequenceExample()
    extra.context.feature["video_id"].bytes_list.value.append(b"kjihgfedcba")
    extra.context.feature["unknown"].float_list.value.append(1.0)
    record = record + extra.SerializeToString() + b"\x9d\x06\x01\x02\x03\x04"
    assert by_protobuf(record)[0] == b"kjihgfedcba"
    assert as_rows(decode(batch_of([record]))) == [by_protobuf(record)]


@given(st.binary(max_size=60))
def test_the_walker_accepts_no_feature_that_protobuf_reads_otherwise(data: bytes):
    try:
        values = protobuf.feature(data)
    except WireError:
        return  # Stricter than protobuf is allowed: groups, for one, are refused.
    try:
        message = Feature.FromString(data)
    except Exception:  # protobuf refuses, and so must whoever uses the values
        return
    kind = message.WhichOneof("kind")
    expected = list(getattr(message, kind).value) if kind else []
    assert np.array(values).tobytes() == np.array(expected).tobytes()


def test_one_to_ten_frames_are_kept_and_more_too():
    records = [
        clip_record(frames=[bytes([n]) * 128 for n in range(count)])
        for count in [*range(1, 11), 150]
    ]
    clips = decode(batch_of(records))
    assert clips.n_frames.tolist() == [*range(1, 11), 150]
    assert as_rows(clips) == [by_protobuf(record) for record in records]


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (b"", "no video_id"),
        (b"hello there", "not a SequenceExample"),
        (clip_record()[:-1], "not a SequenceExample"),
        (clip_record(video_id=b"short"), "video id b'short'"),
        (clip_record(video_id=b"abc/../\n\x1bdef"), "video id b'abc/../\\n\\x1bdef'"),
        (clip_record(video_id="ünïcödé".encode()), "video id"),
        (clip_record(labels=[0, 527]), "label outside 0 to 526"),
        (clip_record(labels=[-1]), "label outside 0 to 526"),
        (clip_record(labels=[1 << 40]), "label outside 0 to 526"),
        (clip_record(start_s=float("nan")), "time span nan to 40.0 s"),
        (clip_record(start_s=50.0), "time span 50.0 to 40.0 s"),
        (clip_record(end_s=float("inf")), "time span 30.0 to inf s"),
        (clip_record(frames=[]), "no audio_embedding"),
        (clip_record(frames=[bytes(127)]), "not 128 bytes wide"),
        (clip_record(frames=[FRAME, bytes(129)]), "not 128 bytes wide"),
        (clip_record(frames=[FRAME, b""]), "not 128 bytes wide"),
    ],
)
def test_a_wrong_record_is_named(record: bytes, reason: str):
    with pytest.raises(CatalogError) as caught:
        decode(batch_of([clip_record(), clip_record(), record, clip_record()]))
    assert caught.value.message.startswith("aB.tfrecord: record 2 ")
    assert reason in caught.value.message
    assert "\n" not in caught.value.message
    assert caught.value.hint


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_a_damaged_record_is_refused_or_read_as_protobuf_reads_it(data: st.DataObject):
    record = bytearray(clip_record(labels=[3, 300], frames=[FRAME] * 3))
    for _ in range(data.draw(st.integers(1, 3))):
        record[data.draw(st.integers(0, 150))] = data.draw(st.integers(0, 255))
    records = [clip_record(), bytes(record), clip_record()]
    try:
        clips = decode(batch_of(records))
    except CatalogError:
        return
    assert as_rows(clips) == [by_protobuf(part) for part in records]


@pytest.mark.real_data
def test_nearly_all_real_records_take_the_fast_way(real_features: Path):
    records = [record for _, record in records_of(real_features)]
    _, rows = audioset.decode_usual(batch_of(records))
    assert len(records) == 23_135
    assert len(rows) > 0.99 * len(records)

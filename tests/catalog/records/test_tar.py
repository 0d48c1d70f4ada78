"""Archives that claim what they do not have end in one error, or at once when asked to stop."""

from __future__ import annotations

import gzip
import io
import tarfile
from collections import deque
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.catalog.build.build import build_catalog
from core.catalog.records import tar
from core.catalog.records.sources import guarded, open_archive
from core.catalog.records.tar import members
from core.errors import Cancelled, CatalogError
from core.jobs import Job
from tests.record_writers import clip_record, framed, write_archive

RECORD = framed(clip_record())


def block(name: str, size: int = 0, kind: bytes = tarfile.REGTYPE) -> bytes:
    member = tarfile.TarInfo(name)
    member.size, member.type = size, kind
    return member.tobuf(tarfile.GNU_FORMAT)


def with_size(header: bytes, field: bytes) -> bytes:
    """Put any bytes where the size stands, and make the checksum fit."""
    changed = header[:124] + field.ljust(12, b"\0") + b" " * 0 + header[136:]
    total = sum(changed) - sum(changed[148:156]) + 8 * 0x20
    return changed[:148] + b"%06o\0 " % total + changed[156:]


def padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % 512)


def pax(*records: bytes, kind: bytes = tarfile.XHDTYPE) -> bytes:
    content = b""
    for record in records:
        size = len(record) + 3
        while len(b"%d %s\n" % (size, record)) != size:
            size += 1
        content += b"%d %s\n" % (size, record)
    return block("pax", len(content), kind) + padded(content)


SHARD = block("a.tfrecord", len(RECORD)) + padded(RECORD)
END = bytes(1024)
LONG = block("long", 600, tarfile.GNUTYPE_LONGNAME) + padded(b"x" * 599 + b"\0")
GNU_SPARSE = with_size(block("a.tfrecord", 512, tarfile.GNUTYPE_SPARSE), b"00000001000")

HOSTILE = {
    "1.5e29 bytes": with_size(block("a.tfrecord"), b"\x80" + b"\x7f" * 11),
    "an exabyte": with_size(block("a.tfrecord"), b"\x80\0\0\0" + b"\x0f" + bytes(7)),
    "less than nothing": with_size(block("a.tfrecord"), b"\xff" * 12),
    "far less than nothing": with_size(block("a.tfrecord"), b"\xff\x80" + bytes(10)),
    "a size that is no number": with_size(block("a.tfrecord"), b"hello"),
    "a folder of 1.5e29 bytes, then nothing": with_size(
        block("a/", 0, b"Z"), b"\x80" + b"\x7f" * 11
    ),
    "a negative size in pax": pax(b"size=-1") + SHARD + END,
    "a huge size in pax": pax(b"size=" + b"9" * 25) + SHARD + END,
    "a size of many digits in pax": pax(b"size=" + b"9" * 5000) + SHARD + END,
    "a size in words in pax": pax(b"size=many") + SHARD + END,
    "a size of other digits in pax": pax("size=٣".encode()) + SHARD + END,
    "a huge size in a global pax": pax(b"size=" + b"9" * 17) + SHARD,
    "records of no length in pax": block("pax", 512, b"x") + padded(b"0 a=b\n" * 80) + SHARD + END,
    "a record beyond its pax": block("pax", 10, b"x") + padded(b"999 a=bcd\n") + SHARD + END,
    "a thousand long names": LONG * 1000 + SHARD + END,
    "five thousand pax headers": pax(b"comment=x") * 5000 + SHARD + END,
    "five thousand global pax headers": pax(b"comment=x", kind=b"g") * 5000 + SHARD + END,
    "long names to the end": LONG * 5,
    "a long name and the end": LONG + END,
    "a long name of gigabytes": block("l", 6 << 30, tarfile.GNUTYPE_LONGNAME) + bytes(4096),
    "a long name of less than nothing": with_size(
        block("l", 0, tarfile.GNUTYPE_LONGNAME), b"\xff" * 12
    ),
    "a sparse file": GNU_SPARSE + bytes(512) + END,
    "a sparse file in pax": pax(b"GNU.sparse.major=1", b"GNU.sparse.minor=0") + SHARD + END,
    "a map that says nonsense": pax(b"GNU.sparse.map=0,x", b"GNU.sparse.size=9") + SHARD + END,
    "no end": SHARD,
    "much behind its end": SHARD + END + bytes(80 << 20),
}


@pytest.mark.parametrize("packed", [False, True], ids=["tar", "tar.gz"])
@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_archive_is_one_error(tmp_path: Path, content: bytes, packed: bool):
    archive = tmp_path / ("x.tar.gz" if packed else "x.tar")
    archive.write_bytes(gzip.compress(content, 1) if packed else content)
    with pytest.raises(CatalogError, match=r"x\.tar.*(cut off or damaged|no \.tfrecord)") as caught:
        build_catalog(tmp_path / "out", "audioset", [archive])
    assert "\n" not in caught.value.message
    assert sorted(path.name for path in tmp_path.iterdir()) == [archive.name]


def test_headers_that_make_sense_are_followed(tmp_path: Path):
    content = (
        pax(b"comment=x", kind=b"g")
        + LONG
        + pax(b"path=p/b.tfrecord", b"size=%d" % len(RECORD))
        + with_size(SHARD[:512], b"0")
        + SHARD[512:]
        + END
    )
    (tmp_path / "x.tar").write_bytes(content)
    found = [(name, stream.read()) for name, stream in open_archive(tmp_path / "x.tar", print)]
    assert found == [("x.tar: p/b.tfrecord", RECORD)]


class Endless(io.RawIOBase):
    """An archive whose last member never ends, as a tiny file of gzip may unpack to."""

    def __init__(self, begin: bytes) -> None:
        super().__init__()
        self._begin = begin

    def readable(self) -> bool:
        return True

    def readinto(self, buffer) -> int:
        view = memoryview(buffer)
        some, self._begin = self._begin[: len(view)], self._begin[len(view) :]
        view[: len(some)] = some
        view[len(some) :] = bytes(len(view) - len(some))
        return len(view)


EMPTY = block("a.tfrecord")


@pytest.mark.parametrize(
    "begin",
    [
        with_size(block("README"), b"\x80\0\0\0\0\0" + b"\x03" + bytes(5)),
        with_size(block("?", 0, b"Z"), b"\x80\0\0\0\0\0" + b"\x03" + bytes(5)),
        EMPTY * 3000,
        LONG[:1536] * 12 + block("README", 1 << 40),
    ],
    ids=["a file", "what nobody knows", "empty files", "long names"],
)
def test_a_wish_to_stop_is_heard_wherever_a_stream_is_read(begin: bytes):
    n_calls = 0

    def check() -> None:
        nonlocal n_calls
        n_calls += 1
        if n_calls == 2000:
            raise Cancelled

    with pytest.raises(Cancelled):
        list(members(Endless(begin), check))


def test_a_build_that_skips_for_long_can_be_cancelled(tmp_path: Path):
    archive = tmp_path / "bomb.tar.gz"
    with gzip.open(archive, "wb", compresslevel=1) as file:
        file.write(block("README", 600 << 20))
        for _ in range(150):
            file.write(bytes(4 << 20))
        file.write(SHARD + END)
    n_reports = 0

    def report(stage: str, fraction: float | None) -> None:
        nonlocal n_reports
        n_reports += 1
        if n_reports == 20:
            job.cancel()

    job = Job(report)
    with pytest.raises(Cancelled):
        build_catalog(tmp_path / "out", "audioset", [archive], job=job)
    assert n_reports < 50
    assert not (tmp_path / "out").exists()


def test_more_files_than_anybody_packs_are_refused(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(tar, "MAX_MEMBERS", 100)
    with pytest.raises(tarfile.ReadError, match="more than 100 files"):
        list(members(io.BytesIO(EMPTY * 200 + END), lambda: None))


def test_many_empty_shards_cost_no_memory(tmp_path: Path):
    (tmp_path / "x.tar").write_bytes(EMPTY * 5000 + SHARD + EMPTY + SHARD + END)
    from core.catalog.records.tfrecord import read_batches

    (batch,) = read_batches(open_archive(tmp_path / "x.tar", lambda _: None))
    assert len(batch) == 2
    assert [first for first, _, _ in batch.places] == [0, 1]


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_a_damaged_archive_is_read_as_far_as_it_is_sound_or_refused(data, tmp_path_factory):
    folder = tmp_path_factory.getbasetemp()
    archive = write_archive(folder / "mutated.tar", {"d/a.tfrecord": RECORD, "b" * 150: b"x"})
    content = bytearray(archive.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, 4095))] = data.draw(st.integers(0, 255))
    # Half of them with headers whose checksums fit.
    if data.draw(st.booleans()):
        for at in range(0, 4096, 512):
            head = bytes(content[at : at + 512])
            if any(head):
                content[at : at + 512] = with_size(head, head[124:136])
    archive.write_bytes(bytes(content))
    try:
        # A member's bytes may end too soon: who reads them is guarded, as a build is.
        opened = open_archive(archive, lambda _: None)
        deque(guarded("x", (stream.read() for _, stream in opened)), maxlen=0)
    except CatalogError as error:
        assert "\n" not in error.message

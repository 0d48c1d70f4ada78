from __future__ import annotations

import errno
import gzip
import io
import os
import tarfile
from pathlib import Path

import numpy as np
import pytest

from core.catalog.build.build import build_catalog
from core.catalog.records.sources import open_archive, printable, shard_files
from core.errors import CatalogError
from tests.record_writers import clip_record, framed, records_of, write_archive, write_shard

IDS = [b"aaaaaaaaaaa", b"bbbbbbbbbbb", b"ccccccccccc", b"ddddddddddd"]
A, B, C, D = (framed(clip_record(video_id=video_id)) for video_id in IDS)


def built_ids(tmp_path: Path, *sources: Path, **options: object) -> list[bytes]:
    catalog = build_catalog(tmp_path / "out", "audioset", list(sources), **options)
    return catalog.clips["video_id"].tolist()


def refused(tmp_path: Path, *sources: Path, kind: str = "audioset") -> CatalogError:
    """Return the error of a build that must leave nothing behind."""
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(CatalogError) as caught:
        build_catalog(tmp_path / "out", kind, list(sources))
    assert sorted(tmp_path.rglob("*")) == before
    assert "\n" not in caught.value.message + caught.value.hint
    return caught.value


@pytest.mark.parametrize("name", ["x.tar", "x.tar.gz", "x.tgz", "X.TAR.GZ"])
def test_an_archive_is_read_in_its_own_order(tmp_path: Path, name: str):
    members = {"f/zz.tfrecord": A + B, "f/README": b"no records", "f/-a.tfrecord": C}
    archive = write_archive(tmp_path / name, members)
    assert built_ids(tmp_path, archive) == IDS[:3]


def test_a_folder_is_read_sorted_and_case_counts(tmp_path: Path):
    folder = tmp_path / "features"
    for name, data in {"aB": B, "ab": C, "Ab": A, "sub/AA": D}.items():
        path = folder / f"{name}.tfrecord"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    (folder / "notes.txt").write_text("not a shard")
    assert built_ids(tmp_path, folder) == IDS


def test_names_that_differ_in_case_alone_stay_apart_in_an_archive(tmp_path: Path):
    archive = write_archive(tmp_path / "x.tar", {"aB.tfrecord": A, "ab.tfrecord": B})
    assert built_ids(tmp_path, archive) == IDS[:2]


def test_sources_are_read_in_the_order_they_are_named(tmp_path: Path):
    one = write_shard(tmp_path / "z.tfrecord", [clip_record(video_id=IDS[0])])
    two = write_archive(tmp_path / "a.tar.gz", {"x.tfrecord": B})
    assert built_ids(tmp_path, one, two) == IDS[:2]
    assert built_ids(tmp_path / "other", two, one) == [IDS[1], IDS[0]]


def test_names_that_lead_outside_write_nothing(tmp_path: Path):
    inner = tmp_path / "deep" / "down"
    inner.mkdir(parents=True)
    members = {
        "../../escaped.tfrecord": A,
        f"{tmp_path}/absolute.tfrecord": B,
        "..\\windows.tfrecord": C,
    }
    archive = write_archive(inner / "evil.tar.gz", members)
    before = set(tmp_path.rglob("*"))
    catalog = build_catalog(inner / "out", "audioset", [archive])
    assert catalog.clips["video_id"].tolist() == IDS[:3]
    assert all(path.is_relative_to(inner / "out") for path in set(tmp_path.rglob("*")) - before)


def test_links_and_devices_in_an_archive_are_not_followed(tmp_path: Path):
    secret = write_shard(tmp_path / "secret.tfrecord", [clip_record(video_id=IDS[3])])
    path = tmp_path / "links.tar"
    with tarfile.open(path, "w") as archive:
        for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE):
            member = tarfile.TarInfo(f"{kind.decode()}.tfrecord")
            member.type, member.linkname = kind, str(secret)
            archive.addfile(member)
        member = tarfile.TarInfo("real.tfrecord")
        member.size = len(A)
        archive.addfile(member, io.BytesIO(A))
    assert built_ids(tmp_path, path) == IDS[:1]


@pytest.mark.parametrize("suffix", ["tar", "tar.gz"])
def test_an_archive_cut_anywhere_is_refused(tmp_path: Path, suffix: str):
    whole = write_archive(tmp_path / f"whole.{suffix}", {"a.tfrecord": A, "b.tfrecord": B})
    data = whole.read_bytes()
    # Two members of two blocks each, a block of zeros that ends them, and more zeros.
    needed = len(data) if suffix == "tar.gz" else 5 * 512
    for size in {*range(1, needed, 97), 512, 1024, 1536, 2048, needed - 1}:
        if size < needed:
            cut = tmp_path / f"cut.{suffix}"
            cut.write_bytes(data[:size])
            assert f"cut.{suffix}" in refused(tmp_path, cut).message, size
            cut.unlink()


def test_a_flipped_byte_in_a_compressed_archive_is_refused_or_means_the_same(tmp_path: Path):
    archive = write_archive(tmp_path / "x.tar.gz", {"a.tfrecord": A, "b.tfrecord": B})
    whole = list(records_of(archive))
    data = bytearray(archive.read_bytes())
    n_refused = 0
    for position in range(10, len(data)):  # behind gzip's header
        data[position] ^= 1
        archive.write_bytes(bytes(data))
        # A flip may turn one way to write a run of zeros into another; then nothing is lost.
        try:
            assert list(records_of(archive)) == whole
        except CatalogError as error:
            n_refused += 1
            assert "x.tar.gz" in error.message
        data[position] ^= 1
    assert n_refused > 0.9 * (len(data) - 16)


def test_a_damaged_header_is_no_end(tmp_path: Path):
    archive = write_archive(tmp_path / "x.tar", {"a.tfrecord": A, "b.tfrecord": B})
    data = bytearray(archive.read_bytes())
    data[1024 + 3] ^= 1  # in the second member's name
    archive.write_bytes(bytes(data))
    assert "cut off or damaged: bad checksum" in refused(tmp_path, archive).message


@pytest.mark.parametrize("form", [tarfile.PAX_FORMAT, tarfile.GNU_FORMAT, tarfile.USTAR_FORMAT])
def test_every_form_of_tar_is_read(tmp_path: Path, form: int):
    name = f"{'deep/' * 25}{'x' * 60}.tfrecord"
    with tarfile.open(tmp_path / "x.tar", "w", format=form) as archive:
        member = tarfile.TarInfo(name)
        member.size, member.mtime = len(A), 1.5 if form == tarfile.PAX_FORMAT else 1
        archive.addfile(member, io.BytesIO(A))
    assert [shard for shard, _ in records_of(tmp_path / "x.tar")] == [f"x.tar: {name}"]


@pytest.mark.parametrize("kind", [tarfile.XHDTYPE, tarfile.GNUTYPE_LONGNAME])
def test_a_header_that_claims_gigabytes_is_refused_at_once(tmp_path: Path, kind: bytes):
    member = tarfile.TarInfo("long")
    member.type, member.size = kind, 6 << 30
    (tmp_path / "x.tar").write_bytes(member.tobuf() + bytes(4096))
    assert "makes no sense" in refused(tmp_path, tmp_path / "x.tar").message


def test_a_header_that_is_not_what_it_should_be_is_refused(tmp_path: Path):
    with tarfile.open(tmp_path / "x.tar", "w", format=tarfile.PAX_FORMAT) as archive:
        member = tarfile.TarInfo("a.tfrecord")
        member.pax_headers = {"GNU.sparse.map": "0,nonsense", "GNU.sparse.size": "9"}
        archive.addfile(member)
    assert "cut off or damaged" in refused(tmp_path, tmp_path / "x.tar").message


def test_what_is_no_archive_is_refused(tmp_path: Path):
    text = tmp_path / "x.tar.gz"
    text.write_text("hello")
    assert "cut off or damaged" in refused(tmp_path, text).message
    text.write_bytes(gzip.compress(b"hello"))
    assert "cut off or damaged" in refused(tmp_path, text).message
    text.write_bytes(b"")
    assert "x.tar.gz" in refused(tmp_path, text).message


def test_other_sources_that_cannot_be_used(tmp_path: Path):
    assert "does not exist" in refused(tmp_path, tmp_path / "missing.tar").message
    (tmp_path / "empty").mkdir()
    assert "no .tfrecord file" in refused(tmp_path, tmp_path / "empty").message
    archive = write_archive(tmp_path / "other.tar", {"README": b"hello"})
    assert "no .tfrecord file" in refused(tmp_path, archive).message
    (tmp_path / "x.wav").write_bytes(b"RIFF")
    assert "neither" in refused(tmp_path, tmp_path / "x.wav").message
    (tmp_path / "empty.tfrecord").touch()
    assert "No clip" in refused(tmp_path, tmp_path / "empty.tfrecord").message


def test_a_bad_shard_is_named_wherever_it_stands(tmp_path: Path):
    good = write_shard(tmp_path / "d" / "a.tfrecord", [clip_record()] * 3)
    bad = tmp_path / "d" / "b.tfrecord"
    bad.write_bytes(A + B[:-1])
    error = refused(tmp_path, good.parent)
    assert f"{bad}: the record at byte {len(A)} is cut off." in error.message
    archive = write_archive(tmp_path / "x.tar.gz", {"a": A, "p/b.tfrecord": A + bytes(64)})
    assert (
        f"x.tar.gz: p/b.tfrecord: the record at byte {len(A)}" in refused(tmp_path, archive).message
    )


def test_a_source_of_the_other_kind_is_refused(
    tmp_path: Path, youtube8m_shards: Path, features: Path
):
    videos = youtube8m_shards / "v2_video" / "validate0000.tfrecord"
    assert "not an AudioSet clip" in refused(tmp_path, videos).message
    assert "no video of YouTube-8M" in refused(tmp_path, features, kind="youtube8m").message


def test_an_unreadable_folder_entry_is_reported(tmp_path: Path):
    (tmp_path / "d" / "x.tfrecord").mkdir(parents=True)
    (tmp_path / "d" / "y.tfrecord").symlink_to(tmp_path / "gone.tfrecord")
    assert "cannot be read" in refused(tmp_path, tmp_path / "d").message


def test_names_are_shown_on_one_line():
    assert printable("a\nb\x1b[31m\udcff") == "a\ufffdb\ufffd[31m\ufffd"


def test_a_file_is_its_own_shard(tmp_path: Path):
    shard = write_shard(tmp_path / "a.tfrecord", [])
    assert shard_files(shard) == [shard]


def test_an_archive_tells_how_much_of_it_is_read(tmp_path: Path):
    random = np.random.default_rng(0)
    members = {f"{number}.tfrecord": random.bytes(1 << 20) for number in range(20)}
    archive = write_archive(tmp_path / "large.tar.gz", members)
    positions: list[int] = []
    for _, stream in open_archive(archive, positions.append):
        stream.read()
    assert positions == sorted(positions)
    # Compressed bytes are read some megabytes ahead.
    assert positions[0] < 0.5 * archive.stat().st_size
    assert positions[-1] == archive.stat().st_size


def test_a_folder_that_may_not_be_read_is_no_empty_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    write_shard(tmp_path / "d" / "a.tfrecord", [clip_record()])
    (tmp_path / "d" / "locked").mkdir()
    real = os.scandir

    def scandir(path: str) -> object:
        if str(path).endswith("locked"):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
        return real(path)

    # Tests may run as root, who may read everything.
    monkeypatch.setattr(os, "scandir", scandir)
    with pytest.raises(CatalogError, match="cannot be read: Permission denied"):
        build_catalog(tmp_path / "out", "audioset", [tmp_path / "d"])

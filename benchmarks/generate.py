"""Write synthetic AudioSet features in the layout of the official archive, of any size.

python -m benchmarks.generate FOLDER [--clips 2084320] [--shards 4070] [--archive FILE.tar.gz]
    [--level 6] [--seed 0]

FOLDER gets ``audioset_v1_embeddings/{bal_train,eval,unbal_train}/XX.tfrecord``, XX being the first
two characters of the video ids, with the shares of clips that AudioSet has. ``--archive`` also
packs it. Embeddings are random walks whose bytes compress about as well as real ones.
"""

from __future__ import annotations

import argparse
import string
import struct
import tarfile
from collections.abc import Iterator
from pathlib import Path

import google_crc32c
import numpy as np
from numpy.typing import NDArray

FULL_SIZE = 2_084_320
SHARES = {"bal_train": 22_160, "eval": 20_371, "unbal_train": 2_041_789}
SHARDS = 4_070
LETTERS = np.frombuffer((string.ascii_letters + string.digits + "-_").encode(), np.uint8)
SHORT_SHARE = 0.02
_FRAME_HEAD = b"\x0a\x86\x01\x0a\x83\x01\x0a\x80\x01"


def shards(n_clips: int, n_shards: int, seed: int) -> Iterator[tuple[str, bytes]]:
    """Yield path and content of every shard: `n_shards` a folder, `n_clips` clips in all."""
    rng = np.random.default_rng(seed)
    names = [bytes((a, b)) for a in LETTERS for b in LETTERS][:n_shards]
    for folder, share in SHARES.items():
        n_here = max(1, round(n_clips * share / FULL_SIZE))
        sizes = np.full(len(names), n_here // len(names))
        sizes[: n_here % len(names)] += 1
        for name, size in zip(names, sizes.tolist(), strict=True):
            if size:
                path = f"audioset_v1_embeddings/{folder}/{name.decode()}.tfrecord"
                yield path, shard(name, size, rng)


def shard(prefix: bytes, n_clips: int, rng: np.random.Generator) -> bytes:
    """Return a shard of clips whose ids begin with two characters."""
    n_short = rng.binomial(n_clips, SHORT_SHARE)
    groups = [(10, n_clips - n_short)] + [(int(n), 1) for n in rng.integers(1, 10, n_short)]
    return b"".join(_records(prefix, frames, count, rng) for frames, count in groups if count)


def _records(prefix: bytes, n_frames: int, n_clips: int, rng: np.random.Generator) -> bytes:
    """Return framed records of one length, made together: a row of bytes each."""
    labels = rng.integers(128, 527, (n_clips, 2))  # two bytes each
    ids = LETTERS[rng.integers(0, 64, (n_clips, 11))]
    ids[:, :2] = np.frombuffer(prefix, np.uint8)
    start_s = rng.integers(0, 60, n_clips).astype("<f4") * 10
    walk = rng.standard_normal((n_clips, n_frames, 128), np.float32)
    walk = walk * 30 + rng.standard_normal((n_clips, 1, 128), np.float32) * 38 + 128
    frames = np.clip(walk, 0, 255).astype(np.uint8)
    frames[:, :, 127] = 255
    varints = np.stack((labels & 0x7F | 0x80, labels >> 7), axis=2).astype(np.uint8)
    pieces = [
        _entry(b"end_time_seconds", b"\x12\x06\x0a\x04", (start_s + 10).view("u1").reshape(-1, 4)),
        _entry(b"labels", b"\x1a\x06\x0a\x04", varints.reshape(n_clips, 4)),
        _entry(b"start_time_seconds", b"\x12\x06\x0a\x04", start_s.view("u1").reshape(-1, 4)),
        _entry(b"video_id", b"\x0a\x0d\x0a\x0b", ids),
    ]
    context = np.concatenate(pieces, axis=1)
    head = np.broadcast_to(np.frombuffer(_FRAME_HEAD, np.uint8), (n_clips, n_frames, 9))
    seconds = np.concatenate((head, frames), axis=2).reshape(n_clips, -1)
    listed = _before(b"\x0a\x0faudio_embedding\x12" + _varint(seconds.shape[1]), seconds)
    lists = _before(b"\x0a" + _varint(listed.shape[1]), listed)
    record = np.concatenate(
        (
            _before(b"\x0a" + _varint(context.shape[1]), context),
            _before(b"\x12" + _varint(lists.shape[1]), lists),
        ),
        axis=1,
    )
    return _framed(record)


def _entry(key: bytes, head: bytes, values: NDArray[np.uint8]) -> NDArray[np.uint8]:
    value_size = len(head) + values.shape[1]
    inner = b"\x0a" + bytes((len(key),)) + key + b"\x12" + bytes((value_size,)) + head
    return _before(b"\x0a" + bytes((len(inner) + values.shape[1],)) + inner, values)


def _before(head: bytes, rows: NDArray[np.uint8]) -> NDArray[np.uint8]:
    constant = np.broadcast_to(np.frombuffer(head, np.uint8), (len(rows), len(head)))
    return np.concatenate((constant, rows), axis=1)


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes((*out, value))


def _framed(records: NDArray[np.uint8]) -> bytes:
    length = struct.pack("<Q", records.shape[1])
    checksums = np.array([_masked(row.tobytes()) for row in records], "<u4")
    framed = _before(length + struct.pack("<I", _masked(length)), records)
    return np.concatenate((framed, checksums.view(np.uint8).reshape(-1, 4)), axis=1).tobytes()


def _masked(data: bytes) -> int:
    crc = int(google_crc32c.value(data))
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


def write(folder: Path, n_clips: int, n_shards: int, seed: int) -> None:
    """Write all shards below a folder."""
    for path, content in shards(n_clips, n_shards, seed):
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)


def pack(folder: Path, archive: Path, level: int) -> None:
    """Write the shards of a folder as a .tar.gz, in the order of their names."""
    with tarfile.open(archive, "w:gz", compresslevel=level) as packed:
        for file in sorted(folder.rglob("*.tfrecord")):
            packed.add(file, file.relative_to(folder).as_posix())


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--clips", type=int, default=FULL_SIZE)
    parser.add_argument("--shards", type=int, default=SHARDS, help="a folder")
    parser.add_argument("--archive", type=Path)
    parser.add_argument("--level", type=int, default=6)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    write(options.folder, options.clips, options.shards, options.seed)
    if options.archive:
        pack(options.folder, options.archive, options.level)

"""Checkpoints, read as TensorFlow's own reader does, and none that is damaged or something else."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import Cancelled, ModelError, WrongModelError
from core.jobs import Job
from core.vggish.checkpoint import Checkpoint
from core.vggish.network import variable_shapes
from tests.conftest import PROJECT, write_checkpoints
from tests.write_table import (
    field,
    footed,
    saved_shapes,
    saved_slice,
    saved_variables,
    table,
    varint,
    write_packed,
)

SHAPES = variable_shapes()


@pytest.fixture(scope="module")
def written(tmp_path_factory, checkpoint):
    """Checkpoints of both versions by TensorFlow, whole, with a NaN, in parts; and one packed."""
    folder = tmp_path_factory.mktemp("checkpoints")
    write_checkpoints(
        *("V2", folder / "v2.ckpt", "", "V1", folder / "nan.ckpt", "nan"),
        *("V2", folder / "files.ckpt", "files", "V2", folder / "parts.ckpt", "parts"),
    )
    values = {}
    for number, (name, shape) in enumerate(SHAPES.items()):
        values[name] = np.full(shape, number, np.float32)
        some = np.random.default_rng(number).standard_normal(min(shape[0], 100))
        values[name][: len(some)] = some.reshape(-1, *[1] * (len(shape) - 1))
    write_packed(folder / "packed.ckpt", values)
    (folder / "v1.ckpt").symlink_to(checkpoint)
    return folder


def test_tensorflows_own_reader_finds_the_same(written):
    names = ("v1.ckpt", "v2.ckpt", "files.ckpt", "packed.ckpt")
    theirs = subprocess.run(
        [sys.executable, "-m", "tests.read_checkpoint", *(str(written / name) for name in names)],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    for name, line in zip(names, theirs, strict=True):
        with Checkpoint(written / name, Job()) as checkpoint:
            found = {key: hashlib.sha256(value.tobytes()) for key, value in checkpoint.items()}
        assert {key: digest.hexdigest() for key, digest in found.items()} == json.loads(line)
        assert found.keys() == SHAPES.keys()


def refused(path, *, asked_for="vggish/fc2/weights"):
    with pytest.raises(WrongModelError) as raised, Checkpoint(path, Job()) as checkpoint:
        checkpoint[asked_for]
    return raised.value.message


UNREADABLE = "cannot be read as a TensorFlow checkpoint"


def test_values_that_are_not_finite_are_refused(written):
    message = refused(written / "nan.ckpt", asked_for="vggish/conv1/weights")
    assert "holds values in vggish/conv1/weights that are not finite" in message


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: content[: len(content) // 2],
        lambda content: content[:-100] + bytes([content[-100] ^ 0xFF]) + content[-99:],
        lambda content: content[:-60_000_000] + b"\0\0\0\0" + content[4 - 60_000_000 :],
        lambda content: b"<html>Please log in</html>",
        lambda content: b"",
        lambda content: bytes(1000),
    ],
    ids=["truncated", "index", "values", "html", "empty", "zeros"],
)
def test_damaged_ones_are_refused(written, tmp_path, damage):
    path = tmp_path / "damaged.ckpt"
    path.write_bytes(damage((written / "v1.ckpt").read_bytes()))
    assert UNREADABLE in refused(path)


def test_a_flipped_bit_of_a_second_version_is_noticed(written, tmp_path):
    shard, index = "v2.ckpt.data-00000-of-00001", "v2.ckpt.index"
    (tmp_path / index).write_bytes((written / index).read_bytes())
    content = bytearray((written / shard).read_bytes())
    content[-1000] ^= 1
    (tmp_path / shard).write_bytes(content)
    assert UNREADABLE in refused(tmp_path / index, asked_for=list(SHAPES)[-2])
    (tmp_path / shard).write_bytes(content[:-2000])
    assert UNREADABLE in refused(tmp_path / index, asked_for=list(SHAPES)[-2])


def test_missing_data_files_are_counted(written, tmp_path):
    (tmp_path / "files.ckpt.index").write_bytes((written / "files.ckpt.index").read_bytes())
    words = "files.ckpt was saved with 2 data files, and {} are beside it."
    assert refused(tmp_path / "files.ckpt") == words.format(0)
    name = "files.ckpt.data-00001-of-00002"
    (tmp_path / name).symlink_to(written / name)
    assert refused(tmp_path / "files.ckpt") == words.format(1)


def test_a_variable_saved_in_parts_is_named(written, tmp_path):
    words = "{} holds vggish/fc2/weights in several parts"
    assert words.format("parts.ckpt") in refused(written / "parts.ckpt")
    first = write(
        tmp_path / "v1.ckpt", [[(b"", saved_shapes(SHAPES, parted="vggish/fc2/weights"))]]
    )
    assert words.format("v1.ckpt") in refused(first)


def write(path, blocks, **options):
    path.write_bytes(table(blocks, **options))
    return path


SMALL = {name: np.zeros(0, np.float32) for name in SHAPES}


@pytest.mark.parametrize(
    ("shapes", "words"),
    [
        ({"resnet/conv1": (3, 3)}, "it has no vggish/conv1/weights"),
        (
            {**SHAPES, "vggish/conv1/weights": (3, 3, 1, 63)},
            "vggish/conv1/weights has the shape (3, 3, 1, 63) instead of (3, 3, 1, 64)",
        ),
    ],
)
def test_other_variables_are_refused_by_name_and_shape(tmp_path, shapes, words):
    assert words in refused(write(tmp_path / "other.ckpt", saved_variables(shapes, {})))


def test_numbers_of_another_type_are_refused(tmp_path):
    path = write(tmp_path / "half.ckpt", [[(b"", saved_shapes(SHAPES, kind=19))]])
    assert "are not finite float32 numbers" in refused(path)


HOSTILE = {
    "without values": saved_variables(SHAPES, {}),
    "with too few values": saved_variables(SHAPES, SMALL),
    "without what it says": [[saved_slice("vggish/fc2/weights", np.zeros(3))]],
    "with one entry too many": [[(b"", saved_shapes(SHAPES))], [(b"x", b"")] * 10_000],
    "with a message of many": [[(b"", field(1, field(1, b"") * 20_000))]],
    "with numbers for messages": [[(b"", field(1, 7))]],
    "with a long key": [[(b"", saved_shapes(SHAPES))], [(b"k" * 5000, b"")]],
    "with a name that is no text": [[(b"", field(1, field(1, field(1, b"\xff\xfe"))))]],
}


@pytest.mark.parametrize("case", HOSTILE)
@pytest.mark.parametrize("is_packed", [False, True])
def test_hostile_ones_are_refused(tmp_path, case, is_packed):
    message = refused(write(tmp_path / "hostile.ckpt", HOSTILE[case], is_packed=is_packed))
    assert UNREADABLE in message or "is not a VGGish checkpoint" in message


@pytest.mark.parametrize(
    "handles",
    [
        varint(0) * 2 + varint(1 << 40) + varint(10),
        varint(0) * 2 + varint(0) + varint(1 << 30),
        varint(0) * 2 + varint((1 << 64) - 1) + varint((1 << 64) - 1),
        b"\xff" * 40,
    ],
)
def test_places_outside_the_file_are_refused_before_anything_is_read(tmp_path, handles):
    path = tmp_path / "places.ckpt"
    path.write_bytes(footed(bytes(100), handles))
    with path.open("r+b") as file:
        file.truncate(1 << 34)  # sparse: only a reader that believes it takes the memory
        file.seek(0, 2)
        file.write(footed(b"", handles))
    assert UNREADABLE in refused(path)


def test_a_packed_block_that_would_not_fit_is_refused(tmp_path):
    path = tmp_path / "bomb.ckpt"
    write(path, [[(b"", bytes(300_000_000))]], is_packed=True)
    assert path.stat().st_size < 20_000_000
    assert UNREADABLE in refused(path)


SOUND = table(saved_variables(SHAPES, SMALL))


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(st.integers(0, len(SOUND) - 1), st.integers(0, 255), min_size=1, max_size=4))
def test_no_damage_raises_anything_else(tmp_path_factory, damage):
    content = bytearray(SOUND)
    for place, value in damage.items():
        content[place] = value
    path = tmp_path_factory.getbasetemp() / "any.ckpt"
    path.write_bytes(content)
    refused(path)


def test_reading_can_be_cancelled(written):
    job = Job()
    job.cancel()
    with pytest.raises(Cancelled):
        Checkpoint(written / "v1.ckpt", job)


def test_a_file_that_cannot_be_read_is_named(tmp_path):
    (tmp_path / "v2.ckpt.index").write_bytes(b"")
    (tmp_path / "v2.ckpt.data-00000-of-00001").mkdir()
    with pytest.raises(ModelError, match=r"v2\.ckpt cannot be read: Is a directory"):
        Checkpoint(tmp_path / "v2.ckpt", Job())

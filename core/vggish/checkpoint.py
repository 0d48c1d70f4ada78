"""VGGish's variables out of a TensorFlow checkpoint, without TensorFlow.

Version 1 is one table (`core.vggish.sstable`): the empty key has the names, types and shapes
(``SavedTensorSliceMeta``), the others a variable each (``SavedSlice``), see TensorFlow's
``core/util/saved_tensor_slice.proto``. Version 2 is such a table, the index, of places in files
beside it (``BundleEntryProto``, ``core/protobuf/tensor_bundle.proto``). Whatever else is in the
file, such as the variables of an optimiser, is passed over.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from itertools import islice
from math import prod
from pathlib import Path
from typing import BinaryIO, Self

import numpy as np

from core.errors import ModelError, WrongModelError
from core.jobs import Job
from core.protobuf_wire import BYTES, fields
from core.types import Float32
from core.vggish.network import check_shapes, variable_shapes
from core.vggish.sstable import (
    TableBlock,
    TableError,
    data_blocks,
    entries,
    masked_crc32c,
    read_block,
)

_FLOAT = 1
"""TensorFlow's number for the type float32."""

_MOST_ENTRIES = 10_000
"""VGGish has 18 variables; what trained it may have left a few hundred more."""

_MOST_FIELDS = 10_000


def checkpoint_files(checkpoint: Path) -> list[Path]:
    """Return the files a checkpoint consists of: one (V1), or an index and its shards (V2).

    Raises
    ------
    ModelError
        If there is no such checkpoint.
    """
    prefix = checkpoint.with_suffix("") if checkpoint.suffix == ".index" else checkpoint
    index = prefix.with_name(f"{prefix.name}.index")
    if index.is_file():
        return [index, *sorted(prefix.parent.glob(f"{prefix.name}.data-*-of-*"))]
    if checkpoint.is_file():
        return [checkpoint]
    raise ModelError(
        f"There is no checkpoint {checkpoint}.", "Give the file vggish_model.ckpt with --model."
    )


class Checkpoint(Mapping[str, Float32]):
    """VGGish's variables, each read and verified when it is asked for: the largest has 201 MB.

    Use it in a ``with`` statement, which closes the files.

    Parameters
    ----------
    path : Path
        V1 file, or V2 prefix or index.
    job : Job
        May cancel.

    Raises
    ------
    WrongModelError
        If it cannot be read as a checkpoint, data files are missing, or its variables are not
        VGGish's or one is saved in parts; from asking for a variable, also if its values are
        damaged or not finite.
    ModelError
        If a file cannot be read at all.
    """

    def __init__(self, path: Path, job: Job) -> None:
        self._files = checkpoint_files(path)
        self._name = path.name
        self._stack = ExitStack()
        with self._explained(), ExitStack() as stack:
            opened = [stack.enter_context(file.open("rb")) for file in self._files]
            if self._files[0].suffix == ".index":
                self._variables: _SavedSlices | _Bundle = _Bundle(opened, path.name)
            else:
                self._variables = _SavedSlices(opened[0], path.name, job)
            self._stack = stack.pop_all()

    def __getitem__(self, name: str) -> Float32:
        if name not in variable_shapes():
            raise KeyError(name)
        with self._explained():
            values = self._variables.read(name)
        # Finite float32 numbers of this many cannot add up to infinity in float64.
        if not np.isfinite(values.sum(dtype=np.float64)):
            raise _not_finite(self._name, name)
        return values

    def __iter__(self) -> Iterator[str]:
        return iter(variable_shapes())

    def __len__(self) -> int:
        return len(variable_shapes())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *what: object) -> None:
        self._stack.close()

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise ModelError(
                f"{self._name} cannot be read: {error.strerror or error}.",
                "Check the file and its permissions.",
            ) from error
        except (ValueError, OverflowError) as error:
            raise WrongModelError(
                f"{self._name} cannot be read as a TensorFlow checkpoint: "
                "it is damaged, cut off or something else.",
                "Fetch vggish_model.ckpt again and compare its size: 291108469 bytes.",
            ) from error


def _in_parts(source: str, name: str) -> WrongModelError:
    return WrongModelError(
        f"{source} holds {name} in several parts, as a partitioned variable is saved.",
        "Load the checkpoint without a partitioner and save it again.",
    )


def _not_finite(source: str, name: str) -> WrongModelError:
    return WrongModelError(
        f"{source} holds values in {name} that are not finite float32 numbers.",
        "Fetch or export the checkpoint again.",
    )


class _SavedSlices:
    """Version 1."""

    def __init__(self, file: BinaryIO, source: str, job: Job) -> None:
        self._file, self._source = file, source
        self._places: dict[str, tuple[TableBlock, int]] = {}
        n_entries = 0
        for block in data_blocks(file):
            job.check()
            for number, (key, value) in enumerate(entries(read_block(file, block))):
                n_entries += 1
                if n_entries > _MOST_ENTRIES:
                    raise TableError("there is too much in it")
                if key:
                    (saved,) = _messages(value, 2)
                    self._places[_text(saved, 1)] = block, number
                else:
                    self._check(value)
        if not self._places.keys() >= variable_shapes().keys():
            raise TableError("there is nothing of a variable that it names")

    def _check(self, value: memoryview) -> None:
        (meta,) = _messages(value, 1)
        tensors = {_text(each, 1): each for each in _messages(meta, 1)}
        shapes = {name: _shape(tensor, 2) for name, tensor in tensors.items()}
        check_shapes(shapes, self._source)
        for name in variable_shapes():
            if _integer(tensors[name], 3) != _FLOAT:
                raise _not_finite(self._source, name)
            if len(_messages(tensors[name], 4)) > 1:
                raise _in_parts(self._source, name)

    def read(self, name: str) -> Float32:
        """Return a variable's values."""
        block, number = self._places[name]
        content = next(islice(entries(read_block(self._file, block)), number, None))[1]
        (saved,) = _messages(content, 2)
        (tensor,) = _messages(saved, 3)
        (values,) = _messages(tensor, 5)
        return np.frombuffer(values, "<f4").reshape(variable_shapes()[name])


class _Bundle:
    """Version 2."""

    def __init__(self, files: Sequence[BinaryIO], source: str) -> None:
        self._shards = files[1:]
        found: dict[bytes, memoryview] = {}
        for block in data_blocks(files[0]):
            for key, value in entries(read_block(files[0], block)):
                if len(found) == _MOST_ENTRIES:
                    raise TableError("there is too much in it")
                found[key] = value
        header = found.pop(b"", memoryview(b""))
        n_shards = _integer(header, 1)
        if n_shards == 0 or _integer(header, 2):
            raise TableError("it has no files, or another order of bytes")
        if n_shards != len(self._shards):
            raise WrongModelError(
                f"{source} was saved with {n_shards} data files, and {len(self._shards)} are "
                "beside it.",
                "Put the index and its own data files into one folder, and no others of its name.",
            )
        self._places = {key.decode("utf-8", "replace"): value for key, value in found.items()}
        check_shapes({name: _shape(value, 2) for name, value in self._places.items()}, source)
        for name in variable_shapes():
            if _integer(self._places[name], 1) != _FLOAT:
                raise _not_finite(source, name)
            if _messages(self._places[name], 7):
                raise _in_parts(source, name)

    def read(self, name: str) -> Float32:
        """Return a variable's values."""
        place, shape = self._places[name], variable_shapes()[name]
        shard, offset, size = (_integer(place, number) for number in (3, 4, 5))
        if size != 4 * prod(shape) or not 0 <= shard < len(self._shards):
            raise TableError(f"{name} is not where it should be")
        file = self._shards[shard]
        file.seek(offset)
        content = memoryview(file.read(size))
        (crc,) = (value for number, _, value in _fields(place) if number == 6)
        if not isinstance(crc, memoryview) or masked_crc32c(content) != int.from_bytes(
            crc, "little"
        ):
            raise TableError(f"the checksum of {name} is wrong")
        return np.frombuffer(content, "<f4").reshape(shape)


def _fields(data: memoryview) -> Iterator[tuple[int, int, int | memoryview]]:
    for count, field in enumerate(fields(data)):
        if count == _MOST_FIELDS:
            raise TableError("there is too much in an entry")
        yield field


def _messages(data: memoryview, wanted: int) -> list[memoryview]:
    """Return the messages in a field."""
    return [
        value
        for number, kind, value in _fields(data)
        if number == wanted and kind == BYTES and isinstance(value, memoryview)
    ]


def _integer(data: memoryview, wanted: int) -> int:
    """Return the number in a field, 0 where there is none."""
    found = 0
    for number, _, value in _fields(data):
        if number == wanted and isinstance(value, int):
            found = value
    return found


def _text(data: memoryview, wanted: int) -> str:
    return b"".join(map(bytes, _messages(data, wanted)[-1:])).decode("utf-8", "replace")


def _shape(data: memoryview, wanted: int) -> tuple[int, ...]:
    """Return what a TensorShapeProto says."""
    return tuple(
        _integer(size, 1) for shape in _messages(data, wanted) for size in _messages(shape, 2)
    )

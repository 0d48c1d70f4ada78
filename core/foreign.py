"""What others wrote: whatever a parser may raise becomes a ValueError, and no text is obeyed."""

from __future__ import annotations

import json
import math
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray

LONGEST_S = 1e8
"""No recording is longer than three years."""

LATEST_S = 2.5e11
"""Seconds since 1970, in the year 9892: later ones have no date."""


def plain(text: str) -> str:
    """Return text as one printable line, through which everything goes that others have written.

    Line breaks, escapes (those of one byte, too) and marks that turn the direction of reading are
    shown, not obeyed.
    """
    return "".join(letter if letter.isprintable() else repr(letter)[1:-1] for letter in text)


def parsed_json(text: str | bytes) -> Any:
    """Return the value of a JSON text; raise ValueError where it is none, or nested too deeply."""
    try:
        return json.loads(text)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def as_text(value: object) -> str:
    """Return a value that is a text; raise ValueError for any other."""
    if not isinstance(value, str):
        raise ValueError("it is no text")
    return value


def as_count(value: object) -> int:
    """Return a value that is a number of things; raise ValueError for any other."""
    if type(value) is not int or value < 0:
        raise ValueError("it is no count")
    return value


def as_number(value: object, least: float, most: float) -> float:
    """Return a number within bounds; raise ValueError for any other value, NaN among them."""
    if type(value) not in (int, float) or not least <= value <= most:  # type: ignore[operator]
        raise ValueError("it is no number that makes sense")
    return float(value)  # type: ignore[arg-type]


def as_array(value: object, dtype: Any) -> NDArray[Any]:
    """Return the numbers in some bytes; raise ValueError where it is none, or they do not fit."""
    if not isinstance(value, bytes):
        raise ValueError("it is no bytes")
    import numpy as np

    return np.frombuffer(value, dtype)


def npy_array(content: bytes) -> NDArray[Any]:
    """Return the array in the bytes of a `.npy` file; raise ValueError where there is none.

    NumPy's own reader believes what a header says of the size, and lets through whatever Python's
    parser raises for a header that is none.
    """
    import io

    import numpy as np

    try:
        file = io.BytesIO(content)
        version = np.lib.format.read_magic(file)
        read = {
            (1, 0): np.lib.format.read_array_header_1_0,
            (2, 0): np.lib.format.read_array_header_2_0,
        }[version]
        shape, is_fortran, dtype = read(file)
        count, begin = math.prod(shape), file.tell()
        if dtype.hasobject or min(shape, default=0) < 0:
            raise ValueError("it has no plain numbers")
        if count * dtype.itemsize != len(content) - begin:
            raise ValueError("it is not as long as it says")
        flat = np.frombuffer(content, dtype, count, begin)
        return flat.reshape(shape, order="F" if is_fortran else "C")
    except Exception as error:
        raise ValueError(str(error) or type(error).__name__) from error


def npz_arrays(path: Path, names: Collection[str], most_bytes: int) -> dict[str, NDArray[Any]]:
    """Return the arrays of these names in a `.npz` file; what else is in it does not matter.

    Parameters
    ----------
    path : Path
    names : collection of str
    most_bytes : int
        No array may take more, however small it is packed.

    Raises
    ------
    KeyError
        If there is no array of a name.
    OSError
        If the file cannot be read.
    ValueError
        If it is anything else.
    """
    import zipfile

    if not path.is_file():  # a pipe would be waited for
        raise FileNotFoundError(f"{path} is no file")
    try:
        with zipfile.ZipFile(path) as archive:
            members = set(archive.namelist())
            contents = {}
            for name in names:
                if f"{name}.npy" not in members:
                    raise KeyError(name)
                with archive.open(f"{name}.npy") as member:
                    contents[name] = member.read(most_bytes + 1)
                if len(contents[name]) > most_bytes:
                    raise ValueError(f"{name} is too large")
    except (KeyError, OSError, ValueError):
        raise
    except Exception as error:  # such as for a way of packing that nobody has
        raise ValueError(str(error) or type(error).__name__) from error
    return {name: npy_array(content) for name, content in contents.items()}

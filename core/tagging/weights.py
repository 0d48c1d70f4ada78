"""Reading the weights that the program carries: whole and of this version, or one clear error."""

from __future__ import annotations

import importlib.resources
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import ModelError
from core.foreign import npz_arrays

MOST_BYTES = 4_000_000
HINT = "Install the program again: this file comes with it."


def shipped(name: str) -> Path:
    """Return the path of a file in `resources`."""
    return Path(str(importlib.resources.files("resources").joinpath(name)))


def load_arrays(
    path: Path, version: int, shapes: Mapping[str, tuple[int | None, ...]]
) -> dict[str, NDArray[Any]]:
    """Return the arrays of a `.npz` file with weights.

    Parameters
    ----------
    path : Path
    version : int
        What its array "format" must say.
    shapes : mapping of name to shape
        The arrays that must be there; None stands for any size.

    Returns
    -------
    dict of name to array
        Halves become float32.

    Raises
    ------
    ModelError
        If the file is missing, cut, of another version, or its arrays have other shapes.
    """
    try:
        arrays = npz_arrays(path, ["format", *shapes], MOST_BYTES)
    except FileNotFoundError as error:
        raise ModelError(f"{path.name} is missing.", HINT) from error
    except (OSError, ValueError, KeyError) as error:
        raise ModelError(f"{path.name} is cut off or damaged.", HINT) from error
    found = arrays.pop("format")
    if found.shape != () or found.dtype.kind != "i" or int(found) != version:
        raise ModelError(f"{path.name} is of another version of this program.", HINT)
    if not all(_fits(arrays[name], shape) for name, shape in shapes.items()):
        raise ModelError(f"{path.name} is cut off or damaged.", HINT)
    return {
        name: array.astype(np.float32) if array.dtype == np.float16 else array
        for name, array in arrays.items()
    }


def _fits(array: NDArray[Any], shape: tuple[int | None, ...]) -> bool:
    return array.ndim == len(shape) and all(
        wanted is None or size == wanted for size, wanted in zip(array.shape, shape, strict=True)
    )

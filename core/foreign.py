"""Reading what others wrote: whatever a parser may raise becomes a ValueError."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray

LONGEST_S = 1e8
"""No recording is longer than three years."""

LATEST_S = 2.5e11
"""Seconds since 1970, in the year 9892: later ones have no date."""


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

"""What the class numbers of a catalogue's labels are called."""

from __future__ import annotations

import csv
import difflib
import importlib.resources
from collections.abc import Sequence
from functools import cache

from core.catalog import youtube8m
from core.catalog.ontology import Ontology
from core.errors import CatalogError

YOUTUBE8M_V1 = "youtube8m-v1"
"""Stands for a catalogue of version 1: its labels are other ones, and have numbers only."""

_NUMBER = "YouTube-8M #"


def class_name(kind: str, index: int) -> str:
    """Return a class's name for people; `kind` is the catalogue's, or `YOUTUBE8M_V1`."""
    if kind == YOUTUBE8M_V1:
        return f"{_NUMBER}{index}"
    if kind == "youtube8m":
        return _vocabulary().get(index, f"{_NUMBER}{index}")
    return Ontology.load().name(index)


def class_indices(kind: str, names: Sequence[str]) -> frozenset[int]:
    """Return the indices of the named classes, with all that is below them.

    Parameters
    ----------
    kind : str
        The catalogue's, or `YOUTUBE8M_V1`: all but YouTube-8M's have AudioSet's ontology.
    names : sequence of str
        Names in any case or ontology ids; for YouTube-8M also "123" or "YouTube-8M #123".

    Raises
    ------
    CatalogError
        If a name is unknown; its hint suggests others.
    """
    if kind not in ("youtube8m", YOUTUBE8M_V1):
        return Ontology.load().resolve(names)
    return frozenset(_index(kind, name.strip()) for name in names)


def is_number(name: str) -> bool:
    """Return whether a class of YouTube-8M is given by its number, which any version has."""
    return name.strip().removeprefix(_NUMBER).isdecimal()


def _index(kind: str, name: str) -> int:
    number = name.removeprefix(_NUMBER)
    if number.isdecimal() and int(number) < youtube8m.N_CLASSES:
        return int(number)
    indices = _indices() if kind == "youtube8m" else {}
    found = indices.get(name.casefold())
    if found is None:
        near = difflib.get_close_matches(name.casefold(), indices, n=3)
        names = " or ".join(_vocabulary()[indices[key]] for key in near)
        raise CatalogError(
            f"There is no class {name!r} in YouTube-8M.",
            f"Did you mean {names}?"
            if near
            else f"Give its number, 0 to {youtube8m.N_CLASSES - 1}.",
        )
    return found


@cache
def _vocabulary() -> dict[int, str]:
    """Return the names of version 2's labels; a few have none."""
    text = importlib.resources.files("resources").joinpath("youtube8m.csv").read_text("utf-8")
    rows = csv.reader(line for line in text.splitlines() if not line.startswith("#"))
    return {int(index): name for index, name in rows if name}


@cache
def _indices() -> dict[str, int]:
    return {name.casefold(): index for index, name in _vocabulary().items()}

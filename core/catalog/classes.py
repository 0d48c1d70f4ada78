"""What the class numbers of a catalogue's labels are called."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from contextlib import suppress
from functools import cache

from core.catalog import vocabulary
from core.catalog.ontology import Ontology
from core.catalog.records import audioset, youtube8m
from core.errors import CatalogError
from core.options import CatalogKind

YOUTUBE8M_V1 = "youtube8m-v1"
"""Stands for a catalogue of version 1: its labels are other ones, and have numbers only."""

HEARD = youtube8m.N_CLASSES
"""Where AudioSet's classes begin, among those that clips of YouTube-8M can be filtered by."""

_NUMBER = "YouTube-8M #"
_HEARD = " (heard)"


def n_classes(kind: str) -> int:
    """Return how many classes there are; `kind` is the catalogue's, or `YOUTUBE8M_V1`."""
    return (
        youtube8m.N_CLASSES if kind in (CatalogKind.YOUTUBE8M, YOUTUBE8M_V1) else audioset.N_CLASSES
    )


def class_name(kind: str, index: int) -> str:
    """Return a class's name for people; `kind` is the catalogue's, or `YOUTUBE8M_V1`."""
    if kind in (CatalogKind.YOUTUBE8M, YOUTUBE8M_V1) and index >= HEARD:
        return heard_name(Ontology.load().name(index - HEARD))
    if kind == YOUTUBE8M_V1:
        return f"{_NUMBER}{index}"
    if kind == CatalogKind.YOUTUBE8M:
        label = vocabulary.labels().get(index)
        return label.name if label and label.name else f"{_NUMBER}{index}"
    return Ontology.load().name(index)


def heard_name(name: str) -> str:
    """Return what a class of AudioSet is called where YouTube-8M may have a label of its name."""
    return name + _HEARD


def class_indices(kind: str, names: Sequence[str], has_tags: bool = False) -> frozenset[int]:
    """Return the indices of the named classes, with all that is below them.

    Parameters
    ----------
    kind : str
        The catalogue's, or `YOUTUBE8M_V1`: all but YouTube-8M's have AudioSet's ontology.
    names : sequence of str
        Names in any case or ontology ids; for YouTube-8M also "123" or "YouTube-8M #123", and
        verticals, which stand for all their labels.
    has_tags : bool
        For YouTube-8M: what is no name of its labels, or ends in "(heard)", is AudioSet's and
        stands for numbers from `HEARD` on.

    Raises
    ------
    CatalogError
        If a name is unknown; its hint suggests others.
    """
    if kind not in (CatalogKind.YOUTUBE8M, YOUTUBE8M_V1):
        return Ontology.load().resolve(names)
    return frozenset().union(*(_indices(kind, name.strip(), has_tags) for name in names))


def is_number(name: str) -> bool:
    """Return whether a class of YouTube-8M is given by its number, which any version has."""
    return name.strip().removeprefix(_NUMBER).isdecimal()


def _indices(kind: str, name: str, has_tags: bool) -> frozenset[int]:
    number = name.removeprefix(_NUMBER)
    # Python refuses to read a number of thousands of digits.
    if number.isdecimal() and len(number) < 10 and int(number) < youtube8m.N_CLASSES:
        return frozenset((int(number),))
    is_named = kind == CatalogKind.YOUTUBE8M
    found = _named().get(name.casefold()) if is_named else None
    if found is None and has_tags:
        with suppress(CatalogError):
            heard = Ontology.load().resolve([name.removesuffix(_HEARD)])
            return frozenset(HEARD + index for index in heard)
    if found is None:
        names = " or ".join(_near(name)) if is_named else ""
        raise CatalogError(
            f"There is no class {name!r} in YouTube-8M.",
            f"Did you mean {names}?"
            if names
            else f"Give its number, 0 to {youtube8m.N_CLASSES - 1}.",
        )
    return found


@cache
def _named() -> dict[str, frozenset[int]]:
    """Return the labels of version 2 by their own names, and by those of their verticals."""
    labels = vocabulary.labels().items()
    own = {label.name: frozenset((index,)) for index, label in labels if label.name}
    groups = {**vocabulary.verticals(), **own}
    return {name.casefold(): group for name, group in groups.items()}


def _near(name: str) -> list[str]:
    """Return the names most like one that is unknown, as they are written."""
    labels = [label.name for label in vocabulary.labels().values()]
    written = {each.casefold(): each for each in (*vocabulary.verticals(), *labels) if each}
    return [written[key] for key in difflib.get_close_matches(name.casefold(), written, n=3)]

"""What the class numbers of a catalogue's labels are called."""

from __future__ import annotations

from collections.abc import Sequence

from core.catalog import youtube8m
from core.catalog.ontology import Ontology
from core.errors import CatalogError

_YOUTUBE8M = "YouTube-8M #"


def class_name(kind: str, index: int) -> str:
    """Return a class's name for people; `kind` is the catalogue's."""
    return f"{_YOUTUBE8M}{index}" if kind == "youtube8m" else Ontology.load().name(index)


def class_indices(kind: str, names: Sequence[str]) -> frozenset[int]:
    """Return the indices of the named classes, with all that is below them.

    Parameters
    ----------
    kind : str
        The catalogue's: "youtube8m" has numbers for names, every other kind AudioSet's ontology.
    names : sequence of str
        Names in any case or ontology ids; "123" or "YouTube-8M #123".

    Raises
    ------
    CatalogError
        If a name is unknown; its hint suggests others.
    """
    if kind != "youtube8m":
        return Ontology.load().resolve(names)
    numbers = [name.strip().removeprefix(_YOUTUBE8M) for name in names]
    for name, number in zip(names, numbers, strict=True):
        if not (number.isdecimal() and int(number) < youtube8m.N_CLASSES):
            raise CatalogError(
                f"There is no class {name!r} in YouTube-8M.",
                f"Give its number, 0 to {youtube8m.N_CLASSES - 1}.",
            )
    return frozenset(map(int, numbers))

"""Which catalogues a person chose to search, kept in the data folder."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from core.atomic import written_whole
from core.paths import DataFolder

BALANCED = "/balanced"
"""The catalogue that the program carries; no folder has such a name."""


def read_choice(data: DataFolder) -> list[str]:
    """Return the names that were chosen, the main one first; whether they are there is not said."""
    with suppress(OSError):
        names = data.chosen_catalog.read_bytes().decode("utf-8", "surrogateescape").split("\n")
        plain = (name for name in map(str.strip, names) if name and _is_name(name))
        return list(dict.fromkeys(plain))
    return []


def write_choice(data: DataFolder, names: Sequence[str]) -> None:
    """Keep a choice, whole or not at all; none of any name leaves it to the program."""
    if not names:
        data.chosen_catalog.unlink(missing_ok=True)
        return
    with written_whole(data.chosen_catalog) as file:
        file.write("\n".join(names).encode("utf-8", "surrogateescape"))


def _is_name(name: str) -> bool:
    return name == BALANCED or Path(name).name == name

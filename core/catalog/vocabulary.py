"""The labels of YouTube-8M's version 2: their names, and the verticals that group them."""

from __future__ import annotations

import csv
import importlib.resources
from dataclasses import dataclass
from functools import cache


@dataclass(frozen=True)
class Label:
    """A label of YouTube-8M.

    Attributes
    ----------
    name : str
        Empty for the few that have none.
    verticals : tuple of str
        The groups that it belongs to, such as "Food & Drink"; few have several, or none.
    """

    name: str
    verticals: tuple[str, ...]


@cache
def labels() -> dict[int, Label]:
    """Return all labels by number."""
    text = importlib.resources.files("resources").joinpath("youtube8m.csv").read_text("utf-8")
    rows = csv.reader(line for line in text.splitlines() if not line.startswith("#"))
    return {
        int(index): Label(name, tuple(filter(None, groups.split("|"))))
        for index, name, groups in rows
    }


@cache
def verticals() -> dict[str, frozenset[int]]:
    """Return the labels of each vertical, by its name."""
    groups: dict[str, set[int]] = {}
    for index, label in labels().items():
        for name in label.verticals:
            groups.setdefault(name, set()).add(index)
    return {name: frozenset(group) for name, group in sorted(groups.items())}

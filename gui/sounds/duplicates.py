"""The same sound in several files: finding the groups, in a worker, as the window shows them."""

from __future__ import annotations

import os
from dataclasses import dataclass

from core.jobs import Job
from core.paths import DataFolder
from gui import formats

MOST_FILES = 2_000
"""In sight; the command `duplicates` lists all."""


@dataclass(frozen=True)
class DuplicateFile:
    """A file of a group; its length in seconds."""

    path: str
    n_bytes: int
    duration_s: float


@dataclass(frozen=True)
class DuplicateFiles:
    """A group of files with the same sound, and what they have in common."""

    what: str
    files: tuple[DuplicateFile, ...]

    @property
    def n_spare_bytes(self) -> int:
        """Size of all but the largest file."""
        sizes = [file.n_bytes for file in self.files]
        return sum(sizes) - max(sizes)


def found_duplicates(data: DataFolder, name: str, job: Job) -> list[DuplicateFiles]:
    """Return the groups of a catalogue of own sounds, those of equal content first.

    Raises
    ------
    CatalogError
        If there is none of this name, or it cannot be read.
    """
    from core.catalog.catalog import Catalog
    from core.search.duplicates import duplicate_groups

    catalog = Catalog.open(data.catalogs / name)
    groups = duplicate_groups(catalog, job)
    files = catalog.sound_files
    wanted = {path for group in groups for path in group.paths}
    facts: dict[str, tuple[int, float]] = {}
    for row in range(len(files)) if wanted else ():
        if (path := files.path(row)) in wanted:
            each = files.rows[row]
            facts[path] = int(each["n_bytes"]), float(each["duration_s"])
    return [
        DuplicateFiles(
            "equal content" if group.is_exact else f"similarity {group.similarity:.3f}",
            tuple(DuplicateFile(path, *facts[path]) for path in group.paths),
        )
        for group in groups
    ]


def summary(groups: list[DuplicateFiles]) -> str:
    """Return how many there are, and what could be freed."""
    if not groups:
        return "No sound is in several files."
    n_files = sum(len(group.files) for group in groups)
    said = f"{formats.count(len(groups), 'group', 'groups')} of {n_files:,} files"
    return said if n_files <= MOST_FILES else f"{said}; the first {MOST_FILES:,} are listed"


def place(path: str) -> tuple[str, str]:
    """Return a file's name and its folder."""
    folder, name = os.path.split(path)
    return name, folder

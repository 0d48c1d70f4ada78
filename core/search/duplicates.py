"""The same sound in several files of a catalogue of own sounds: copies, other formats, cuts."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.catalog.catalog import Catalog
from core.jobs import Job
from core.types import Float32

LEAST_SIMILARITY = 0.97
"""Of the means of two clips of the same sound: see docs/sounds.md."""

LEAST_SHARE = 0.5
"""Of the shorter file's clips that must have their like in the other file."""

_ROWS = 2_048
_MOST_LIKE_ONE = 32
"""Clips of a block that a clip is joined with: of ten thousand copies, not all pairs are kept."""


@dataclass(frozen=True)
class DuplicateGroup:
    """Files with the same sound.

    Attributes
    ----------
    paths : tuple of str
    is_exact : bool
        Whether their contents are equal.
    similarity : float
        Of the two that are least alike among those that hold the group together.
    """

    paths: tuple[str, ...]
    is_exact: bool
    similarity: float


def duplicate_groups(
    catalog: Catalog, job: Job | None = None, least: float = LEAST_SIMILARITY
) -> list[DuplicateGroup]:
    """Return groups of files with the same sound: those of equal content first, large ones first.

    A file of equal content counts once in the other groups. Compares all clips with each other: of
    100,000 clips ten thousand million pairs.

    Parameters
    ----------
    catalog : Catalog
        Of own sounds.
    job : Job, optional
        Told about progress; may cancel.
    least : float
        The least similarity of two clips of the same sound.

    Raises
    ------
    CatalogError
        If it is another kind of catalogue.
    """
    files = catalog.sound_files
    firsts, members = _contents(catalog)
    groups = [
        DuplicateGroup(tuple(map(files.path, rows)), True, 1.0) for rows in members if len(rows) > 1
    ]
    pairs = _similar_contents(catalog, firsts, least, job or Job())
    parents = list(range(len(members)))

    def root(content: int) -> int:
        while parents[content] != content:
            parents[content] = parents[parents[content]]
            content = parents[content]
        return content

    for one, other in pairs:
        parents[root(one)] = root(other)
    joined = defaultdict(list)
    for content in range(len(members)):
        joined[root(content)].append(content)
    weakest: dict[int, float] = defaultdict(lambda: 1.0)
    for (one, _), similarity in pairs.items():
        weakest[root(one)] = min(weakest[root(one)], similarity)
    groups += [
        DuplicateGroup(
            tuple(files.path(members[content][0]) for content in contents), False, weakest[key]
        )
        for key, contents in joined.items()
        if len(contents) > 1
    ]
    return sorted(groups, key=lambda group: (not group.is_exact, -len(group.paths), group.paths))


def _thresholds(cosines: Float32, least: float) -> Float32:
    """Return from which cosine on each row's clips count: of very many, its most similar ones."""
    found = np.full((len(cosines), 1), least, np.float32)
    crowded = np.flatnonzero((cosines >= least).sum(axis=1) > _MOST_LIKE_ONE)
    if len(crowded):
        found[crowded, 0] = np.partition(cosines[crowded], -_MOST_LIKE_ONE, axis=1)[
            :, -_MOST_LIKE_ONE
        ]
    return found


def _contents(catalog: Catalog) -> tuple[NDArray[np.int64], list[list[int]]]:
    """Return the first clip of each content, and the rows of the files that have it."""
    files = catalog.sound_files
    members: dict[int, list[int]] = {}
    has_clips = np.flatnonzero(files.rows["n_clips"] > 0)
    for row, first in zip(
        has_clips.tolist(), files.rows["first_clip"][has_clips].tolist(), strict=True
    ):
        members.setdefault(first, []).append(row)
    return np.array(list(members), np.int64), list(members.values())


def _similar_contents(
    catalog: Catalog, firsts: NDArray[np.int64], least: float, job: Job
) -> dict[tuple[int, int], float]:
    """Return pairs of contents of which enough clips are alike, with their mean similarity."""
    n_clips = len(catalog)
    owners = np.repeat(np.arange(len(firsts)), np.diff(np.append(firsts, n_clips)))
    vectors = catalog.unit_vectors()
    best: dict[tuple[int, int], dict[int, float]] = defaultdict(dict)
    for begin in range(0, n_clips, _ROWS):
        job.report("Comparing clips", begin / n_clips)
        block = vectors[begin : begin + _ROWS]
        for start in range(begin, n_clips, 16 * _ROWS):
            cosines = block @ vectors[start : start + 16 * _ROWS].T
            for i, j in np.argwhere(cosines >= _thresholds(cosines, least)):
                one, other = begin + int(i), start + int(j)
                a, b = int(owners[one]), int(owners[other])
                if a < b:
                    value = float(cosines[i, j])
                    for clip in (one, other):
                        seen = best[a, b]
                        seen[clip] = max(seen.get(clip, -1.0), value)
    counts = np.diff(np.append(firsts, n_clips))
    found = {}
    for (a, b), seen in best.items():
        shorter = a if counts[a] <= counts[b] else b
        values = [value for clip, value in seen.items() if owners[clip] == shorter]
        if len(values) >= LEAST_SHARE * counts[shorter]:
            found[a, b] = float(np.mean(values))
    return found

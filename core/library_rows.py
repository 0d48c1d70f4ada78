"""Rows of the library: what is written into them, and what is believed of what stands there.

The file may hold anything: each `..._of` raises ValueError, TypeError or OverflowError for a row
that makes no sense.
"""

from __future__ import annotations

import json
import os
from typing import Any

import numpy as np

from core.foreign import (
    LATEST_S,
    LONGEST_S,
    as_array,
    as_count,
    as_number,
    as_text,
    parsed_json,
)
from core.library_types import PastSearch, Star
from core.options import MOST_K, Comparison, Filter, Ranking
from core.types import EMBEDDING_SIZE, LEAST_TAG, MOST_TAG, Float32, Query, UInt8

THUMBNAIL_ROWS = 32
_N_CLASSES = 527
_MOST_TAKEN = 1000
_ONLY_SURE = "only_sure"

_LARGEST_COMPONENT = 1 << 50
"""Of a direction: sums of as many bytes as nobody records."""


def stored_path(path: str) -> str | bytes:
    """Return a path as SQLite takes it: one that is no valid text as bytes."""
    encoded = os.fsencode(path)
    return path if path == encoded.decode("utf-8", "replace") else encoded


def path_of(value: object) -> str:
    """Return a path that `stored_path` made; raise ValueError for anything else."""
    if not isinstance(value, bytes):
        return as_text(value)
    path = os.fsdecode(value)
    if stored_path(path) != value or "\0" in path:
        raise ValueError("it is no path")
    return path


def past_of(row: tuple[Any, ...]) -> PastSearch:
    """Return the entry that a row of the history is."""
    key, time_s, name, path, start_s, end_s, duration_s, levels, k = row[:9]
    include, exclude, by, n_matches, label, model_key, ranking, model_id = row[9:17]
    track, expansion, given_name, is_starred = row[17:]
    span = None
    if start_s is not None:
        span = as_number(start_s, 0, LONGEST_S), as_number(end_s, start_s, LONGEST_S)
    thumbnail = None
    if levels:
        thumbnail = as_array(levels, np.uint8).reshape(THUMBNAIL_ROWS, -1)
    return PastSearch(
        key=as_count(key),
        time_s=as_number(time_s, 0, LATEST_S),
        name=as_text(name),
        path=path_of(path),
        span=span,
        duration_s=as_number(duration_s, 0, LONGEST_S),
        thumbnail=thumbnail,
        k=int(as_number(k, 1, MOST_K)),
        filters=_filter(include, exclude),
        by=Comparison(by),
        n_matches=as_count(n_matches),
        label=as_text(label),
        model_key=as_text(model_key or ""),
        ranking=Ranking(ranking or Ranking.BOTH),  # an older file does not say
        model_id=as_text(model_id or ""),
        track=int(as_number(track or 1, 1, _MOST_TAKEN)),
        expansion=int(as_number(expansion or 1, 1, _MOST_TAKEN)),
        given_name=as_text(given_name or ""),
        is_starred=bool(as_count(is_starred or 0)),
    )


def query_of(past: PastSearch, row: tuple[Any, ...]) -> Query:
    """Return what an entry searched for."""
    frames, duration_s, notes, hop_s, direction, scores = row
    found: UInt8 = as_array(frames, np.uint8).reshape(-1, EMBEDDING_SIZE)
    if not len(found) and not scores:
        raise ValueError("nothing was heard")
    towards = None
    if direction:
        towards = as_array(direction, np.int64).reshape(EMBEDDING_SIZE)
        if np.abs(towards).max() > _LARGEST_COMPONENT:
            raise ValueError("a number is too large")
    return Query(
        past.name,
        found,
        as_number(duration_s, 0, LONGEST_S),
        _unpacked(notes),
        as_number(hop_s, 1e-3, LONGEST_S),
        direction=towards,
        tags=_tags(scores),
        model_id=past.model_id,
    )


def tag_bytes(query: Query) -> bytes:
    """Return a query's tags as they are stored; empty where there are none."""
    return b"" if query.tags is None else query.tags.astype(np.float16).tobytes()


def _tags(scores: object) -> Float32 | None:
    if not scores:
        return None
    tags = as_array(scores, np.float16).reshape(_N_CLASSES).astype(np.float32)
    if not ((tags >= LEAST_TAG) & (tags <= MOST_TAG)).all():
        raise ValueError("a score is none")
    return tags


def star_of(row: tuple[Any, ...]) -> Star:
    """Return the clip with a star that a row is."""
    video_id, start_s, end_s, labels, url, note, starred_s = row
    return Star(
        as_text(video_id),
        as_number(start_s, 0, LONGEST_S),
        as_number(end_s, 0, LONGEST_S),
        _unpacked(labels),
        as_text(url),
        as_text(note),
        as_number(starred_s, 0, LATEST_S),
    )


def preset_of(row: tuple[Any, ...]) -> tuple[str, Filter]:
    """Return the name and the filter that a row is."""
    name, include, exclude = row
    return as_text(name), _filter(include, exclude)


def thumbnail_bytes(past: PastSearch) -> bytes:
    """Return a thumbnail as it is stored; empty where there is none."""
    return b"" if past.thumbnail is None else np.ascontiguousarray(past.thumbnail).tobytes()


def packed(texts: tuple[str, ...]) -> str:
    """Return texts as they are stored."""
    return json.dumps(texts)


def packed_filter(filters: Filter) -> tuple[str, str]:
    """Return a filter as it is stored: what it includes, and what it excludes.

    Where only sure labels count, what is included is an object with a list, not a list.
    """
    include = packed(filters.include)
    if filters.only_sure:
        include = json.dumps({_ONLY_SURE: filters.include})
    return include, packed(filters.exclude)


def _filter(include: object, exclude: object) -> Filter:
    found = parsed_json(as_text(include))
    only_sure = isinstance(found, dict)
    included = found.get(_ONLY_SURE) if only_sure else found
    return Filter(_texts(included), _unpacked(exclude), only_sure)


def _unpacked(text: object) -> tuple[str, ...]:
    return _texts(parsed_json(as_text(text)))


def _texts(found: object) -> tuple[str, ...]:
    if not isinstance(found, list):
        raise ValueError("it is no list")
    return tuple(map(as_text, found))

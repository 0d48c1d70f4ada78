"""What a class is asked of a catalogue: its own clips, and the next ones to be answered."""

from __future__ import annotations

import numpy as np

from core.catalog.catalog import Catalog
from core.errors import CatalogError, ModelError
from core.teaching.taught_class import Example, TaughtClass
from core.types import EMBEDDING_SIZE, Int64, Query, Tag
from core.vectors import clip_directions, whole_direction


def class_query(taught: TaughtClass) -> Query:
    """Return the query that a class is: its clips are those most alike to its weights."""
    direction = whole_direction(taught.weights.astype(np.float64))
    frames = np.empty((0, EMBEDDING_SIZE), np.uint8)
    tag = Tag(taught.name, 1.0, is_taught=True)
    return Query(
        taught.name, frames, 0.0, direction=direction, heard=(tag,), model_id=taught.model_id
    )


def answered_rows(taught: TaughtClass, catalog: Catalog) -> Int64:
    """Return the rows of a catalogue's clips that there is an answer for already."""
    sources = {example.source.encode("utf-8", "replace") for example in taught.examples}
    ids = catalog.clips["video_id"]
    candidates = np.flatnonzero(np.isin(ids, np.array(sorted(sources), ids.dtype)))
    keys = {example.key for example in taught.examples}
    rows = [row for row in candidates.tolist() if clip_example(catalog, row, True).key in keys]
    return np.array(rows, np.int64)


def clip_example(catalog: Catalog, row: int, is_member: bool) -> Example:
    """Return the answer for a catalogue's clip."""
    clip = catalog.clip(row)
    return _example(clip.video_id, clip.start_s, clip.end_s, clip.frames, is_member)


def sound_example(query: Query, source: str, start_s: float, is_member: bool) -> Example:
    """Return the answer for a sound, or the span of one, that was analysed.

    Raises
    ------
    ModelError
        If the query has no frames: words are no example.
    """
    if not len(query.frames):
        raise ModelError("Words are no example of a sound.", "Give a sound, or a clip.")
    end_s = start_s + query.duration_s
    return _example(source, start_s, end_s, query.frames, is_member)


def check_model(taught: TaughtClass, catalog: Catalog) -> None:
    """Raise CatalogError unless a catalogue's frames are of the class's model."""
    if catalog.model_id != taught.model_id:
        raise CatalogError(
            f"“{taught.name}” was taught by {taught.model_name}, and this catalogue was made by "
            f"{catalog.model_name}.",
            "Choose a catalogue that was made by the same model, or teach the class there.",
        )


def _example(
    source: str, start_s: float, end_s: float, frames: np.ndarray, is_member: bool
) -> Example:
    direction = clip_directions(frames, np.array([len(frames)]))[0]
    return Example(source, start_s, end_s, direction, is_member)

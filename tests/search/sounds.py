"""Clips to search among: duplicates and near-duplicates, zeros, lengths from 1 frame up."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st

from core.search.frames import FrameSearch
from core.search.mean import ClipSearch
from core.search.scan import Scanner
from core.search.topk import best_rows
from core.vectors import CENTRE, clip_directions


@st.composite
def catalogues(draw) -> list[np.ndarray]:
    """Draw clips as uint8 arrays (n, 128)."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n_distinct, n_clips = draw(st.integers(1, 10)), draw(st.integers(1, 200))
    spread = draw(st.sampled_from([1, 3, 40]))
    base = rng.normal(CENTRE, 40, 128)
    distinct = []
    for _ in range(n_distinct):
        frames = rng.normal(base, spread, (rng.integers(1, 12), 128))
        if rng.random() < 0.15:
            frames[rng.integers(len(frames)) :] = CENTRE
        if rng.random() < 0.1:
            frames[:] = CENTRE
            frames[0, rng.integers(128)] += 1
        distinct.append(np.clip(frames, 0, 255).astype(np.uint8))
    return [distinct[index] for index in rng.integers(0, n_distinct, n_clips)]


@st.composite
def random_query(draw, clips: list[np.ndarray]) -> np.ndarray:
    """Draw frames: a clip's own, some of their opposites, silence, or any."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    own = clips[rng.integers(len(clips))]
    any_frames = rng.integers(0, 256, (rng.integers(1, 15), 128), dtype=np.uint8)
    silence = np.full((2, 128), CENTRE, np.uint8)
    opposite = (2 * CENTRE - np.minimum(own, 2 * CENTRE)).astype(np.uint8)
    return draw(st.sampled_from([own, any_frames, silence, opposite, np.vstack((own, silence))]))


def columns(clips: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Return all frames, and where each clip's begin and the last one's end."""
    return np.concatenate(clips), np.cumsum([0, *map(len, clips)])


def clip_search(clips: list[np.ndarray], scanner: Scanner) -> ClipSearch:
    """Return a search over the clips' means."""
    frames, offsets = columns(clips)
    return ClipSearch(clip_directions(frames, np.diff(offsets)), frames, offsets, scanner)


def frame_search(clips: list[np.ndarray], scanner: Scanner) -> FrameSearch:
    """Return a search over all frames."""
    return FrameSearch(*columns(clips), scanner)


def top_k(search: ClipSearch, query, k: int, mask=None, job=None) -> tuple[np.ndarray, np.ndarray]:
    """Return the clips most similar to a sound, best first, and the cosines of the means."""
    return best_rows(*search.scores(query, job), k, mask)


@dataclass(frozen=True, eq=False)
class AlignedRows:
    """The best clips, best first, with the most similar frames of each clip and of the query."""

    rows: np.ndarray
    similarities: np.ndarray
    frame: np.ndarray
    query_frame: np.ndarray


def aligned_top_k(search: FrameSearch, query, k: int, mask=None) -> AlignedRows:
    """Return the clips that hold a query's seconds best."""
    rows, scores = best_rows(*search.scores(query), k, mask)
    return AlignedRows(rows, scores, *search.aligned(query, rows))

"""From post-processed frames to the one unit vector that a clip or a query is compared by.

Building a catalogue and asking one use this same code, so that a clip's own frames find it with
similarity 1.
"""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from core.types import EMBEDDING_SIZE, Float32, UInt8

CENTRE = 127
"""The byte that stands for zero.

VGGish's post-processing cuts to [-2, 2] and truncates ``(x + 2) * 255 / 4`` to a byte, so a byte b
stands for the values around ``(b + 0.5) * 4 / 255 - 2 = (b - 127) * 4 / 255``.

Subtracting a fixed centre instead of the catalogue's own mean keeps a clip's vector independent of
the clips around it: catalogues can be merged, built in parallel and hold a single clip.
"""

FLOAT32_LARGEST, INT32_LARGEST = 1023, 16_383
"""Of a rounded query's components. Products with bytes then sum up to less than 2**24, so that
float32 computes them exactly in any order, or to less than 2**31."""

WHOLE_LENGTH = 1_000_000
"""Length that a unit vector gets before it is rounded to whole numbers."""

Floats = TypeVar("Floats", np.float32, np.float64)


def unit(vectors: NDArray[Floats]) -> NDArray[Floats]:
    """Return vectors (..., n) divided by their lengths; a vector of zeros stays one."""
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.where(lengths > 0, lengths, 1), vectors.dtype)


def whole_direction(vector: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return where a vector (n,) points, as whole numbers, for products that are exact."""
    return np.asarray(np.rint(unit(vector) * WHOLE_LENGTH), np.int64)


def quantise(embeddings: NDArray[np.floating]) -> UInt8:
    """Return the bytes that VGGish's post-processing makes of whitened embeddings.

    Parameters
    ----------
    embeddings : float array, shape (N, 128)
        Finite values; those outside [-2, 2] are cut.

    Returns
    -------
    uint8 array, shape (N, 128)
    """
    return np.asarray((np.clip(embeddings, -2.0, 2.0) + 2.0) * (255 / 4), dtype=np.uint8)


def frames_of(
    frames: UInt8, first_frame: NDArray[np.integer], n_frames: NDArray[np.integer]
) -> UInt8:
    """Return the frames of some clips, one clip after the other, of a catalogue's frames."""
    counts = np.asarray(n_frames, dtype=np.int64)
    starts = np.cumsum(counts) - counts
    within = np.arange(int(counts.sum())) - np.repeat(starts, counts)
    return np.asarray(frames[within + np.repeat(first_frame, counts)])


def clip_sums(frames: UInt8, n_frames: NDArray[np.integer]) -> NDArray[np.int64]:
    """Return the sum of each clip's centred frames: whole numbers, which point where the mean does.

    Parameters
    ----------
    frames : uint8 array, shape (F, 128)
        The frames of all clips, one clip after the other.
    n_frames : int array, shape (C,)
        Frames of each clip, at least 1 each, F in all.

    Returns
    -------
    int64 array, shape (C, 128)
    """
    counts = np.asarray(n_frames, dtype=np.int64)
    first = np.cumsum(counts) - counts
    sums = np.empty((len(counts), EMBEDDING_SIZE), dtype=np.int64)
    # Clips of one length at a time: several times faster than add.reduceat over rows.
    for count in np.flatnonzero(np.bincount(counts)):  # np.unique takes ten times as long
        clips = np.flatnonzero(counts == count)
        each = frames[first[clips][:, None] + np.arange(count)]
        sums[clips] = each.sum(axis=1, dtype=np.int64) - CENTRE * count
    return sums


def mean_frames(frames: UInt8, n_frames: NDArray[np.integer]) -> UInt8:
    """Return the mean of each clip's frames, rounded half up, uint8 (C, 128).

    Parameters
    ----------
    frames, n_frames
        As `clip_sums` takes them.
    """
    count = np.asarray(n_frames, dtype=np.int64)[:, None]
    sums = clip_sums(frames, n_frames) + CENTRE * count
    return np.asarray((2 * sums + count) // (2 * count), np.uint8)


def clip_vectors(frames: UInt8, n_frames: NDArray[np.integer]) -> Float32:
    """Return one centred unit vector a clip: the direction of the mean of its frames.

    Sums and squared norms are whole numbers and exact, so the result does not depend on how the
    clips were grouped into calls.

    Parameters
    ----------
    frames, n_frames
        As `clip_sums` takes them.

    Returns
    -------
    float32 array, shape (C, 128)
        Rows of length 1; a row of zeros where the mean is exactly the centre.
    """
    sums = clip_sums(frames, n_frames)
    squared = np.einsum("ij,ij->i", sums, sums)
    norms = np.sqrt(np.where(squared > 0, squared, 1).astype(np.float64))
    return np.asarray(sums / norms[:, None], dtype=np.float32)


def clip_directions(frames: UInt8, n_frames: NDArray[np.integer]) -> NDArray[np.int8]:
    """Return the direction of each clip's mean in 8 bits, which a search scans first.

    The mean is scaled until its largest component is 127 or -127, and rounded, so no component is
    off by more than 1/2. Divide by the length of a row to get a unit vector. A clip takes 128 bytes
    instead of 512; what rounding lost, a search gets back from the frames of the few best.

    Parameters
    ----------
    frames, n_frames
        As `clip_sums` takes them.

    Returns
    -------
    int8 array, shape (C, 128)
        A row of zeros where the mean is exactly the centre.
    """
    sums = clip_sums(frames, n_frames)
    largest = np.abs(sums).max(axis=1, initial=0)
    scaled = sums * 127.0 / np.where(largest > 0, largest, 1)[:, None]
    return np.asarray(np.rint(scaled), dtype=np.int8)

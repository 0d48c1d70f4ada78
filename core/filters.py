"""Which clips have a wanted class and no unwanted one, for building and for searching alike."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray


def label_mask(
    label_indices: NDArray[np.integer],
    label_offsets: NDArray[np.integer],
    include: Collection[int],
    exclude: Collection[int],
) -> NDArray[np.bool_]:
    """Return which clips have any class of `include` (or it is empty) and none of `exclude`.

    Parameters
    ----------
    label_indices : int array, shape (L,)
        Class indices, from 0, of all clips, one clip after the other.
    label_offsets : int array, shape (C + 1,)
        Clip i has ``label_indices[label_offsets[i]:label_offsets[i + 1]]``.
    include, exclude : collection of int
        Class indices.

    Returns
    -------
    bool array, shape (C,)
    """
    mask = np.ones(len(label_offsets) - 1, dtype=np.bool_)
    if include:
        mask &= _has_any(label_indices, label_offsets, include)
    if exclude:
        mask &= ~_has_any(label_indices, label_offsets, exclude)
    return mask


def _has_any(
    label_indices: NDArray[np.integer],
    label_offsets: NDArray[np.integer],
    classes: Collection[int],
) -> NDArray[np.bool_]:
    highest = max(int(label_indices.max(initial=0)), max(classes))
    wanted = np.zeros(highest + 1, dtype=np.bool_)
    wanted[list(classes)] = True
    # Running counts, because add.reduceat returns a neighbour's label for a clip without labels.
    counts = np.concatenate(([0], np.cumsum(wanted[label_indices])))
    return np.asarray(counts[label_offsets[1:]] > counts[label_offsets[:-1]])

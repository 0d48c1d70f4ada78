"""Whether the arrays of a catalogue fit each other, asked at every opening and at any size.

Checksums of gigabytes would take seconds; this takes 15 ns a clip and finds whatever could lead a
search out of its arrays: compiled code reads where it is told to.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.catalog.manifest import CLIPS, LABELS, SURE, TAGS, damaged
from core.catalog.packed_tags import classes_of
from core.catalog.records.ids import YOUTUBE_ID_BYTES, are_youtube_id_bytes, odd_ids
from core.foreign import LONGEST_S

_CLIPS_A_STEP = 16_384
"""So few that their columns stay in the cache."""


def check_structure(
    folder: Path,
    clips: NDArray[np.void],
    labels: NDArray[np.int16],
    n_frames: int,
    n_classes: int,
) -> None:
    """Raise CatalogError unless the clips cover all frames and labels, one after the other.

    Parameters
    ----------
    folder : Path
        For the error.
    clips : structured array, shape (C,)
        The columns of `core.catalog.arrays.clip_dtype`.
    labels : int16 array, shape (L,)
    n_frames : int
        How many frames there are.
    n_classes : int
        No label may be as high.
    """
    if len(labels) and not (labels.min() >= 0 and labels.max() < n_classes):
        raise damaged(folder / LABELS, f"it has a label outside 0 to {n_classes - 1}")
    if not len(clips) and (n_frames or len(labels)):
        raise damaged(folder / CLIPS, "it has no clips")
    columns = _Columns(np.asarray(clips), n_frames, len(labels))
    for begin in range(0, len(clips), _CLIPS_A_STEP):
        if found := columns.fault(begin, min(begin + _CLIPS_A_STEP, len(clips))):
            raise damaged(folder / CLIPS, found)


def check_notes(
    folder: Path, tags: NDArray[np.uint16], is_sure: NDArray[np.bool_], n_classes: int
) -> None:
    """Raise CatalogError unless tags are of known classes, and flags are true or false.

    Parameters
    ----------
    folder : Path
        For the error.
    tags : uint16 array, shape (C, T)
    is_sure : bool array, shape (L,)
    n_classes : int
        Of AudioSet's.
    """
    for begin in range(0, len(tags), _CLIPS_A_STEP):
        if classes_of(tags[begin : begin + _CLIPS_A_STEP]).max(initial=0) >= n_classes:
            raise damaged(folder / TAGS, f"it has a class outside 0 to {n_classes - 1}")
    if is_sure.view(np.uint8).max(initial=0) > 1:
        raise damaged(folder / SURE, "a flag in it is neither true nor false")


class _Columns:
    """The columns of clips, and room for some clips of each: fresh memory would take as long again.

    Parameters
    ----------
    clips : structured array, shape (C,)
    n_frames, n_labels : int
        Where the last clip's frames and labels must end.
    """

    def __init__(self, clips: NDArray[np.void], n_frames: int, n_labels: int) -> None:
        self._clips = {name: clips[name] for name in clips.dtype.names or ()}
        self._n_clips = len(clips)
        self._ends = {"frame": n_frames, "label": n_labels}
        size = min(_CLIPS_A_STEP, len(clips))
        self._room = {name: np.empty(size, clips.dtype[name]) for name in self._clips}
        self._begins = np.empty(size + 1, np.int64)
        self._differences = np.empty(size, np.int64)
        self._holds = np.empty(size, np.bool_)
        self._id_room = np.empty((3, size * clips.dtype["video_id"].itemsize), np.uint8)

    def fault(self, begin: int, end: int) -> str:
        """Return what is wrong with the first odd clip of some; empty where nothing is."""
        return (
            self._fault_of_spans("frame", 1, begin, end)
            or self._fault_of_spans("label", 0, begin, end)
            or self._fault_of_times(begin, end)
            or self._fault_of_ids(begin, end)
        )

    def _fault_of_spans(self, what: str, least: int, begin: int, end: int) -> str:
        begins, counts = self._begins[: end - begin + 1], self._copied(f"n_{what}s", begin, end)
        some = self._clips[f"first_{what}"][begin : end + 1]
        begins[: len(some)] = some
        if end == self._n_clips:
            begins[-1] = self._ends[what]
        if begin == 0 and begins[0] != 0:
            return f"the {what}s of its first clip begin at {begins[0]}"
        if counts.min() < least:
            return f"clip {begin + int(counts.argmin())} has {counts.min()} {what}s"
        # A difference may overflow, but not to the right number: they are at least 0, of 32 bits.
        found = np.subtract(begins[1:], begins[:-1], out=self._differences[: len(counts)])
        holds = np.equal(found, counts, out=self._holds[: len(counts)])
        return "" if holds.all() else f"the {what}s of clip {begin + int(holds.argmin())} end wrong"

    def _fault_of_times(self, begin: int, end: int) -> str:
        start_s, end_s = (self._copied(name, begin, end) for name in ("start_s", "end_s"))
        if not (start_s.min() >= 0 and end_s.max() <= LONGEST_S):  # or either is not a number
            return f"a time of clips {begin} to {end - 1} makes no sense"
        holds = np.less_equal(start_s, end_s, out=self._holds[: len(start_s)])
        return "" if holds.all() else f"clip {begin + int(holds.argmin())} ends before it starts"

    def _fault_of_ids(self, begin: int, end: int) -> str:
        flags = self._copied("is_youtube_id", begin, end)
        if flags.view(np.uint8).max() > 1:
            return f"a flag of clips {begin} to {end - 1} is neither true nor false"
        ids = self._copied("video_id", begin, end)
        # Nearly always all of them are YouTube's.
        if ids.itemsize == YOUTUBE_ID_BYTES and are_youtube_id_bytes(
            ids.view(np.uint8), self._id_room
        ):
            return ""
        odd = odd_ids(ids, flags)
        return f"clip {begin + int(odd.argmax())} has an odd video id" if odd.any() else ""

    def _copied(self, name: str, begin: int, end: int) -> NDArray[Any]:
        room = self._room[name][: end - begin]
        room[:] = self._clips[name][begin:end]
        return room

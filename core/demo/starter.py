"""The starter catalogue's list: real AudioSet clips, and the sound that stands in for each."""

from __future__ import annotations

import csv
import importlib.resources
from dataclasses import dataclass


@dataclass(frozen=True)
class StarterClip:
    """A clip of AudioSet's balanced training set.

    Attributes
    ----------
    video_id : str
        YouTube's eleven characters.
    start_s, end_s : float
        The clip's span within its video, in seconds.
    labels : tuple of int
        AudioSet's class indices, ascending.
    sound : str
        The class whose synthesised sound makes this clip's vector.
    variation : int
        How many earlier clips have the same sound: the seed of this one's.
    """

    video_id: str
    start_s: float
    end_s: float
    labels: tuple[int, ...]
    sound: str
    variation: int


def starter_clips() -> list[StarterClip]:
    """Return the clips of the starter catalogue, in its order."""
    text = importlib.resources.files("resources").joinpath("starter.csv").read_text("utf-8")
    seen: dict[str, int] = {}
    clips = []
    for row in csv.DictReader(line for line in text.splitlines() if not line.startswith("#")):
        sound = row["sound"]
        variation = seen.setdefault(sound, 0)
        seen[sound] += 1
        labels = tuple(map(int, row["labels"].split()))
        start_s, end_s = float(row["start_s"]), float(row["end_s"])
        clips.append(StarterClip(row["video_id"], start_s, end_s, labels, sound, variation))
    return clips

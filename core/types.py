"""The values that travel between the rooms of `core`."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Float32: TypeAlias = NDArray[np.float32]
UInt8: TypeAlias = NDArray[np.uint8]
Int64: TypeAlias = NDArray[np.int64]

CLIP_HOP_S = 1.0
"""Seconds from one frame of a catalogue's clip to the next: AudioSet released one a second."""

_WATCH_URL = re.compile(r"https://www\.youtube\.com/watch\?v=([A-Za-z0-9_-]{11})(&|$)")

EMBEDDING_SIZE = 128
"""Numbers in a VGGish embedding, before and after post-processing."""


@dataclass(frozen=True)
class Query:
    """What is searched for.

    Attributes
    ----------
    name : str
        A file name, "Recording" or a video id, for people.
    frames : uint8 array, shape (N, 128)
        Post-processed VGGish embeddings, one a patch of 0.96 s (or a second of an AudioSet clip).
    duration_s : float
        Length of the sound in seconds.
    notes : tuple of str
        Sentences a person should read, such as "padded with silence".
    hop_s : float
        From one frame's begin to the next one's.
    looks : int8 array, shape (D,), or None
        What the video looks like, as a direction of any length, where that counts.
    direction : int64 array, shape (128,), or None
        What is searched for by means instead of the frames' own, where it was refined.
    """

    name: str
    frames: UInt8
    duration_s: float
    notes: tuple[str, ...] = ()
    hop_s: float = CLIP_HOP_S
    looks: NDArray[np.int8] | None = None
    direction: NDArray[np.int64] | None = None


class NoLink(StrEnum):
    """Why a match has no link, in words for people."""

    NOT_LOOKED_UP = "YouTube id not looked up"
    NO_ANSWER = "YouTube id not found out: no answer"
    GONE = "video gone"
    NO_ID = "no YouTube id"


@dataclass(frozen=True)
class Match:
    """One clip of the catalogue that sounds like the query.

    Attributes
    ----------
    rank : int
        1 for the most similar.
    video_id : str
        YouTube's eleven characters, or the data set's own key.
    start_s, end_s : float
        The clip's span within its video, in seconds.
    labels : tuple of str
        Class names, as the catalogue has them.
    similarity : float
        Cosine similarity, -1 to 1: of the centred mean embeddings, or, in an answer by frames, the
        mean over the query's frames of the similarity of the clip's most similar one, or the
        weighted sum of those of sound and pictures.
    url : str
        The video at the second that sounds most alike where that has been looked for
        (`Engine.with_best_seconds`, `Engine.with_best_links`), else at the clip's start; empty
        where there is none.
    best_second, query_second : float or None
        The second of the video, and that of the query, that sound most alike; None in an answer
        by means.
    no_link : NoLink or None
        Why `url` is empty; None where it is not.
    row : int
        Of the clip in its catalogue.
    """

    rank: int
    video_id: str
    start_s: float
    end_s: float
    labels: tuple[str, ...]
    similarity: float
    url: str
    best_second: float | None = None
    query_second: float | None = None
    no_link: NoLink | None = None
    row: int = -1

    def linked(self, youtube_id: str) -> Match:
        """Return the match with a link to a video of YouTube."""
        second = self.start_s if self.best_second is None else self.best_second
        return replace(self, url=watch_url(youtube_id, second), no_link=None)


@dataclass(frozen=True)
class CatalogInfo:
    """What a person wants to know of the catalogue and model that answer.

    Attributes
    ----------
    name, path : str
        The catalogue's name for people, and its folder.
    n_clips : int
    model : str
        The model's name for people.
    is_demo : bool
        Whether the answers come from the untrained model and the starter catalogue.
    notes : tuple of str
        Sentences a person should read before trusting the matches.
    is_starter : bool
        Whether the catalogue is the one that the program carries: a few real clips a class.
    model_id : str
        Made of the checksums of weights and PCA; empty where no model was asked.
    """

    name: str
    path: str
    n_clips: int
    model: str
    is_demo: bool
    notes: tuple[str, ...] = ()
    is_starter: bool = False
    model_id: str = ""

    @property
    def model_key(self) -> str:
        """The model's id, or its name: only frames of equal ones may be compared."""
        return self.model_id or self.model


@dataclass(frozen=True)
class Matches:
    """An answer: the query, what answered, and the clips, best first."""

    query: Query
    catalog: CatalogInfo
    matches: tuple[Match, ...]
    elapsed_s: float = field(default=0.0, compare=False)


def watch_url(video_id: str, start_s: float) -> str:
    """Return the address of a video at a second."""
    return f"https://www.youtube.com/watch?v={video_id}&t={int(start_s)}s"


def youtube_id_of(url: str) -> str:
    """Return the YouTube id in a match's address; empty where it has none."""
    found = _WATCH_URL.match(url)
    return found[1] if found else ""

"""The values that travel between the rooms of `core`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from core.options import ListenerKind, Ranking

Float32: TypeAlias = NDArray[np.float32]
UInt8: TypeAlias = NDArray[np.uint8]
Int64: TypeAlias = NDArray[np.int64]

CLIP_HOP_S = 1.0
"""Seconds from one frame of a catalogue's clip to the next: AudioSet released one a second."""

PATCH_HOP_S = 0.96
"""The same of a sound's, and of a clip of own sounds: `core.audio.logmel.PATCH_S`."""

_WATCH_URL = re.compile(r"https://www\.youtube\.com/watch\?v=([A-Za-z0-9_-]{11})(&|$)")

EMBEDDING_SIZE = 128
"""Numbers in an embedding, VGGish's or the built-in listener's."""

LEAST_TAG, MOST_TAG = -1.0, 2.0
"""The tag of a class that a person does not want to hear, and of one that they do."""

TAUGHT_HEARD = 0.5
"""The score of a class that a person taught, from which on it is heard."""


@dataclass(frozen=True)
class Tag:
    """A class that is said to be in a sound.

    Attributes
    ----------
    label : str
        AudioSet's name, such as "Bark".
    score : float
        0 to 1.
    sureness : str
        "probably" or "perhaps"; empty where it is sure.
    is_taught : bool
        Whether a person taught the class; it is none of AudioSet's then.
    """

    label: str
    score: float
    sureness: str = ""
    is_taught: bool = False


@dataclass(frozen=True, eq=False)
class ClassScores:
    """Scores of one class that a person taught.

    Attributes
    ----------
    label : str
    scores : float32 array, shape (N,)
        Of each patch, 0 to 1.
    """

    label: str
    scores: Float32


def spoken(tags: Iterable[Tag]) -> str:
    """Return what is said of a sound as one line for people, such as "Dog, probably Rain"."""
    return ", ".join(f"{tag.sureness} {tag.label}".strip() for tag in tags)


@dataclass(frozen=True)
class Query:
    """A sound, a video or words, as it is searched for.

    Attributes
    ----------
    name : str
        A file name, "Recording" or a video id, for people.
    frames : uint8 array, shape (N, 128)
        Embeddings in 8 bits, one a patch of 0.96 s (or a second of an AudioSet clip): VGGish's
        post-processed, or the built-in listener's. None where words are the query.
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
    tags : float32 array, shape (527,), or None
        What the sound is: a score for each class of AudioSet, 0 to 1; where it was steered, from
        `LEAST_TAG` to `MOST_TAG`.
    patch_tags : float16 array, shape (N, 527), or None
        The same of each patch.
    heard : tuple of Tag
        What is said of the sound, the surest first; of a video, the labels that people gave it.
    model_id : str
        What made the frames, where that was not the engine's own listener.
    taught : tuple of ClassScores
        The same as `patch_tags` of the classes that a person taught.
    """

    name: str
    frames: UInt8
    duration_s: float
    notes: tuple[str, ...] = ()
    hop_s: float = CLIP_HOP_S
    looks: NDArray[np.int8] | None = None
    direction: NDArray[np.int64] | None = None
    tags: Float32 | None = None
    patch_tags: NDArray[np.float16] | None = None
    heard: tuple[Tag, ...] = ()
    model_id: str = ""
    taught: tuple[ClassScores, ...] = ()


class NoLink(StrEnum):
    """Reason why a match has no link, in words for people."""

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
        What ranks, -1 to 1: `sound`, `meaning`, or the weighted sum of both, or of the cosines of
        sound and pictures.
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
    sound : float or None
        Cosine similarity, -1 to 1: of the centred mean embeddings, or, in an answer by frames, the
        mean over the query's frames of the similarity of the clip's most similar one. None where
        another model made the catalogue, or nothing sounds.
    meaning : float or None
        How far the query's tags and the clip's labels agree, 0 to 1, or -1 to 1 where the query was
        steered; None where that was not asked.
    path : str
        Of the file, in a catalogue of own sounds; bytes of its name that are no text are lone
        surrogates.
    other_paths : tuple of str
        Of files with the same content.
    is_missing : bool
        Whether no file was there when the catalogue was last updated.
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
    sound: float | None = None
    meaning: float | None = None
    path: str = ""
    other_paths: tuple[str, ...] = ()
    is_missing: bool = False

    def linked(self, youtube_id: str) -> Match:
        """Return the match with a link to a video of YouTube."""
        second = self.start_s if self.best_second is None else self.best_second
        return replace(self, url=watch_url(youtube_id, second), no_link=None)


@dataclass(frozen=True)
class CatalogInfo:
    """Catalogue and model that answer, for people.

    Attributes
    ----------
    name, path : str
        The catalogue's name for people, and its folder.
    n_clips : int
    model : str
        The model's name for people.
    notes : tuple of str
        Sentences a person should read before trusting the matches.
    listener : str
        What analyses sounds: "built-in" or "vggish".
    rankings : tuple of Ranking
        By what this listener can ask this catalogue, the best first.
    clip_rankings : tuple of Ranking
        By what the catalogue's own clips can: they need no listener.
    is_balanced : bool
        Whether the catalogue is the one that the program carries.
    model_id : str
        Made of the checksums of weights and PCA; empty where no model was asked.
    knows_sure_labels : bool
        Whether only sure labels can be asked for.
    has_released_frames : bool
        Whether sounds have frames like AudioSet's released ones, from which the tagger tells tags.
    others : tuple of str
        Names of the catalogues that are searched beside it.
    """

    name: str
    path: str
    n_clips: int
    model: str
    notes: tuple[str, ...] = ()
    listener: str = ListenerKind.VGGISH
    rankings: tuple[Ranking, ...] = tuple(Ranking)
    clip_rankings: tuple[Ranking, ...] = tuple(Ranking)
    is_balanced: bool = False
    model_id: str = ""
    knows_sure_labels: bool = False
    has_released_frames: bool = False
    others: tuple[str, ...] = ()

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
    ranking: Ranking = Ranking.BOTH
    is_close: bool = True
    elapsed_s: float = field(default=0.0, compare=False)


def watch_url(video_id: str, start_s: float) -> str:
    """Return the address of a video at a second."""
    return f"https://www.youtube.com/watch?v={video_id}&t={int(start_s)}s"


def youtube_id_of(url: str) -> str:
    """Return the YouTube id in a match's address; empty where it has none."""
    found = _WATCH_URL.match(url)
    return found[1] if found else ""

"""What a person's library is made of; see `core.library`."""

from __future__ import annotations

from dataclasses import dataclass, field

from core.options import DEFAULT_K, Comparison, Filter, Ranking
from core.types import UInt8


@dataclass(frozen=True, eq=False)
class PastSearch:
    """A search of the history.

    Attributes
    ----------
    key : int
        Its number in the library; 0 before it is there.
    time_s : float
        When, in seconds since 1970; 0 for now.
    name : str
        Its file's, or what a recording is called.
    path : str
        The sound's file, a recording's too.
    span : tuple of two floats, or None
        The part of it that was matched, in seconds; None for all of it.
    duration_s : float
        Of what was matched.
    thumbnail : uint8 array, shape (32, columns), or None
        A small spectrogram, low frequencies first, 255 for the loudest.
    k, filters, by, ranking
        What a person chose; see `Engine.match`.
    n_matches : int
    label : str
        What was heard, or else what the nearest clips have in common.
    model_key : str
        Of the model that embedded the sound (`CatalogInfo.model_key`); empty where that was not
        written down.
    model_id : str
        Of the query (`Query.model_id`): what made its frames, where that was not the listener.
    track, expansion : int
        How the file was read; see `AudioFile`.
    given_name : str
        What a person calls it; empty for nothing.
    is_starred : bool
    """

    key: int = 0
    time_s: float = 0.0
    name: str = ""
    path: str = ""
    span: tuple[float, float] | None = None
    duration_s: float = 0.0
    thumbnail: UInt8 | None = None
    k: int = DEFAULT_K
    filters: Filter = field(default_factory=Filter)
    by: Comparison = Comparison.MEAN
    n_matches: int = 0
    label: str = ""
    model_key: str = ""
    ranking: Ranking = Ranking.BOTH
    model_id: str = ""
    track: int = 1
    expansion: int = 1
    given_name: str = ""
    is_starred: bool = False


@dataclass(frozen=True)
class Star:
    """A clip that a person keeps.

    Attributes
    ----------
    video_id : str
    start_s, end_s : float
        The clip's span within its video, in seconds.
    labels : tuple of str
    url : str
        Of the video at that second; empty where there is none.
    note : str
        What the person wrote about it.
    starred_s : float
        When, in seconds since 1970; 0 for now.
    """

    video_id: str
    start_s: float
    end_s: float = 0.0
    labels: tuple[str, ...] = ()
    url: str = ""
    note: str = ""
    starred_s: float = 0.0

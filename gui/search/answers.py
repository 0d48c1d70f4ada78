"""What a person asked for, and what was answered."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from core.audio.reader import AudioFile
from core.options import DEFAULT_K, MEAN, Filter
from core.search.feedback import Calibration, Closeness
from core.types import Matches, Query

Source: TypeAlias = Query | str
"""What was asked for: a sound that was listened to, or the id of a video."""

Span: TypeAlias = tuple[float, float]
"""Start and end in seconds."""


@dataclass(frozen=True)
class Choices:
    """What a person chose for all searches.

    Attributes
    ----------
    k : int
        How many matches.
    filters : Filter
    by : {"mean", "frames"}
        What is compared: sounds as wholes, or their best-aligned seconds.
    """

    k: int = DEFAULT_K
    filters: Filter = field(default_factory=Filter)
    by: str = MEAN


@dataclass(frozen=True)
class Answer:
    """Matches, and what they answer.

    Attributes
    ----------
    source : Query or str
    matches : Matches
    audio : AudioFile or None
        The sound in sight; None before there was any.
    span : tuple of two floats, or None
        The part of the sound that was matched; None for all of it.
    calibration : Calibration or None
        What the similarities are judged by; None where they were not judged.
    """

    source: Source
    matches: Matches
    audio: AudioFile | None = None
    span: Span | None = None
    calibration: Calibration | None = None

    @property
    def closeness(self) -> Closeness | None:
        """How close the best match is, in words."""
        if self.calibration is None or not self.matches.matches:
            return None
        return self.calibration.closeness(self.matches.matches[0].similarity)

    def answers_same_as(self, other: Answer) -> bool:
        """Return whether both answer one question; another part of a sound is still that sound."""
        if isinstance(self.source, str) or isinstance(other.source, str):
            return self.source == other.source
        if self.source is other.source:
            return True
        are_heard = self.source.direction is None and other.source.direction is None
        return are_heard and self.audio is not None and self.audio is other.audio

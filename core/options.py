"""What a person may choose. Light, so that a window can show before anything else is imported."""

from __future__ import annotations

import math
import os
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

FLOAT32, TENSORFLOW = "float32", "tensorflow"
ENGINES = (FLOAT32, TENSORFLOW)
"""What can run the network; the first is the default."""


class Comparison(StrEnum):
    """Comparison of sounds."""

    MEAN = "mean"
    """As wholes: the cosine of their means."""

    FRAMES = "frames"
    """For every frame of the query the clip's most similar one."""


class Ranking(StrEnum):
    """Ranking of clips."""

    BOTH = "both"
    """It sounds alike, and its labels say what the sound is."""

    SOUND = "sound"
    MEANING = "meaning"


class ListenerKind(StrEnum):
    """Kind of a listener."""

    BUILT_IN = "built-in"
    VGGISH = "vggish"


class CatalogKind(StrEnum):
    """Kind of a catalogue's clips."""

    AUDIOSET = "audioset"
    YOUTUBE8M = "youtube8m"
    BALANCED = "balanced"
    """AudioSet's balanced training set, which the program carries."""

    SOUNDS = "sounds"
    """A person's own files."""

    DAMAGED = "damaged"
    """Of a folder whose manifest cannot be read; no manifest has it."""

    @property
    def is_built(self) -> bool:
        """Whether such catalogues are built from released features."""
        return self in BUILT_KINDS


BUILT_KINDS = (CatalogKind.AUDIOSET, CatalogKind.YOUTUBE8M)


class ClipSet(StrEnum):
    """Clips of AudioSet that a person wants to have."""

    ALL = "all"
    BALANCED = "balanced"
    SOME = "some"
    """Those of some classes."""

    NONE = "none"


DEFAULT_K, MOST_K = 25, 1000
"""How many matches are shown, and how many a window shows at most."""

ID_SERVICE = "http://data.yt8m.org/2/j/i"
"""Who knows the YouTube ids of YouTube-8M's version 2; SOUNDALIKE_ID_SERVICE names another."""


@dataclass(frozen=True)
class Options:
    """Model and catalogue that answer; None and the defaults leave it to the program.

    Attributes
    ----------
    model, pca : Path or None
        VGGish's checkpoint and PCA parameters.
    catalog : Path or None
        A catalogue's folder.
    engine : {"float32", "tensorflow"}
        What runs the network.
    listener : ListenerKind or None
        What analyses sounds: VGGish where it is installed.
    id_service : str
        The address of the service that knows YouTube ids; see `core.catalog.youtube_ids`.
    """

    model: Path | None = None
    pca: Path | None = None
    catalog: Path | None = None
    engine: str = FLOAT32
    listener: ListenerKind | None = None
    id_service: str = field(
        default_factory=lambda: os.environ.get("SOUNDALIKE_ID_SERVICE") or ID_SERVICE
    )


@dataclass(frozen=True)
class Filter:
    """Class names or ids, each standing for itself and everything below it in the ontology.

    Attributes
    ----------
    include : tuple of str
        A clip needs at least one of these; empty for no demand.
    exclude : tuple of str
        A clip may have none of these.
    only_sure : bool
        Labels of which the tagger is not sure are as if they were not there, and clips without any
        other are left out; but a clip that has an excluded label, sure or not, is left out, too.
    """

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    only_sure: bool = False


@dataclass(frozen=True)
class Weights:
    """Weights of the sound and of the pictures when videos are compared, as shares of 1.

    Attributes
    ----------
    audio, visual : float
        Given in any proportion, not negative and not both 0; kept divided by their sum.

    Raises
    ------
    ValueError
        If one is negative or not a number, or both are 0; it says so in words.
    """

    audio: float = 0.0
    visual: float = 0.0

    def __post_init__(self) -> None:
        given = (self.audio, self.visual)
        if not all(0 <= weight < math.inf for weight in given):
            raise ValueError("a weight is a number from 0 on")
        largest = max(given)
        if largest == 0:
            raise ValueError("at least one weight must be above 0")
        # Divided by the largest first, because a sum of large numbers may be infinite.
        audio, visual = (weight / largest for weight in given)
        object.__setattr__(self, "audio", audio / (audio + visual))
        object.__setattr__(self, "visual", visual / (audio + visual))

    @classmethod
    def parse(cls, text: str) -> Weights:
        """Return what a text like "audio=0.7,visual=0.3" says; what it does not name counts 0.

        Raises
        ------
        ValueError
            If it says nothing of the kind; it says so in words.
        """
        given: dict[str, float] = {}
        for part in text.split(","):
            name, separator, number = (each.strip() for each in part.partition("="))
            if not separator or name not in ("audio", "visual") or name in given:
                raise ValueError("write audio=A,visual=V, each at most once")
            try:
                given[name] = float(number)
            except ValueError:
                raise ValueError(f"{number!r} is no number") from None
        return cls(**given)

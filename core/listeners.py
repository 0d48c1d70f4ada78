"""What analyses sounds: from patches to the frames that are compared, and to tags."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from core.errors import ModelError
from core.jobs import Job
from core.options import ListenerKind
from core.tagging.listener import BuiltInListener, tags_of
from core.tagging.naming import BUILT_IN_THRESHOLDS, TAGGER_THRESHOLDS, Thresholds
from core.tagging.tagger import Tagger
from core.tagging.tags import Tags, energies, loudest
from core.types import Float32, UInt8
from core.vectors import quantise
from core.vggish.model import Vggish

BUILT_IN_ID = "built-in-1"
"""Changes with the weights in `resources`: vectors of different ids cannot be compared."""


@dataclass(frozen=True, eq=False)
class Analysis:
    """Frames and scores that a listener makes of N patches.

    Attributes
    ----------
    frames : uint8 array, shape (N, 128)
        What is compared with the frames of clips that the same model made.
    energies : float32 array, shape (N,)
    scores : float16 array, shape (N, 527), or None
        Of AudioSet's classes, where the frames do not tell them.
    """

    frames: UInt8
    energies: Float32
    scores: NDArray[np.float16] | None = None

    @classmethod
    def joined(cls, parts: Sequence[Analysis]) -> Analysis:
        """Return the analysis of all parts' patches; there must be at least one part."""
        scores = [part.scores for part in parts if part.scores is not None]
        return cls(
            np.concatenate([part.frames for part in parts]),
            np.concatenate([part.energies for part in parts]),
            np.concatenate(scores) if scores else None,
        )

    def last(self, n: int) -> Analysis:
        """Return the analysis of the last patches."""
        scores = None if self.scores is None else self.scores[-n:]
        return Analysis(self.frames[-n:], self.energies[-n:], scores)


class Listener(Protocol):
    """Analyses sounds; belongs to one thread at a time."""

    @property
    def kind(self) -> ListenerKind:
        """Kind of the listener."""

    @property
    def name(self) -> str:
        """Its name for people."""

    @property
    def model_id(self) -> str:
        """Identity of the model that makes its frames; compare only frames of an equal one."""

    @property
    def is_released(self) -> bool:
        """Whether its frames are comparable with AudioSet's released ones."""

    @property
    def thresholds(self) -> Thresholds:
        """From which scores on a class is named."""

    def analyse(self, patches: Float32, job: Job | None = None) -> Analysis:
        """Return what it makes of log-mel patches, float32 (N, 96, 64)."""

    def tags(self, analysis: Analysis) -> Tags:
        """Return the tags of a whole, of which the silent patches say nothing."""

    def close(self) -> None:
        """Let go of memory and processes."""


class BuiltIn:
    """The network that the program carries."""

    kind, name, model_id = ListenerKind.BUILT_IN, "Built-in listener", BUILT_IN_ID
    is_released, thresholds = False, BUILT_IN_THRESHOLDS

    def __init__(self) -> None:
        self._network = BuiltInListener()

    def analyse(self, patches: Float32, job: Job | None = None) -> Analysis:
        """Return embeddings as unit vectors in 8 bits, and scores."""
        found = self._network.listen(patches, job)
        norms = np.linalg.norm(found.embedding, axis=1, keepdims=True)
        # Components are 0.7 then in the root mean square: one in fifty is cut at 2.
        scaled = found.embedding / np.where(norms > 0, norms, 1) * 8
        scores = found.tags.scores.astype(np.float16)
        return Analysis(quantise(scaled), energies(patches), scores)

    def tags(self, analysis: Analysis) -> Tags:
        """Return the tags of a whole."""
        assert analysis.scores is not None  # noqa: S101 - `analyse` has set them
        return tags_of(analysis.scores.astype(np.float32), loudest(analysis.energies))

    def close(self) -> None:
        """Do nothing: memory is let go of with the object."""


class VggishListener:
    """VGGish; its tags come from its frames, or, with weights of another kind, from elsewhere.

    Parameters
    ----------
    model : Vggish
    """

    kind = ListenerKind.VGGISH

    def __init__(self, model: Vggish) -> None:
        self.model = model
        self._tagger = Tagger() if model.manifest.is_released else None
        self._built_in = None if model.manifest.is_released else BuiltIn()

    @property
    def name(self) -> str:
        """The model's name for people."""
        return self.model.manifest.name

    @property
    def model_id(self) -> str:
        """Made of the checksums of weights and PCA."""
        return self.model.manifest.model_id

    @property
    def is_released(self) -> bool:
        """Whether these are Google's weights."""
        return self.model.manifest.is_released

    @property
    def thresholds(self) -> Thresholds:
        """Those of whatever gives the tags."""
        return BUILT_IN_THRESHOLDS if self._tagger is None else TAGGER_THRESHOLDS

    def analyse(self, patches: Float32, job: Job | None = None) -> Analysis:
        """Return post-processed embeddings."""
        job = job or Job()
        if self._built_in is None:
            return Analysis(self.model.embed(patches, job).postprocessed, energies(patches))
        frames = self.model.embed(patches, job.part(0, 0.9)).postprocessed
        other = self._built_in.analyse(patches, job.part(0.9, 1))
        return Analysis(frames, other.energies, other.scores)

    def tags(self, analysis: Analysis) -> Tags:
        """Return the tags of a whole."""
        if self._built_in is not None:
            return self._built_in.tags(analysis)
        assert self._tagger is not None  # noqa: S101 - one of the two is there
        return self._tagger.tags(analysis.frames, loudest(analysis.energies))

    def close(self) -> None:
        """Let go of memory and processes."""
        self.model.close()


def vggish_of(listener: Listener) -> Vggish:
    """Return the network of a listener; raise ModelError where it is another one."""
    if not isinstance(listener, VggishListener):
        raise ModelError(
            "An embedding is VGGish's, which is not what analyses sounds here.",
            "Fetch VGGish (python -m core files fetch), and leave --listener out.",
            "Fetch it: “Set up…” in the menu.",
        )
    return listener.model

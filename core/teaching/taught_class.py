"""A class that a person taught, and the file that it is: JSON, to be read by people, too."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.catalog.ontology import Ontology
from core.errors import ModelError
from core.foreign import LONGEST_S, as_count, as_number, as_text, parsed_json, plain
from core.types import EMBEDDING_SIZE, Float32
from core.vectors import unit

FORMAT, VERSION = "soundalike-class", 1
MOST_EXAMPLES, MOST_NAME_LETTERS = 2000, 60
MOST_FILE_BYTES = 2_000_000
_LARGEST = 1e6


@dataclass(frozen=True, eq=False)
class Example:
    """A clip, or a span of a sound, of which a person said whether the class is in it.

    Attributes
    ----------
    source : str
        A video's id, or a file's name, for people.
    start_s, end_s : float
    direction : int8 array, shape (128,)
        Where its mean frame points: see `core.vectors.clip_directions`.
    is_member : bool
        The answer.
    """

    source: str
    start_s: float
    end_s: float
    direction: NDArray[np.int8]
    is_member: bool

    @property
    def key(self) -> tuple[str, float, float]:
        """The place of the example: there is one answer for each."""
        return self.source, round(self.start_s, 2), round(self.end_s, 2)


@dataclass(frozen=True)
class Estimate:
    """Precision and recall of a class, cross-validated over its examples.

    Attributes
    ----------
    precision : float or None
        Of examples and other sounds above the threshold, the share that is of the class; None
        where there are too few examples to say.
    recall : float or None
        Of the class's examples, the share above the threshold.
    """

    precision: float | None = None
    recall: float | None = None


@dataclass(frozen=True, eq=False)
class TaughtClass:
    """A linear classifier of embeddings, and the answers that it was made of.

    Attributes
    ----------
    name : str
    model_id, model_name : str
        Of the model whose embeddings it judges; see `core.teaching.embedding_model`.
    weights : float32 array, shape (128,)
    threshold : float
        The least decision at which the class is heard.
    scale : float
        How far the decisions of other sounds spread: their standard deviation.
    estimate : Estimate
    examples : tuple of Example
    """

    name: str
    model_id: str
    model_name: str
    weights: Float32
    threshold: float
    scale: float
    estimate: Estimate
    examples: tuple[Example, ...]

    @property
    def n_members(self) -> int:
        """The number of answers that were yes."""
        return sum(example.is_member for example in self.examples)

    def scores(self, vectors: Float32) -> Float32:
        """Return how surely the class is in sounds, 0 to 1, `TAUGHT_HEARD` at the threshold.

        Parameters
        ----------
        vectors : float32 array, shape (n, 128)
            Unit vectors, as `core.vectors.clip_vectors` makes them.

        Returns
        -------
        float32 array, shape (n,)
        """
        decisions = (vectors @ self.weights - self.threshold) / self.scale
        return np.asarray(1 / (1 + np.exp(-np.clip(decisions, -30, 30))), np.float32)

    def to_json(self) -> str:
        """Return the text of the class's file."""
        examples = [
            {
                **asdict(example),
                "direction": base64.b64encode(example.direction.tobytes()).decode("ascii"),
            }
            for example in self.examples
        ]
        content = {
            "format": FORMAT,
            "version": VERSION,
            "name": self.name,
            "model_id": self.model_id,
            "model_name": self.model_name,
            "weights": [float(f"{weight:.7g}") for weight in self.weights.tolist()],
            "threshold": self.threshold,
            "scale": self.scale,
            "estimate": asdict(self.estimate),
            "examples": examples,
        }
        return json.dumps(content, indent=1, ensure_ascii=False) + "\n"

    @classmethod
    def from_json(cls, text: str | bytes, file_name: str) -> TaughtClass:
        """Return the class in a file's text.

        Parameters
        ----------
        text : str or bytes
        file_name : str
            For the error.

        Raises
        ------
        ModelError
            If it is no such file, damaged, or of another version.
        """
        try:
            content = parsed_json(text)
            if not isinstance(content, dict) or content.get("format") != FORMAT:
                raise ValueError("it is no class that was taught to Soundalike")
            if content.get("version") != VERSION:
                raise ModelError(
                    f"{plain(file_name)} has format version {content.get('version')!r}, and this "
                    f"program reads {VERSION}.",
                    "Teach the class again, or use the version of Soundalike that wrote it.",
                )
            return _parsed(content)
        except (ValueError, TypeError, KeyError, AttributeError, OverflowError) as error:
            reason = f"{error} is missing" if isinstance(error, KeyError) else str(error)
            raise ModelError(
                f"{plain(file_name)} cannot be used: {plain(reason)}.",
                "Choose a file that was exported from Soundalike's taught classes.",
            ) from error


def checked_name(name: str) -> str:
    """Return a class's name without needless spaces.

    Raises
    ------
    ValueError
        If it is empty, too long, not printable, or a class of AudioSet's; it says so in words.
    """
    name = " ".join(name.split())
    if not name:
        raise ValueError("the class has no name")
    if len(name) > MOST_NAME_LETTERS:
        raise ValueError(f"its name is longer than {MOST_NAME_LETTERS} letters")
    if not name.isprintable():
        raise ValueError("its name has letters that cannot be shown")
    if name.casefold() in {each.casefold() for each in Ontology.load().names}:
        raise ValueError(f"AudioSet has a class “{name}” already")
    return name


def vectors_of(examples: Sequence[Example]) -> Float32:
    """Return the examples' directions as unit vectors, float32 (n, 128)."""
    directions = np.array([example.direction for example in examples], np.float64)
    directions = directions.reshape(-1, EMBEDDING_SIZE)
    return unit(directions).astype(np.float32)


def _parsed(content: dict[str, Any]) -> TaughtClass:
    weights = [as_number(weight, -_LARGEST, _LARGEST) for weight in content["weights"]]
    if len(weights) != EMBEDDING_SIZE or not any(weights):
        raise ValueError("its weights are not those of an embedding")
    if not 0 < as_count(len(content["examples"])) <= MOST_EXAMPLES:
        raise ValueError(f"it has not 1 to {MOST_EXAMPLES} examples")
    shares = [content["estimate"][key] for key in ("precision", "recall")]
    return TaughtClass(
        checked_name(as_text(content["name"])),
        as_text(content["model_id"]),
        as_text(content["model_name"]),
        np.array(weights, np.float32),
        as_number(content["threshold"], -_LARGEST, _LARGEST),
        as_number(content["scale"], 1e-6, _LARGEST),
        Estimate(*(None if share is None else as_number(share, 0, 1) for share in shares)),
        tuple(map(_example, content["examples"])),
    )


def _example(content: dict[str, Any]) -> Example:
    try:
        packed = base64.b64decode(as_text(content["direction"]), validate=True)
    except binascii.Error:
        raise ValueError("an example is damaged") from None
    if len(packed) != EMBEDDING_SIZE or type(content["is_member"]) is not bool:
        raise ValueError("an example is damaged")
    start_s, end_s = (as_number(content[key], 0, LONGEST_S) for key in ("start_s", "end_s"))
    direction = np.frombuffer(packed, np.int8)
    return Example(as_text(content["source"]), start_s, end_s, direction, content["is_member"])

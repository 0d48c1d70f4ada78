"""Steering by words: a query's tags strengthened, weakened, struck out, or others added."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from core.catalog.ontology import Ontology
from core.errors import CatalogError
from core.types import LEAST_TAG, MOST_TAG, Float32, Query

_WEAKENED = 0.1


class Steer(StrEnum):
    """Change of a tag."""

    MORE = "more"
    """It is strengthened, or added."""

    WEAKER = "weaker"
    """It counts less."""

    LESS = "less"
    """It is struck out: clips with the class, or one below it, go down."""


@dataclass(frozen=True)
class TagChange:
    """A change of one tag.

    Attributes
    ----------
    label : str
        Name or id of a class.
    steer : Steer
    """

    label: str
    steer: Steer


def steered(query: Query, changes: Sequence[TagChange]) -> Query:
    """Return a query of which some tags were changed; a note says which.

    Parameters
    ----------
    query : Query
        With tags; best one that was not steered before, with all changes at once.
    changes : sequence of TagChange
        What is struck out comes last: it wins over classes below it that were added.

    Raises
    ------
    CatalogError
        If a class is unknown, no clip has it, or the query has no tags.
    """
    if not changes:
        return query
    if query.tags is None:
        raise CatalogError(
            f"{query.name} cannot be steered by words: nothing says what it is.",
            "Choose a sound, or a video of a catalogue with labels of AudioSet's.",
        )
    ontology, tags = Ontology.load(), query.tags.copy()
    ordered = sorted(changes, key=lambda change: change.steer is Steer.LESS)
    for change in ordered:
        _apply(tags, ontology.resolve([change.label]), change, ontology)
    words = {Steer.MORE: "with more", Steer.WEAKER: "with weaker", Steer.LESS: "without"}
    said = [f"{words[each.steer]} {ontology.node(each.label).name}" for each in ordered]
    note = f"Steered: {', '.join(said)}."
    return replace(query, tags=tags, notes=(*query.notes, note))


def _apply(tags: Float32, below: frozenset[int], change: TagChange, ontology: Ontology) -> None:
    """Change tags in place; `below` are the classes at or below the change's."""
    node, inside = ontology.node(change.label), sorted(below)
    above = [each.index for each in ontology.ancestors(node) if each.index is not None]
    if change.steer is Steer.MORE:
        # A node without clips of its own stands for the classes below it.
        # The classes above it say no more of the sound than before.
        tags[[node.index] if node.index is not None else inside] = MOST_TAG
        return
    strongest = tags[inside].max()
    tags[inside] = LEAST_TAG if change.steer is Steer.LESS else tags[inside] * _WEAKENED
    for index in above:
        # What only this class said of a parent is gone with it; what was added or struck out
        # says nothing of one.
        if 0 <= tags[index] <= strongest:
            others = tags[sorted(ontology.below(ontology.node_of(index)) - below - set(above))]
            tags[index] = others[(others >= 0) & (others <= 1)].max(initial=0.0)

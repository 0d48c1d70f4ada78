"""Teaching the engine classes of a person's own: by saying yes or no to clips and sounds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import CatalogError, ModelError
from core.jobs import Job
from core.options import CatalogKind
from core.searches import Searches
from core.types import Matches, Query

# What else is needed is imported when it is needed: a window shows before that.
if TYPE_CHECKING:
    from core.teaching.embedding_model import EmbeddingModel
    from core.teaching.taught_class import Example, TaughtClass

ASKED_AT_ONCE = 5
"""Clips that are asked about before the class is trained anew: as measured, see docs/quality.md."""


@dataclass(frozen=True)
class ClipAnswer:
    """A person's answer for a clip of the catalogue: whether the class is in it.

    Attributes
    ----------
    row : int
        Of the clip in its catalogue, as `Match.row` has it.
    is_member : bool
    """

    row: int
    is_member: bool


@dataclass(frozen=True)
class SoundAnswer:
    """A person's answer for a sound that was analysed, or a span of it.

    Attributes
    ----------
    query : Query
        What `Engine.query` made of it.
    source : str
        Its file, for people.
    start_s : float
        Where the span begins in it.
    is_member : bool
    """

    query: Query
    source: str
    start_s: float
    is_member: bool


class ClassTeaching(Searches):
    """The part of the engine that learns classes, and asks the catalogue for them."""

    def taught_classes(self) -> list[TaughtClass]:
        """Return the classes that were taught, by name."""
        return self._loaded.taught.all()

    def taught_class(self, name: str) -> TaughtClass:
        """Return the class of a name; raise ModelError if there is none."""
        return self._loaded.taught.named(name)

    def taught_query(self, name: str) -> Query | None:
        """Return the query that the class of a name is; None if none of this name was taught."""
        from core.teaching.questions import class_query

        taught = self._loaded.taught.find(name)
        return None if taught is None else class_query(taught)

    def taught_faults(self) -> list[ModelError]:
        """Return what is wrong with files of classes that cannot be read."""
        return self._loaded.taught.faults()

    def teach(
        self, name: str, answers: Sequence[ClipAnswer | SoundAnswer], job: Job | None = None
    ) -> TaughtClass:
        """Return a class that learned from further answers, and keep it.

        Parameters
        ----------
        name : str
            Of a class that was taught, or a new one.
        answers : sequence of ClipAnswer or SoundAnswer
            The newest answer for a clip counts.
        job : Job, optional

        Raises
        ------
        CatalogError, ModelError
            If the answers are of sounds that different models analysed, no example is a yes, the
            name is a class of AudioSet's, or the class cannot be written. Then it is as before.
        """
        from core.teaching.embedding_model import background
        from core.teaching.questions import clip_example, sound_example
        from core.teaching.training import taught, with_answers

        known = self._loaded.taught.find(name)
        model = self._model_of(answers, job)
        if known is not None and known.model_id != model.id:
            raise ModelError(
                f"“{known.name}” was taught by {known.model_name}, and these sounds were analysed "
                f"by {model.name}.",
                "Give it another name, or choose the catalogue and the model it was taught by.",
            )
        examples = [
            clip_example(self.catalog(job), answer.row, answer.is_member)
            if isinstance(answer, ClipAnswer)
            else sound_example(answer.query, answer.source, answer.start_s, answer.is_member)
            for answer in answers
        ]
        _check_contradictions(name, examples)
        result = taught(
            name if known is None else known.name,
            model,
            with_answers(() if known is None else known.examples, examples),
            background(model, self.catalog(job)),
        )
        self._loaded.taught.save(result)
        return result

    def clip_answers(
        self, source: str, is_member: bool, job: Job | None = None
    ) -> list[ClipAnswer]:
        """Return a person's answer for the clips that are meant by an id or a path.

        Parameters
        ----------
        source : str
            Of a video, whose first clip is meant, or of a file of one's own, of which all are.
        is_member : bool
        job : Job, optional

        Raises
        ------
        CatalogError
            If the catalogue does not have it.
        """
        catalog = self.catalog(job)
        rows = catalog.find(self._key_of(catalog, source))
        is_own = catalog.manifest.kind == CatalogKind.SOUNDS
        return [ClipAnswer(row, is_member) for row in (rows if is_own else rows[:1]).tolist()]

    def to_ask(self, name: str, k: int = ASKED_AT_ONCE, job: Job | None = None) -> Matches:
        """Return the clips whose answers teach a class the most: the likeliest without an answer.

        Asking for the most uncertain ones finds half as many examples, and the class is no better
        for it (docs/quality.md).

        Raises
        ------
        CatalogError, ModelError
            If there is no such class, or another model made the catalogue.
        """
        from core.teaching.questions import answered_rows

        taught, catalog = self._loaded.taught.named(name), self.catalog(job)
        return self.find_taught(taught, k, job=job, without=answered_rows(taught, catalog))

    def forget_class(self, name: str) -> None:
        """Remove a class that was taught; raise ModelError if there is none."""
        self._loaded.taught.remove(name)

    def export_class(self, name: str, path: Path) -> None:
        """Write a class to a file; raise ModelError if there is none, or it cannot be written."""
        from core.teaching.store import write_class

        write_class(self._loaded.taught.named(name), path)

    def import_class(self, path: Path, may_replace: bool = False) -> TaughtClass:
        """Take over a class from a file.

        Parameters
        ----------
        path : Path
        may_replace : bool
            Whether it may take the place of one that has its name.

        Raises
        ------
        ModelError
            If the file is no class's, there is one of its name, or it cannot be kept.
        """
        from core.teaching.store import read_class

        found = read_class(path)
        if not may_replace and self._loaded.taught.find(found.name) is not None:
            raise ModelError(
                f"There is a class “{found.name}” already.",
                "Remove that one first, or replace it (--force).",
                "Remove that one first.",
            )
        self._loaded.taught.save(found)
        return found

    def _model_of(
        self, answers: Sequence[ClipAnswer | SoundAnswer], job: Job | None
    ) -> EmbeddingModel:
        from core.teaching.embedding_model import EmbeddingModel, model_of

        models = set()
        for answer in answers:
            if isinstance(answer, ClipAnswer):
                catalog = self.catalog(job)
                models.add(EmbeddingModel(catalog.model_id, catalog.model_name))
            elif answer.query.model_id:
                models.add(EmbeddingModel(answer.query.model_id, answer.query.model_id))
            else:
                models.add(model_of(self._loaded.listener(job)))
        by_id = {model.id: model for model in models}
        if not by_id:
            raise ModelError("There is no answer to learn from.", "Say yes or no to some sounds.")
        if len(by_id) > 1:
            raise CatalogError(
                "The examples were analysed by different models, whose embeddings cannot be "
                "compared.",
                "Take examples from the catalogue alone, or from your sounds alone.",
            )
        return next(iter(by_id.values()))


def _check_contradictions(name: str, examples: Sequence[Example]) -> None:
    said: dict[tuple[str, float, float], bool] = {}
    for example in examples:
        if said.setdefault(example.key, example.is_member) != example.is_member:
            raise ModelError(
                f"“{name}”: {example.source} is said to be of the class and not to be.",
                "Say yes or no to each sound once.",
            )

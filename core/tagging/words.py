"""Words for sounds: AudioSet's classes by name, synonym, part of a word and description."""

from __future__ import annotations

import difflib
import importlib.resources
import json
import math
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

import numpy as np

from core.catalog.ontology import Ontology
from core.errors import CatalogError
from core.tagging.tags import N_CLASSES, closed_upwards
from core.types import EMBEDDING_SIZE, Query, Tag

_MOST_LETTERS = 200

_FILLERS = frozenset(("a", "an", "and", "at", "by", "for", "from", "in", "is", "it", "like"))
_FILLERS |= {"of", "on", "or", "sound", "the", "to", "with"}
_SUFFIXES = ("ing", "ed", "s")
_NAMED, _PART, _DESCRIBED = 1.0, 0.6, 0.3
"""What a word counts that is a class's name or synonym, a part of one, or in its description."""

_BEGUN = 0.9
_LEAST_PART = 3
_MOST_CLASSES = 6


@dataclass(frozen=True)
class WordClasses:
    """The classes that words stand for.

    Attributes
    ----------
    indices : tuple of int
        Of 527, in the order of the words that they fit best.
    unknown : tuple of str
        The words that stand for none.
    """

    indices: tuple[int, ...]
    unknown: tuple[str, ...]


def classes_of(text: str) -> WordClasses:
    """Return the classes that words stand for, such as Dog and Bark for "dog barking".

    A class is taken for all words that are in its name or among its synonyms; of several, the one
    that has most of the words, and least besides. Descriptions count where no name does.

    Raises
    ------
    CatalogError
        If no word stands for any class; its hint suggests others.
    """
    folded = " ".join(text.split()).casefold()
    for place, name in enumerate(Ontology.load().names):
        if name.casefold() == folded:
            return WordClasses((place,), ())
    words = _wanted(text)
    index, found, waiting = _WordIndex.load(), list[int](), list(words)
    while waiting and len(found) < _MOST_CLASSES:
        scores = [index.score(each, waiting) for each in range(N_CLASSES)]
        best = int(np.argmax(scores))
        values = {word: index.value(best, word) for word in waiting}
        least = min(_PART, max(values.values()))
        if not least or (found and least < _PART):
            break
        found.append(best)
        waiting = [word for word in waiting if values[word] < least]
    if not found:
        raise CatalogError(f"No class of sounds is known as “{text.strip()}”.", _suggestion(words))
    return WordClasses(tuple(found), tuple(words[word] for word in waiting))


def completions(text: str, most: int = 10) -> list[str]:
    """Return names of classes for what was typed so far, the last word perhaps not to its end."""
    typed = _split(text)
    words = [*map(_stem, typed[:-1]), *typed[-1:]]
    if not words:
        return []
    index, scored = _WordIndex.load(), []
    for each in range(N_CLASSES):
        values = [index.beginning(each, word) for word in words]
        if all(values):
            scored.append((-index.fit(each, len(words)) * sum(values), each))
    return [Ontology.load().name(each) for _, each in sorted(scored)[:most]]


def word_query(text: str) -> Query:
    """Return the query that words are: tags without any sound; see `classes_of`."""
    found = classes_of(text)
    tags = np.zeros(N_CLASSES, np.float32)
    tags[list(found.indices)] = 1
    heard = tuple(Tag(Ontology.load().name(each), 1.0) for each in found.indices)
    notes = (f"No class is known as {_quoted(found.unknown)}.",) if found.unknown else ()
    frames = np.empty((0, EMBEDDING_SIZE), np.uint8)
    name = " ".join(text.split())
    return Query(name, frames, 0.0, notes, tags=closed_upwards(tags), heard=heard)


@dataclass(frozen=True, eq=False)
class _WordIndex:
    """The stems of each class's name, synonyms and description, and how rare each stem is."""

    names: tuple[frozenset[str], ...]
    synonyms: tuple[frozenset[str], ...]
    descriptions: tuple[frozenset[str], ...]
    n_classes: Counter[str]

    @staticmethod
    @cache
    def load() -> _WordIndex:
        """Return the index of what the program carries."""
        file = importlib.resources.files("resources").joinpath("class_words.json")
        rows = json.loads(file.read_text("utf-8"))["classes"]
        names = tuple(map(_stems, Ontology.load().names))
        synonyms, descriptions = (tuple(_stems(row[i]) for row in rows) for i in (1, 2))
        counted = Counter[str]()
        for stems in zip(names, synonyms, descriptions, strict=True):
            counted.update(frozenset().union(*stems))
        return _WordIndex(names, synonyms, descriptions, counted)

    def value(self, index: int, word: str) -> float:
        """Return how far a word stands for a class: 0 to 1."""
        known = self.names[index] | self.synonyms[index]
        if word in known:
            return _NAMED
        if len(word) >= _LEAST_PART:
            if any(each.startswith(word) for each in self.names[index]):
                return _PART
            if len(word) > _LEAST_PART and any(word in each for each in known):
                return _PART
        return _DESCRIBED if word in self.descriptions[index] else 0.0

    def beginning(self, index: int, word: str) -> float:
        """Return how far what may be the beginning of a word stands for a class: 0 to 1."""
        for stems, value in (
            (self.names[index], _NAMED),
            (self.synonyms[index], _PART),
            (self.descriptions[index], _DESCRIBED),
        ):
            # A whole word counts more than the beginning of another.
            if word in stems:
                return value
            if any(each.startswith(word) for each in stems):
                return value * _BEGUN
        return 0.0

    def score(self, index: int, words: Iterable[str]) -> float:
        """Return how far words stand for a class; rare words count more."""
        values = {word: self.value(index, word) for word in words}
        total = sum(
            value * math.log(2 * N_CLASSES / (1 + self.n_classes[word]))
            for word, value in values.items()
        )
        return total * self.fit(index, sum(value >= _PART for value in values.values()))

    def fit(self, index: int, n_words: int) -> float:
        """Return how much of a class's name some words can be."""
        return 0.7 + 0.3 * min(1.0, n_words / len(self.names[index]))


def _wanted(text: str) -> dict[str, str]:
    """Return the stems of words that say something, and the words themselves."""
    words = _split(text)
    return {_stem(each): each for each in words if each not in _FILLERS} or {
        _stem(each): each for each in words
    }


def _split(text: str) -> list[str]:
    return re.findall(r"\w+", text[:_MOST_LETTERS].casefold())


def _stems(text: str) -> frozenset[str]:
    return frozenset(map(_stem, _split(text)))


def _stem(word: str) -> str:
    """Return a word without its ending, so that "barking" finds "bark" and "dogs" finds "dog"."""
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    for suffix in _SUFFIXES:
        stem = word.removesuffix(suffix)
        if stem != word and len(stem) >= 3 and not word.endswith("ss"):
            if suffix != "s" and stem[-1] == stem[-2] and stem[-1] not in "lsz":
                stem = stem[:-1]
            word = stem
            break
    return word.removesuffix("e") if len(word) > 3 else word


def _suggestion(words: Iterable[str]) -> str:
    stems: dict[str, str] = {}
    for name in sorted(Ontology.load().names, key=len):
        for stem in _stems(name):
            stems.setdefault(stem, name)
    near = [
        each for word in words for each in difflib.get_close_matches(word, stems, n=3, cutoff=0.7)
    ]
    names = list(dict.fromkeys(stems[each] for each in near))[:3]
    if not names:
        return "Say what is heard, such as: dog barking, rain on a roof, crowd."
    return f"Did you mean {' or '.join(names)}?"


def _quoted(words: Iterable[str]) -> str:
    return ", ".join(f"“{word}”" for word in words)

"""How each class of the starter catalogue sounds: class name to recipe."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from core.demo.recipes import birds, machines, mammals, music, nature, people
from core.demo.synthesis import Generator, Sound

Recipe = Callable[[Generator, int], Sound]
"""Called with a random generator and a number of samples; the level of what it returns is free."""

RECIPES: Mapping[str, Recipe] = MappingProxyType(
    mammals.RECIPES
    | birds.RECIPES
    | people.RECIPES
    | nature.RECIPES
    | machines.RECIPES
    | music.RECIPES
)

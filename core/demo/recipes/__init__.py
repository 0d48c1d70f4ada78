"""How each class of the starter catalogue sounds: class name to recipe."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np

from core.demo.recipes import (
    birds,
    hands,
    insects,
    machines,
    mammals,
    music,
    nature,
    people,
    pets,
)
from core.demo.synthesis import Generator, Sound, record, samples
from core.types import Float32

Recipe = Callable[[Generator, int], Sound]
"""Called with a random generator and a number of samples; the level of what it returns is free."""

RECIPES: Mapping[str, Recipe] = MappingProxyType(
    pets.RECIPES
    | mammals.RECIPES
    | birds.RECIPES
    | insects.RECIPES
    | people.RECIPES
    | hands.RECIPES
    | nature.RECIPES
    | machines.RECIPES
    | music.RECIPES
)


def synthesise(class_name: str, seed: int, duration_s: float) -> Float32:
    """Return a recording of a class, the same for the same arguments.

    Parameters
    ----------
    class_name : str
        A key of `RECIPES`.
    seed : int
        Another seed is another animal, another room and another microphone.
    duration_s : float

    Returns
    -------
    float32 array, shape (n,)
        Mono at 16 kHz, within -1 and 1.
    """
    random = np.random.default_rng([seed, zlib.crc32(class_name.encode())])
    return record(random, RECIPES[class_name](random, samples(duration_s)))

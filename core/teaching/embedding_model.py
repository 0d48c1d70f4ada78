"""Models whose embeddings can be compared: who made them, whichever file names it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from core.catalog.balanced import balanced_catalog
from core.catalog.manifest import RELEASED_MODEL_ID
from core.errors import ModelError
from core.tagging.weights import load_arrays, shipped
from core.types import EMBEDDING_SIZE, Float32
from core.vectors import unit

if TYPE_CHECKING:
    from core.catalog.catalog import Catalog
    from core.listeners import Listener

BACKGROUND, BACKGROUND_FORMAT = "background.npz", 1
N_BACKGROUND = 500
_SEED = 0


class EmbeddingModel(NamedTuple):
    """Identity of a model, and its name for people."""

    id: str
    name: str


def model_of(listener: Listener) -> EmbeddingModel:
    """Return the model that makes a listener's frames; released weights have one identity."""
    model_id = RELEASED_MODEL_ID if listener.is_released else listener.model_id
    return EmbeddingModel(model_id, listener.name)


def background(model: EmbeddingModel, catalog: Catalog | None = None) -> Float32:
    """Return other sounds' unit vectors, float32 (n, 128), n at most `N_BACKGROUND`.

    Of Google's weights, AudioSet's balanced clips. Of another model, the catalogue that is given,
    if it made that; else, of the built-in listener, clips that it was trained with. The same
    catalogue gives the same ones.

    Raises
    ------
    ModelError
        If there are none for this model.
    """
    if model.id == RELEASED_MODEL_ID:
        catalog = balanced_catalog()
    if catalog is not None and catalog.model_id == model.id and len(catalog) >= N_BACKGROUND:
        random = np.random.default_rng(_SEED)
        rows = np.sort(random.choice(len(catalog), N_BACKGROUND, replace=False))
        return unit(catalog.vectors[rows].astype(np.float32))
    from core.listeners import BUILT_IN_ID

    if model.id == BUILT_IN_ID:
        shapes = {"direction": (None, EMBEDDING_SIZE)}
        arrays = load_arrays(shipped(BACKGROUND), BACKGROUND_FORMAT, shapes)
        return unit(arrays["direction"].astype(np.float32))
    raise ModelError(
        f"Nothing is known of what other sounds are like to {model.name}.",
        f"Choose a catalogue of at least {N_BACKGROUND} clips that was made with it.",
    )

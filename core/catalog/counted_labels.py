"""Which labels of a catalogue count: in filters also what is heard, or only those that are sure."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.catalog.catalog import Catalog
from core.catalog.classes import HEARD
from core.catalog.clips import offsets
from core.catalog.packed_tags import HEARD_FROM, classes_of, strengths_of
from core.errors import CatalogError
from core.filters import ClassIndex
from core.options import CatalogKind


def class_index(catalog: Catalog) -> ClassIndex:
    """Return what finds the clips of classes: by their labels, and by what is heard in them."""
    if not catalog.tags.shape[1] or catalog.manifest.kind == CatalogKind.SOUNDS:
        return ClassIndex(catalog.label_indices, catalog.label_offsets)
    is_heard = strengths_of(catalog.tags) >= HEARD_FROM
    heard = HEARD + classes_of(catalog.tags)[is_heard]
    owners = np.repeat(np.arange(len(catalog)), np.diff(catalog.label_offsets))
    order = np.argsort(np.concatenate((owners, np.nonzero(is_heard)[0])), kind="stable")
    indices = np.concatenate((catalog.label_indices, heard.astype(np.int16)))[order]
    counts = np.diff(catalog.label_offsets) + is_heard.sum(axis=1)
    return ClassIndex(indices, offsets(counts))


def sure_labels(catalog: Catalog) -> tuple[NDArray[np.int16], NDArray[np.int64]]:
    """Return the labels that the tagger is sure of, and where each clip's begin.

    Raises
    ------
    CatalogError
        If the catalogue does not know them.
    """
    if not catalog.knows_sure_labels:
        raise CatalogError(
            f"The catalogue {catalog.path} does not know which of its labels are sure.",
            "Build it again with this program, if it is of AudioSet; no other kind knows them.",
        )
    is_sure = np.asarray(catalog.is_sure)
    before = np.concatenate(([0], np.cumsum(is_sure)))
    return catalog.label_indices[is_sure], before[catalog.label_offsets]

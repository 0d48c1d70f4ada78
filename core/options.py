"""What a person may choose. Light, so that a window can show before anything else is imported."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

FLOAT32, INT8, TENSORFLOW = "float32", "int8", "tensorflow"
ENGINES = (FLOAT32, INT8, TENSORFLOW)
"""What can run the network; the first is the default."""

MEAN, FRAMES = "mean", "frames"
"""What is compared: sounds as wholes, or their best-aligned seconds."""

DEFAULT_K = 25
"""How many matches are shown."""


@dataclass(frozen=True)
class Options:
    """What answers; None and the defaults leave it to the program.

    Attributes
    ----------
    model, pca : Path or None
        VGGish's checkpoint and PCA parameters.
    catalog : Path or None
        A catalogue's folder.
    engine : {"float32", "int8", "tensorflow"}
        What runs the network.
    """

    model: Path | None = None
    pca: Path | None = None
    catalog: Path | None = None
    engine: str = FLOAT32


@dataclass(frozen=True)
class Filter:
    """Class names or ids, each standing for itself and everything below it in the ontology.

    Attributes
    ----------
    include : tuple of str
        A clip needs at least one of these; empty for no demand.
    exclude : tuple of str
        A clip may have none of these.
    """

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()

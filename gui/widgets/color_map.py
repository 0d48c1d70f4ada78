"""Colours for levels, and small pictures in them."""

from __future__ import annotations

from enum import Enum

import numpy as np
import pyqtgraph as pg
from PySide6.QtGui import QImage

from core.types import UInt8


class ColorMap(Enum):
    """Colours for levels, quiet to loud; each grows evenly lighter or darker to the eye."""

    INFERNO = "inferno"
    CIVIDIS = "cividis"
    GREY = "grey"
    INK = "ink"

    @property
    def title(self) -> str:
        """The name for people."""
        return {
            ColorMap.INFERNO: "Inferno",
            ColorMap.CIVIDIS: "Cividis, for colour-blind eyes",
            ColorMap.GREY: "Grey",
            ColorMap.INK: "Ink on paper",
        }[self]

    @property
    def has_light_ground(self) -> bool:
        """Whether quiet is light, so that lines upon it must be dark."""
        return self is ColorMap.INK

    def table(self) -> UInt8:
        """Return 256 colours, uint8, shape (256, 3)."""
        if self in (ColorMap.INFERNO, ColorMap.CIVIDIS):
            table: UInt8 = pg.colormap.get(self.value).getLookupTable(nPts=256, alpha=False)
            return table
        greys = np.repeat(np.arange(256, dtype=np.uint8)[:, None], 3, axis=1)
        return greys if self is ColorMap.GREY else np.ascontiguousarray(greys[::-1])

    def image_of(self, levels: UInt8) -> QImage:
        """Return levels, uint8 (rows, columns), the first row on top, in these colours."""
        colors = np.ascontiguousarray(self.table()[levels])
        height, width = levels.shape
        return QImage(colors.data, width, height, 3 * width, QImage.Format.Format_RGB888).copy()

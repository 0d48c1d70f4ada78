"""Small spectrograms as pictures."""

from __future__ import annotations

import numpy as np
from PySide6.QtGui import QImage

from core.types import UInt8
from gui.spectrogram.view_choices import ColorMap


def image_of(levels: UInt8) -> QImage:
    """Return levels, uint8 (bands, columns), low bands first, in colours."""
    colors = np.ascontiguousarray(ColorMap.INFERNO.table()[levels[::-1]])
    height, width = levels.shape
    return QImage(colors.data, width, height, 3 * width, QImage.Format.Format_RGB888).copy()

"""The map's colours, on light and on dark ground."""

from __future__ import annotations

import numpy as np
from PySide6.QtGui import QPalette

from core.types import UInt8
from gui import theme

_LIGHT = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#d55e00", "#56b4e9", "#8a7d00")
_DARK = ("#3d9be0", "#e69f00", "#20b98d", "#d98fb8", "#ee7a30", "#8fd0f7", "#f0e442")
"""Okabe and Ito's colours, which all kinds of colour vision tell apart ("Color universal design",
2008); the yellow is darker on light ground, and the darkest are lighter on dark ground."""

_SEVERAL, _OTHERS = 0.45, 0.25
"""Greys, as shares of the way from the ground to the text."""


def group_colors(palette: QPalette, n_groups: int) -> UInt8:
    """Return the groups' colours, uint8, shape (n, 3): the last two, which are no class, in grey.

    Parameters
    ----------
    palette : QPalette
    n_groups : int
        At least 2, at most 9.
    """
    named = _DARK if theme.is_dark(palette) else _LIGHT
    colors = [_rgb(name) for name in named[: n_groups - 2]]
    base, text = palette.color(QPalette.ColorRole.Base), palette.color(QPalette.ColorRole.Text)
    colors += [_rgb(theme.mixed(base, text, share).name()) for share in (_SEVERAL, _OTHERS)]
    return np.array(colors, np.uint8)


def ground_color(palette: QPalette) -> UInt8:
    """Return the ground's colour, uint8, shape (3,)."""
    return _rgb(palette.color(QPalette.ColorRole.Base).name())


def _rgb(name: str) -> UInt8:
    return np.frombuffer(bytes.fromhex(name[1:]), np.uint8)

"""Light and dark of the program's own, for where the platform has none to give."""

from __future__ import annotations

from functools import cache

from PySide6.QtGui import QColor, QPalette

_Role = QPalette.ColorRole


@cache
def light_palette() -> QPalette:
    """Return the light palette: text at 4.5:1 or more, what shows a state at 3:1 or more."""
    return _palette(
        {
            _Role.Window: "#f2f2f3",
            _Role.WindowText: "#1a1b1e",
            _Role.Base: "#ffffff",
            _Role.AlternateBase: "#f6f6f7",
            _Role.Text: "#1a1b1e",
            _Role.Button: "#e9e9eb",
            _Role.ButtonText: "#1a1b1e",
            _Role.Highlight: "#1f66c1",
            _Role.HighlightedText: "#ffffff",
            _Role.PlaceholderText: "#66686d",
            _Role.ToolTipBase: "#ffffff",
            _Role.ToolTipText: "#1a1b1e",
            _Role.Link: "#0b5cad",
            _Role.LinkVisited: "#6b3fa0",
        },
        disabled="#8d8f94",
    )


@cache
def dark_palette() -> QPalette:
    """Return the dark palette: text at 4.5:1 or more, what shows a state at 3:1 or more."""
    return _palette(
        {
            _Role.Window: "#1e1f22",
            _Role.WindowText: "#f0f0f0",
            _Role.Base: "#17181a",
            _Role.AlternateBase: "#222427",
            _Role.Text: "#f0f0f0",
            _Role.Button: "#292b2e",
            _Role.ButtonText: "#f0f0f0",
            _Role.Highlight: "#3574cf",
            _Role.HighlightedText: "#ffffff",
            _Role.PlaceholderText: "#9b9da2",
            _Role.ToolTipBase: "#2f3135",
            _Role.ToolTipText: "#f0f0f0",
            _Role.Link: "#7ab8ff",
            _Role.LinkVisited: "#c3a6f0",
        },
        disabled="#75777c",
    )


def edge_ground(palette: QPalette) -> QColor:
    """Return the ground whose shade, as Fusion draws edges, has 3:1 to a palette's window.

    Fusion darkens the window's colour to 1/1.4, which a dark window and a light one swallow.
    """
    window = palette.color(_Role.Window)
    is_dark = window.lightnessF() < palette.color(_Role.WindowText).lightnessF()
    return QColor("#a4a6ab") if is_dark else QColor("#a9aab0")


def _palette(colors: dict[QPalette.ColorRole, str], disabled: str) -> QPalette:
    # From these two Qt makes the shades of edges and grooves.
    palette = QPalette(QColor(colors[_Role.Button]), QColor(colors[_Role.Window]))
    for role, color in colors.items():
        palette.setColor(role, QColor(color))
    palette.setColor(_Role.Accent, QColor(colors[_Role.Highlight]))
    for role in (_Role.WindowText, _Role.Text, _Role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(disabled))
    return palette

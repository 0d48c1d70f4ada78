"""Sizes, colours and icons that all widgets share; colours follow the palette, light or dark."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import qtawesome
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QFont, QIcon, QPalette
from PySide6.QtWidgets import QWidget
from qtawesome.iconic_font import IconicFont

GRID = 8
ROW_HEIGHT = 32
ICON_SIZE = 20
ANIMATION_MS = 150


@cache
def _icon_font() -> IconicFont:
    # One of the twelve bundled fonts; loading all of them would delay the first paint.
    folder = Path(qtawesome.__file__).parent / "fonts"
    return IconicFont(
        ("ph", "phosphor-1.3.0.ttf", "phosphor-charmap-1.3.0.json", str(folder)),
    )


def icon(name: str, palette: QPalette, color: QColor | None = None, side: int = ICON_SIZE) -> QIcon:
    """Return an icon of the Phosphor set in the palette's text colour, or in another."""
    normal = color or palette.color(QPalette.ColorRole.ButtonText)
    disabled = palette.color(QPalette.ColorGroup.Disabled, QPalette.ColorRole.ButtonText)
    result = QIcon()
    for mode, shade in ((QIcon.Mode.Normal, normal), (QIcon.Mode.Disabled, disabled)):
        drawn = _icon_font().icon(f"ph.{name}", color=shade)
        for scale in (1.0, 2.0):
            result.addPixmap(drawn.pixmap(QSize(side, side), scale), mode)
    return result


def forget_icons() -> None:
    """Let go of the icon font, which must not outlive the application."""
    _icon_font.cache_clear()


def is_dark(palette: QPalette) -> bool:
    """Return whether text is lighter than its ground."""
    text, ground = (
        palette.color(QPalette.ColorRole.WindowText),
        palette.color(QPalette.ColorRole.Window),
    )
    return text.lightnessF() > ground.lightnessF()


def mixed(first: QColor, second: QColor, share: float) -> QColor:
    """Return the colour a share of the way from the first to the second."""
    return QColor.fromRgbF(
        *(
            a + (b - a) * share
            for a, b in zip(first.getRgbF()[:3], second.getRgbF()[:3], strict=True)  # type: ignore[index]
        )
    )


def quiet_text(palette: QPalette) -> QColor:
    """Return the colour of secondary text; its contrast stays above 4.5:1."""
    return mixed(
        palette.color(QPalette.ColorRole.WindowText), palette.color(QPalette.ColorRole.Window), 0.3
    )


def hairline(palette: QPalette) -> QColor:
    """Return the colour of lines between areas."""
    return mixed(
        palette.color(QPalette.ColorRole.WindowText), palette.color(QPalette.ColorRole.Window), 0.8
    )


def record_red(palette: QPalette) -> QColor:
    """Return the one accent, which belongs to recording alone."""
    return QColor("#ff6b61") if is_dark(palette) else QColor("#c62828")


def link_color(palette: QPalette) -> QColor:
    """Return a link's colour, readable on light and dark."""
    return QColor("#7ab8ff") if is_dark(palette) else QColor("#0b5cad")


def scaled_font(widget: QWidget, scale: float, bold: bool = False) -> QFont:
    """Return a widget's font in another of the three sizes, with figures of one width."""
    font = QFont(widget.font())
    size = font.pointSizeF()
    if size > 0:
        font.setPointSizeF(size * scale)
    else:
        font.setPixelSize(round(font.pixelSize() * scale))
    font.setBold(bold)
    font.setFeature(QFont.Tag("tnum"), 1)
    return font

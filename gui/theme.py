"""Sizes, colours and icons that all widgets share; colours follow the palette, light or dark."""

from __future__ import annotations

import importlib.util
import json
from functools import cache, lru_cache
from pathlib import Path

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontDatabase,
    QGuiApplication,
    QIcon,
    QPainter,
    QPalette,
    QPixmap,
)
from PySide6.QtWidgets import QWidget

GRID = 8
ROW_HEIGHT = 32
ICON_SIZE = 20
ANIMATION_MS = 150
_GLYPH = 0.9
"""Size of a character, as a share of its icon's."""


@cache
def _icon_font() -> tuple[str, dict[str, str]]:
    """Return the family of the Phosphor font that QtAwesome brings, and its characters by name."""
    # Importing QtAwesome would import all of Qt by name through QtPy, which takes longer than the
    # window itself; its font and its list of characters are all that is needed.
    found = importlib.util.find_spec("qtawesome")
    folder = Path(found.origin if found and found.origin else "").parent / "fonts"
    number = QFontDatabase.addApplicationFont(str(folder / "phosphor-1.3.0.ttf"))
    names = json.loads((folder / "phosphor-charmap-1.3.0.json").read_text(encoding="utf-8"))
    return QFontDatabase.applicationFontFamilies(number)[0], names


def icon(name: str, palette: QPalette, color: QColor | None = None, side: int = ICON_SIZE) -> QIcon:
    """Return an icon of the Phosphor set in the palette's text colour, or in another."""
    normal = color or palette.color(QPalette.ColorRole.ButtonText)
    disabled = palette.color(QPalette.ColorGroup.Disabled, QPalette.ColorRole.ButtonText)
    return _icon(name, normal.rgba(), disabled.rgba(), side)


@cache
def _icon(name: str, normal: int, disabled: int, side: int) -> QIcon:
    """Return an icon by the numbers of its colours: drawing one takes a third of a millisecond."""
    result = QIcon()
    for mode, shade in ((QIcon.Mode.Normal, normal), (QIcon.Mode.Disabled, disabled)):
        for scale in (1, 2):
            result.addPixmap(_drawn(name, QColor.fromRgba(shade), side, scale), mode)
    return result


def _drawn(name: str, color: QColor, side: int, scale: int) -> QPixmap:
    family, names = _icon_font()
    pixmap = QPixmap(side * scale, side * scale)
    pixmap.setDevicePixelRatio(scale)
    pixmap.fill(Qt.GlobalColor.transparent)
    font = QFont(family)
    font.setPixelSize(round(_GLYPH * side))
    painter = QPainter(pixmap)
    painter.setFont(font)
    painter.setPen(color)
    character = chr(int(names[name], 16))
    painter.drawText(QRect(0, 0, side, side), Qt.AlignmentFlag.AlignCenter, character)
    painter.end()
    return pixmap


def is_dark(palette: QPalette) -> bool:
    """Return whether text is lighter than its ground."""
    text, ground = (
        palette.color(QPalette.ColorRole.WindowText),
        palette.color(QPalette.ColorRole.Window),
    )
    return text.lightnessF() > ground.lightnessF()


def mixed(first: QColor, second: QColor, share: float) -> QColor:
    """Return the colour a share of the way from the first to the second."""
    return QColor.fromRgb(_mixed(first.rgb(), second.rgb(), share))


@lru_cache(1024)
def _mixed(first: int, second: int, share: float) -> int:
    """Return a mixture by the numbers of its colours: each painted cell asks for several."""
    channels = zip(first.to_bytes(4, "big"), second.to_bytes(4, "big"), strict=True)
    return int.from_bytes(round(a + (b - a) * share) for a, b in channels)


def notice_palette() -> QPalette:
    """Return the palette of what lies across the window to say something: tinted, as readable.

    Only its ground is its own; the rest goes on following the application.
    """
    application, palette = QGuiApplication.palette(), QPalette()
    ground = application.color(QPalette.ColorRole.Window)
    tint = application.color(QPalette.ColorRole.Highlight)
    palette.setColor(QPalette.ColorRole.Window, mixed(ground, tint, 0.14))
    return palette


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


def level_colors(palette: QPalette) -> tuple[QColor, QColor, QColor]:
    """Return a level's colours: enough room, little room, and none before full scale."""
    green, amber = ("#3fb950", "#d29922") if is_dark(palette) else ("#1a7f37", "#9a6700")
    return QColor(green), QColor(amber), record_red(palette)


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

"""What the cells of a row are painted with: asked for once a row, not once a cell."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QGuiApplication, QPalette
from PySide6.QtWidgets import QStyle, QStyleOptionViewItem

from gui import theme
from gui.results.model import ROW_ROLE, Row
from gui.widgets.model_index import Index

_SMALL = 0.85
_MOST_TEXTS = 4096
_MOST_COLORS = 32
_SELECTED, _ENABLED = QStyle.StateFlag.State_Selected, QStyle.StateFlag.State_Enabled


class MeasuredFont:
    """A font that remembers how wide its texts are: asking costs more than painting them.

    Parameters
    ----------
    font : QFont
    """

    def __init__(self, font: QFont) -> None:
        self.font, self.metrics = font, QFontMetrics(font)
        self.height = self.metrics.height()
        self._widths: dict[str, int] = {}

    def width(self, text: str) -> int:
        """Return how wide a text is, in pixels."""
        width = self._widths.get(text)
        if width is None:
            if len(self._widths) >= _MOST_TEXTS:
                self._widths.clear()
            width = self._widths[text] = self.metrics.horizontalAdvance(text)
        return width

    def elided(self, text: str, width: int) -> str:
        """Return as much of a text as there is room for."""
        if self.width(text) <= width:
            return text
        return self.metrics.elidedText(text, Qt.TextElideMode.ElideRight, width)


class Colors(NamedTuple):
    """Colours of a row.

    Attributes
    ----------
    text, strong, quiet : QColor
        Of text; of this row's main text, which is quiet where its video is gone; of what is said
        beside.
    ground, chip : QColor
        Behind all of it, and behind labels and pictures.
    link : QColor
    bar, bar_ground : QColor
        Of a similarity, and of what it lacks.
    """

    text: QColor
    strong: QColor
    quiet: QColor
    ground: QColor
    chip: QColor
    link: QColor
    bar: QColor
    bar_ground: QColor


class PaintedRow(NamedTuple):
    """A row, and what it is painted with.

    Attributes
    ----------
    row : Row
    colors : Colors
    palette : QPalette
    font, small : MeasuredFont
        Of the main text, and of what is said beside.
    """

    row: Row
    colors: Colors
    palette: QPalette
    font: MeasuredFont
    small: MeasuredFont


class PaintedRows:
    """The rows of one painting; the next one begins with `forget`."""

    def __init__(self) -> None:
        self._rows: dict[int, PaintedRow] = {}
        self._fonts: tuple[MeasuredFont, MeasuredFont] | None = None
        self._colors: dict[tuple[int, int, bool, bool, bool], Colors] = {}

    def forget(self) -> None:
        """Ask for all rows anew."""
        self._rows.clear()

    def at(self, option: QStyleOptionViewItem, index: Index) -> PaintedRow:
        """Return the row of a cell."""
        found = self._rows.get(index.row())
        if found is None:
            found = self._rows[index.row()] = self.of(option, index.data(ROW_ROLE))
        return found

    def of(self, option: QStyleOptionViewItem, row: Row) -> PaintedRow:
        """Return a row with what it is painted with where it has the state of a cell."""
        font: QFont = option.font
        if self._fonts is None or self._fonts[0].font != font:
            small = QFont(font)
            small.setPointSizeF(font.pointSizeF() * _SMALL)
            self._fonts = MeasuredFont(QFont(font)), MeasuredFont(small)
        # A copy: the option's own goes with it.
        palette = QPalette(option.palette)
        return PaintedRow(row, self._colors_of(palette, option.state, row), palette, *self._fonts)

    def _colors_of(self, palette: QPalette, state: QStyle.StateFlag, row: Row) -> Colors:
        key = (
            *(palette.cacheKey(), QGuiApplication.palette().cacheKey()),
            *(_SELECTED in state, _ENABLED in state, row.is_watchable),
        )
        if key not in self._colors:
            if len(self._colors) >= _MOST_COLORS:
                self._colors.clear()
            self._colors[key] = _colors(palette, *key[2:])
        return self._colors[key]


def _colors(palette: QPalette, is_selected: bool, is_enabled: bool, is_watchable: bool) -> Colors:
    roles = QPalette.ColorRole
    group = QPalette.ColorGroup.Active if is_enabled else QPalette.ColorGroup.Disabled
    text = palette.color(group, roles.HighlightedText if is_selected else roles.Text)
    ground = palette.color(group, roles.Highlight if is_selected else roles.Base)
    quiet = text if is_selected else theme.quiet_text(palette)
    link = text if is_selected else theme.link_color(palette)
    # Not the list's own: that is quiet while it has no focus.
    bar = QGuiApplication.palette().color(group, roles.Highlight)
    if is_selected and palette.color(roles.HighlightedText) != palette.color(roles.Text):
        bar = text
    elif not is_watchable:
        bar = theme.mixed(text, ground, 0.55)
    return Colors(
        text=text,
        strong=text if is_watchable else quiet,
        quiet=quiet,
        ground=ground,
        chip=theme.mixed(ground, text, 0.1),
        link=link if is_watchable else quiet,
        bar=bar,
        bar_ground=theme.mixed(text, ground, 0.8),
    )

"""How the cells of the table of matches are painted: plain text, elided, light and dark."""

from __future__ import annotations

from PySide6.QtCore import (
    QObject,
    QPointF,
    QRect,
    QRectF,
    QSize,
    Qt,
)
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetrics,
    QGuiApplication,
    QPainter,
    QPalette,
    QPixmap,
)
from PySide6.QtWidgets import QApplication, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from gui import formats, theme
from gui.results.match_words import remark_on, title_of
from gui.results.model import ROW_ROLE, Row
from gui.widgets.model_index import Index

TALL_ROW = 64
THUMBNAIL_HEIGHT = TALL_ROW - theme.GRID
THUMBNAIL_WIDTH = round(THUMBNAIL_HEIGHT * 16 / 9)
SOUND_PICTURE = QSize(6 * theme.GRID, 3 * theme.GRID)
"""Of a file's spectrogram, which has room in a low row."""
SMALL = 0.85
_LINE = int(Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine)
LEFT = Qt.AlignmentFlag.AlignLeft.value | _LINE
RIGHT = Qt.AlignmentFlag.AlignRight.value | _LINE
"""Numbers: a flag of Python's costs a call each time it is joined with another."""


class CellDelegate(QStyledItemDelegate):
    """Paints a cell's ground, and lets a child class paint on it."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._small: tuple[QFont, QFont, QFontMetrics] | None = None

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint the cell."""
        # Not `initStyleOption`, which asks the model for nine roles that nothing here needs.
        widget, row = option.widget, index.data(ROW_ROLE)
        style = widget.style() if widget is not None else QApplication.style()
        style.drawControl(QStyle.ControlElement.CE_ItemViewItem, option, painter, widget)
        painter.save()
        room = option.rect.adjusted(theme.GRID, 0, -theme.GRID, 0)
        self.paint_in(painter, room, option, row, index)
        painter.restore()

    def paint_in(
        self,
        painter: QPainter,
        room: QRect,
        option: QStyleOptionViewItem,
        row: Row,
        index: Index,
    ) -> None:
        """Paint what the cell says; a number is right-aligned."""
        color, text = strong(option, row), str(index.data())
        write_line(painter, room, text, option.font, option.fontMetrics, color, RIGHT)

    def small(self, option: QStyleOptionViewItem) -> tuple[QFont, QFontMetrics]:
        """Return the font of what is said beside, and its measures."""
        if self._small is None or self._small[0] != option.font:
            font = QFont(option.font)
            font.setPointSizeF(option.font.pointSizeF() * SMALL)
            self._small = (QFont(option.font), font, QFontMetrics(font))
        return self._small[1:]

    def two_lines(
        self,
        painter: QPainter,
        room: QRect,
        option: QStyleOptionViewItem,
        row: Row,
        texts: tuple[str, str],
        is_second_whole: bool = False,
    ) -> None:
        """Write a line and a smaller one: below it in a tall row, behind it in a low one.

        Where both are not to have their room, the second is shortened, or the first.
        """
        font, metrics = option.font, option.fontMetrics
        small_font, small_metrics = self.small(option)
        first, second = texts
        if not second:
            write_line(painter, room, first, font, metrics, strong(option, row), LEFT)
            return
        if room.height() < TALL_ROW:
            # A pixel more than it takes, or Qt may shorten it.
            width = min(room.width(), metrics.horizontalAdvance(first) + 1)
            if is_second_whole:
                needed = small_metrics.horizontalAdvance(second) + theme.GRID + 1
                width = max(min(width, room.width() - needed), 0)
            rest = room.adjusted(width + theme.GRID, 0, 0, 0)
            room = QRect(room.topLeft(), QSize(width, room.height()))
            write_line(painter, room, first, font, metrics, strong(option, row), LEFT)
            if rest.width() > 3 * theme.GRID:
                write_line(painter, rest, second, small_font, small_metrics, quiet(option), LEFT)
            return
        top = room.center().y() - (metrics.height() + small_metrics.height() + 2) // 2
        upper = QRect(room.left(), top, room.width(), metrics.height())
        lower = QRect(room.left(), upper.bottom() + 3, room.width(), small_metrics.height())
        write_line(painter, upper, first, font, metrics, strong(option, row), LEFT)
        write_line(painter, lower, second, small_font, small_metrics, quiet(option), LEFT)


class VideoDelegate(CellDelegate):
    """Thumbnail, title, and who made it.

    Attributes
    ----------
    shows_labels : bool
        Whether the labels stand here, because their own column has no room.
    """

    shows_labels = False

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._signs: dict[tuple[str, int], QPixmap] = {}

    def paint_in(
        self,
        painter: QPainter,
        room: QRect,
        option: QStyleOptionViewItem,
        row: Row,
        index: Index,
    ) -> None:
        """Paint the thumbnail where rows are tall, and the words beside it."""
        match = row.match
        if match.path:
            place = QRect(room.topLeft(), SOUND_PICTURE)
            place.moveTop(room.center().y() - place.height() // 2)
            painter.fillRect(place, theme.mixed(ground_of(option), text_color(option), 0.1))
            if row.image is not None:
                painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
                painter.drawImage(place, row.image)
            room = room.adjusted(place.width() + theme.GRID, 0, 0, 0)
        elif room.height() >= TALL_ROW:
            self._paint_thumbnail(painter, room, option, row)
            room = room.adjusted(THUMBNAIL_WIDTH + theme.GRID + 4, 0, 0, 0)
        texts = title_of(match, row.video), remark_on(match, row.video, row.is_there)
        if self.shows_labels and match.labels and row.is_watchable:
            labels = formats.labels_line(match.labels)
            has_title = texts[0] != match.video_id
            texts = (texts[0], labels) if has_title else (labels, texts[0])
        self.two_lines(painter, room, option, row, texts, texts[1] == match.video_id)

    def _paint_thumbnail(
        self,
        painter: QPainter,
        room: QRect,
        option: QStyleOptionViewItem,
        row: Row,
    ) -> None:
        top = room.top() + (room.height() - THUMBNAIL_HEIGHT) // 2
        place = QRect(room.left(), top, THUMBNAIL_WIDTH, THUMBNAIL_HEIGHT)
        if row.image is not None and row.is_watchable:
            painter.drawImage(place, row.image)
            return
        palette = option.palette
        painter.fillRect(place, theme.mixed(ground_of(option), text_color(option), 0.1))
        name = "image" if row.is_watchable else "prohibit"
        color = theme.quiet_text(palette)
        sign = self._signs.get((name, color.rgb()))
        if sign is None:
            sign = theme.icon(name, palette, color).pixmap(theme.ICON_SIZE)
            self._signs[name, color.rgb()] = sign
        side = theme.ICON_SIZE / 2
        painter.drawPixmap(QPointF(place.center()) - QPointF(side, side), sign)


class TimeDelegate(CellDelegate):
    """The clip's span, and the second that sounds most alike."""

    def paint_in(
        self,
        painter: QPainter,
        room: QRect,
        option: QStyleOptionViewItem,
        row: Row,
        index: Index,
    ) -> None:
        """Paint both."""
        match = row.match
        best = "" if match.best_second is None else f"best {formats.clock(match.best_second)}"
        self.two_lines(painter, room, option, row, (str(index.data()), best))


class SimilarityDelegate(CellDelegate):
    """A small bar and the number; of a match by both, a bar for its sound and one for its meaning.

    A similarity of nothing or less has no bar. Tall rows have the two parts in words, too.
    """

    def paint_in(
        self,
        painter: QPainter,
        room: QRect,
        option: QStyleOptionViewItem,
        row: Row,
        index: Index,
    ) -> None:
        """Paint the bars and the number."""
        match = row.match
        number_width = option.fontMetrics.horizontalAdvance("−0.000")
        parts = [match.similarity]
        if match.sound is not None and match.meaning is not None:
            parts = [match.sound, match.meaning]
        inner = QRectF(room).adjusted(0, 0, -number_width - theme.GRID, 0)
        bar = QRectF(inner.left(), 0, inner.width(), theme.GRID / len(parts) + (len(parts) > 1))
        top = round(inner.center().y()) - len(parts) * bar.height() / 2 - (len(parts) > 1)
        ground = theme.mixed(text_color(option), ground_of(option), 0.8)
        for place, part in enumerate(parts):
            bar.moveTop(round(top + place * (bar.height() + 2)))
            painter.fillRect(bar, ground)
            lit = QRectF(bar)
            lit.setWidth(bar.width() * min(1.0, max(0.0, part)))
            painter.fillRect(lit, _bar_color(option, row))
        color, text = strong(option, row), str(index.data())
        write_line(painter, room, text, option.font, option.fontMetrics, color, RIGHT)
        if len(parts) == 1 or room.height() < TALL_ROW:
            return
        font, metrics = self.small(option)
        words = f"sound {parts[0]:.2f} · meaning {parts[1]:.2f}".replace("-", "−")
        below = QRect(room.left(), room.center().y() + theme.GRID, room.width(), metrics.height())
        write_line(painter, below, words, font, metrics, quiet(option), RIGHT)


class LinkDelegate(CellDelegate):
    """The sign of a link that opens in the browser, or of a file that plays; else nothing."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._signs: dict[tuple[str, int], QPixmap] = {}

    def paint_in(
        self,
        painter: QPainter,
        room: QRect,
        option: QStyleOptionViewItem,
        row: Row,
        index: Index,
    ) -> None:
        """Paint the sign."""
        match = row.match
        if not match.url and not (match.path and row.is_there):
            return
        name = "arrow-square-out"
        if match.path:
            name = "stop-fill" if row.is_playing else "play"
        color = text_color(option) if _is_selected(option) else theme.link_color(option.palette)
        if not row.is_watchable:
            color = quiet(option)
        sign = self._signs.get((name, color.rgb()))
        if sign is None:
            icon = theme.icon(name, option.palette, color)
            sign = self._signs.setdefault((name, color.rgb()), icon.pixmap(theme.ICON_SIZE))
        side = theme.ICON_SIZE / 2
        painter.drawPixmap(QPointF(option.rect.center()) - QPointF(side, side), sign)


def strong(option: QStyleOptionViewItem, row: Row) -> QColor:
    """Return the colour of a row's text; that of a video that is gone is quiet."""
    return text_color(option) if row.is_watchable else quiet(option)


def quiet(option: QStyleOptionViewItem) -> QColor:
    """Return the colour of what is said beside."""
    return text_color(option) if _is_selected(option) else theme.quiet_text(option.palette)


def write_line(
    painter: QPainter,
    room: QRect,
    text: str,
    font: QFont,
    metrics: QFontMetrics,
    color: QColor,
    alignment: int,
) -> None:
    """Write one line of plain text, as much of it as there is room for."""
    painter.setFont(font)
    painter.setPen(color)
    if metrics.horizontalAdvance(text) > room.width():
        text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, room.width())
    painter.drawText(room, alignment, text)


def _is_selected(option: QStyleOptionViewItem) -> bool:
    return bool(option.state & QStyle.StateFlag.State_Selected)


def text_color(option: QStyleOptionViewItem) -> QColor:
    """Return the colour of a row's text."""
    palette: QPalette = option.palette
    role = QPalette.ColorRole.HighlightedText if _is_selected(option) else QPalette.ColorRole.Text
    return palette.color(_group(option), role)


def ground_of(option: QStyleOptionViewItem) -> QColor:
    """Return the colour of a row's ground."""
    palette: QPalette = option.palette
    role = QPalette.ColorRole.Highlight if _is_selected(option) else QPalette.ColorRole.Base
    return palette.color(_group(option), role)


def _bar_color(option: QStyleOptionViewItem, row: Row) -> QColor:
    roles = QPalette.ColorRole
    is_strong = option.palette.color(roles.HighlightedText) != option.palette.color(roles.Text)
    if _is_selected(option) and is_strong:
        return text_color(option)
    if not row.is_watchable:
        return theme.mixed(text_color(option), ground_of(option), 0.55)
    # Not the list's own: that is quiet while it has no focus.
    return QGuiApplication.palette().color(_group(option), QPalette.ColorRole.Highlight)


def _group(option: QStyleOptionViewItem) -> QPalette.ColorGroup:
    enabled = option.state & QStyle.StateFlag.State_Enabled
    return QPalette.ColorGroup.Active if enabled else QPalette.ColorGroup.Disabled

"""How the cells of the table of matches are painted: plain text, elided, light and dark."""

from __future__ import annotations

from PySide6.QtCore import QObject, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPalette, QPixmap
from PySide6.QtWidgets import QApplication, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from gui import formats, theme
from gui.results.match_words import remark_on, title_of
from gui.results.painted_rows import MeasuredFont, PaintedRow, PaintedRows
from gui.widgets.model_index import Index

TALL_ROW = 64
THUMBNAIL_HEIGHT = TALL_ROW - theme.GRID
THUMBNAIL_WIDTH = round(THUMBNAIL_HEIGHT * 16 / 9)
SOUND_PICTURE = QSize(6 * theme.GRID, 3 * theme.GRID)
"""Of a file's spectrogram, which has room in a low row."""
_LINE = int(Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine)
LEFT = Qt.AlignmentFlag.AlignLeft.value | _LINE
RIGHT = Qt.AlignmentFlag.AlignRight.value | _LINE
"""Numbers: a flag of Python's costs a call each time it is joined with another."""


class CellDelegate(QStyledItemDelegate):
    """Paints a cell's ground, and lets a child class paint on it.

    Parameters
    ----------
    rows : PaintedRows
        Those of the table, which all of its columns share.
    """

    def __init__(self, rows: PaintedRows, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows = rows
        self._signs: dict[tuple[str, int], QPixmap] = {}

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint the cell."""
        # Not `initStyleOption`, which asks the model for nine roles that nothing here needs.
        widget, painted = option.widget, self._rows.at(option, index)
        style = widget.style() if widget is not None else QApplication.style()
        style.drawControl(QStyle.ControlElement.CE_ItemViewItem, option, painter, widget)
        painter.save()
        self.paint_in(painter, option.rect.adjusted(theme.GRID, 0, -theme.GRID, 0), painted)
        painter.restore()

    def paint_in(self, painter: QPainter, room: QRect, painted: PaintedRow) -> None:
        """Paint what the cell says: the rank, right-aligned as any number."""
        rank = str(painted.row.match.rank)
        write_line(painter, room, rank, painted.font, painted.colors.strong, RIGHT)

    def paint_sign(
        self, painter: QPainter, room: QRect, name: str, color: QColor, palette: QPalette
    ) -> None:
        """Paint an icon in the middle."""
        sign = self._signs.get((name, color.rgb()))
        if sign is None:
            sign = theme.icon(name, palette, color).pixmap(theme.ICON_SIZE)
            self._signs[name, color.rgb()] = sign
        side = theme.ICON_SIZE / 2
        painter.drawPixmap(QPointF(room.center()) - QPointF(side, side), sign)


class VideoDelegate(CellDelegate):
    """Thumbnail, title, and who made it.

    Attributes
    ----------
    shows_labels : bool
        Whether the labels stand here, because their own column has no room.
    """

    shows_labels = False

    def paint_in(self, painter: QPainter, room: QRect, painted: PaintedRow) -> None:
        """Paint the thumbnail where rows are tall, and the words beside it."""
        row, match = painted.row, painted.row.match
        if match.path:
            place = QRect(room.topLeft(), SOUND_PICTURE)
            place.moveTop(room.center().y() - place.height() // 2)
            painter.fillRect(place, painted.colors.chip)
            if row.image is not None:
                painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
                painter.drawImage(place, row.image)
            room = room.adjusted(place.width() + theme.GRID, 0, 0, 0)
        elif room.height() >= TALL_ROW:
            self._paint_thumbnail(painter, room, painted)
            room = room.adjusted(THUMBNAIL_WIDTH + theme.GRID + 4, 0, 0, 0)
        texts = title_of(match, row.video), remark_on(match, row.video, row.is_there)
        if self.shows_labels and match.labels and row.is_watchable:
            labels = formats.labels_line(match.labels)
            has_title = texts[0] != match.video_id
            texts = (texts[0], labels) if has_title else (labels, texts[0])
        write_two_lines(painter, room, painted, texts, texts[1] == match.video_id)

    def _paint_thumbnail(self, painter: QPainter, room: QRect, painted: PaintedRow) -> None:
        row, colors = painted.row, painted.colors
        top = room.top() + (room.height() - THUMBNAIL_HEIGHT) // 2
        place = QRect(room.left(), top, THUMBNAIL_WIDTH, THUMBNAIL_HEIGHT)
        if row.image is not None and row.is_watchable:
            painter.drawImage(place, row.image)
            return
        painter.fillRect(place, colors.chip)
        name = "image" if row.is_watchable else "prohibit"
        self.paint_sign(painter, place, name, theme.quiet_text(painted.palette), painted.palette)


class TimeDelegate(CellDelegate):
    """The clip's span, and the second that sounds most alike."""

    def paint_in(self, painter: QPainter, room: QRect, painted: PaintedRow) -> None:
        """Paint both."""
        match = painted.row.match
        best = "" if match.best_second is None else f"best {formats.clock(match.best_second)}"
        span = formats.clip_span(match.start_s, match.end_s)
        write_two_lines(painter, room, painted, (span, best))


class SimilarityDelegate(CellDelegate):
    """A small bar and the number; of a match by both, a bar for its sound and one for its meaning.

    A similarity of nothing or less has no bar. Tall rows have the two parts in words, too.
    """

    def paint_in(self, painter: QPainter, room: QRect, painted: PaintedRow) -> None:
        """Paint the bars and the number."""
        match, colors, font = painted.row.match, painted.colors, painted.font
        parts = [match.similarity]
        if match.sound is not None and match.meaning is not None:
            parts = [match.sound, match.meaning]
        width = room.width() - font.width("−0.000") - theme.GRID
        height = theme.GRID / len(parts) + (len(parts) > 1)
        middle = round(QRectF(room).center().y())
        bar = QRectF(room.left(), 0, width, height)
        top = middle - len(parts) * height / 2 - (len(parts) > 1)
        for place, part in enumerate(parts):
            bar.moveTop(round(top + place * (height + 2)))
            painter.fillRect(bar, colors.bar_ground)
            lit = QRectF(bar)
            lit.setWidth(width * min(1.0, max(0.0, part)))
            painter.fillRect(lit, colors.bar)
        number = formats.similarity(match.similarity)
        write_line(painter, room, number, font, colors.strong, RIGHT)
        if len(parts) == 1 or room.height() < TALL_ROW:
            return
        small = painted.small
        words = f"sound {parts[0]:.2f} · meaning {parts[1]:.2f}".replace("-", "−")
        below = QRect(room.left(), room.center().y() + theme.GRID, room.width(), small.height)
        write_line(painter, below, words, small, colors.quiet, RIGHT)


class LinkDelegate(CellDelegate):
    """The sign of a link that opens in the browser, or of a file that plays; else nothing."""

    def paint_in(self, painter: QPainter, room: QRect, painted: PaintedRow) -> None:
        """Paint the sign."""
        row, match = painted.row, painted.row.match
        if not match.url and not (match.path and row.is_there):
            return
        name = "arrow-square-out"
        if match.path:
            name = "stop-fill" if row.is_playing else "play"
        self.paint_sign(painter, room, name, painted.colors.link, painted.palette)


def write_line(
    painter: QPainter, room: QRect, text: str, font: MeasuredFont, color: QColor, alignment: int
) -> None:
    """Write one line of plain text, as much of it as there is room for."""
    painter.setFont(font.font)
    painter.setPen(color)
    painter.drawText(room, alignment, font.elided(text, room.width()))


def write_two_lines(
    painter: QPainter,
    room: QRect,
    painted: PaintedRow,
    texts: tuple[str, str],
    is_second_whole: bool = False,
) -> None:
    """Write a line and a smaller one: below it in a tall row, behind it in a low one.

    Where both are not to have their room, the second is shortened, or the first.
    """
    (first, second), font, small = texts, painted.font, painted.small
    strong, quiet = painted.colors.strong, painted.colors.quiet
    if not second:
        write_line(painter, room, first, font, strong, LEFT)
        return
    if room.height() < TALL_ROW:
        # A pixel more than it takes, or Qt may shorten it.
        width = min(room.width(), font.width(first) + 1)
        if is_second_whole:
            needed = small.width(second) + theme.GRID + 1
            width = max(min(width, room.width() - needed), 0)
        rest = room.adjusted(width + theme.GRID, 0, 0, 0)
        room = QRect(room.topLeft(), QSize(width, room.height()))
        write_line(painter, room, first, font, strong, LEFT)
        if rest.width() > 3 * theme.GRID:
            write_line(painter, rest, second, small, quiet, LEFT)
        return
    top = room.center().y() - (font.height + small.height + 2) // 2
    upper = QRect(room.left(), top, room.width(), font.height)
    lower = QRect(room.left(), upper.bottom() + 3, room.width(), small.height)
    write_line(painter, upper, first, font, strong, LEFT)
    write_line(painter, lower, second, small, quiet, LEFT)

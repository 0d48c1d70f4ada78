"""Labels as chips."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QFontMetrics, QPainter
from PySide6.QtWidgets import QStyleOptionViewItem

from gui import theme
from gui.formats import specific_first
from gui.results.delegates import (
    LEFT,
    TALL_ROW,
    CellDelegate,
    ground_of,
    quiet,
    strong,
    text_color,
    write_line,
)
from gui.results.model import Row
from gui.widgets.model_index import Index


class LabelsDelegate(CellDelegate):
    """Labels as chips; what has no room is counted."""

    def paint_in(
        self,
        painter: QPainter,
        room: QRect,
        option: QStyleOptionViewItem,
        row: Row,
        index: Index,
    ) -> None:
        """Paint the chips, in two lines where the row is tall."""
        match = row.match
        font, metrics = self.small(option)
        if not match.labels:
            write_line(painter, room, str(index.data()), font, metrics, quiet(option), LEFT)
            return
        height = metrics.height() + 6
        n_lines = 2 if room.height() >= TALL_ROW else 1
        chips, n_left = lay_chips(specific_first(match.labels), metrics, room.width(), n_lines)
        n_used = 1 + max(line for line, *_ in chips)
        top = room.center().y() + 1 - (n_used * (height + 4) - 4) // 2
        painter.setFont(font)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        fill = theme.mixed(ground_of(option), text_color(option), 0.1)
        color = strong(option, row)
        right, line_top = room.left(), top
        for line, x, width, label in chips:
            line_top = top + line * (height + 4)
            chip = QRectF(room.left() + x, line_top, width, height)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(fill)
            painter.drawRoundedRect(chip, 4, 4)
            painter.setPen(color)
            painter.drawText(chip, Qt.AlignmentFlag.AlignCenter, label)
            right = round(chip.right())
        if n_left:
            painter.setPen(quiet(option))
            rest = QRect(right + 6, line_top, 40, height)
            painter.drawText(rest, LEFT, f"+{n_left}")


def lay_chips(
    labels: tuple[str, ...], metrics: QFontMetrics, width: int, n_lines: int
) -> tuple[list[tuple[int, int, int, str]], int]:
    """Return line, left edge, width and text of each chip, and how many have no room."""
    chips: list[tuple[int, int, int, str]] = []
    line = x = 0
    more_width = metrics.horizontalAdvance("+99") + 8
    for number, label in enumerate(labels):
        label = " ".join(label.split())
        wanted = metrics.horizontalAdvance(label) + 14
        is_last = number == len(labels) - 1
        room = width - x - (0 if is_last or line < n_lines - 1 else more_width)
        if wanted > room and x and line < n_lines - 1:
            line, x = line + 1, 0
            room = width - (0 if is_last or line < n_lines - 1 else more_width)
        if wanted > room and x:
            return chips, len(labels) - number
        if wanted > room:
            wanted = max(room, 24)
            label = metrics.elidedText(label, Qt.TextElideMode.ElideRight, wanted - 14)
        chips.append((line, x, wanted, label))
        x += wanted + 4
    return chips, 0

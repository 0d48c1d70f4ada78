"""Labels as chips."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QPainter

from gui.formats import specific_first
from gui.results.delegates import LEFT, TALL_ROW, CellDelegate, write_line
from gui.results.match_words import unlabelled
from gui.results.painted_rows import MeasuredFont, PaintedRow


class LabelsDelegate(CellDelegate):
    """Labels as chips; what has no room is counted."""

    def paint_in(self, painter: QPainter, room: QRect, painted: PaintedRow) -> None:
        """Paint the chips, in two lines where the row is tall."""
        match, colors, font = painted.row.match, painted.colors, painted.small
        if not match.labels:
            write_line(painter, room, unlabelled(match), font, colors.quiet, LEFT)
            return
        height = font.height + 6
        n_lines = 2 if room.height() >= TALL_ROW else 1
        chips, n_left = lay_chips(specific_first(match.labels), font, room.width(), n_lines)
        n_used = 1 + max(line for line, *_ in chips)
        top = room.center().y() + 1 - (n_used * (height + 4) - 4) // 2
        painter.setFont(font.font)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colors.chip)
        places = [
            QRectF(room.left() + x, top + line * (height + 4), width, height)
            for line, x, width, _ in chips
        ]
        for place in places:
            painter.drawRoundedRect(place, 4, 4)
        painter.setPen(colors.strong)
        for place, (*_, label) in zip(places, chips, strict=True):
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, label)
        if n_left:
            last = places[-1]
            painter.setPen(colors.quiet)
            rest = QRect(round(last.right()) + 6, round(last.top()), 40, height)
            painter.drawText(rest, LEFT, f"+{n_left}")


def lay_chips(
    labels: tuple[str, ...], font: MeasuredFont, width: int, n_lines: int
) -> tuple[list[tuple[int, int, int, str]], int]:
    """Return line, left edge, width and text of each chip, and how many have no room."""
    chips: list[tuple[int, int, int, str]] = []
    line = x = 0
    more_width = font.width("+99") + 8
    for number, label in enumerate(labels):
        label = " ".join(label.split())
        wanted = font.width(label) + 14
        is_last = number == len(labels) - 1
        room = width - x - (0 if is_last or line < n_lines - 1 else more_width)
        if wanted > room and x and line < n_lines - 1:
            line, x = line + 1, 0
            room = width - (0 if is_last or line < n_lines - 1 else more_width)
        if wanted > room and x:
            return chips, len(labels) - number
        if wanted > room:
            wanted = max(room, 24)
            label = font.elided(label, wanted - 14)
        chips.append((line, x, wanted, label))
        x += wanted + 4
    return chips, 0

"""How an entry of the history, or a star, is painted: a small picture and two lines."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPalette
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from gui import theme
from gui.history.model import THUMBNAIL_ROLE
from gui.widgets.model_index import Index

PICTURE = QSize(48, 32)


class EntryDelegate(QStyledItemDelegate):
    """Paints a name and, below it, smaller, how it stands.

    Parameters
    ----------
    has_pictures : bool
        Whether room is kept for them.
    """

    def __init__(self, has_pictures: bool, parent: QWidget) -> None:
        super().__init__(parent)
        self._has_pictures = has_pictures

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Return the height of the two lines, or of the picture."""
        lines = 2 * option.fontMetrics.height() + theme.GRID + 4
        return QSize(14 * theme.GRID, max(lines, PICTURE.height() + theme.GRID))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint an entry."""
        self.initStyleOption(option, index)
        # Not the option's text, in which Qt has put another kind of line break.
        name, _, detail = str(index.data()).partition("\n")
        option.text = ""
        widget = option.widget
        style = widget.style()
        style.drawControl(QStyle.ControlElement.CE_ItemViewItem, option, painter, widget)
        palette = option.palette
        is_chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        strong = palette.color(
            QPalette.ColorRole.HighlightedText if is_chosen else QPalette.ColorRole.Text
        )
        quiet = strong if is_chosen else theme.quiet_text(palette)
        room = option.rect.adjusted(theme.GRID, 4, -theme.GRID, -4)
        painter.save()
        if self._has_pictures:
            frame = QRect(room.topLeft(), PICTURE)
            frame.moveTop(room.center().y() - PICTURE.height() // 2)
            _paint_picture(painter, frame, index.data(THUMBNAIL_ROLE), palette)
            room.setLeft(frame.right() + theme.GRID)
        for text, color, scale, place in (
            (name, strong, 1.0, Qt.AlignmentFlag.AlignTop),
            (detail, quiet, 0.85, Qt.AlignmentFlag.AlignBottom),
        ):
            painter.setFont(theme.scaled_font(widget, scale))
            painter.setPen(color)
            shown = painter.fontMetrics().elidedText(
                text.replace("\n", " "), Qt.TextElideMode.ElideRight, room.width()
            )
            painter.drawText(room, Qt.AlignmentFlag.AlignLeft | place, shown)
        painter.restore()


def _paint_picture(
    painter: QPainter, frame: QRect, image: QImage | None, palette: QPalette
) -> None:
    if image is None:
        painter.fillRect(frame, theme.hairline(palette))
        return
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.drawImage(frame, image)

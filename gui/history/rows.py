"""How an entry of the history, or a star, is painted: a small picture and two lines."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QFontMetrics, QImage, QPainter, QPalette
from PySide6.QtWidgets import QLineEdit, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from gui import theme
from gui.history.model import STAR_ROLE, THUMBNAIL_ROLE
from gui.widgets.model_index import Index

PICTURE = QSize(48, 32)
_STAR = 14
"""A star's side, in pixels."""
_LEAST_NAME = 32
"""Of a file's name, in pixels."""


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
        room = self._text_room(option.rect)
        painter.save()
        if self._has_pictures:
            frame = QRect(option.rect.topLeft() + QPoint(theme.GRID, 0), PICTURE)
            frame.moveTop(room.center().y() - PICTURE.height() // 2)
            _paint_picture(painter, frame, index.data(THUMBNAIL_ROLE), palette)
        width = room.width()
        if index.data(STAR_ROLE):
            corner = QRect(room.right() - _STAR, room.top(), _STAR, _STAR)
            theme.icon("star-fill", palette, quiet, _STAR).paint(painter, corner)
            width -= _STAR + theme.GRID
        painter.setFont(widget.font())
        painter.setPen(strong)
        shown = painter.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, width)
        painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop, shown)
        painter.setFont(theme.scaled_font(widget, 0.85))
        painter.setPen(quiet)
        shown = _elided(painter.fontMetrics(), detail.replace("\n", " "), room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom, shown)
        painter.restore()

    def updateEditorGeometry(
        self, editor: QWidget, option: QStyleOptionViewItem, index: Index
    ) -> None:
        """Have both lines written over, beside the picture."""
        editor.setGeometry(self._text_room(option.rect).adjusted(-4, -1, 4, 1))

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        """Return a field with a frame: it stands out from the rows."""
        editor = super().createEditor(parent, option, index)
        if isinstance(editor, QLineEdit):
            editor.setFrame(True)
        return editor

    def _text_room(self, row: QRect) -> QRect:
        left = PICTURE.width() + 2 * theme.GRID if self._has_pictures else theme.GRID
        return row.adjusted(left, 4, -theme.GRID, -4)


def _elided(metrics: QFontMetrics, text: str, width: int) -> str:
    """Return a text that fits; of a name and what follows after a dot, the name gives way."""
    name, dot, rest = text.partition(" · ")
    for_name = width - metrics.horizontalAdvance(dot + rest)
    if dot and for_name >= _LEAST_NAME:
        return metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, for_name) + dot + rest
    if dot and metrics.horizontalAdvance(text) > width:
        text = rest
    return metrics.elidedText(text, Qt.TextElideMode.ElideRight, width)


def _paint_picture(
    painter: QPainter, frame: QRect, image: QImage | None, palette: QPalette
) -> None:
    if image is None:
        painter.fillRect(frame, theme.hairline(palette))
        return
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.drawImage(frame, image)

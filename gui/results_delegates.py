"""How a similarity and a link are painted in the table."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPalette
from PySide6.QtWidgets import QApplication, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from gui import theme
from gui.results_model import NOT_RESOLVED, SORT_ROLE

Index = QModelIndex | QPersistentModelIndex


class SimilarityDelegate(QStyledItemDelegate):
    """A small bar and the number; a similarity of nothing or less has no bar."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint the cell's ground, the bar and the number."""
        self.initStyleOption(option, index)
        text, option.text = option.text, ""
        _paint_ground(painter, option)
        rect = QRectF(option.rect).adjusted(theme.GRID, 0, -theme.GRID, 0)
        number_width = option.fontMetrics.horizontalAdvance("−0.000")
        room = rect.adjusted(0, 0, -number_width - theme.GRID, 0)
        bar = QRectF(room.left(), room.center().y() - 4, room.width(), 8)
        palette = option.palette
        painter.save()
        painter.fillRect(bar, theme.hairline(palette))
        share = min(1.0, max(0.0, float(index.data(SORT_ROLE) or 0.0)))
        bar.setWidth(bar.width() * share)
        painter.fillRect(bar, _bar_color(option))
        painter.setPen(_text_color(option))
        painter.setFont(option.font)
        painter.drawText(rect, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)
        painter.restore()


class LinkDelegate(QStyledItemDelegate):
    """A link looks like one; an address that is not known yet is quiet."""

    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:
        """Choose colour and underline."""
        super().initStyleOption(option, index)
        palette = QPalette(option.palette)
        if index.data() == NOT_RESOLVED:
            palette.setColor(QPalette.ColorRole.Text, theme.quiet_text(palette))
        elif option.state & QStyle.StateFlag.State_Enabled:
            palette.setColor(QPalette.ColorRole.Text, theme.link_color(palette))
            # A selected link takes the selection's text colour, for contrast.
            option.font.setUnderline(True)
        option.palette = palette


def _paint_ground(painter: QPainter, option: QStyleOptionViewItem) -> None:
    widget = option.widget
    style = widget.style() if widget is not None else QApplication.style()
    style.drawControl(QStyle.ControlElement.CE_ItemViewItem, option, painter, widget)


def _is_selected(option: QStyleOptionViewItem) -> bool:
    return bool(option.state & QStyle.StateFlag.State_Selected)


def _text_color(option: QStyleOptionViewItem) -> QColor:
    palette: QPalette = option.palette
    role = QPalette.ColorRole.HighlightedText if _is_selected(option) else QPalette.ColorRole.Text
    return palette.color(_group(option), role)


def _bar_color(option: QStyleOptionViewItem) -> QColor:
    palette: QPalette = option.palette
    if _is_selected(option):
        return palette.color(QPalette.ColorRole.HighlightedText)
    return palette.color(_group(option), QPalette.ColorRole.Highlight)


def _group(option: QStyleOptionViewItem) -> QPalette.ColorGroup:
    enabled = option.state & QStyle.StateFlag.State_Enabled
    return QPalette.ColorGroup.Active if enabled else QPalette.ColorGroup.Disabled

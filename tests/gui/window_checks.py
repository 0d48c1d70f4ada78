"""Faults that an eye or a screen reader would find: cut text, overlaps, nameless controls.

All three look at what is in sight of a window, and return a line for each fault.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QAccessible, QFontMetrics
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractScrollArea,
    QAbstractSpinBox,
    QCheckBox,
    QComboBox,
    QHeaderView,
    QLabel,
    QLineEdit,
    QMenuBar,
    QSplitterHandle,
    QStyle,
    QStyleOptionComboBox,
    QStyleOptionSpinBox,
    QTabBar,
    QToolButton,
    QTreeView,
    QWidget,
)

from gui.widgets.dimming import Dimming
from gui.widgets.drop_overlay import DropOverlay
from gui.widgets.elided import Elided

OVER_ALL = (Dimming, DropOverlay)
"""These lie over others: that is their job, and mouse and keys go through them."""


def in_sight(window: QWidget) -> Iterator[QWidget]:
    """Yield the widgets of a window of which any pixel is seen."""
    for widget in window.findChildren(QWidget):
        if widget.isVisible() and widget.window() is window and not _left_of(widget).isEmpty():
            yield widget


def cut_texts(window: QWidget) -> list[str]:
    """Return the texts that are not wholly shown, and that nothing else says in full."""
    found = []
    for widget in in_sight(window):
        found += [f"{_named(widget)}: {text!r}" for text in _cut(widget) if text.strip()]
    return found


def overlaps(window: QWidget) -> list[str]:
    """Return the pairs of neighbours that lie over each other."""
    found = []
    seen = [each for each in in_sight(window) if not isinstance(each, (*OVER_ALL, QSplitterHandle))]
    for parent, group in itertools.groupby(
        sorted(seen, key=lambda each: id(each.parentWidget())), QWidget.parentWidget
    ):
        if isinstance(parent, QLineEdit):
            continue  # its signs stand in the room that it keeps for them
        for first, second in itertools.combinations(group, 2):
            both = first.geometry().intersected(second.geometry())
            if both.width() > 0 and both.height() > 0:
                found.append(f"{_named(first)} and {_named(second)} at {both.getRect()}")
    return found


def nameless(window: QWidget) -> list[str]:
    """Return the controls that a screen reader has no word for."""
    found = []
    for widget in in_sight(window):
        is_control = widget.focusPolicy() & Qt.FocusPolicy.TabFocus or isinstance(
            widget, QAbstractButton
        )
        # A part, such as the field of a spin box, hands the focus to what is spoken.
        if is_control and widget.focusProxy() is None:
            interface = QAccessible.queryAccessibleInterface(widget)
            if not interface.text(QAccessible.Text.Name).strip():
                found.append(_named(widget))
    return found


def _named(widget: QWidget) -> str:
    parents = (widget, widget.parentWidget())
    names = (f"{type(each).__name__} {each.accessibleName()!r}" for each in parents if each)
    return " in ".join(names)


def _cut(widget: QWidget) -> Iterator[str]:
    for kind, look in _LOOKS.items():
        if isinstance(widget, kind):
            yield from look(widget)
            return


def _cut_line(label: Elided) -> Iterator[str]:
    """Yield a text with an ellipsis that can neither be read nor heard in full."""
    text = label.text()
    is_cut = _width(label, text) > label.contentsRect().width()
    if is_cut and (text not in label.toolTip() or not label.accessibleName()):
        yield text


def _cut_label(label: QLabel) -> Iterator[str]:
    text, room = label.text(), label.contentsRect()
    text = text.replace("&", "") if label.buddy() else text
    if not text or not label.pixmap().isNull():
        return
    if label.wordWrap():
        flags = int(Qt.TextFlag.TextWordWrap) | int(label.alignment())
        needed = label.fontMetrics().boundingRect(QRect(0, 0, room.width(), 10_000), flags, text)
        is_cut = needed.height() > room.height() + 1 or needed.width() > room.width() + 1
    else:
        lines = text.split("\n")
        height = label.fontMetrics().lineSpacing() * (len(lines) - 1) + _line_height(label)
        is_cut = max(_width(label, line) for line in lines) > room.width() + 1
        is_cut = is_cut or height > room.height() + 1
    if is_cut or _is_clipped(label):
        yield text


def _cut_button(button: QAbstractButton) -> Iterator[str]:
    text, is_tool = button.text(), isinstance(button, QToolButton)
    if not text or (is_tool and _is_icon_only(button)):
        return
    icon = 0 if button.icon().isNull() else button.iconSize().width() + 4
    if isinstance(button, QCheckBox):
        icon = button.style().pixelMetric(QStyle.PixelMetric.PM_IndicatorWidth) + 4
    is_cut = _width(button, text.replace("&", "")) + icon > button.width() - 4
    if is_cut or _line_height(button) > button.height() or _is_clipped(button):
        yield text


def _is_icon_only(button: QAbstractButton) -> bool:
    assert isinstance(button, QToolButton)
    only = Qt.ToolButtonStyle.ToolButtonIconOnly
    return button.toolButtonStyle() == only and not button.icon().isNull()


def _cut_tabs(bar: QTabBar) -> Iterator[str]:
    for place in range(bar.count()):
        room, text = bar.tabRect(place), bar.tabText(place)
        if not bar.rect().contains(room) or _width(bar, text) > room.width() - 8:
            yield text


def _cut_sections(header: QHeaderView) -> Iterator[str]:
    model, is_flat = header.model(), header.orientation() == Qt.Orientation.Horizontal
    for section in range(header.count() if is_flat and model is not None else 0):
        text = str(model.headerData(section, header.orientation()) or "")
        if not header.isSectionHidden(section):
            arrow = header.isSortIndicatorShown() and header.sortIndicatorSection() == section
            room = header.sectionSize(section) - 8 - (16 if arrow else 0)
            if _width(header, text) > room:
                yield text


def _cut_choice(box: QComboBox) -> Iterator[str]:
    option = QStyleOptionComboBox()
    box.initStyleOption(option)
    control, part = QStyle.ComplexControl.CC_ComboBox, QStyle.SubControl.SC_ComboBoxEditField
    room = box.style().subControlRect(control, option, part, box)
    if _width(box, box.currentText()) > room.width():
        yield box.currentText()


def _cut_number(box: QAbstractSpinBox) -> Iterator[str]:
    option = QStyleOptionSpinBox()
    box.initStyleOption(option)
    control, part = QStyle.ComplexControl.CC_SpinBox, QStyle.SubControl.SC_SpinBoxEditField
    room = box.style().subControlRect(control, option, part, box)
    if _width(box, box.text()) > room.width():
        yield box.text()


def _cut_place_holder(field: QLineEdit) -> Iterator[str]:
    """Yield what stands in an empty field; what a person types moves along."""
    margins = field.textMargins()
    room = field.width() - margins.left() - margins.right() - 8
    is_cut = _width(field, field.placeholderText()) > room or _is_clipped(field)
    if is_cut and not field.text():
        yield field.placeholderText()


def _cut_menus(bar: QMenuBar) -> Iterator[str]:
    for action in bar.actions():
        if not bar.rect().contains(bar.actionGeometry(action)):
            yield action.text()


def _cut_items(view: QTreeView) -> Iterator[str]:
    """Yield the texts of rows that are cut and have no tooltip that says all of them."""
    index = view.indexAt(QPoint(1, 1))
    while index.isValid() and view.visualRect(index).top() < view.viewport().height():
        text, tip = str(index.data() or ""), str(index.data(Qt.ItemDataRole.ToolTipRole) or "")
        if _width(view, text) > view.visualRect(index).width() - 8 and text not in tip:
            yield text
        index = view.indexBelow(index)


_LOOKS: dict[type[QWidget], Callable[[Any], Iterator[str]]] = {
    Elided: _cut_line,
    QLabel: _cut_label,
    QTabBar: _cut_tabs,
    QHeaderView: _cut_sections,
    QMenuBar: _cut_menus,
    QAbstractButton: _cut_button,
    QComboBox: _cut_choice,
    QAbstractSpinBox: _cut_number,
    QLineEdit: _cut_place_holder,
    QTreeView: _cut_items,
}
"""The first kind that a widget is decides."""


def _is_clipped(widget: QWidget) -> bool:
    """Return whether those around cut a piece of it off, though nobody can scroll there."""
    parent = widget.parentWidget()
    while parent is not None and not parent.isWindow():
        if isinstance(parent, QAbstractScrollArea | QAbstractItemView):
            return False
        parent = parent.parentWidget()
    return _left_of(widget) != widget.rect()


def _left_of(widget: QWidget) -> QRect:
    """Return the part of a widget that those around do not cut off."""
    left, parent = QRect(widget.rect()), widget.parentWidget()
    while parent is not None:
        left &= parent.rect().translated(widget.mapFrom(parent, QPoint(0, 0)))
        parent = None if parent.isWindow() else parent.parentWidget()
    return left


def _width(widget: QWidget, text: str) -> int:
    return QFontMetrics(widget.font()).horizontalAdvance(text)


def _line_height(widget: QWidget) -> int:
    metrics = QFontMetrics(widget.font())
    return metrics.ascent() + metrics.descent()

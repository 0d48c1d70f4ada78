"""Choosing classes by name: those already chosen as buttons that remove them, and a line to add."""

from __future__ import annotations

from PySide6.QtCore import QStringListModel, Qt, Signal
from PySide6.QtWidgets import QCompleter, QHBoxLayout, QLabel, QLineEdit, QToolButton, QWidget

from gui import theme


class ClassFilter(QWidget):
    """A set of class names.

    Signals
    -------
    changed
        A person added or removed a class.
    """

    changed = Signal()

    def __init__(self, label: str, hint: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._label = label.replace("&", "").rstrip(":")
        self.names: tuple[str, ...] = ()
        self._chips: list[QToolButton] = []
        self.edit = QLineEdit()
        self.edit.setPlaceholderText(hint)
        self.edit.setAccessibleName(f"{self._label} a class")
        self.edit.setAcceptDrops(False)
        self.edit.setFixedHeight(theme.ROW_HEIGHT)
        self.edit.setMinimumWidth(13 * theme.GRID)
        self._known = QStringListModel(self)
        self._build_completer()
        caption = QLabel(label)
        caption.setBuddy(self.edit)
        self._layout = QHBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(theme.GRID)
        self._layout.addWidget(caption)
        self._layout.addWidget(self.edit, 1)
        self.edit.returnPressed.connect(self._on_return)

    def _build_completer(self) -> None:
        completer = QCompleter(self._known, self)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        # Queued, so that the line is cleared after the completer has filled it in.
        completer.activated.connect(self._add, Qt.ConnectionType.QueuedConnection)
        self.edit.setCompleter(completer)

    def set_known(self, names: list[str]) -> None:
        """Offer these class names while a person types."""
        self._known.setStringList(sorted(names, key=str.casefold))

    def set_names(self, names: tuple[str, ...]) -> None:
        """Show a set of chosen classes without telling anyone."""
        self.names = names
        for chip in self._chips:
            self._layout.removeWidget(chip)
            chip.hide()
            chip.deleteLater()
        self._chips = [self._chip(name) for name in names]
        for place, chip in enumerate(self._chips, start=1):
            self._layout.insertWidget(place, chip)
        self._keep_tab_order()

    def _chip(self, name: str) -> QToolButton:
        chip = QToolButton(self)
        shown = self.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, 18 * theme.GRID)
        chip.setText(shown.replace("&", "&&"))
        chip.setIcon(theme.icon("x", self.palette()))
        chip.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        chip.setFixedHeight(theme.ROW_HEIGHT - 4)
        chip.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        chip.setToolTip(f"Remove {name}".replace("<", "‹"))
        chip.setAccessibleName(f"{self._label}: {name}. Press to remove.")
        chip.setProperty("class_name", name)
        chip.clicked.connect(self._on_chip)
        return chip

    def _keep_tab_order(self) -> None:
        previous: QWidget | None = None
        for widget in (*self._chips, self.edit):
            if previous is not None:
                QWidget.setTabOrder(previous, widget)
            previous = widget

    def _on_chip(self) -> None:
        chip = self.sender()
        if chip is not None:
            removed = chip.property("class_name")
            self.set_names(tuple(name for name in self.names if name != removed))
            self.edit.setFocus()
            self.changed.emit()

    def _on_return(self) -> None:
        completer = self.edit.completer()
        popup = completer.popup() if completer is not None else None
        if popup is None or not (popup.isVisible() and popup.currentIndex().isValid()):
            self._add(self.edit.text())

    def _add(self, text: str) -> None:
        name = text.strip()
        self.edit.clear()
        if name and name not in self.names:
            self.set_names((*self.names, name))
            self.changed.emit()

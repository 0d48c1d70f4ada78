"""Names of classes that complete what is typed, found in a worker."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from PySide6.QtCore import QModelIndex, QStringListModel
from PySide6.QtWidgets import QCompleter, QLineEdit, QListView

Complete: TypeAlias = Callable[[str, Callable[[list[str]], None]], None]
"""Told a text, it calls back with the names of classes that complete it, the best first."""


class ClassCompleter(QCompleter):
    """A list below a line.

    Parameters
    ----------
    line : QLineEdit
    complete : callable

    Attributes
    ----------
    names : list of str
        What completes the line as it is; empty until that is known.
    """

    def __init__(self, line: QLineEdit, complete: Complete) -> None:
        super().__init__(line)
        self._line, self._complete = line, complete
        self._model = QStringListModel(self)
        self.names: list[str] = []
        self.setModel(self._model)
        self.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        self._list = QListView()
        self.setPopup(self._list)
        self.setWidget(line)
        self.activated.connect(line.setText)
        line.textEdited.connect(self._on_edited)

    @property
    def has_choice(self) -> bool:
        """Whether a name in the list is marked, so that Return takes that one."""
        return self._list.isVisible() and self._list.currentIndex().isValid()

    def _on_edited(self, text: str) -> None:
        self.names = []

        def done(names: list[str]) -> None:
            if text != self._line.text():
                return
            self.names = names
            self._model.setStringList(names)
            if names and self._line.hasFocus():
                self.complete()
                self._list.setCurrentIndex(QModelIndex())  # Return asks for what was typed
            else:
                self._list.hide()

        self._complete(text, done)

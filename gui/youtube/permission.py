"""Whether YouTube may be asked: one answer of a person's, followed by all that ask or show it."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal


class LookUpPermission(QObject):
    """The only owner of that answer.

    Signals
    -------
    changed : bool or None
        What is answered now; None where nobody was asked.
    """

    changed = Signal(object)  # bool | None

    def __init__(self, answer: bool | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._answer = answer

    @property
    def answer(self) -> bool | None:
        """Answer of a person; None where nobody was asked."""
        return self._answer

    @property
    def is_given(self) -> bool:
        """Whether a person has allowed it."""
        return self._answer is True

    def adopt(self, answer: bool | None) -> None:
        """Take up an answer."""
        if answer is not self._answer:
            self._answer = answer
            self.changed.emit(answer)

"""Back and forward through the answers, as through the pages of a browser."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from gui.search.answers import Answer

LONGEST = 100


class AnswerHistory(QObject):
    """The answers of this session in the order in which they were asked for, and where one is.

    Signals
    -------
    changed : bool, bool
        Whether there is an answer to go back to, and one to go forward to.
    """

    changed = Signal(bool, bool)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._steps: list[Answer] = []
        self._here = -1

    @property
    def current(self) -> Answer | None:
        """Answer that is shown."""
        return self._steps[self._here] if self._steps else None

    @property
    def path(self) -> list[Answer]:
        """The answers that led to the current one, from a question of its own on."""
        first = self._here
        while first > 0 and (self._steps[first].step or self._steps[first].changes):
            first -= 1
        return self._steps[max(first, 0) : self._here + 1]

    def arrive(self, answer: Answer) -> None:
        """Put another answer to the same question in its place, any other as the next step."""
        if self.current is not None and answer.answers_same_as(self.current):
            self.renew(answer)
        else:
            # What lay ahead is forgotten.
            self._steps = [*self._steps[: self._here + 1], answer][-LONGEST:]
            self._here = len(self._steps) - 1
        self._emit_changed()

    def renew(self, answer: Answer) -> None:
        """Put another answer to the same question in the place of the one that is shown."""
        self._steps[self._here] = answer

    def move(self, by: int) -> Answer | None:
        """Go back (-1) or forward (1); return the answer there, or None at either end."""
        if not 0 <= self._here + by < len(self._steps):
            return None
        self._here += by
        self._emit_changed()
        return self._steps[self._here]

    def forget_others(self) -> None:
        """Keep nothing but what is shown."""
        self._steps = self._steps[self._here :][:1]
        self._here = min(self._here, 0)
        self._emit_changed()

    def _emit_changed(self) -> None:
        self.changed.emit(self._here > 0, self._here < len(self._steps) - 1)

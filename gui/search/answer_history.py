"""Back and forward through the answers, as through the pages of a browser."""

from __future__ import annotations

from gui.search.answers import Answer

LONGEST = 100


class AnswerHistory:
    """The answers of this session in the order in which they were asked for, and where one is."""

    def __init__(self) -> None:
        self._steps: list[Answer] = []
        self._here = -1

    @property
    def current(self) -> Answer | None:
        """What is shown."""
        return self._steps[self._here] if self._steps else None

    @property
    def can_go_back(self) -> bool:
        """Whether there is an answer before this one."""
        return self._here > 0

    @property
    def can_go_forward(self) -> bool:
        """Whether one has gone back from an answer."""
        return self._here < len(self._steps) - 1

    def visit(self, answer: Answer) -> None:
        """Go on to another answer; what lay ahead is forgotten."""
        self._steps = [*self._steps[: self._here + 1], answer][-LONGEST:]
        self._here = len(self._steps) - 1

    def renew(self, answer: Answer) -> None:
        """Put another answer to the same question in the place of the one that is shown."""
        self._steps[self._here] = answer

    def move(self, by: int) -> Answer | None:
        """Go back (-1) or forward (1); return the answer there, or None at either end."""
        if not 0 <= self._here + by < len(self._steps):
            return None
        self._here += by
        return self._steps[self._here]

    def forget_others(self) -> None:
        """Keep nothing but what is shown."""
        self._steps = self._steps[self._here :][:1]
        self._here = min(self._here, 0)

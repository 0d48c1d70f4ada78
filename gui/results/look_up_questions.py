"""What a person is asked about YouTube: may it be asked, and what if it does not answer."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject

from gui.widgets.banner import Banner, Choice
from gui.youtube.look_ups import LookUps
from gui.youtube.permission import LookUpPermission

MAY_BE = "Look up titles and thumbnails at YouTube? It then learns which videos you are shown."
TROUBLE = "Titles and pictures could not be fetched from YouTube. Check the network, and try again."
_NO = "Don’t look up"


class LookUpQuestions(QObject):
    """Asks in the banner; the answers are the permission.

    Parameters
    ----------
    banner : Banner
    permission : LookUpPermission
    look_ups : LookUps
    answered : callable
        Called after each answer.
    """

    def __init__(
        self,
        banner: Banner,
        permission: LookUpPermission,
        look_ups: LookUps,
        answered: Callable[[], None],
    ) -> None:
        super().__init__(look_ups)
        self._banner, self._permission, self._look_ups = banner, permission, look_ups
        self._answered = answered
        # The same ones each time: a banner that shows them already stays as it is.
        self._yes = Choice("Look up", lambda: self._answer(True))
        self._no = Choice(_NO, lambda: self._answer(False))
        look_ups.failing_changed.connect(self._on_failing)
        permission.changed.connect(self._on_permission)

    def ask_once(self) -> None:
        """Ask whether titles may be looked up, unless that was answered."""
        if self._permission.answer is None:
            self._banner.ask(MAY_BE, self._yes, self._no)

    def _answer(self, is_allowed: bool) -> None:
        self._permission.adopt(is_allowed)
        self._answered()

    def _on_permission(self) -> None:
        if self._permission.answer is not None:
            self._banner.withdraw(MAY_BE)

    def _on_failing(self, is_failing: bool) -> None:
        self._banner.withdraw(TROUBLE)
        if is_failing:
            again = Choice("Try again", self._look_ups.try_again)
            self._banner.ask(TROUBLE, again, self._no)

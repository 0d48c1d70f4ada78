"""The choices that the dialog shows: each is read from its owner, and changed there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QSpinBox

from gui.appearance import Appearance, Scheme
from gui.search.options import SearchOptions
from gui.settings import Remembered
from gui.youtube.permission import LookUpPermission


@dataclass(frozen=True)
class ChosenValues:
    """Values of these choices at one moment; a new one is how the program comes.

    Attributes
    ----------
    scheme : Scheme
    k : int
        Number of matches.
    live_s : int
        Seconds of a recording that are matched while it runs.
    shows_level : bool or None
        Whether the input's level is shown before recording; None where nobody has chosen.
    may_look_up : bool or None
        Whether YouTube may be asked; None where nobody has answered.
    """

    scheme: Scheme = Remembered.appearance
    k: int = Remembered.k
    live_s: int = Remembered.live_s
    shows_level: bool | None = Remembered.shows_level
    may_look_up: bool | None = Remembered.may_look_up


class LevelChoice(Protocol):
    """Owner of whether the level is shown before recording."""

    @property
    def choice(self) -> bool | None:
        """The choice of a person; None where there is none."""

    def choose(self, choice: bool | None) -> None:
        """Take up another."""


@dataclass(frozen=True)
class Owners:
    """The only owners of these choices; nothing is kept beside them."""

    appearance: Appearance
    options: SearchOptions
    live: QSpinBox
    level: QAction
    level_choice: LevelChoice
    permission: LookUpPermission

    @property
    def values(self) -> ChosenValues:
        """Choices of now."""
        return ChosenValues(
            self.appearance.scheme,
            self.options.values.k,
            self.live.value(),
            self.level_choice.choice,
            self.permission.answer,
        )

    def adopt(self, values: ChosenValues) -> None:
        """Have each owner take up its part."""
        self.appearance.choose(values.scheme)
        self.options.change(k=values.k)
        self.live.setValue(values.live_s)
        self.level_choice.choose(values.shows_level)
        self.permission.adopt(values.may_look_up)

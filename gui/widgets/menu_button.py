"""A flat button that shows its menu at once, and says so by its text rather than by an arrow."""

from __future__ import annotations

from PySide6.QtWidgets import QStyleOptionToolButton, QToolButton, QWidget


class MenuButton(QToolButton):
    """Without a style sheet, under which a button would not follow the palette."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAutoRaise(True)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)

    def initStyleOption(self, option: QStyleOptionToolButton) -> None:
        """Leave the style's arrow out."""
        super().initStyleOption(option)
        option.features &= ~QStyleOptionToolButton.ToolButtonFeature.HasMenu

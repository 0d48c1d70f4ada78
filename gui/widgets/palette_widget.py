"""A widget whose icons and colours follow the palette."""

from __future__ import annotations

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QWidget


class PaletteWidget(QWidget):
    """Qt paints anew by itself; icons and palettes of parts are what a subclass chooses."""

    def changeEvent(self, event: QEvent) -> None:
        """Follow the palette from light to dark and back."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._follow_palette()

    def _follow_palette(self) -> None:
        """Choose icons and colours for the palette of now."""
        raise NotImplementedError

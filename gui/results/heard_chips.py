"""What was heard in a sound, as chips that are filled as far as each class is sure."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent, QPalette
from PySide6.QtWidgets import QSizePolicy, QWidget

from core.types import Tag
from gui import theme
from gui.results.chips import lay_chips

_HEIGHT = 3 * theme.GRID
_PADDING = 2


class HeardChips(QWidget):
    """One line of chips; those that have no room are counted."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tags: tuple[Tag, ...] = ()
        self.setAccessibleName("Heard")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(_HEIGHT)

    def sizeHint(self) -> QSize:
        """Return room for a few chips."""
        return QSize(30 * theme.GRID, _HEIGHT)

    def show_tags(self, tags: tuple[Tag, ...]) -> None:
        """Show other classes, the surest first."""
        self._tags = tags
        said = ", ".join(map(_words, tags))
        self.setAccessibleDescription(said)
        self.setToolTip(said.replace("<", "‹"))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint each chip, filled from the left by its score."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        palette = self.palette()
        ground = palette.color(QPalette.ColorRole.Window)
        text = palette.color(QPalette.ColorRole.WindowText)
        empty = theme.mixed(ground, text, 0.08)
        filled = theme.mixed(ground, palette.color(QPalette.ColorRole.Highlight), 0.3)
        texts = tuple(map(_words, self._tags))
        chips, n_left = lay_chips(texts, painter.fontMetrics(), self.width(), 1)
        right = 0
        for (_, x, width, words), tag in zip(chips, self._tags, strict=False):
            chip = QRectF(x, _PADDING, width, _HEIGHT - 2 * _PADDING)
            shape = QPainterPath()
            shape.addRoundedRect(chip, 4, 4)
            painter.fillPath(shape, empty)
            painter.save()
            painter.setClipPath(shape)
            chip.setWidth(width * tag.score)
            painter.fillRect(chip, filled)
            painter.restore()
            painter.setPen(text)
            painter.drawText(shape.boundingRect(), Qt.AlignmentFlag.AlignCenter, words)
            right = x + width
        if n_left:
            painter.setPen(theme.quiet_text(palette))
            rest = QRectF(right + 6, 0, self.width(), _HEIGHT)
            painter.drawText(rest, Qt.AlignmentFlag.AlignVCenter, f"+{n_left}")

    def changeEvent(self, event: QEvent) -> None:
        """Follow the palette from light to dark and back."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self.update()


def _words(tag: Tag) -> str:
    return f"{tag.label} {tag.score:.0%}"

"""The large thumbnail of the selected match, or the spectrogram of one's own sound."""

from __future__ import annotations

from PySide6.QtCore import QRect
from PySide6.QtGui import QImage, QPainter, QPaintEvent, QPalette, QResizeEvent
from PySide6.QtWidgets import QWidget

from gui import theme


class LargeThumbnail(QWidget):
    """A thumbnail of 16:9 as large as there is room; its place is kept while there is none.

    A spectrogram, which has no shape of its own, takes all of the width.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._image: QImage | None = None
        self._is_spectrogram = False
        self._most = 180
        self.setAccessibleName("Thumbnail")

    def show_image(self, image: QImage | None, is_spectrogram: bool = False) -> None:
        """Show another picture, or an empty place."""
        if (image, is_spectrogram) != (self._image, self._is_spectrogram):
            self._image, self._is_spectrogram = image, is_spectrogram
            self.setAccessibleName("Spectrogram" if is_spectrogram else "Thumbnail")
            self.update()

    def limit(self, height: int) -> None:
        """Be no higher than this."""
        self._most = height
        self._take_height()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the shape."""
        super().resizeEvent(event)
        self._take_height()

    def _take_height(self) -> None:
        self.setFixedHeight(min(self._most, round(self.width() * 9 / 16)))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the picture, or the sign of one."""
        painter = QPainter(self)
        palette = self.palette()
        wide = self.width() if self._is_spectrogram else round(self.height() * 16 / 9)
        whole = QRect(0, 0, wide, self.height())
        if self._image is not None:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(whole, self._image)
            return
        ground, text = (
            palette.color(role) for role in (QPalette.ColorRole.Window, QPalette.ColorRole.Text)
        )
        painter.fillRect(whole, theme.mixed(ground, text, 0.08))
        side = 2 * theme.ICON_SIZE
        place = QRect(0, 0, side, side)
        place.moveCenter(whole.center())
        color = theme.mixed(ground, text, 0.4)
        theme.icon("image", palette, color, side).paint(painter, place)

"""Dropping files on the window, and what lies over it while something is dragged across."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRectF, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QWidget

from core.errors import AudioFileError
from gui import theme
from gui.widgets.dropped_links import linked_video
from gui.widgets.drops import local_paths


class DropOverlay(QWidget):
    """Takes what is dropped on its parent, and covers it meanwhile.

    Signals
    -------
    dropped : list of Path
        Local files and folders.
    linked : str
        A link to this video of YouTube's.
    refused : AudioFileError
        Something else was dropped.
    """

    dropped = Signal(list)
    linked = Signal(str)
    refused = Signal(AudioFileError)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._window = parent
        self.text = ""
        self.setAccessibleName("Drop target")
        self.hide()
        parent.setAcceptDrops(True)
        parent.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take the window's drags and drops; keep as large as it is."""
        if isinstance(event, QDragEnterEvent):  # which is a kind of the next
            self._enter(event)
            return True
        if isinstance(event, QDropEvent) and event.type() == QEvent.Type.Drop:
            self._drop(event)
            return True
        if event.type() == QEvent.Type.DragLeave:
            self.hide()
        elif event.type() == QEvent.Type.Resize:
            self.resize(self._window.size())
        return False

    def _enter(self, event: QDragEnterEvent) -> None:
        """Show what a drop would do; what cannot be used is still taken, to say why."""
        mime = event.mimeData()
        # What is dragged out of this window is for others.
        if event.source() is not None or not (mime.hasUrls() or mime.hasText()):
            event.ignore()
            return
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        if video_id := linked_video(mime):
            self._appear(f"Drop to find what sounds like the video {video_id}")
            return
        try:
            paths = local_paths(mime)
        except AudioFileError as error:
            self._appear(error.message)
        else:
            name = paths[0].name if len(paths) == 1 else f"these {len(paths)} files"
            self._appear(f"Drop to find what sounds like {name}")

    def _drop(self, event: QDropEvent) -> None:
        self.hide()
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        if video_id := linked_video(event.mimeData()):
            self.linked.emit(video_id)
            return
        try:
            paths = local_paths(event.mimeData())
        except AudioFileError as error:
            self.refused.emit(error)
        else:
            self.dropped.emit(paths)

    def _appear(self, text: str) -> None:
        """Cover the window and say what a drop would do."""
        self.text = text
        self.setAccessibleDescription(text)
        self.setGeometry(self._window.rect())
        self.raise_()
        self.show()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint an edge and the sentence, over what is below: words behind words are not read."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        palette = self.palette()
        painter.fillRect(self.rect(), palette.color(QPalette.ColorRole.Window))
        painter.setPen(QPen(palette.color(QPalette.ColorRole.Highlight), 3))
        inset = 2 * theme.GRID
        painter.drawRoundedRect(
            QRectF(self.rect()).adjusted(inset, inset, -inset, -inset), theme.GRID, theme.GRID
        )
        painter.setPen(palette.color(QPalette.ColorRole.WindowText))
        painter.setFont(theme.scaled_font(self, 1.25, bold=True))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.text)

"""A window of another program from which a file can be dragged: ``drag_source.py FILE``.

Its title says whether what the file is held over would take it.
"""

from __future__ import annotations

import sys
from pathlib import Path

from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtGui import QDrag, QMouseEvent
from PySide6.QtWidgets import QApplication, QLabel


class Source(QLabel):
    """Starts a drag of one file at the press of the mouse."""

    def __init__(self, path: Path) -> None:
        super().__init__(path.name)
        self._path = path
        self._show_action(Qt.DropAction.IgnoreAction)
        self.resize(200, 120)
        self.move(1300, 100)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        drag = QDrag(self)
        mime = QMimeData()
        mime.setUrls([QUrl.fromLocalFile(str(self._path))])
        drag.setMimeData(mime)
        drag.actionChanged.connect(self._show_action)
        drag.exec(Qt.DropAction.CopyAction)

    def _show_action(self, action: Qt.DropAction) -> None:
        is_taken = action == Qt.DropAction.CopyAction
        self.setWindowTitle("Drag source: taken" if is_taken else "Drag source")


if __name__ == "__main__":
    application = QApplication([])
    source = Source(Path(sys.argv[1]))
    source.show()
    application.exec()

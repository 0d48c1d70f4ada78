"""Python's garbage is collected in the window's thread, and in no other one.

Python looks for garbage in whatever thread happens to make objects. Widgets that hold each other
are garbage in the end, too, and Qt crashes where a widget dies in a thread that is not its own.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer

INTERVAL_MS = 500


class GarbageCollector(QObject):
    """Looks for garbage now and then, as often as Python would, while it lives."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        gc.disable()
        self.settle()
        timer = QTimer(self)
        timer.timeout.connect(self.collect)
        timer.start(INTERVAL_MS)

    def settle(self) -> None:
        """Never look again at what is there by now: it stays, and looking takes long."""
        gc.freeze()

    def collect(self) -> None:
        """Look for garbage, if Python would do so now."""
        due = [
            count > least for count, least in zip(gc.get_count(), gc.get_threshold(), strict=True)
        ]
        if due[0]:
            gc.collect(2 if all(due) else 1 if due[1] else 0)

"""The spectrogram and its bar alone: ``python -m tests.gui.spectrogram.sound_view SOUND``."""

from __future__ import annotations

import itertools
import sys
from pathlib import Path

from PySide6.QtCore import QDeadlineTimer, QPoint
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit, QVBoxLayout, QWidget

from core.audio.reader import AudioFile
from gui.playback.bar import PlaybackBar
from gui.spectrogram.loader import SpectrogramLoader
from gui.spectrogram.toolbar import SpectrogramToolbar
from gui.spectrogram.widget import Spectrogram
from gui.workers import Worker

WIDTH = 1024


class SoundView(QWidget):
    """A window with nothing but a sound."""

    def __init__(self) -> None:
        super().__init__()
        self.spectrogram = Spectrogram()
        self.playback = PlaybackBar()
        self.playback.set_sound_ready(True)
        self.bar = SpectrogramToolbar(self.spectrogram, self.playback)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.spectrogram, 1)
        layout.addWidget(self.bar)
        self.workers = [Worker("pictures", self), Worker("details", self)]
        self.viewing = SpectrogramLoader(self.spectrogram, *self.workers, parent=self)

    def closeEvent(self, event: QCloseEvent) -> None:
        """End the threads."""
        self.viewing.forget()
        for worker in self.workers:
            worker.close()
        for worker in self.workers:
            assert worker.wait(QDeadlineTimer(10_000))
        super().closeEvent(event)


def check_fits(view: SoundView) -> None:
    """Nothing may be cut, nor lie over anything else, in 1024 pixels."""
    assert view.minimumSizeHint().width() <= WIDTH
    parts = [
        child
        for host in (view.bar, view.playback)
        for child in host.children()
        if isinstance(child, QWidget) and child.isVisible() and child is not view.playback
    ]

    def left_of(part: QWidget) -> int:
        return part.mapTo(view.bar, QPoint()).x()

    parts.sort(key=left_of)
    for left, right in itertools.pairwise(parts):
        assert left_of(left) + left.width() <= left_of(right)
    assert left_of(parts[-1]) + parts[-1].width() <= view.bar.width()
    for part in parts:
        if isinstance(part, QAbstractButton):
            assert part.width() >= part.minimumSizeHint().width()
            assert part.fontMetrics().height() <= part.height()
        elif isinstance(part, QLineEdit):
            assert part.fontMetrics().horizontalAdvance(part.text()) < part.width() - 8
    widest = "0:00:00.00 · 4.2 kHz · −100 dB"
    view.bar.read_out.say(widest)
    label = view.bar.read_out
    assert label.text() == widest
    assert label.fontMetrics().horizontalAdvance(widest) <= label.width()


if __name__ == "__main__":
    application = QApplication(sys.argv[:1])
    window = SoundView()
    window.resize(1024, 400)
    window.viewing.show_file(AudioFile(Path(sys.argv[1])))
    window.show()
    raise SystemExit(application.exec())

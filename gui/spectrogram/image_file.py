"""The spectrogram as a picture file."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QBuffer, QIODevice, QPoint
from PySide6.QtGui import QImage, QImageWriter, QPalette
from PySide6.QtWidgets import QWidget

from core.atomic import written_whole
from core.errors import SoundalikeError
from gui.spectrogram.plot import SpectrogramPlot

FINER = 2.0


def png_of(plot: SpectrogramPlot) -> bytes:
    """Return a plot as a PNG picture with twice as many pixels as it has points."""
    image = QImage(plot.size() * FINER, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(FINER)
    image.fill(plot.palette().color(QPalette.ColorRole.Window))
    before = plot.overlay
    plot.overlay = replace(before, cursor=None, caption="")
    try:
        QWidget.render(plot, image, QPoint())
    finally:
        plot.overlay = before
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    QImageWriter(buffer, b"png").write(image)
    return bytes(buffer.data().data())


def save_plot(plot: SpectrogramPlot, path: Path) -> None:
    """Write a plot as PNG, whole or not at all; see `png_of`.

    Raises
    ------
    SoundalikeError
        If it cannot be written.
    """
    content = png_of(plot)
    try:
        with written_whole(path) as file:
            file.write(content)
    except OSError as error:
        raise SoundalikeError(
            f"{path} cannot be written: {error.strerror or error}.",
            "Choose another place, or free some space.",
        ) from error

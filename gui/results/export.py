"""Takes the list of matches away: to a file, the clipboard, a printer or a playlist."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QMimeData, QSizeF
from PySide6.QtGui import QGuiApplication, QPagedPaintDevice, QTextDocument, QTextOption

from core import match_lists
from core.jobs import Job
from core.match_lists import Listed
from gui.results.panel import ResultsPanel

_MARGIN_INCHES = 2 / 2.54
"""Two centimetres: what Qt leaves free around a document that it prints."""


class MatchExport:
    """Export of the list that a panel shows.

    Parameters
    ----------
    panel : ResultsPanel
    """

    def __init__(self, panel: ResultsPanel) -> None:
        self._panel = panel

    def listed(self) -> list[Listed]:
        """Return the matches as they are shown, with what is known of their videos."""
        return [
            Listed(match) if video is None else Listed(match, video.title, video.channel)
            for match, video in self._panel.table.shown()
        ]

    def saving(self, path: Path, spectrogram_png: bytes | None = None) -> Callable[[Job], None]:
        """Return the work that writes the list of now; see `core.match_lists.save`."""
        heading, listed = self._panel.heading, self.listed()

        def save(_: Job) -> None:
            match_lists.save(path, heading, listed, spectrogram_png)

        return save

    def copy_table(self) -> None:
        """Copy the list so that it can be pasted into a spreadsheet or a letter."""
        text, page = match_lists.as_table(self.listed())
        mime = QMimeData()
        mime.setText(text)
        mime.setHtml(page)
        QGuiApplication.clipboard().setMimeData(mime)

    def playlist(self) -> str:
        """Return the address that plays the selected videos; empty where none has a link."""
        return match_lists.playlist_link(self._panel.table.selected())

    def print_on(
        self, device: QPagedPaintDevice, spectrogram_png: bytes | None = None, name: str = ""
    ) -> None:
        """Print the list with the sound's name and the date, on a `QPrinter` or into a PDF file."""
        now = datetime.now()
        about = " · ".join(filter(None, (name, f"{now.day} {now:%B %Y, %H:%M}")))
        document = QTextDocument()
        wrapping = QTextOption()
        wrapping.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        document.setDefaultTextOption(wrapping)
        heading, listed = self._panel.heading, self.listed()
        document.setHtml(match_lists.html_page(heading, listed, None, False, about))
        width = _text_width(document, device)
        document.setHtml(
            match_lists.html_page(heading, listed, spectrogram_png, False, about, width)
        )
        document.print_(device)


def _text_width(document: QTextDocument, device: QPagedPaintDevice) -> int:
    """Return how wide the text is on a page, in pixels of the screen, as pictures are measured."""
    printed = document.clone()
    printed.documentLayout().setPaintDevice(device)
    dots_per_inch = device.logicalDpiX()
    frame = printed.rootFrame().frameFormat()
    frame.setMargin(_MARGIN_INCHES * dots_per_inch)
    printed.rootFrame().setFrameFormat(frame)
    printed.setPageSize(QSizeF(device.width(), device.height()))
    width = printed.documentLayout().blockBoundingRect(printed.firstBlock()).width()
    return int(width / dots_per_inch * QGuiApplication.primaryScreen().logicalDotsPerInchX())

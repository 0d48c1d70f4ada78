"""The clips that a person keeps, and the notes on them."""

from __future__ import annotations

import os
from typing import Any
from urllib.parse import unquote_to_bytes

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    Qt,
    Signal,
)

from core.library_types import Star
from gui import formats
from gui.history.model import SEARCH_ROLE
from gui.search.answers import OwnClip
from gui.widgets.model_index import Index


class Stars(QAbstractListModel):
    """A list of stars for a view: the labels or the note, then in another line the rest.

    Signals
    -------
    noted : Star, str
        A person wrote another note.
    """

    noted = Signal(Star, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._stars: list[Star] = []

    def show_stars(self, stars: list[Star]) -> None:
        """Replace all rows."""
        self.beginResetModel()
        self._stars = list(stars)
        self.endResetModel()

    def at(self, index: Index) -> Star:
        """Return the star of a row."""
        return self._stars[index.row()]

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        """Return the number of stars."""
        return 0 if parent.isValid() else len(self._stars)

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Let notes be edited."""
        flags = super().flags(index)
        return flags | Qt.ItemFlag.ItemIsEditable if index.isValid() else flags

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a star's text."""
        if not index.isValid() or index.row() >= len(self._stars):
            return None
        star = self._stars[index.row()]
        title, detail = _title(star), _detail(star)
        if role == Qt.ItemDataRole.DisplayRole:
            return f"{title}\n{detail}"
        if role == Qt.ItemDataRole.EditRole:
            return star.note
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{title}, {detail}"
        if role == Qt.ItemDataRole.ToolTipRole:
            # Plain text that Qt cannot take for markup.
            return f"{title}\n{detail}".replace("<", "‹")
        if role == SEARCH_ROLE:
            return f"{title} {detail}"
        return None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """Tell of another note; the star changes when it has been kept."""
        if role != Qt.ItemDataRole.EditRole or not index.isValid():
            return False
        note = " ".join(str(value).split())
        if note != self.at(index).note:
            self.noted.emit(self.at(index), note)
        return True


def _title(star: Star) -> str:
    return star.note or formats.labels_line(star.labels) or name_of(star)


def name_of(star: Star) -> str:
    """Return the id of a video, or the name that a file had when its clip was starred."""
    if not star.url.startswith("file:"):
        return star.video_id
    return formats.file_name(os.fsdecode(unquote_to_bytes(star.url)))


def clip_of(star: Star) -> str | OwnClip:
    """Return a star as what other clips may be like."""
    if not star.url.startswith("file:"):
        return star.video_id
    return OwnClip(star.video_id, star.start_s, name_of(star))


def _detail(star: Star) -> str:
    time = formats.span(star.start_s, star.end_s) if star.end_s else ""
    labels = formats.labels_line(star.labels) if star.note else ""
    return " · ".join(filter(None, (time, name_of(star), labels)))

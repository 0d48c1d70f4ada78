"""The matches as a table, with what is known of their videos."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from PySide6.QtCore import QAbstractTableModel, QMimeData, QModelIndex, QObject, Qt, QUrl
from PySide6.QtGui import QImage

from core.types import Match, youtube_id_of
from gui import formats
from gui.results.match_words import NOT_RESOLVED, parts_of, remark_on, title_of, unlabelled
from gui.widgets.model_index import Index

if TYPE_CHECKING:
    from gui.results.file_places import FilePlaces
    from gui.results.sound_pictures import SoundPictures
    from gui.youtube.look_ups import LookUps
    from gui.youtube.services import Video

SORT_ROLE = int(Qt.ItemDataRole.UserRole)
"""The plain value: rank and similarity as numbers, so that 10 comes after 9."""
ROW_ROLE = SORT_ROLE + 1
"""The `Row` that a cell is of."""

_ROW_BY_ROW = 32
"""More changes than this are told as one."""


class Column(IntEnum):
    """The table's columns, left to right."""

    RANK = 0
    VIDEO = 1
    LABELS = 2
    TIME = 3
    SIMILARITY = 4
    LINK = 5


_COLUMNS = tuple(Column)
_N_COLUMNS = len(_COLUMNS)
_TITLES = {
    Column.RANK: "#",
    Column.VIDEO: "Video",
    Column.LABELS: "Labels",
    Column.TIME: "Time",
    Column.SIMILARITY: "Similarity",
    Column.LINK: "Link",
}
_OWN_TITLES = {Column.VIDEO: "File", Column.LABELS: "Tags", Column.LINK: "Play"}
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_ALIGNED = {Column.SIMILARITY: _RIGHT}


class Row(NamedTuple):
    """All there is to paint of a row.

    Attributes
    ----------
    match : Match
    video : Video or None
    image : QImage or None
        The thumbnail, `ResultsModel.image_height` pixels high, or a file's small spectrogram.
    is_there : bool
        False for one of a person's own files that is not there now.
    is_playing : bool
    """

    match: Match
    video: Video | None
    image: QImage | None
    is_there: bool = True
    is_playing: bool = False

    @property
    def is_watchable(self) -> bool:
        """Whether nobody said that the video is private or gone, or the file not there."""
        return self.is_there and (self.video is None or self.video.standing.is_watchable)


class ResultsModel(QAbstractTableModel):
    """One row a match, best first.

    Attributes
    ----------
    image_height : int
        How many pixels high the thumbnails are; 0 where none are shown.
    has_files : bool
        Whether the matches are a person's own files, not videos.
    playing : pair of str and float, or None
        `Match.video_id` and `Match.start_s` of what plays now.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.image_height = 0
        self._matches: tuple[Match, ...] = ()
        self._ids: list[str] = []
        self._rows: dict[str, list[int]] = {}
        self._look_ups: LookUps | None = None
        self._files: FilePlaces | None = None
        self._pictures: SoundPictures | None = None
        self.has_files = False
        self.playing: tuple[str, float] | None = None

    def use_files(self, files: FilePlaces, pictures: SoundPictures) -> None:
        """Show which files are there, and their spectrograms."""
        self._files, self._pictures = files, pictures
        files.changed.connect(self._repaint)
        pictures.changed.connect(self._repaint)

    def show_playing(self, clip: tuple[str, float] | None) -> None:
        """Mark the clip that plays now."""
        self.playing = clip
        self._repaint()

    def use(self, look_ups: LookUps) -> None:
        """Show what is known of the videos."""
        self._look_ups = look_ups
        look_ups.changed.connect(self._on_changed)

    def set_matches(self, matches: tuple[Match, ...]) -> None:
        """Replace all rows."""
        self.beginResetModel()
        self._matches = matches
        self.has_files = any(match.path for match in matches)
        self._ids = [youtube_id_of(match.url) for match in matches]
        self._rows = {}
        for row, youtube_id in enumerate(self._ids):
            self._rows.setdefault(youtube_id, []).append(row)
        self.endResetModel()

    @property
    def matches(self) -> tuple[Match, ...]:
        """All matches, best first."""
        return self._matches

    @property
    def youtube_ids(self) -> list[str]:
        """The YouTube id of each row; empty where it has none."""
        return self._ids

    def match_at(self, row: int) -> Match:
        """Return the match in a row."""
        return self._matches[row]

    def video_at(self, row: int) -> Video | None:
        """Return what is known of the video in a row."""
        return None if self._look_ups is None else self._look_ups.video(self._ids[row])

    def is_watchable(self, row: int) -> bool:
        """Return whether nobody said that the video in a row is private or gone."""
        video = self.video_at(row)
        return video is None or video.standing.is_watchable

    def place(self, row: int) -> str:
        """Return the path of the file in a row; empty where it is none, or not there now."""
        match = self._matches[row]
        return match.path if self._files is None else self._files.place(match)

    def is_there(self, row: int) -> bool:
        """Return whether what is in a row is not a file that is missing."""
        return not self._matches[row].path or bool(self.place(row))

    def value(self, row: int, column: Column) -> float | str:
        """Return what a cell is sorted by."""
        match = self._matches[row]
        match column:
            case Column.RANK:
                return match.rank
            case Column.VIDEO:
                return self._title(row).casefold()
            case Column.LABELS:
                return formats.labels_line(match.labels).casefold()
            case Column.TIME:
                return match.start_s
            case Column.SIMILARITY:
                return match.similarity
            case Column.LINK:
                return match.url or match.path

    def supportedDragActions(self) -> Qt.DropAction:
        """Return that files are copied, never moved."""
        return Qt.DropAction.CopyAction

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        """Return the files in some rows, for other programs."""
        places = (self.place(row) for row in dict.fromkeys(index.row() for index in indexes))
        mime = QMimeData()
        # Qt's own `fromLocalFile` would lose bytes that are no text.
        mime.setUrls([QUrl(Path(place).as_uri()) for place in places if place])
        return mime

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """Return the number of matches."""
        return 0 if parent.isValid() else len(self._matches)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """Return the number of columns."""
        return 0 if parent.isValid() else _N_COLUMNS

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Return a column's title."""
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < _N_COLUMNS:
            return None
        column = Column(section)
        if role == Qt.ItemDataRole.DisplayRole:
            return "" if column == Column.LINK else self._title_of(column)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return self._title_of(column)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _ALIGNED.get(column, _LEFT)
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return what a cell shows, says aloud, or is sorted by."""
        if not index.isValid() or index.row() >= len(self._matches):
            return None
        row, column = index.row(), _COLUMNS[index.column()]
        if role == ROW_ROLE:
            match, video = self._matches[row], self.video_at(row)
            return Row(match, video, self._image(row), self.is_there(row), self._plays(row))
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(row, column)
        if role == SORT_ROLE:
            return self.value(row, column)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _ALIGNED.get(column, _LEFT)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{self._title_of(column)}: {self._spoken(row, column)}"
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._tool_tip(row, column)
        return None

    def _image(self, row: int) -> QImage | None:
        match = self._matches[row]
        if match.path:
            return None if self._pictures is None else self._pictures.image(match)
        if self._look_ups is None or not self.image_height:
            return None
        return self._look_ups.image(self._ids[row], self.image_height)

    def _title_of(self, column: Column) -> str:
        return (_OWN_TITLES if self.has_files else {}).get(column, _TITLES[column])

    def _plays(self, row: int) -> bool:
        match = self._matches[row]
        return self.playing == (match.video_id, match.start_s)

    def _repaint(self) -> None:
        if self._matches:
            last = self.index(len(self._matches) - 1, _N_COLUMNS - 1)
            self.dataChanged.emit(self.index(0, 0), last)

    def _title(self, row: int) -> str:
        return title_of(self._matches[row], self.video_at(row))

    def _text(self, row: int, column: Column) -> str:
        match = self._matches[row]
        match column:
            case Column.RANK:
                return str(match.rank)
            case Column.VIDEO:
                return self._title(row)
            case Column.LABELS:
                return formats.labels_line(match.labels) or unlabelled(match)
            case Column.TIME:
                return formats.clip_span(match.start_s, match.end_s)
            case Column.SIMILARITY:
                return formats.similarity(match.similarity)
            case Column.LINK if match.path:
                return "playing" if self._plays(row) else "play"
            case Column.LINK:
                return match.url.removeprefix("https://www.") or match.no_link or NOT_RESOLVED

    def _spoken(self, row: int, column: Column) -> str:
        match = self._matches[row]
        if column == Column.VIDEO:
            remark = remark_on(match, self.video_at(row), self.is_there(row))
            return f"{self._title(row)}, {remark}" if remark else self._title(row)
        if column == Column.TIME and match.best_second is not None:
            return f"{self._text(row, column)}, best at {formats.clock(match.best_second)}"
        if column == Column.SIMILARITY and (parts := parts_of(match)):
            return f"{self._text(row, column)}, {parts}"
        return self._text(row, column)

    def _tool_tip(self, row: int, column: Column) -> str:
        """Return plain text that Qt cannot take for markup."""
        match = self._matches[row]
        match column:
            case Column.VIDEO:
                text = self._spoken(row, column)
            case Column.LABELS:
                text = ", ".join(formats.specific_first(match.labels))
            case Column.LINK if match.path:
                text = "Stop" if self._plays(row) else "Play"
            case Column.LINK:
                text = match.url or match.no_link or NOT_RESOLVED
            case Column.SIMILARITY:
                text = parts_of(match)
            case _:
                text = ""
        return text.replace("<", "‹")

    def _on_changed(self, ids: list[str]) -> None:
        rows = [row for youtube_id in ids for row in self._rows.get(youtube_id, ())]
        last = _N_COLUMNS - 1
        if len(rows) > _ROW_BY_ROW:
            self.dataChanged.emit(self.index(min(rows), 0), self.index(max(rows), last))
            return
        for row in rows:
            self.dataChanged.emit(self.index(row, 0), self.index(row, last))

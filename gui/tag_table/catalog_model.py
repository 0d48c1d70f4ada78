"""Rows of a whole catalogue of own sounds: filtered as columns, made as they are seen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QModelIndex, QObject, Qt

from core.foreign import plain
from gui.tag_table.row_model import TagColumn, TagRowModel
from gui.tag_table.rows import NOTHING, TaggedSound, TagRow
from gui.widgets.model_index import Index

# The window shows before catalogues are imported.
if TYPE_CHECKING:
    from core.sounds.catalog_tags import CatalogFile, CatalogTags

_Rows: TypeAlias = NDArray[np.int64]


@dataclass(eq=False, slots=True)
class CatalogRow(TagRow):
    """A row of a catalogue.

    Attributes
    ----------
    number : int
        Of it in the catalogue's tags.
    key : str
        Of the content of its file.
    """

    number: int = -1
    key: str = ""


class CatalogTagModel(TagRowModel):
    """The tags of one catalogue at a time; a row becomes an object where it is looked at."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tags: CatalogTags | None = None
        self._folded: list[str] = []
        self._shown: _Rows = np.empty(0, np.int64)
        self._wanted: tuple[list[str], float] = ([], 0.0)
        self._column, self._order = -1, Qt.SortOrder.AscendingOrder
        self._last: CatalogRow | None = None

    @property
    def tags(self) -> CatalogTags | None:
        """Tags that are shown; None where no catalogue is read yet."""
        return self._tags

    @property
    def rows(self) -> _Rows:
        """Numbers of the rows in sight, rising."""
        return np.sort(self._shown)

    def set_tags(self, tags: CatalogTags | None, folded: list[str]) -> None:
        """Show another catalogue.

        Parameters
        ----------
        tags : CatalogTags or None
        folded : list of str
            As `folded_names` returns it; making it takes a while.
        """
        self.beginResetModel()
        self._tags, self._folded, self._last = tags, folded, None
        self._shown = self._found()
        self.endResetModel()

    # For views

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        """Return the number of rows that are wanted."""
        return 0 if parent.isValid() else len(self._shown)

    def row_at(self, place: int) -> CatalogRow:
        """Return the row at a place in sight."""
        assert self._tags is not None  # noqa: S101 - there are rows
        number = int(self._shown[place])
        if self._last is not None and self._last.number == number:
            return self._last  # the cells of a row are asked for one after the other
        file = self._tags.files[self._tags.file[number]]
        span = self._tags.span(number)
        sound = TaggedSound(Path(file.path), trouble=file.reason)
        sound.name = _shown_name(file)
        self._last = row = CatalogRow(sound, span, number=number, key=file.key)
        return row

    def place_of(self, row: TagRow) -> int:
        """Return where a row is in sight; -1 for nowhere."""
        number = row.number if isinstance(row, CatalogRow) else -1
        places = np.flatnonzero(self._shown == number)
        return int(places[0]) if len(places) else -1

    @property
    def n_rows(self) -> int:
        """Number of rows, in sight or not."""
        return 0 if self._tags is None else len(self._tags)

    @property
    def n_sounds(self) -> int:
        """Number of files."""
        return 0 if self._tags is None else len(self._tags.files)

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort by a column, from now on; a negative one, or that of the buttons, sorts nothing."""
        self._column, self._order = column, order
        self.layoutAboutToBeChanged.emit()
        old = self.persistentIndexList()
        numbers = [self._shown[index.row()] for index in old]
        self._shown = self._found()
        if old:
            places = np.empty(self.n_rows, np.int64)
            places[self._shown] = np.arange(len(self._shown))
            pairs = zip(numbers, old, strict=True)
            new = [self.index(int(places[number]), index.column()) for number, index in pairs]
            self.changePersistentIndexList(old, new)
        self.layoutChanged.emit()

    def want(self, text: str, least: float, only: Path | None = None) -> None:
        """Show only rows with these words in file or tag, and this strength."""
        wanted = (text.casefold().split(), least)
        if wanted != self._wanted:
            self.beginResetModel()
            self._wanted = wanted
            self._shown = self._found()
            self.endResetModel()

    def _found(self) -> _Rows:
        tags = self._tags
        if tags is None:
            return np.empty(0, np.int64)
        words, least = self._wanted
        # What has no strength was not heard at all.
        is_wanted = np.ones(len(tags), bool) if least <= 0 else tags.score >= least
        for word in words:
            in_file = np.fromiter((word in name for name in self._folded), bool, len(self._folded))
            labels = [*tags.names, NOTHING]  # the last one is that of a row without a class
            in_label = np.array([word in name.casefold() for name in labels])
            is_wanted &= in_file[tags.file] | in_label[tags.label]
        rows = np.flatnonzero(is_wanted)
        key = _KEYS.get(TagColumn(self._column)) if self._column >= 0 else None
        if key is None:
            return rows
        values = key(tags)[rows]
        if self._order == Qt.SortOrder.DescendingOrder:
            values = -values  # those that are alike stay as they came, by file and time
        return rows[np.argsort(values, kind="stable")]


def _by_label(tags: CatalogTags) -> NDArray[np.int16]:
    names = [name.casefold() for name in (*tags.names, NOTHING)]
    ranks = np.empty(len(names), np.int16)
    ranks[sorted(range(len(names)), key=names.__getitem__)] = np.arange(len(names))
    return np.asarray(ranks[tags.label])


_KEYS: dict[TagColumn, Callable[[CatalogTags], NDArray[Any]]] = {
    TagColumn.FILE: lambda tags: tags.file,
    TagColumn.TIME: lambda tags: tags.start_s,
    TagColumn.TAG: _by_label,
    TagColumn.STRENGTH: lambda tags: tags.score,
}


def folded_names(tags: CatalogTags) -> list[str]:
    """Return what words are looked for in, of each file: its path from its folder on, its fault."""
    return [f"{file.inner} {file.reason}".casefold() for file in tags.files]


def _shown_name(file: CatalogFile) -> str:
    """Return a file's name, and behind it the folder that it lies in below the catalogue's own."""
    folder, _, name = file.inner.replace("\\", "/").rpartition("/")
    return plain(f"{name} · {folder}" if folder else name)

"""The classes of a catalogue as a tree, each wanted, unwanted, or neither."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import (
    QAbstractItemModel,
    QModelIndex,
    QObject,
    QSortFilterProxyModel,
    Qt,
)

from core.options import Filter
from gui import formats
from gui.search.options import SearchOptions
from gui.widgets.model_index import Index

# Counting imports the catalogue, which a window can show without.
if TYPE_CHECKING:
    from core.catalog.counting import ClassCount

CHOICE_ROLE = int(Qt.ItemDataRole.UserRole)
IS_INHERITED_ROLE = CHOICE_ROLE + 1
WORDS_ROLE = CHOICE_ROLE + 2
COUNT_ROLE = CHOICE_ROLE + 3
"""What a person wants of a class, whether only because of one above it, that in words, and the
number of clips."""


class ClassChoice(Enum):
    """Choice of a person about a class; the value is its words."""

    SHOWN = ""
    ONLY = "only"
    WITHOUT = "without"

    @property
    def following(self) -> ClassChoice:
        """Choice after this one, round and round."""
        order = list(ClassChoice)
        return order[(order.index(self) + 1) % len(order)]


@dataclass(eq=False)
class _Node:
    """A class at one place of the tree; below several others, it has several places."""

    count: ClassCount | None
    parent: int
    row: int
    children: list[int] | None = None


class FilterModel(QAbstractItemModel):
    """One column of classes; nodes are made when they are first looked at.

    Parameters
    ----------
    options : SearchOptions
        Whose filter is shown and changed; also classes that this catalogue does not have.
    """

    def __init__(self, options: SearchOptions, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.options = options
        self._counts: Mapping[str, ClassCount] = {}
        self._roots: list[str] = []
        self._nodes = [_Node(None, 0, 0, [])]
        self._choices: dict[str, ClassChoice] = {}
        options.changed.connect(self._show_filters)
        self._show_filters()

    def set_counts(self, counts: Mapping[str, ClassCount]) -> None:
        """Show the classes of another catalogue; those without clips are left out."""
        self.beginResetModel()
        self._counts = counts
        below = {key for count in counts.values() for key in count.child_ids}
        self._roots = [key for key in counts if key not in below]
        self._nodes = [_Node(None, 0, 0)]
        self.endResetModel()

    def _show_filters(self) -> None:
        filters = self.options.filters
        # What is unwanted stays out, even where it is also wanted.
        self._choices = {name.casefold(): ClassChoice.ONLY for name in filters.include}
        self._choices.update({name.casefold(): ClassChoice.WITHOUT for name in filters.exclude})
        self._emit_changed(QModelIndex())

    def cycle(self, index: Index) -> None:
        """Choose what comes next for a class."""
        count = self._nodes[index.internalId()].count
        if count is not None:
            self.choose(count.name, self._own(count).following)

    def choose(self, name: str, choice: ClassChoice) -> None:
        """Choose for a class."""
        include, exclude = (
            [each for each in names if each.casefold() != name.casefold()]
            for names in (self.options.filters.include, self.options.filters.exclude)
        )
        if choice is not ClassChoice.SHOWN:
            (include if choice is ClassChoice.ONLY else exclude).append(name)
        only_sure = self.options.filters.only_sure
        self.options.change(filters=Filter(tuple(include), tuple(exclude), only_sure))

    # The tree

    def index(self, row: int, column: int, parent: Index = QModelIndex()) -> QModelIndex:  # noqa: B008
        """Return where a class is found."""
        children = self._children(parent)
        if not (0 <= row < len(children) and column == 0):
            return QModelIndex()
        return self.createIndex(row, column, children[row])

    def parent(self, index: Index = QModelIndex()) -> QModelIndex:  # type: ignore[override]  # noqa: B008
        """Return the class above one."""
        number = self._nodes[index.internalId()].parent if index.isValid() else 0
        if not number:
            return QModelIndex()
        return self.createIndex(self._nodes[number].row, 0, number)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Return the number of classes right below one."""
        return len(self._children(parent))

    def hasChildren(self, parent: Index = QModelIndex()) -> bool:  # noqa: B008
        """Return whether there are classes below one; makes no nodes."""
        node = self._nodes[parent.internalId() if parent.isValid() else 0]
        return any(self._counts[key].n_all for key in self._below(node))

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Return 1."""
        return 1

    def _children(self, parent: Index) -> list[int]:
        number = parent.internalId() if parent.isValid() else 0
        node = self._nodes[number]
        if node.children is None:
            found = [self._counts[key] for key in self._below(node)]
            found = sorted((each for each in found if each.n_all), key=lambda each: -each.n_all)
            first = len(self._nodes)
            self._nodes += [_Node(count, number, row) for row, count in enumerate(found)]
            node.children = list(range(first, len(self._nodes)))
        return node.children

    def _below(self, node: _Node) -> Iterable[str]:
        return self._roots if node.count is None else node.count.child_ids

    # What is shown

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return what is shown or said aloud of a class."""
        if not index.isValid():
            return None
        count = self._nodes[index.internalId()].count
        if count is None:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return count.name
        if role in (CHOICE_ROLE, IS_INHERITED_ROLE):
            return self._choice(index)[role - CHOICE_ROLE]
        if role == WORDS_ROLE:
            return self._words(index)
        if role == COUNT_ROLE:
            return count.n_all
        if role == Qt.ItemDataRole.AccessibleTextRole:
            clips = formats.count(count.n_all, "clip", "clips")
            words = self._words(index)
            return f"{count.name}, {clips}, {words}" if words else f"{count.name}, {clips}"
        if role == Qt.ItemDataRole.ToolTipRole:
            # Plain text that Qt cannot take for markup.
            return count.name.replace("<", "‹")
        return None

    def _words(self, index: Index) -> str:
        choice, is_inherited = self._choice(index)
        return f"({choice.value})" if is_inherited else choice.value

    def _own(self, count: ClassCount) -> ClassChoice:
        return self._choices.get(count.name.casefold(), ClassChoice.SHOWN)

    def _choice(self, index: Index) -> tuple[ClassChoice, bool]:
        """Return what holds for a class, and whether only because of one above it."""
        number, is_inherited = index.internalId(), False
        while (count := self._nodes[number].count) is not None:
            choice = self._own(count)
            if choice is not ClassChoice.SHOWN:
                return choice, is_inherited
            number, is_inherited = self._nodes[number].parent, True
        return ClassChoice.SHOWN, False

    def _emit_changed(self, parent: QModelIndex) -> None:
        """Tell views of all rows that they may have seen."""
        number = parent.internalId() if parent.isValid() else 0
        children = self._nodes[number].children
        if not children:
            return
        indices = [self.createIndex(row, 0, child) for row, child in enumerate(children)]
        self.dataChanged.emit(indices[0], indices[-1])
        for index in indices:
            self._emit_changed(index)


class FoundClasses(QSortFilterProxyModel):
    """The classes whose names contain a text, with those above them."""

    def __init__(self, model: FilterModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.setRecursiveFilteringEnabled(True)
        self.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.setSourceModel(model)

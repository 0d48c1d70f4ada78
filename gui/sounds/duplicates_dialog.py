"""Groups of files with the same sound: to be listened to, and found in their folders."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from core.downloads.room import megabytes
from gui import formats, theme
from gui.sounds.building import shown
from gui.sounds.duplicates import MOST_FILES, DuplicateFiles, place, summary
from gui.widgets.progress_row import ProgressRow

_ROW = QSize(0, 3 * theme.GRID)
_COLUMNS = ("File", "Size", "Length", "Folder")
_PATH = Qt.ItemDataRole.UserRole


class DuplicatesDialog(QDialog):
    """A tree of groups, and what can be done with a file.

    Signals
    -------
    play_pressed, folder_pressed : str
        A file's path.
    stop_pressed
        What plays is to end.
    cancelled
        Nobody waits for the groups any more.
    """

    play_pressed = Signal(str)
    folder_pressed = Signal(str)
    stop_pressed = Signal()
    cancelled = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._is_playing = False
        self.tree, self.message, self.progress = QTreeWidget(), QLabel(), ProgressRow()
        self.play, self.folder = QPushButton("&Play"), QPushButton("Show in &folder")
        self.hide_away = QPushButton("Close")
        self._build()

    def _build(self) -> None:
        self.resize(104 * theme.GRID, 60 * theme.GRID)
        tree = self.tree
        tree.setHeaderLabels(list(_COLUMNS))
        tree.setAccessibleName("Files with the same sound")
        tree.setUniformRowHeights(True)
        tree.setRootIsDecorated(False)
        tree.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        tree.itemSelectionChanged.connect(self._on_selected)
        tree.itemActivated.connect(lambda *_: self.play.click())
        header = tree.header()
        header.setStretchLastSection(True)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Interactive)
        header.resizeSection(0, 44 * theme.GRID)
        for column in (1, 2):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
        self.message.setTextFormat(Qt.TextFormat.PlainText)
        self.message.setWordWrap(True)
        self.message.setAccessibleName("Message")
        self.progress.cancel_pressed.connect(self.cancelled)
        self.play.clicked.connect(self._on_play)
        self.folder.clicked.connect(lambda: self.folder_pressed.emit(self.current))
        self.hide_away.clicked.connect(self.close)
        row = QHBoxLayout()
        row.addWidget(self.hide_away)
        row.addStretch(1)
        for button in (self.folder, self.play):
            button.setAutoDefault(False)
            row.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*(2 * theme.GRID,) * 4)
        layout.setSpacing(theme.GRID)
        layout.addWidget(tree, 1)
        layout.addWidget(self.progress)
        layout.addWidget(self.message)
        layout.addLayout(row)

    @property
    def current(self) -> str:
        """The selected file's path; empty where there is none."""
        selected = self.tree.selectedItems()
        return str(selected[0].data(0, _PATH) or "") if selected else ""

    def begin(self, name: str) -> None:
        """Wait for the groups of a catalogue."""
        self.setWindowTitle(f"Duplicates in {name}")
        self.tree.clear()
        self.message.setText("")
        self.progress.begin("Opening the catalogue", can_cancel=True)
        self._on_selected()

    def show_groups(self, groups: list[DuplicateFiles]) -> None:
        """List groups, each with its files below it."""
        self.progress.finish()
        self.message.setText(summary(groups))
        n_shown = 0
        for group in groups:
            if n_shown >= MOST_FILES:
                break
            spare = megabytes(group.n_spare_bytes)
            number = formats.count(len(group.files), "file", "files")
            head = QTreeWidgetItem([f"{number}, {group.what}; {spare} more than one of them"])
            head.setFlags(Qt.ItemFlag.ItemIsEnabled)
            head.setSizeHint(0, _ROW)
            for file in group.files[: MOST_FILES - n_shown]:
                name, folder = map(shown, place(file.path))
                length = formats.clock(file.duration_s, 1)
                item = QTreeWidgetItem([name, megabytes(file.n_bytes), length, folder])
                right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
                for column in (1, 2):
                    item.setTextAlignment(column, right)
                item.setData(0, _PATH, file.path)
                item.setToolTip(0, "")
                item.setSizeHint(0, _ROW)
                head.addChild(item)
            n_shown += len(group.files)
            self.tree.addTopLevelItem(head)
            head.setFirstColumnSpanned(True)
        self.tree.expandAll()
        first = self.tree.topLevelItem(0)
        if first is not None and (top := first.child(0)) is not None:
            self.tree.setCurrentItem(top)

    def tell(self, text: str) -> None:
        """Say what happened instead."""
        self.progress.finish()
        self.message.setText(text)

    def show_playing(self, is_playing: bool) -> None:
        """Offer to stop what plays."""
        self._is_playing = is_playing
        self.play.setText("Sto&p" if is_playing else "&Play")
        self._on_selected()

    def _on_play(self) -> None:
        if self._is_playing:
            self.stop_pressed.emit()
        else:
            self.play_pressed.emit(self.current)

    def _on_selected(self) -> None:
        self.folder.setEnabled(bool(self.current))
        self.play.setEnabled(bool(self.current) or self._is_playing)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Stop looking and playing."""
        self.progress.finish()
        self.cancelled.emit()
        self.stop_pressed.emit()
        super().closeEvent(event)

    def reject(self) -> None:
        """Close on Escape as by the button."""
        self.close()

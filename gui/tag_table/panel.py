"""The table of tags with what is above it: a filter, how many there are, and ways to keep them."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPalette, QResizeEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QDoubleSpinBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QMenu,
    QSizePolicy,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from gui import formats, theme
from gui.tag_table.model import TagTableModel
from gui.tag_table.table import TagTable
from gui.widgets.menu_button import MenuButton
from gui.widgets.palette_widget import PaletteWidget
from gui.widgets.progress_row import ProgressRow

_EMPTY = "Open some files, a folder or a long sound to see what was heard when."
_NARROW = 640
"""In less width there is no room to say how many rows there are."""
_NONE_PASSES = "No row passes the filter."


class TagTablePanel(PaletteWidget):
    """Shows a `TagTableModel`.

    Parameters
    ----------
    model : TagTableModel

    Attributes
    ----------
    table : TagTable
    progress : ProgressRow
        Of the files that are still listened to; there while that lasts.
    save : QMenu
        Ways to take the table away.

    Signals
    -------
    cleared
        The button.
    """

    cleared = Signal()

    def __init__(self, model: TagTableModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._path: Path | None = None
        self.table = TagTable(model)
        self.search, self.least = QLineEdit(), QDoubleSpinBox()
        self.only = QCheckBox("Only this sound")
        self.count, self.message = QLabel(), QLabel()
        self.saving, self.clear = MenuButton(), QToolButton()
        self.save = QMenu(self.saving)
        self.progress = ProgressRow()
        self._pages = QStackedWidget()
        self._build()
        self._follow_palette()
        for signal in (model.modelReset, model.rowsInserted):
            signal.connect(self._tell)
        self._tell()

    def _build(self) -> None:
        self.search.setPlaceholderText("Filter by file and tag")
        self.search.setAccessibleName("Filter by file and tag")
        self.search.setToolTip("Shows only rows with these words")
        self.search.setClearButtonEnabled(True)
        self.search.setAcceptDrops(False)
        self.search.textChanged.connect(self._filter)
        self.least.setRange(0.0, 1.0)
        self.least.setSingleStep(0.05)
        self.least.setPrefix("at least ")
        self.least.setAccessibleName("Least strength")
        self.least.setToolTip("Shows only tags of at least this strength")
        self.least.valueChanged.connect(self._filter)
        self.only.setToolTip("Shows only what was heard in the sound that is in sight above")
        self.only.toggled.connect(self._filter)
        for label in (self.count, self.message):
            label.setTextFormat(Qt.TextFormat.PlainText)
        self.message.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.message.setWordWrap(True)
        self.count.setAccessibleName("How many rows")
        self.saving.setText("Save ▾")
        self.saving.setAccessibleName("Save the table")
        self.saving.setToolTip("Save the rows in sight for other programs")
        self.saving.setMenu(self.save)
        self.save.setToolTipsVisible(True)
        self.clear.setAccessibleName("Clear the table")
        self.clear.setToolTip("Clear the table; no file is touched")
        self.clear.clicked.connect(self.cleared)
        for button in (self.saving, self.clear):
            button.setAutoRaise(True)
            button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        row = QHBoxLayout()
        row.setContentsMargins(2 * theme.GRID, theme.GRID // 2, theme.GRID, theme.GRID // 2)
        row.setSpacing(theme.GRID)
        for widget in (self.search, self.least, self.only, self.count, self.saving, self.clear):
            widget.setFixedHeight(theme.ROW_HEIGHT)
            row.addWidget(widget, 1 if widget is self.search else 0)
        for page in (self.table, self.message):
            self._pages.addWidget(page)
        self.setFocusProxy(self.table)
        # It comes into the place of the matches, whose neighbours keep their widths.
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        self.progress.hide()
        self.progress.shown.connect(self.progress.setVisible)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(row)
        layout.addWidget(self._pages, 1)
        layout.addWidget(self.progress)

    @property
    def widgets(self) -> tuple[QWidget, ...]:
        """Widgets in the order of the Tab key."""
        return (
            *(self.search, self.least, self.only, self.saving, self.clear),
            *(self.table, self.progress.cancel),
        )

    def set_sound(self, path: Path) -> None:
        """Say which sound is in sight."""
        self._path = path
        self._filter()

    def _filter(self) -> None:
        only = self._path if self.only.isChecked() else None
        self._model.want(self.search.text(), self.least.value(), only)

    def _tell(self) -> None:
        n_shown, n_all = self._model.rowCount(), self._model.n_rows
        rows = formats.count(n_all, "row", "rows")
        files = formats.count(self._model.n_sounds, "file", "files")
        some = f"{n_shown:,} of {rows}" if n_shown < n_all else f"{rows} · {files}"
        self.count.setText(some if n_all else "")
        self.message.setText(_NONE_PASSES if n_all else _EMPTY)
        self._pages.setCurrentWidget(self.table if n_shown else self.message)
        self.saving.setEnabled(n_shown > 0)
        self.clear.setEnabled(n_all > 0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave the filter its room."""
        super().resizeEvent(event)
        self.count.setVisible(event.size().width() >= _NARROW)

    def _follow_palette(self) -> None:
        quiet = QPalette(self.palette())
        quiet.setColor(QPalette.ColorRole.WindowText, theme.quiet_text(self.palette()))
        for label in (self.count, self.message):
            label.setPalette(quiet)
        self.clear.setIcon(theme.icon("trash", self.palette()))

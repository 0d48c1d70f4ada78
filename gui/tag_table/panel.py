"""The table of tags with what is above it: a filter, how many there are, and ways to keep them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPalette, QResizeEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
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
from gui.tag_table.catalog_model import CatalogTagModel
from gui.tag_table.model import TagTableModel
from gui.tag_table.row_model import TagRowModel
from gui.tag_table.table import TagTable
from gui.widgets.menu_button import MenuButton
from gui.widgets.palette_widget import PaletteWidget
from gui.widgets.progress_row import ProgressRow

_EMPTY = "Open some files, a folder or a long sound to see what was heard when."
_NARROW = 640
"""In less width there is no room to say how many rows there are."""
_NONE_PASSES = "No row passes the filter."
_READING = "Reading the tags of the catalogue."
_NO_TAGS = "The tags of this catalogue cannot be read."
OPENED = "Opened sounds"
_AS_NEEDED = QComboBox.SizeAdjustPolicy.AdjustToContents
_WIDEST_SOURCE = 26 * theme.GRID


class TagTablePanel(PaletteWidget):
    """Shows what was heard in opened sounds, or the tags of a catalogue of own sounds.

    Parameters
    ----------
    model : TagTableModel
    catalog_model : CatalogTagModel

    Attributes
    ----------
    table, catalog_table : TagTable
        Only one of them is there at a time.
    sources : QComboBox
        Whose tags are shown; there once `show_sources` has named catalogues.
    progress : ProgressRow
        Of the files that are still listened to; there while that lasts.
    save : QMenu
        Ways to take the table away.

    Signals
    -------
    cleared
        The button.
    source_chosen : int
        A person wants other tags: 0 for opened sounds, else the place of a catalogue, from 1 on.
    """

    cleared = Signal()
    source_chosen = Signal(int)

    def __init__(
        self,
        model: TagTableModel,
        catalog_model: CatalogTagModel,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._opened, self._of_catalog = model, catalog_model
        self._path: Path | None = None
        self._is_reading = False
        self.table, self.catalog_table = TagTable(model), TagTable(catalog_model, False)
        self.sources = QComboBox()
        self.search, self.least = QLineEdit(), QDoubleSpinBox()
        self.only = QCheckBox("Only this sound")
        self.count, self.message = QLabel(), QLabel()
        self.saving, self.clear = MenuButton(), QToolButton()
        self.save = QMenu(self.saving)
        self.progress = ProgressRow()
        self._pages = QStackedWidget()
        self._build()
        self._follow_palette()
        for each in (model, catalog_model):
            each.modelReset.connect(self._tell)
        model.rowsInserted.connect(self._tell)
        self.show_sources([], 0)

    def _build(self) -> None:
        self.sources.setAccessibleName("Whose tags are shown")
        self.sources.setToolTip("Show the tags of opened sounds, or of a catalogue of your own")
        self.sources.setSizeAdjustPolicy(_AS_NEEDED)
        self.sources.setMaximumWidth(_WIDEST_SOURCE)
        self.sources.activated.connect(self.source_chosen)
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
        filters = (self.search, self.least, self.only)
        for widget in (self.sources, *filters, self.count, self.saving, self.clear):
            widget.setFixedHeight(theme.ROW_HEIGHT)
            row.addWidget(widget, 1 if widget is self.search else 0)
        for page in (self.table, self.catalog_table, self.message):
            self._pages.addWidget(page)
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
            *(self.sources, self.search, self.least, self.only, self.saving, self.clear),
            *(self.table, self.catalog_table, self.progress.cancel),
        )

    @property
    def is_of_catalog(self) -> bool:
        """Whether the tags of a catalogue are shown."""
        return self.sources.currentIndex() > 0

    @property
    def _model(self) -> TagRowModel:
        return self._of_catalog if self.is_of_catalog else self._opened

    def show_sources(self, names: Sequence[str], current: int) -> None:
        """Offer the tags of catalogues of these names, and show one's; 0 is opened sounds."""
        self.sources.clear()
        self.sources.addItems([OPENED, *names])
        self.sources.setCurrentIndex(current)
        self.sources.setVisible(bool(names))
        self.show_source(current)

    def show_source(self, current: int) -> None:
        """Show opened sounds, for 0, or a catalogue."""
        self.sources.setCurrentIndex(current)
        has_focus = self.table.hasFocus() or self.catalog_table.hasFocus()
        self.setFocusProxy(self.catalog_table if self.is_of_catalog else self.table)
        self.only.setVisible(not self.is_of_catalog)
        self.clear.setVisible(not self.is_of_catalog)
        self._filter()
        self._tell()
        if has_focus:
            self.setFocus()

    def show_reading(self, is_reading: bool) -> None:
        """Say that the tags of the catalogue are being read, until they are there."""
        self._is_reading = is_reading
        self._tell()

    def set_sound(self, path: Path) -> None:
        """Say which sound is in sight."""
        self._path = path
        self._filter()

    def _filter(self) -> None:
        only = self._path if self.only.isChecked() else None
        self._model.want(self.search.text(), self.least.value(), only)

    def _tell(self) -> None:
        model, is_of_catalog = self._model, self.is_of_catalog
        n_shown, n_all = model.rowCount(), model.n_rows
        rows = formats.count(n_all, "row", "rows")
        files = formats.count(model.n_sounds, "file", "files")
        some = f"{n_shown:,} of {rows}" if n_shown < n_all else f"{rows} · {files}"
        self.count.setText(some if n_all else "")
        nothing = (_READING if self._is_reading else _NO_TAGS) if is_of_catalog else _EMPTY
        self.message.setText(_NONE_PASSES if n_all else nothing)
        table = self.catalog_table if is_of_catalog else self.table
        self._pages.setCurrentWidget(table if n_shown else self.message)
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

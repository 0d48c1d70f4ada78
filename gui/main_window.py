"""The window: its parts and their places, the first paint, dragging, closing."""

from __future__ import annotations

import html
import itertools

from PySide6.QtCore import QByteArray, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QCloseEvent,
    QKeyEvent,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QLabel,
    QMainWindow,
    QPushButton,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from core.types import CatalogInfo
from gui import formats, theme
from gui.actions import Actions
from gui.filters.chips import FilterChips
from gui.filters.pane import FilterPane
from gui.history.panel import HistoryPanel
from gui.history.recent_files import RecentFiles
from gui.playback.bar import PlaybackBar
from gui.recording.capture_bar import CaptureBar
from gui.results.panel import ResultsPanel
from gui.search.options import SearchOptions, SearchValues
from gui.settings import Remembered
from gui.spectrogram.toolbar import SpectrogramToolbar
from gui.spectrogram.view_choices import ViewChoices
from gui.spectrogram.widget import Spectrogram
from gui.tags.lane import LEAST_ROWS, MOST_ROWS, TagLane
from gui.widgets.banner import Banner
from gui.widgets.drop_overlay import DropOverlay
from gui.widgets.empty_page import EmptyPage
from gui.widgets.file_dialogs import FileDialogs
from gui.widgets.progress_row import ProgressRow
from gui.widgets.shortcuts_page import ShortcutsPage
from gui.youtube.permission import LookUpPermission

NAME = "Soundalike"

_LOW = 720
"""In less height the lane of tags has one row."""

SPECTROGRAM_KEYS = [
    ("Arrow keys", "In the spectrogram: read out time, frequency and level"),
    ("Shift+Left, Shift+Right", "Select, from the cursor on"),
    ("Ctrl+Left, Ctrl+Right", "Move the selection"),
    ("[ and ]", "Begin or end the selection at the cursor"),
    ("Return", "In the spectrogram: match the selection"),
    ("+, − and 0", "Zoom in, out, and back"),
    ("Arrow keys, Return", "Below the spectrogram: go through what was heard, and match it"),
    ("Page Up, Page Down, Home, End", "Move along the sound"),
]


class MainWindow(QMainWindow):
    """The one window. It decides nothing: what its parts say goes to the `Coordinator`.

    Attributes
    ----------
    options : SearchOptions
    permission : LookUpPermission
        What its parts show and change, and others follow.

    Signals
    -------
    painted
        For the first time; slow work may begin.
    dropped : list of Path
        Local files and folders were dropped, or chosen in the dialog.
    closing
        The window is about to go.
    """

    painted = Signal()
    dropped = Signal(list)
    closing = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._is_painted = False
        self.options, self.permission = SearchOptions(self), LookUpPermission(None, self)
        self.commands = Actions(self)
        self.capture = CaptureBar()
        self.banner = Banner()
        self.spectrogram = Spectrogram()
        self.tags = TagLane()
        self.playback = PlaybackBar()
        self.sound = SpectrogramToolbar(self.spectrogram, self.playback)
        self.progress = ProgressRow()
        self.chips = FilterChips(self.options)
        self.results = ResultsPanel(self.options, self.permission, self.chips)
        self.filter = FilterPane(self.options)
        self.history = HistoryPanel()
        self.empty = EmptyPage()
        self.status = QLabel()
        self.setting_up = QPushButton()
        self.dialogs = FileDialogs(self)
        self.overlay = DropOverlay(self)
        self._pages = QStackedWidget()
        self._sound = QWidget()
        self._splitter = QSplitter(Qt.Orientation.Vertical)
        self._lower = QSplitter(Qt.Orientation.Horizontal)
        self._shortcuts: ShortcutsPage | None = None
        self._build()

    def _build(self) -> None:
        self.setMinimumSize(920, 560)
        self.resize(1120, 760)
        sound = self._sound
        for box, widgets in (
            (QVBoxLayout(sound), (self.spectrogram, self.tags, self.sound, self.progress)),
            (QVBoxLayout(whole := QWidget()), (self.capture, self.banner, self._pages)),
        ):
            box.setContentsMargins(0, 0, 0, 0)
            box.setSpacing(0)
            for widget in widgets:
                box.addWidget(widget)
        self.spectrogram.viewed.connect(self.tags.set_view)
        for pane in (self.filter, self.history, self.results):
            self._lower.addWidget(pane)
        self._lower.setStretchFactor(2, 1)
        self._splitter.addWidget(sound)
        self._splitter.addWidget(self._lower)
        for splitter in (self._lower, self._splitter):
            splitter.setChildrenCollapsible(False)
        self._splitter.setSizes([300, 400])
        self._splitter.setStretchFactor(0, 2)
        self._splitter.setStretchFactor(1, 3)
        self._pages.addWidget(self.empty)
        self._pages.addWidget(self._splitter)
        self.setCentralWidget(whole)
        self.status.setTextFormat(Qt.TextFormat.PlainText)
        self.status.setContentsMargins(theme.GRID, 0, theme.GRID, 0)
        self.statusBar().addWidget(self.status, 1)
        self.setting_up.setFlat(True)
        self.setting_up.setAccessibleDescription("Show how setting up goes on")
        self.statusBar().addPermanentWidget(self.setting_up)
        self.setting_up.hide()
        self.statusBar().setSizeGripEnabled(False)
        self.results.table.set_row_actions(self.commands.for_a_row)
        self.results.bind(self.commands.back, self.commands.forward, self.commands.more)
        self.capture.set_menu(self.commands.menu)
        self.commands.find.triggered.connect(self._ask_for_words)
        self.commands.shortcuts.triggered.connect(self._show_shortcuts)
        self.commands.history.toggled.connect(self.history.setVisible)
        self.commands.filter.toggled.connect(self.filter.setVisible)
        self.commands.filter.toggled.connect(self.chips.toggle.setChecked)
        self.chips.toggle.toggled.connect(self.commands.filter.setChecked)
        self.empty.earlier_pressed.connect(self.show_earlier)
        self.commands.open.triggered.connect(self.dialogs.open_files)
        self.commands.open_folder.triggered.connect(self.dialogs.open_folder)
        self.dialogs.opened.connect(self.dropped)
        self.overlay.dropped.connect(self.dropped)
        self.recent = RecentFiles(self)
        self.recent.chosen.connect(lambda path: self.dropped.emit([path]))
        self.recent.filled.connect(self.capture.recent.setEnabled)
        self.capture.set_recent(self.recent.menu)
        self.commands.quit.triggered.connect(self.close)
        self._order_tabs()
        self.capture.record.setFocus()

    def _order_tabs(self) -> None:
        order: tuple[QWidget, ...] = (
            self.capture.record,
            self.capture.device,
            self.capture.open,
            self.capture.recent,
            self.capture.menu_button,
            self.banner.action,
            self.banner.dismiss,
            self.empty.record,
            self.empty.open,
            self.empty.words,
            self.empty.earlier,
            self.spectrogram.plot,
            self.tags,
            self.playback.play,
            self.playback.stop,
            self.playback.loop,
            self.playback.volume,
            self.sound.start,
            self.sound.end,
            self.sound.match_selection,
            self.sound.match_all,
            self.sound.view,
            self.sound.colors,
            self.progress.cancel,
            self.filter.preset,
            self.filter.search,
            self.filter.tree,
            self.history.search,
            self.history.view,
            self.history.clear,
            self.results.live,
            self.results.back,
            self.results.forward,
            self.results.more,
            self.results.count,
            self.results.by,
            self.results.ranking,
            self.results.unfold,
            self.chips.toggle,
            self.results.words,
            self.results.table,
            *self.results.details.buttons,
            self.setting_up,
        )
        for first, second in itertools.pairwise(order):
            self.setTabOrder(first, second)

    def show_sound(self, is_there: bool = True) -> None:
        """Leave the empty page for the spectrogram and the results, or for these alone."""
        self._sound.setVisible(is_there)
        if self.empty.words.hasFocus():
            self.results.table.setFocus()
        self._pages.setCurrentWidget(self._splitter)

    def _ask_for_words(self) -> None:
        is_empty = self._pages.currentWidget() is self.empty
        (self.empty if is_empty else self.results).words.begin()

    def show_empty(self) -> None:
        """Go back to the page without a sound."""
        self._pages.setCurrentWidget(self.empty)

    def add_map(self, pane: QWidget) -> None:
        """Put the map at the right."""
        self._lower.addWidget(pane)
        pane.setVisible(self.commands.map.isChecked())
        self.commands.map.toggled.connect(pane.setVisible)

    def show_earlier(self) -> None:
        """Leave the empty page for the history."""
        self.commands.history.setChecked(True)
        self.show_sound()
        self.history.view.setFocus()

    def describe(self, info: CatalogInfo) -> None:
        """Say in the status line which model and which catalogue answer."""
        clips = formats.count(info.n_clips, "clip", "clips")
        self.status.setText(f"{info.model} · {info.name}, {clips}")
        self.status.setToolTip("")

    def show_title(self, *parts: str) -> None:
        """Put what the window is about into its title."""
        self.setWindowTitle(" – ".join((*(part for part in parts if part), NAME)))

    def show_setting_up(self, text: str, stage: str = "") -> None:
        """Show in the status line how far setting up is; nothing at all where it rests."""
        self.setting_up.setText(text)
        self.setting_up.setToolTip(html.escape(stage))
        self.setting_up.setVisible(bool(text))

    def _show_shortcuts(self) -> None:
        if self._shortcuts is None:
            others = [
                ("Space", "Record or stop"),
                ("Return", "In the matches: open the link"),
                *SPECTROGRAM_KEYS,
            ]
            self._shortcuts = ShortcutsPage(self.commands.everything, others, self)
        self._shortcuts.show()
        self._shortcuts.raise_()

    # What is remembered

    def recall(self, values: Remembered) -> None:
        """Take up sizes and choices of the last time."""
        if values.geometry:
            self.restoreGeometry(QByteArray(values.geometry))
        for splitter, state in ((self._splitter, values.splitter), (self._lower, values.lower)):
            if state:
                splitter.restoreState(QByteArray(state))
        self.options.adopt(SearchValues(values.k, values.filters, values.by, values.ranking))
        self.permission.adopt(values.may_look_up)
        self.results.live.setValue(values.live_s)
        self.capture.choose_device(values.device)
        self.playback.volume.setValue(round(100 * values.volume))
        self.spectrogram.choose(ViewChoices.from_text(values.view))
        self.commands.history.setChecked(values.shows_history)
        self.history.setVisible(values.shows_history)
        self.commands.filter.setChecked(values.shows_filter)
        self.filter.setVisible(values.shows_filter)
        self.commands.map.setChecked(values.shows_map)
        self.commands.hide_gone.setChecked(values.hides_gone)
        self.results.fold_details(values.folds_details)
        self.recent.show(list(values.recent))
        self.dialogs.folder = values.folder

    def remembered(self) -> Remembered:
        """Return sizes and choices for the next time, as far as the widgets know them."""
        options = self.options.values
        return Remembered(
            geometry=bytes(self.saveGeometry().data()),
            splitter=bytes(self._splitter.saveState().data()),
            lower=bytes(self._lower.saveState().data()),
            k=options.k,
            filters=options.filters,
            by=options.by,
            ranking=options.ranking,
            may_look_up=self.permission.answer,
            device=self.capture.wanted_device,
            volume=self.playback.volume.value() / 100,
            folder=self.dialogs.folder,
            recent=tuple(self.recent.paths),
            live_s=self.results.live.value(),
            shows_history=self.commands.history.isChecked(),
            shows_filter=self.commands.filter.isChecked(),
            shows_map=self.commands.map.isChecked(),
            hides_gone=self.commands.hide_gone.isChecked(),
            folds_details=not self.results.unfold.isChecked(),
            view=self.spectrogram.choices.as_text(),
        )

    # Events

    def sizeHint(self) -> QSize:
        """Return the size of a window that was never resized."""
        return QSize(1120, 760)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave the matches their room in a low window."""
        super().resizeEvent(event)
        self.tags.set_rows(LEAST_ROWS if self.height() < _LOW else MOST_ROWS)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Let slow work begin once the window is on the screen."""
        super().paintEvent(event)
        if not self._is_painted:
            self._is_painted = True
            QTimer.singleShot(0, self.painted.emit)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Record or stop on Space, where no button or line wanted it."""
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self.commands.record.trigger()
        else:
            super().keyPressEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Go at once; whatever takes longer ends without a window."""
        self.closing.emit()
        super().closeEvent(event)

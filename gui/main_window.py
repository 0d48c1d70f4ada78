"""The window: its parts and their places, the first paint, dragging, closing."""

from __future__ import annotations

import html

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QCloseEvent,
    QKeyEvent,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QMainWindow,
    QMenu,
    QPushButton,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from core.types import CatalogInfo
from gui import formats, menus, theme
from gui.actions import Actions
from gui.appearance import Appearance, AppearanceMenu
from gui.filters.pane import FilterPane
from gui.history.panel import HistoryPanel
from gui.history.recent_menu import RecentMenu
from gui.playback.bar import PlaybackBar
from gui.recording.capture_bar import CaptureBar
from gui.results.header import AnswerHeader
from gui.results.panel import ResultsPanel
from gui.search.options import SearchOptions
from gui.spectrogram.toolbar import SpectrogramToolbar
from gui.spectrogram.widget import Spectrogram
from gui.tags.lane import LEAST_ROWS, MOST_ROWS, TagLane
from gui.widgets.banner import Banner
from gui.widgets.drop_overlay import DropOverlay
from gui.widgets.empty_page import EmptyPage
from gui.widgets.file_dialogs import FileDialogs
from gui.widgets.shortcuts_page import ShortcutsPage
from gui.widgets.side_panel import SidePanel
from gui.widgets.word_field import WordField
from gui.youtube.permission import LookUpPermission

NAME = "Soundalike"

_LOW = 720
"""In less height the lane of tags has one row."""

_SPECTROGRAM = 0.205
"""The spectrogram's share of the window's height, as long as a person has not chosen another."""

_NARROW = 1120
"""In less width only one panel at the sides is open."""

OTHER_KEYS = {
    "Anywhere": [("Space", "Record or stop")],
    "Matches": [
        ("Return", "Open the link, or play the file"),
        ("Ctrl+Tab, Alt+1 to Alt+9", "Go to the matches in another catalogue"),
    ],
    "Spectrogram": [
        ("Arrow keys", "Read out time, frequency and level"),
        ("Shift+Left, Shift+Right", "Select, from the cursor on"),
        ("Ctrl+Left, Ctrl+Right", "Move the selection"),
        ("[ and ]", "Begin or end the selection at the cursor"),
        ("Return", "Match the selection"),
        ("+, − and 0", "Zoom in, out, and back"),
        ("Page Up, Page Down, Home, End", "Move along the sound"),
    ],
    "Tags": [("Arrow keys, Return", "Go through what was heard, and match it")],
    "History": [
        ("Return", "Show the matches of a sound again"),
        ("F2", "Give it a name"),
        ("Ctrl+D", "Add a star, or remove it"),
        ("Delete", "Forget it"),
    ],
    "Table of tags": [("Return", "Match the seconds of a row"), ("P", "Play them")],
}


class MainWindow(QMainWindow):
    """The one window. It decides nothing: what its parts say goes to the `Coordinator`.

    Attributes
    ----------
    options : SearchOptions
    permission : LookUpPermission
    appearance : Appearance
        What its parts show and change, and others follow.
    answer : QWidget
        The matches, or the table of tags instead of them.

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
        self._is_painted = self.has_own_heights = False
        self.appearance = Appearance(self)
        self.options, self.permission = SearchOptions(self), LookUpPermission(None, self)
        self.commands = Actions(self)
        self.capture, self.words = CaptureBar(), WordField()
        self.banner = Banner()
        self.spectrogram = Spectrogram()
        self.tags = TagLane()
        self.playback = PlaybackBar()
        self.sound = SpectrogramToolbar(self.spectrogram, self.playback)
        self.header = AnswerHeader(self.options)
        self.results = ResultsPanel(self.permission)
        self.filter = FilterPane(self.options)
        self.history = HistoryPanel()
        self.left, self.right = SidePanel("Panel at the left"), SidePanel("Panel at the right")
        self.empty = EmptyPage()
        self.recent = RecentMenu(self)
        self.status, self.count = QLabel(), QLabel()
        self.setting_up = QPushButton()
        self.dialogs = FileDialogs(self)
        self.overlay = DropOverlay(self)
        self._pages = QStackedWidget()
        self.answer: QWidget = self.results
        self._sound = QWidget()
        self.heights = QSplitter(Qt.Orientation.Vertical)
        self.widths = QSplitter(Qt.Orientation.Horizontal)
        self._shortcuts: ShortcutsPage | None = None
        self._build()
        self._join()
        self.capture.record.setFocus()

    def _build(self) -> None:
        self.setMinimumSize(920, 560)
        self.resize(self.sizeHint())
        menus.fill(
            self.menuBar(),
            self.commands,
            self.recent,
            self.header.menu,
            AppearanceMenu(self.appearance, self),
        )
        top = QWidget()
        row = QHBoxLayout(top)
        row.setContentsMargins(0, 0, 2 * theme.GRID, 0)
        row.setSpacing(0)
        row.addWidget(self.capture, 1)
        row.addWidget(self.words)
        self.empty.setMinimumHeight(theme.GRID)  # in its place the matches may be lower than it is
        self._pages.addWidget(self.empty)
        self._pages.addWidget(self.results)
        self.widths.addWidget(self.left)
        self.widths.addWidget(self._pages)
        self.widths.addWidget(self.right)
        self.widths.setStretchFactor(1, 1)
        self.widths.setSizes([36 * theme.GRID, 88 * theme.GRID, 36 * theme.GRID])
        for box, widgets in (
            (QVBoxLayout(self._sound), (self.spectrogram, self.tags, self.sound)),
            (QVBoxLayout(answer := QWidget()), (self.header, self.widths)),
            (QVBoxLayout(whole := QWidget()), (top, self.banner, self.heights)),
        ):
            box.setContentsMargins(0, 0, 0, 0)
            box.setSpacing(0)
            for widget in widgets:
                box.addWidget(widget)
            box.setStretchFactor(widgets[-1 if self.sound not in widgets else 0], 1)
        self.heights.addWidget(self._sound)
        self.heights.addWidget(answer)
        for splitter in (self.widths, self.heights):
            splitter.setChildrenCollapsible(False)
        self.heights.setStretchFactor(1, 1)
        self.setCentralWidget(whole)
        self.show_empty()
        for label in (self.status, self.count):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setContentsMargins(theme.GRID, 0, theme.GRID, 0)
            self.statusBar().addWidget(label)
        self.setting_up.setFlat(True)
        self.setting_up.setAccessibleDescription("Show what can be set up, and how far that is")
        self.statusBar().addPermanentWidget(self.setting_up)
        self.setting_up.hide()
        self.statusBar().setSizeGripEnabled(False)

    def _join(self) -> None:
        commands = self.commands
        self.left.add_page(commands.filter, self.filter)
        self.left.add_page(commands.history, self.history)
        self.right.add_page(commands.details, self.results.details)
        self.left.shown.connect(self._on_left)
        self.right.shown.connect(self._on_right)
        self.spectrogram.viewed.connect(self.tags.set_view)
        self.results.table.set_row_actions(commands.for_a_row)
        self.header.bind(
            *(commands.back, commands.forward, commands.tag_table),
            *(commands.filter, commands.map, commands.details),
        )
        commands.find.triggered.connect(self.words.begin)
        commands.filter.triggered.connect(self._search_classes)
        commands.shortcuts.triggered.connect(self._show_shortcuts)
        self.empty.history_pressed.connect(commands.history.trigger)
        commands.history.triggered.connect(self._search_history)
        commands.open.triggered.connect(self.dialogs.open_files)
        commands.open_folder.triggered.connect(self.dialogs.open_folder)
        self.dialogs.opened.connect(self.dropped)
        self.overlay.dropped.connect(self.dropped)
        self.recent.chosen.connect(lambda path: self.dropped.emit([path]))
        commands.quit.triggered.connect(self.close)
        self.heights.splitterMoved.connect(self._keep_heights)

    def show_sound(self, is_there: bool = True) -> None:
        """Leave the empty page for the spectrogram and the results, or for these alone."""
        self._pages.setCurrentWidget(self.answer)
        self._sound.setVisible(is_there)
        self.header.show()
        if self.width() < _NARROW and self.left.current is not None:
            self.right.close_pages()
        self.right.set_wanted(True)
        self._share_height()

    def show_empty(self) -> None:
        """Go back to the page without a sound; the filter or the history may stand beside it."""
        self._pages.setCurrentWidget(self.empty)
        self._sound.hide()
        self.header.hide()
        self.right.set_wanted(False)

    def add_map(self, pane: QWidget) -> None:
        """Put the map beside the details."""
        self.right.add_page(self.commands.map, pane)

    def add_teaching(self, pane: QWidget) -> None:
        """Put the taught classes beside filter and history: details may stand beside them."""
        self.left.add_page(self.commands.teach, pane)

    def focus_answer(self) -> None:
        """Let the keys go through the matches, or the table of tags instead of them."""
        (self.answer.focusProxy() or self.results.table).setFocus()

    def add_tag_table(self, panel: QWidget, offer: QWidget) -> None:
        """Offer the table of tags instead of the matches, also in the status line."""
        self._pages.addWidget(panel)
        self.statusBar().addPermanentWidget(offer)

        def show(is_shown: bool) -> None:
            self.answer = panel if is_shown else self.results
            self.show_sound(not self.spectrogram.is_blank)
            self.focus_answer()

        self.commands.tag_table.toggled.connect(show)

    def _search_history(self, is_shown: bool) -> None:
        if is_shown:
            self.history.view.setFocus()

    def _search_classes(self, is_shown: bool) -> None:
        if is_shown:
            self.filter.search.setFocus()

    def _keep_heights(self) -> None:
        self.has_own_heights = True

    def _share_height(self) -> None:
        """Give the spectrogram its share of the window, and the matches what is left."""
        if self.has_own_heights:
            return
        below = self.tags.height() + self.sound.sizeHint().height()
        sound = round(_SPECTROGRAM * self.height()) + below
        self.heights.setSizes([sound, max(1, self.heights.height() - sound)])

    def _on_left(self, is_shown: bool) -> None:
        if is_shown and self.width() < _NARROW:
            self.right.close_pages()

    def _on_right(self, is_shown: bool) -> None:
        if is_shown and self.width() < _NARROW:
            self.left.close_pages()

    def describe(self, info: CatalogInfo) -> None:
        """Say in the status line which model and which catalogue answer."""
        clips = formats.count(info.n_clips, "clip", "clips")
        self.status.setText(" · ".join((info.model, f"{info.name}, {clips}", *info.others)))
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
            listed = (action.menu() for action in self.menuBar().actions())
            only_menus = [menu for menu in listed if isinstance(menu, QMenu)]
            self._shortcuts = ShortcutsPage(only_menus, OTHER_KEYS, self)
        self._shortcuts.show()
        self._shortcuts.raise_()

    # Events

    def sizeHint(self) -> QSize:
        """Return the size of a window that was never resized."""
        return QSize(1280, 800)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave the matches their room in a low window."""
        super().resizeEvent(event)
        self.tags.set_rows(LEAST_ROWS if self.height() < _LOW else MOST_ROWS)
        if self.width() < _NARROW and self.left.current is not None:
            self.right.close_pages()
        self._share_height()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Let slow work begin once the window is on the screen."""
        super().paintEvent(event)
        if not self._is_painted:
            self._is_painted = True
            QTimer.singleShot(0, self.painted.emit)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Record or stop on Space, where no button or line wanted it."""
        is_space = event.key() == Qt.Key.Key_Space and not event.isAutoRepeat()
        if is_space and not isinstance(self.focusWidget(), QAbstractSpinBox | QLineEdit):
            self.commands.record.trigger()
        else:
            super().keyPressEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Go at once; whatever takes longer ends without a window."""
        self.closing.emit()
        super().closeEvent(event)

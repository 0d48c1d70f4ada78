"""Which folders become a catalogue of own sounds, and what it is called."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from core.options import CatalogKind, ListenerKind
from gui import theme
from gui.sounds.building import shown
from gui.sounds.request import SoundsRequest, name_fault, suggested_name

_WHAT = (
    "The sounds in these folders become a catalogue of their own, which is searched like any "
    "other. They are analysed in the background, and none is copied."
)
_LISTENERS = {
    ListenerKind.VGGISH: "VGGish",
    ListenerKind.BUILT_IN: "The built-in listener, which is faster",
}


class AddSoundsDialog(QDialog):
    """Asks for folders and a name.

    Signals
    -------
    wanted : SoundsRequest
    """

    wanted = Signal(SoundsRequest)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._paths: list[str] = []
        self._known: Mapping[str, CatalogKind] = {}
        self._is_busy = self._has_own_name = False
        self.folders, self.name = QListWidget(), QLineEdit()
        self.another, self.remove = QPushButton("Add a &folder…"), QPushButton("&Remove")
        self.subfolders = QCheckBox("Look into &subfolders")
        self.listener, self.listener_label = QComboBox(), QLabel("Analysed &by:")
        self.message = QLabel()
        self.add, self.hide_away = QPushButton("&Add"), QPushButton("Close")
        self._build()
        self._show()

    def _build(self) -> None:
        self.setWindowTitle("Add my sounds")
        self.resize(72 * theme.GRID, 48 * theme.GRID)
        what = QLabel(_WHAT)
        for label in (what, self.message):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
        self.message.setAccessibleName("Message")
        self.message.setMinimumHeight(2 * self.fontMetrics().lineSpacing())
        self.folders.setAccessibleName("Folders")
        self.folders.currentRowChanged.connect(lambda _: self._show())
        self.another.clicked.connect(self._ask)
        self.another.setAutoDefault(False)
        self.remove.clicked.connect(self._remove)
        self.remove.setAutoDefault(False)
        self.subfolders.setChecked(True)
        self.name.setAccessibleName("Name")
        self.name.textEdited.connect(self._on_named)
        self.name.textChanged.connect(lambda _: self._show())
        for kind, text in _LISTENERS.items():
            self.listener.addItem(text, kind)
        self.listener_label.setBuddy(self.listener)
        for widget in (self.listener, self.listener_label):
            widget.hide()  # until it is known that there is a choice
        self.add.setDefault(True)
        self.add.clicked.connect(lambda: self.wanted.emit(self.request))
        self.hide_away.clicked.connect(self.close)
        self.hide_away.setAutoDefault(False)
        self._lay_out(what)

    def _lay_out(self, what: QLabel) -> None:
        beside, buttons, form = QHBoxLayout(), QHBoxLayout(), QFormLayout()
        for button in (self.another, self.remove):
            beside.addWidget(button)
        beside.addStretch(1)
        beside.addWidget(self.subfolders)
        form.addRow("&Name:", self.name)
        form.addRow(self.listener_label, self.listener)
        buttons.addWidget(self.hide_away)
        buttons.addStretch(1)
        buttons.addWidget(self.add)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*(2 * theme.GRID,) * 4)
        layout.setSpacing(theme.GRID)
        layout.addWidget(what)
        layout.addWidget(self.folders, 1)
        for each in (beside, form):
            layout.addLayout(each)
        layout.addWidget(self.message)
        layout.addLayout(buttons)

    @property
    def request(self) -> SoundsRequest:
        """Request as it is chosen now."""
        kind: ListenerKind | None = None
        if self.listener.isVisibleTo(self):
            kind = ListenerKind(self.listener.currentData())
        there = self._there
        return SoundsRequest(
            there or self.name.text(),
            tuple(self._paths),
            self.subfolders.isChecked(),
            None if there else kind,  # it keeps to what made it
        )

    @property
    def _there(self) -> str:
        """The catalogue of this name, as it is written; empty where there is none."""
        folded = self.name.text().casefold()
        return next((each for each in self._known if each.casefold() == folded), "")

    def take(self, request: SoundsRequest) -> None:
        """Choose what was chosen before, and is not done."""
        self._paths = list(request.folders)
        self.subfolders.setChecked(request.has_subfolders)
        self.name.setText(request.name)
        self._has_own_name = True
        self._fill()

    def begin(self) -> None:
        """Choose nothing yet."""
        self._paths, self._has_own_name = [], False
        self.name.clear()
        self._fill()

    def show_known(self, known: Mapping[str, CatalogKind], has_vggish: bool) -> None:
        """Take note of the catalogues that there are, and of what can analyse sounds."""
        self._known = known
        for widget in (self.listener, self.listener_label):
            widget.setVisible(has_vggish)
        self._show()

    def show_busy(self, is_busy: bool) -> None:
        """Offer nothing while other sounds are analysed."""
        self._is_busy = is_busy
        self._show()

    def add_folder(self, folder: Path) -> None:
        """Add a folder; the first one suggests the name."""
        if str(folder) not in self._paths:
            self._paths.append(str(folder))
        if not self._has_own_name:
            self.name.setText(suggested_name(self._paths[0]))
        self._fill()

    def _ask(self) -> None:
        start = str(Path(self._paths[-1]).parent) if self._paths else ""
        dialog = QFileDialog(self, "A folder of sounds", start)
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.fileSelected.connect(lambda path: self.add_folder(Path(path)))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def _remove(self) -> None:
        row = self.folders.currentRow()
        if row >= 0:
            del self._paths[row]
            self._fill()

    def _fill(self) -> None:
        self.folders.clear()
        self.folders.addItems([shown(path) for path in self._paths])
        self.folders.setCurrentRow(len(self._paths) - 1)
        self._show()

    def _on_named(self, text: str) -> None:
        self._has_own_name = bool(text)

    def _show(self) -> None:
        fault = name_fault(self.name.text(), self._known) if self._paths else ""
        message = fault
        if self._is_busy:
            message = "Other sounds are being analysed. Wait for them, or cancel that first."
        elif self._paths and self._there and not fault:
            message = "There is a catalogue of this name: these folders are added to it."
        self.message.setText(message)
        self.remove.setEnabled(self.folders.currentRow() >= 0)
        self.add.setEnabled(bool(self._paths) and not fault and not self._is_busy)

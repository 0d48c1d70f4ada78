"""The dialog of what a person prefers."""

from __future__ import annotations

import html
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from core.options import MOST_K
from gui import theme
from gui.appearance import SCHEME_NAMES, Scheme
from gui.preferences.choices import ChosenValues, Owners

_RESET, _UNDO = "Reset to defaults", "Undo the reset"


def _beside(text: str, field: QWidget) -> QLabel:
    """Return a field's label, as high as the field: a form puts labels at the top."""
    label = QLabel(text)
    label.setBuddy(field)
    label.setFixedHeight(theme.ROW_HEIGHT)
    return label


class PreferencesDialog(QDialog):
    """Shows what the owners say, also while it is open, and tells them what a person chooses.

    Parameters
    ----------
    owners : Owners
    recordings : Path
        Where recordings are kept.

    Signals
    -------
    folder_pressed
        The folder of recordings is to be shown.
    """

    folder_pressed = Signal()

    def __init__(self, owners: Owners, recordings: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._owners = owners
        self._before: ChosenValues | None = None
        self._is_resetting = False
        self.appearance = QComboBox()
        self.number, self.live = QSpinBox(), QSpinBox()
        self.level = QCheckBox("Show the &level before recording")
        self.look_ups = QCheckBox("Look up &titles and thumbnails at YouTube")
        self.place, self.folder = QLineEdit(str(recordings)), QPushButton("&Show the folder")
        self.reset, self.hide_away = QPushButton(_RESET), QPushButton("Close")
        self._build()
        self._join()
        self._show()

    def _build(self) -> None:
        self.setWindowTitle("Preferences")
        for scheme, name in SCHEME_NAMES.items():
            self.appearance.addItem(name, scheme.value)
        self.number.setRange(1, MOST_K)
        live = self._owners.live
        self.live.setRange(live.minimum(), live.maximum())
        self.live.setPrefix("the last ")
        self.live.setSuffix(" s")
        for number in (self.number, self.live):
            number.setKeyboardTracking(False)  # each number that is typed would be searched for
        self.place.setReadOnly(True)
        self.place.setAccessibleName("Folder of recordings")
        self.place.setToolTip(html.escape(self.place.text()))
        self.place.setFixedHeight(theme.ROW_HEIGHT)
        learns = QLabel("YouTube then learns which videos you are shown.")
        learns.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self.look_ups.setAccessibleDescription(learns.text())
        form = QFormLayout()
        form.setHorizontalSpacing(2 * theme.GRID)
        form.setVerticalSpacing(theme.GRID)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        rows: tuple[tuple[str, QWidget], ...] = (
            ("&Appearance", self.appearance),
            ("&Number of matches", self.number),
            ("&While recording, match", self.live),
        )
        for label, field in rows:
            field.setFixedSize(20 * theme.GRID, theme.ROW_HEIGHT)
            field.setAccessibleName(label.replace("&", ""))
            form.addRow(_beside(label, field), field)
        form.addRow("", self.level)
        form.addRow("", self.look_ups)
        form.addRow("", learns)
        self.folder.setFixedHeight(theme.ROW_HEIGHT)
        kept = QHBoxLayout()
        kept.setSpacing(theme.GRID)
        kept.addWidget(self.place, 1)
        kept.addWidget(self.folder)
        form.addRow(_beside("Recordings lie in", self.place), kept)
        for button in (self.reset, self.hide_away):
            button.setFixedHeight(theme.ROW_HEIGHT)
        buttons = QHBoxLayout()
        buttons.addWidget(self.reset)
        buttons.addStretch(1)
        buttons.addWidget(self.hide_away)
        self.hide_away.setDefault(True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*(2 * theme.GRID,) * 4)
        layout.setSpacing(3 * theme.GRID)
        layout.addLayout(form, 1)
        layout.addLayout(buttons)
        self.setMinimumWidth(64 * theme.GRID)

    def _join(self) -> None:
        owners = self._owners
        self.appearance.activated.connect(
            lambda _: owners.appearance.choose(Scheme(self.appearance.currentData()))
        )
        self.number.valueChanged.connect(lambda number: owners.options.change(k=number))
        self.live.valueChanged.connect(owners.live.setValue)
        self.level.toggled.connect(owners.level.setChecked)
        self.look_ups.clicked.connect(owners.permission.adopt)
        for changed in (
            owners.appearance.changed,
            owners.options.changed,
            owners.live.valueChanged,
            owners.level.toggled,
            owners.permission.changed,
        ):
            changed.connect(self._on_change)
        self.folder.clicked.connect(self.folder_pressed)
        self.reset.clicked.connect(self._reset)
        self.hide_away.clicked.connect(self.close)

    def _on_change(self) -> None:
        if not self._is_resetting:
            self._before = None  # to go back to before the reset would undo this as well
            self._show()

    def _reset(self) -> None:
        """Take the defaults, or what was chosen before them."""
        before = self._before
        now = self._owners.values
        self._is_resetting = True
        self._owners.adopt(before or ChosenValues())
        self._is_resetting = False
        self._before = None if before is not None else now
        self._show()

    def _show(self) -> None:
        values = self._owners.values
        self.appearance.setCurrentIndex(self.appearance.findData(values.scheme.value))
        self.number.setValue(values.k)
        self.live.setValue(values.live_s)
        self.level.setChecked(values.shows_level is True)
        self.look_ups.setChecked(values.may_look_up is True)
        self.reset.setText(_UNDO if self._before is not None else _RESET)
        self.reset.setEnabled(self._before is not None or values != ChosenValues())

"""The two menus that choose how sound is shown."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QAction, QActionGroup, QIcon, QImage, QPixmap
from PySide6.QtWidgets import (
    QCheckBox,
    QDoubleSpinBox,
    QGridLayout,
    QLabel,
    QMenu,
    QWidget,
    QWidgetAction,
)

from core.audio.frequency import FrequencyView
from core.audio.levels import CEILING_DB, FLOOR_DB
from gui import theme
from gui.spectrogram.view_choices import VIEW_TIPS, VIEW_TITLES, ViewChoices
from gui.widgets.color_map import ColorMap

_SWATCH = QSize(32, 32)


class ViewMenu(QMenu):
    """Chooses the view.

    Signals
    -------
    chosen : FrequencyView
    """

    chosen = Signal(FrequencyView)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("View", parent)
        self.setToolTipsVisible(True)
        group = QActionGroup(self)
        self._actions: dict[FrequencyView, QAction] = {}
        for view in FrequencyView:
            action = QAction(VIEW_TITLES[view], group)
            action.setCheckable(True)
            action.setData(view)
            action.setToolTip(VIEW_TIPS[view])
            self._actions[view] = action
            self.addAction(action)
        group.triggered.connect(self._on_triggered)

    def show_choices(self, choices: ViewChoices) -> None:
        """Tick what is chosen."""
        self._actions[choices.view].setChecked(True)

    def _on_triggered(self, action: QAction) -> None:
        self.chosen.emit(action.data())


class ColorMenu(QMenu):
    """Chooses colours, the range of levels, and whether patches are marked.

    Signals
    -------
    chosen : ViewChoices
    """

    chosen = Signal(ViewChoices)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Colours", parent)
        self._choices = ViewChoices()
        group = QActionGroup(self)
        self.maps: dict[ColorMap, QAction] = {}
        for colors in ColorMap:
            action = QAction(colors.title, group)
            action.setCheckable(True)
            action.setIconVisibleInMenu(True)
            action.setData(colors)
            self.maps[colors] = action
            self.addAction(action)
        self.addSeparator()
        self.levels = LevelRange()
        holder = QWidgetAction(self)
        holder.setDefaultWidget(self.levels)
        self.addAction(holder)
        self.addSeparator()
        self.patches = self.addAction("Mark the 0.96 s patches that VGGish analyses")
        self.patches.setCheckable(True)
        self.aboutToShow.connect(self._show_swatches)
        group.triggered.connect(self._on_map)
        self.patches.triggered.connect(self._on_patches)
        self.levels.changed.connect(self._on_levels)

    def show_choices(self, choices: ViewChoices, floor_db: float, ceiling_db: float) -> None:
        """Tick what is chosen, and show the range that is in use."""
        self._choices = choices
        for colors, action in self.maps.items():
            action.setChecked(colors is choices.colors)
            # Where an action has an icon, some styles show little of its tick.
            font = self.font()
            font.setBold(colors is choices.colors)
            action.setFont(font)
        self.patches.setChecked(choices.marks_patches)
        self.levels.show_range(floor_db, ceiling_db, choices.fits_levels)

    def _show_swatches(self) -> None:
        """Draw the colours when they are looked at for the first time."""
        for colors, action in self.maps.items():
            if action.icon().isNull():
                action.setIcon(_swatch(colors))

    def _on_map(self, action: QAction) -> None:
        self.chosen.emit(replace(self._choices, colors=action.data()))

    def _on_patches(self, is_marked: bool) -> None:
        self.chosen.emit(replace(self._choices, marks_patches=is_marked))

    def _on_levels(self) -> None:
        if self.levels.fits.isChecked():
            self.chosen.emit(replace(self._choices, fits_levels=True))
        else:
            floor, ceiling = self.levels.floor.value(), self.levels.ceiling.value()
            self.chosen.emit(self._choices.with_range(floor, ceiling))


class LevelRange(QWidget):
    """Levels of the first and the last colour.

    Signals
    -------
    changed
        By the person.
    """

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.fits = QCheckBox("&Fit levels to the sound")
        self.floor, self.ceiling = self._spin_box("Quietest level"), self._spin_box("Loudest level")
        layout = QGridLayout(self)
        layout.setContentsMargins(2 * theme.GRID, theme.GRID, 2 * theme.GRID, theme.GRID)
        layout.setSpacing(theme.GRID)
        layout.addWidget(self.fits, 0, 0, 1, 2)
        for row, (text, box) in enumerate(
            (("&Loudest", self.ceiling), ("&Quietest", self.floor)), start=1
        ):
            label = QLabel(text)
            label.setBuddy(box)
            layout.addWidget(label, row, 0)
            layout.addWidget(box, row, 1)
        layout.setColumnStretch(1, 1)
        self.fits.clicked.connect(self.changed)
        for box in (self.floor, self.ceiling):
            box.valueChanged.connect(self._on_value)

    def _spin_box(self, name: str) -> QDoubleSpinBox:
        box = QDoubleSpinBox()
        box.setRange(FLOOR_DB, CEILING_DB)
        box.setDecimals(0)
        box.setSingleStep(5)
        box.setSuffix(" dB")
        box.setAccessibleName(name)
        box.setKeyboardTracking(False)
        return box

    def show_range(self, floor_db: float, ceiling_db: float, is_fitted: bool) -> None:
        """Show a range and whether it follows the sound."""
        self.fits.setChecked(is_fitted)
        for box, value in ((self.floor, floor_db), (self.ceiling, ceiling_db)):
            box.blockSignals(True)
            box.setValue(value)
            box.blockSignals(False)

    def _on_value(self) -> None:
        self.fits.setChecked(False)
        self.changed.emit()


def _swatch(colors: ColorMap) -> QIcon:
    table = colors.table()
    image = QImage(len(table), 1, QImage.Format.Format_RGB32)
    for x, (red, green, blue) in enumerate(table):
        image.setPixel(x, 0, 0xFF000000 | int(red) << 16 | int(green) << 8 | int(blue))
    return QIcon(QPixmap.fromImage(image).scaled(_SWATCH))

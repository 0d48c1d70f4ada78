"""Sizes and choices of the window, from one day to the next."""

from __future__ import annotations

from PySide6.QtCore import QByteArray

from gui.main_window import MainWindow
from gui.search.options import SearchValues
from gui.settings import Remembered
from gui.spectrogram.view_choices import ViewChoices


def recall(window: MainWindow, values: Remembered) -> None:
    """Take up sizes and choices of the last time."""
    if values.geometry:
        window.restoreGeometry(QByteArray(values.geometry))
    for splitter, state in ((window.heights, values.heights), (window.widths, values.widths)):
        if state:
            splitter.restoreState(QByteArray(state))
    window.has_own_heights = bool(values.heights)
    window.options.adopt(SearchValues(values.k, values.filters, values.by, values.ranking))
    window.permission.adopt(values.may_look_up)
    window.appearance.choose(values.appearance)
    window.header.live.setValue(values.live_s)
    window.capture.choose_device(values.device)
    window.playback.volume.setValue(round(100 * values.volume))
    window.spectrogram.choose(ViewChoices.from_text(values.view))
    window.commands.details.setChecked(not values.folds_details)
    window.commands.history.setChecked(values.shows_history)
    window.commands.filter.setChecked(values.shows_filter)
    window.commands.map.setChecked(values.shows_map)
    window.commands.hide_gone.setChecked(values.hides_gone)
    window.commands.subfolders.setChecked(values.has_subfolders)
    window.commands.pre_roll.setChecked(values.keeps_pre_roll)
    window.dialogs.folder = values.folder


def state_of(window: MainWindow) -> Remembered:
    """Return sizes and choices for the next time, as far as the widgets know them."""
    options = window.options.values
    has_heights = window.has_own_heights
    heights = bytes(window.heights.saveState().data()) if has_heights else b""
    return Remembered(
        geometry=bytes(window.saveGeometry().data()),
        heights=heights,
        widths=bytes(window.widths.saveState().data()),
        k=options.k,
        filters=options.filters,
        by=options.by,
        ranking=options.ranking,
        may_look_up=window.permission.answer,
        appearance=window.appearance.scheme,
        device=window.capture.wanted_device,
        volume=window.playback.volume.value() / 100,
        folder=window.dialogs.folder,
        live_s=window.header.live.value(),
        shows_history=window.commands.history.isChecked(),
        shows_filter=window.commands.filter.isChecked(),
        shows_map=window.commands.map.isChecked(),
        hides_gone=window.commands.hide_gone.isChecked(),
        keeps_pre_roll=window.commands.pre_roll.isChecked(),
        has_subfolders=window.commands.subfolders.isChecked(),
        folds_details=not window.commands.details.isChecked(),
        view=window.spectrogram.choices.as_text(),
    )

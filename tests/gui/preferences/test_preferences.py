"""The dialog shows and changes the owners of the choices, and has none of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QDesktopServices, QPalette
from PySide6.QtWidgets import QApplication

from gui.appearance import Scheme
from gui.preferences.dialog import PreferencesDialog
from gui.theme import is_dark
from tests.gui.conftest import App


@pytest.fixture(autouse=True)
def colors_of_before(qapp: QApplication) -> Iterator[None]:
    yield
    qapp.setPalette(QPalette())


def opened(app: App) -> PreferencesDialog:
    app.window.commands.preferences.trigger()
    assert app.coordinator.features is not None
    dialog = app.coordinator.features.preferences.dialog
    assert dialog is not None
    assert dialog.isVisible()
    return dialog


def choose(dialog: PreferencesDialog, scheme: Scheme) -> None:
    place = dialog.appearance.findData(scheme.value)
    dialog.appearance.setCurrentIndex(place)
    dialog.appearance.activated.emit(place)


def test_it_has_keys_on_each_platform(app: App) -> None:
    assert app.window.commands.preferences.shortcuts()
    assert app.window.commands.preferences in app.window.menuBar().actions()[1].menu().actions()


def test_each_choice_goes_to_its_owner_and_is_remembered(app: App) -> None:
    window, dialog = app.window, opened(app)
    choose(dialog, Scheme.DARK)
    assert is_dark(QApplication.palette())
    dialog.number.setValue(40)
    assert window.options.values.k == 40
    dialog.live.setValue(9)
    assert window.header.live.value() == 9
    dialog.level.click()
    assert window.commands.show_level.isChecked()
    dialog.look_ups.click()
    assert window.permission.answer is True
    dialog.close()
    app.close()
    values = app.settings.read()
    assert (values.appearance, values.k, values.live_s) == (Scheme.DARK, 40, 9)
    assert (values.shows_level, values.may_look_up) == (True, True)


def test_it_follows_what_is_chosen_elsewhere_while_it_is_open(app: App) -> None:
    window, dialog = app.window, opened(app)
    window.appearance.choose(Scheme.LIGHT)
    window.options.change(k=100)
    window.header.live.setValue(12)
    window.commands.show_level.setChecked(True)
    window.permission.adopt(True)
    assert dialog.appearance.currentData() == Scheme.LIGHT.value
    assert (dialog.number.value(), dialog.live.value()) == (100, 12)
    assert dialog.level.isChecked()
    assert dialog.look_ups.isChecked()


def test_a_reset_brings_the_defaults_and_can_be_undone(app: App) -> None:
    window, dialog = app.window, opened(app)
    assert not dialog.reset.isEnabled()
    choose(dialog, Scheme.DARK)
    dialog.number.setValue(40)
    dialog.look_ups.click()
    dialog.level.click()
    assert dialog.reset.isEnabled()
    dialog.reset.click()
    assert window.appearance.scheme is Scheme.SYSTEM
    assert window.options.values.k == 25
    assert window.permission.answer is None
    assert not dialog.look_ups.isChecked()
    assert not window.commands.show_level.isChecked()
    assert app.coordinator.recording.level.choice is None, "the first recording shows it again"
    assert "Undo" in dialog.reset.text()
    dialog.reset.click()
    assert window.appearance.scheme is Scheme.DARK
    assert window.options.values.k == 40
    assert window.permission.answer is True
    assert app.coordinator.recording.level.choice is True
    assert "Undo" not in dialog.reset.text()


def test_what_is_chosen_after_a_reset_is_not_undone_with_it(app: App) -> None:
    dialog = opened(app)
    dialog.number.setValue(40)
    dialog.reset.click()
    dialog.number.setValue(30)
    assert "Undo" not in dialog.reset.text()
    assert app.window.options.values.k == 30


def test_filters_and_sizes_are_no_preferences(app: App) -> None:
    from core.options import Filter

    app.window.options.change(filters=Filter(("Dog",)), k=40)
    dialog = opened(app)
    dialog.reset.click()
    assert app.window.options.filters == Filter(("Dog",))


def test_the_folder_of_recordings_is_shown(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[str] = []

    def show(url: object) -> bool:
        shown.append(url.toLocalFile())  # type: ignore[attr-defined]
        return True

    monkeypatch.setattr(QDesktopServices, "openUrl", show)
    dialog = opened(app)
    assert dialog.place.text() == str(app.settings_folder / "recordings")
    dialog.folder.click()
    assert shown == [str(app.settings_folder)]  # nothing was recorded yet
    (app.settings_folder / "recordings").mkdir()
    dialog.folder.click()
    assert shown[1:] == [dialog.place.text()]


def test_typing_a_number_searches_once_when_it_is_typed(app: App) -> None:
    dialog, numbers = opened(app), []
    app.window.options.changed.connect(lambda values: numbers.append(values.k))
    dialog.number.setFocus()
    dialog.number.selectAll()
    app.qtbot.keyClicks(dialog.number, "123")
    assert numbers == []
    app.qtbot.keyClick(dialog.number, Qt.Key.Key_Return)
    assert numbers == [123]

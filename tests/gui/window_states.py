"""The states in which a person sees the window, each brought about as a person would."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
from PySide6.QtCore import QVariantAnimation
from PySide6.QtWidgets import QApplication, QWidget

from core.errors import MicrophoneError
from core.options import Filter
from gui.search.state import State
from gui.sounds.request import SoundsRequest
from tests.gui.conftest import App, write_wav
from tests.gui.search.test_session import open_and_wait
from tests.gui.widgets.test_drops import drop, mime_of

SCORES = [{"Speech": 0.1}, {"Bark": 0.8, "Domestic animals, pets": 0.9}, {"Squeak": 0.5}]


def sound(folder: Path, name: str = "a dog in the yard.wav") -> Path:
    """Return six seconds of noise."""
    return write_wav(folder / name, np.random.default_rng(0).normal(0, 0.1, 96_000))


def _opened(app: App, folder: Path) -> None:
    app.engine.scores = SCORES
    open_and_wait(app, sound(folder))
    app.wait_for(lambda: app.window.spectrogram.can_zoom)


def _empty(app: App, folder: Path) -> None:
    app.wait_for(lambda: bool(app.window.status.text()))


def _recording(app: App, folder: Path) -> None:
    app.engine.scores = SCORES
    app.wait_for(lambda: app.window.capture.device.count() > 1)
    app.coordinator.recording.toggle()
    app.wait_for(lambda: ("live", 5.0) in app.engine.calls and app.rows > 0)


def _analysing(app: App, folder: Path) -> None:
    _opened(app, folder)
    app.engine.scores_so_far = [{"Bark": 0.8}]
    app.engine.gate.clear()
    app.coordinator.open_paths([sound(folder, "another.wav")])
    app.wait_for(app.window.header.progress.cancel.isVisible)


def _details(app: App, folder: Path) -> None:
    _opened(app, folder)
    app.window.permission.adopt(False)
    app.window.options.change(filters=Filter((), ("Music",)))
    app.window.spectrogram.selection.select(1.0, 3.0)
    app.window.spectrogram.selection.settle()
    app.wait_for(lambda: len(app.window.header.steps.texts) == 3)


def _filter(app: App, folder: Path) -> None:
    _opened(app, folder)
    app.window.commands.filter.trigger()
    app.window.options.change(filters=Filter(("Dog",), ("Music",)))
    app.wait_for(lambda: app.window.filter.tree.model().rowCount() > 0)


def _map(app: App, folder: Path) -> None:
    _opened(app, folder)
    app.window.commands.map.trigger()
    assert app.coordinator.features is not None
    app.wait_for(app.coordinator.features.map.pane.isVisible)
    app.wait_for(lambda: not app.coordinator.workers["map"].is_busy)


def _history(app: App, folder: Path) -> None:
    _opened(app, folder)
    app.window.commands.history.trigger()
    app.wait_for(lambda: app.window.history.view.model().rowCount() == 1)


def _table(app: App, folder: Path) -> None:
    app.engine.scores = SCORES
    (folder / "sounds").mkdir()
    for number in range(3):
        sound(folder / "sounds", f"night {number}.wav")
    drop(app, mime_of(folder / "sounds"))
    app.wait_for(lambda: app.coordinator.collector.model.n_sounds == 3)
    app.wait_for(lambda: app.coordinator.history.waiting() is None)
    app.window.commands.tag_table.trigger()


def _trouble(app: App, folder: Path) -> None:
    _opened(app, folder)
    (folder / "holiday.mp4").write_bytes(b"\0\0\0\x20ftypisom" + bytes(2000))
    app.coordinator.open_paths([folder / "holiday.mp4"])
    app.wait_for(lambda: app.window.banner.is_trouble)


def _no_device(app: App, folder: Path) -> None:
    app.devices.error = MicrophoneError("No microphone was found.", "Plug one in.")
    app.coordinator.recording.recording.refresh()
    app.wait_for(lambda: not app.window.capture.record.isEnabled())


def _own_sounds(app: App, folder: Path) -> None:
    app.engine.has_files = True
    _opened(app, folder)


def _several(app: App, folder: Path) -> None:
    app.engine.info = replace(app.engine.info, others=("my field recordings of the summer",))
    app.session.loader.reload(app.engine.load)
    app.wait_for(lambda: bool(app.session.further.names))
    _opened(app, folder)
    app.wait_for(lambda: app.window.results.tabs.count() == 2)


def _two_gates(folder: Path) -> Path:
    for number in range(2):
        sound(folder, f"the gate, night {number}.wav")
    return folder


def _add_sounds(app: App, folder: Path) -> None:
    _by("add_sounds")(app, folder)
    assert app.coordinator.features is not None
    dialog = app.coordinator.features.sounds.dialog
    assert dialog is not None
    dialog.add_folder(_two_gates(folder))


def _not_added(app: App, folder: Path) -> None:
    _opened(app, folder)
    assert app.coordinator.features is not None
    app.coordinator.features.sounds.start(SoundsRequest("Field", (str(folder / "nowhere"),)))
    app.wait_for(app.coordinator.features.sounds.progress.go_on.isVisible)


def _added(app: App, folder: Path) -> None:
    _opened(app, folder)
    assert app.coordinator.features is not None
    (folder / "damaged.wav").write_bytes(b"no sound")
    request = SoundsRequest("Field", (str(_two_gates(folder)),))
    app.coordinator.features.sounds.start(request)
    app.wait_for(lambda: not app.coordinator.workers.is_busy)


def _left_out(app: App, folder: Path) -> None:
    _added(app, folder)
    app.window.banner.other.click()


def _duplicates(app: App, folder: Path) -> None:
    _added(app, folder)
    assert app.coordinator.features is not None
    duplicates = app.coordinator.features.duplicates
    duplicates.open("Field", app.window)
    app.wait_for(lambda: not app.coordinator.workers.is_busy)


def _catalog_tags(app: App, folder: Path) -> None:
    _added(app, folder)
    assert app.coordinator.features is not None
    tag_table = app.coordinator.features.tag_table
    tag_table.catalogs.show(app.settings_folder / "catalogs" / "Field")
    app.wait_for(tag_table.panel.catalog_table.isVisible)
    app.wait_for(lambda: not app.coordinator.workers.is_busy)


def _by(action: str) -> Callable[[App, Path], None]:
    def open_dialog(app: App, folder: Path) -> None:
        _empty(app, folder)
        getattr(app.window.commands, action).trigger()
        app.wait_for(lambda: top_of(app) is not app.window)
        app.wait_for(lambda: not app.coordinator.workers.is_busy)

    return open_dialog


STATES: dict[str, Callable[[App, Path], None]] = {
    "empty": _empty,
    "recording": _recording,
    "analysing": _analysing,
    "results": _opened,
    "details": _details,
    "filter": _filter,
    "own-sounds": _own_sounds,
    "several": _several,
    "map": _map,
    "history": _history,
    "table": _table,
    "trouble": _trouble,
    "no-device": _no_device,
    "set-up": _by("set_up"),
    "storage": _by("storage"),
    "catalogs": _by("catalogs"),
    "add-sounds": _add_sounds,
    "not-added": _not_added,
    "added": _added,
    "left-out": _left_out,
    "duplicates": _duplicates,
    "catalog-tags": _catalog_tags,
    "preferences": _by("preferences"),
    "about": _by("about"),
    "licences": _by("licences"),
    "shortcuts": _by("shortcuts"),
}


def top_of(app: App) -> QWidget:
    """Return the dialog that is open, or the window."""
    others = [each for each in QApplication.topLevelWidgets() if each.isVisible()]
    return next((each for each in others if each is not app.window), app.window)


def bring_about(app: App, state: str, folder: Path) -> list[QWidget]:
    """Bring a state about, and return the windows that are seen, laid out."""
    app.window.permission.adopt(False)
    STATES[state](app, folder)
    (growth,) = app.window.banner.findChildren(QVariantAnimation)
    app.wait_for(lambda: growth.state() is QVariantAnimation.State.Stopped)
    is_live = state in ("recording", "analysing")
    app.wait_for(lambda: is_live or app.session.state is not State.ANALYSING)
    QApplication.processEvents()
    return list({app.window, top_of(app)})

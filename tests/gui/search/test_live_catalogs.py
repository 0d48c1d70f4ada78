"""While a recording runs every chosen catalogue is searched, as far as there is time."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from core.engine import Engine
from core.jobs import Job
from core.options import ListenerKind
from core.paths import DataFolder
from core.setup.choice import BALANCED, write_choice
from core.types import Matches, Query
from gui.search.state import State
from tests.gui.conftest import App
from tests.gui.own_catalogs import build
from tests.gui.search.test_several_catalogs import all_answer, files, several  # noqa: F401


def record(app: App) -> None:
    app.wait_for(lambda: app.window.capture.device.count() > 1)
    app.coordinator.recording.toggle()
    app.wait_for(lambda: app.session.state is State.RECORDING)


def test_the_shown_list_is_that_of_the_last_seconds(several: App) -> None:  # noqa: F811
    app = several
    app.window.results.tabs.setCurrentIndex(1)
    app.session.analysis.live.window_s = 1
    record(app)
    assert app.window.results.message.text() == "Recording. The matches follow."
    app.wait_for(lambda: app.session.further.shown is not None)
    assert not app.window.results.table.isHidden()
    assert files(app), "own sounds, while it sounds"
    assert not app.window.results.details.reason.isVisible()
    first = app.session.further.shown
    assert first is not None
    assert first.matches is not None
    app.wait_for(lambda: app.session.further.shown is not first)
    app.window.results.tabs.setCurrentIndex(0)
    assert files(app) == []
    assert app.rows > 0
    app.window.results.tabs.setCurrentIndex(1)
    assert files(app)
    app.coordinator.recording.toggle()
    all_answer(app)
    assert files(app)
    whole = app.session.further.answers[0].matches
    assert whole is not None
    assert first.matches.query.duration_s < 1
    assert whole.query.duration_s > 1, "all of it, not the last seconds"


def test_a_slow_catalogue_is_skipped_and_delays_no_tick(several: App) -> None:  # noqa: F811
    app = several
    slow = app.session.further.answers[0].engine
    begun, released = threading.Event(), threading.Event()
    searches: list[Query] = []
    search = slow.search

    def held(query: Query, k: int, filters: object, job: Job, *options: object) -> Matches:
        searches.append(query)
        begun.set()
        while not released.wait(0.005):
            job.check()
        return search(query, k, filters, job, *options)  # type: ignore[arg-type]

    slow.search = held  # type: ignore[method-assign,assignment]
    live_matches: list[Matches] = []
    app.session.live_matched.connect(live_matches.append)
    record(app)
    app.wait_for(begun.is_set)
    n_before = len(live_matches)
    app.wait_for(lambda: len(live_matches) >= n_before + 3)
    assert app.session.further.answers == ()
    app.wait_for(lambda: len(searches) >= 2)  # it is tried again with what is newest
    released.set()
    app.wait_for(lambda: len(app.session.further.answers) == 1)
    app.coordinator.recording.toggle()
    all_answer(app)


def test_each_catalogue_gets_its_listener_and_the_last_seconds_alone(
    several: App,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As with VGGish beside the built-in listener: the other analyses the window by itself."""
    app = several
    other = app.session.further.answers[0].engine
    kinds = {id(other): ListenerKind.VGGISH}
    monkeypatch.setattr(
        Engine,
        "listener_kind",
        property(lambda engine: kinds.get(id(engine), ListenerKind.BUILT_IN)),
    )
    heard: list[float] = []
    query = other.query

    def noted(sound: object, *given: object, **named: object) -> Query:
        heard.append(sound.duration_s)  # type: ignore[attr-defined]
        return query(sound, *given, **named)  # type: ignore[arg-type]

    other.query = noted  # type: ignore[method-assign]
    app.session.analysis.live.window_s = 2
    record(app)
    app.wait_for(lambda: len(heard) > 4)
    app.wait_for(lambda: len(app.session.further.answers) == 1)
    assert max(heard) == 2.0
    asked = app.session.further.answers[0].matches
    assert asked is not None
    assert asked.query.duration_s == pytest.approx(2.0)
    app.coordinator.recording.set_aside()
    app.wait_for(lambda: not app.coordinator.workers.is_busy)


def test_catalogues_take_turns_where_there_is_no_time_for_all(
    make_app: Callable[..., App], own_folder: Path, own_data_folder: Path
) -> None:
    data = DataFolder(own_data_folder)
    data.catalogs.mkdir()
    for name in ("one", "two"):
        build(data.catalogs / name, own_folder, data)
    write_choice(data, [BALANCED, "one", "two"])
    app = make_app(real=Engine(data))
    app.show()
    app.window.permission.adopt(False)
    app.wait_for(lambda: app.session.further.names == ("one", "two"))
    record(app)
    app.wait_for(lambda: len(app.session.further.answers) == 2)
    assert [each.name for each in app.session.further.answers] == ["one", "two"]
    before = app.session.further.answers
    app.wait_for(
        lambda: all(
            now is not then for now, then in zip(app.session.further.answers, before, strict=True)
        )
    )
    assert [each.name for each in app.session.further.answers] == ["one", "two"]
    app.coordinator.recording.set_aside()
    app.wait_for(lambda: not app.coordinator.workers.is_busy)


def test_the_last_minute_is_kept_however_long_a_recording_is(app: App) -> None:
    live = app.session.analysis.live
    app.session.listen()
    block = np.full(16_000, 0.1, np.float32)
    for _ in range(90):
        live.push(block)
    n_samples = sum(map(len, live.recent))
    assert 60 * 16_000 <= n_samples <= 61 * 16_000
    live.end()
    assert live.recent == []
    app.wait_for(lambda: not app.coordinator.workers.is_busy)

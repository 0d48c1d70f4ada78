"""The lane of tags in the window: what it shows of answers and recordings; what a click does."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt

from core.audio.logmel import PATCH_S
from core.audio.reader import AudioFile
from core.tagging.spans import TagSpan
from gui.search.state import State
from tests.gui.conftest import INFO, App, write_wav
from tests.gui.search.test_session import open_and_wait, said

QUIET, BARK = {"Speech": 0.1}, {"Bark": 0.8}


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    """Six patches of noise."""
    return write_wav(tmp_path / "noise.wav", np.random.default_rng(0).normal(0, 0.1, 92_800))


def shown(app: App) -> list[tuple[str, list[tuple[float, float]]]]:
    return [
        (label, [(round(span.start_s, 2), round(span.end_s, 2)) for span in spans])
        for label, spans in app.window.tags.rows
    ]


def settle(app: App) -> None:
    """Wait until an answer is there, and what the lane makes of it."""
    app.wait_for(lambda: app.session.state is State.RESULTS)
    app.wait_for(lambda: not app.coordinator.workers.is_busy)


@pytest.fixture
def barking(app: App, sound: Path) -> App:
    """A window with a sound in which a dog barks in the third and the sixth patch."""
    app.engine.scores = [QUIET, QUIET, BARK]
    open_and_wait(app, sound)
    app.wait_for(lambda: app.window.spectrogram.can_zoom and bool(shown(app)))
    return app


def test_the_lane_shows_what_was_heard_when(barking: App) -> None:
    assert shown(barking) == [("Bark", [(1.92, 2.88), (4.8, 5.76)])]


def test_bars_stand_below_the_picture_at_every_zoom(barking: App) -> None:
    spectrogram, lane = barking.window.spectrogram, barking.window.tags

    def is_aligned(span: TagSpan) -> bool:
        x = spectrogram.plot.mapTo(barking.window, spectrogram.plot.rect().topLeft()).x()
        wanted = x + spectrogram.plot.x_of(span.start_s)
        bar = lane.bar_of(0, span)
        return lane.mapTo(barking.window, bar.topLeft().toPoint()).x() == pytest.approx(
            wanted, abs=1
        )

    span = lane.rows[0][1][0]
    assert is_aligned(span)
    spectrogram.show_span((1.5, 3.0))
    assert is_aligned(span)
    barking.window.resize(barking.window.width() + 160, barking.window.height())
    barking.wait_for(lambda: is_aligned(span))
    assert lane.bar_of(0, span).width() > 0.5 * spectrogram.plot.picture_area.width()


def test_a_click_selects_and_matches_when_it_was_heard(barking: App) -> None:
    app, lane = barking, barking.window.tags
    before = shown(app)
    bar = lane.bar_of(0, lane.rows[0][1][1])
    app.qtbot.mouseClick(lane, Qt.MouseButton.LeftButton, pos=bar.center().toPoint())
    assert app.window.spectrogram.selection.span == pytest.approx((4.8, 5.76))
    assert app.session.state is State.ANALYSING
    settle(app)
    query = next(call for call in reversed(app.engine.calls) if call[0] == "query")
    assert query[2:] == pytest.approx((4.8, 5.76))
    assert shown(app) == before, "the rest of the sound can still be chosen"


def test_a_part_that_is_matched_first_is_placed_within_its_sound(app: App, sound: Path) -> None:
    app.engine.scores = [BARK]
    app.session.match(AudioFile(sound), (2.0, 3.5))
    app.wait_for(lambda: shown(app) == [("Bark", [(2.0, 2.96)])])


def test_another_sound_clears_the_lane(barking: App, sine: Path) -> None:
    app = barking
    app.engine.scores = []
    open_and_wait(app, sine)
    assert shown(app) == []
    app.engine.scores = [QUIET, QUIET, BARK]
    app.session.go(-1)
    app.wait_for(lambda: shown(app) == [("Bark", [(1.92, 2.88), (4.8, 5.76)])])


def test_a_video_leaves_the_lane_to_the_sound_in_sight(barking: App) -> None:
    app, before = barking, shown(barking)
    app.session.more_like("abcdefghijk")
    settle(app)
    assert shown(app) == before


@pytest.fixture
def on_another_day(make_app: Callable[..., App], sound: Path) -> Callable[[bool], App]:
    """Have a dog heard; return what opens the window a day later and chooses that entry."""

    def start(has_released_frames: bool) -> App:
        info = replace(INFO, has_released_frames=has_released_frames)
        for is_later in (False, True):
            app = make_app(*(() if is_later else (sound,)))
            app.engine.info, app.engine.scores = info, [QUIET, QUIET, BARK]
            app.show()
            if not is_later:
                settle(app)
                app.close()
        history = app.coordinator.history
        app.wait_for(lambda: history.rowCount() == 1 and not app.session.loader.is_loading)
        app.window.history.chosen.emit(history.at(history.index(0)))
        return app

    return start


def asked(app: App) -> list[object]:
    return [call[0] for call in app.engine.calls if call[0] != "load"]


def test_frames_of_a_former_day_tell_their_tags(on_another_day: Callable[[bool], App]) -> None:
    app = on_another_day(True)
    app.wait_for(lambda: shown(app) == [("Bark", [(1.92, 2.88), (4.8, 5.76)])])
    assert asked(app) == ["search", "with_patch_tags"]
    ours = app.engine.tagging_threads
    assert not ours & {*app.engine.threads, threading.get_ident()}
    app.window.options.change(k=7)
    app.wait_for(lambda: app.rows == 7)
    settle(app)
    assert asked(app).count("with_patch_tags") == 1


def test_a_sound_of_a_former_day_is_analysed_for_the_lane_alone(
    on_another_day: Callable[[bool], App],
) -> None:
    app = on_another_day(False)
    app.wait_for(lambda: app.session.state is State.RESULTS)
    answer = app.session.answer
    app.wait_for(lambda: shown(app) == [("Bark", [(1.92, 2.88), (4.8, 5.76)])])
    assert asked(app) == ["search", "query"]
    assert app.session.answer is answer
    assert app.session.state is State.RESULTS
    assert len(app.engine.threads) == 1, "the engine belongs to one thread"
    app.window.options.change(k=7)
    app.wait_for(lambda: app.rows == 7)
    settle(app)
    assert asked(app).count("query") == 1


def test_an_analysis_for_the_lane_gives_way_to_what_a_person_asks(
    on_another_day: Callable[[bool], App],
) -> None:
    app = on_another_day(False)
    query = app.engine.query

    def held_up(*given, **named):  # type: ignore[no-untyped-def]
        app.engine.gate.clear()
        app.engine.query = query  # type: ignore[method-assign]
        return query(*given, **named)

    app.engine.query = held_up  # type: ignore[method-assign]
    app.wait_for(lambda: asked(app)[-1:] == ["query"])
    assert shown(app) == []
    app.session.more_like("abcdefghijk")
    app.engine.gate.set()
    app.wait_for(lambda: shown(app) == [("Bark", [(1.92, 2.88), (4.8, 5.76)])])
    assert asked(app) == ["search", "query", "similar", "query"]
    assert app.session.subject == "abcdefghijk"


def test_a_former_sound_that_cannot_be_read_leaves_the_lane_empty(
    on_another_day: Callable[[bool], App], sound: Path
) -> None:
    app = on_another_day(False)
    query = app.engine.query

    def gone(*given, **named):  # type: ignore[no-untyped-def]
        sound.unlink(missing_ok=True)
        return query(*given, **named)

    app.engine.query = gone  # type: ignore[method-assign]
    app.wait_for(lambda: asked(app) == ["search", "query"])
    settle(app)
    assert shown(app) == []
    assert "noise.wav" not in said(app)
    assert app.session.state is State.RESULTS


def test_while_recording_it_grows_at_the_recordings_end(barking: App) -> None:
    app = barking
    app.engine.scores = [BARK]
    app.coordinator.recording.toggle()
    app.wait_for(lambda: app.session.state is State.RECORDING)
    assert shown(app) == []
    seen: list[float] = []

    def ends() -> float:
        spans = [span for _, spans in app.window.tags.rows for span in spans]
        latest = max((span.end_s for span in spans), default=0.0)
        if latest:
            assert latest <= app.window.spectrogram.span[1] + PATCH_S
            assert latest / PATCH_S == pytest.approx(round(latest / PATCH_S))
            assert min(span.start_s for span in spans) == 0.0, "what was heard before stays"
        seen.append(latest)
        return latest

    app.window.header.live.setValue(2)
    app.wait_for(lambda: ends() > 4 * PATCH_S)
    assert len(set(seen)) > 2

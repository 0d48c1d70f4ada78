"""The lane of tags in the window: what it shows of answers and recordings; what a click does."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt

from core.audio.logmel import PATCH_S
from core.tagging.spans import TagSpan
from gui.search.state import State
from tests.gui.conftest import App, write_wav
from tests.gui.search.test_session import open_and_wait

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
    open_and_wait(app, sound)
    assert shown(app) == []
    app.engine.scores = [BARK]
    app.session.match_span((2.0, 3.5))
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

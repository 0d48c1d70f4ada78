"""Nothing is cut, overlaps or lacks a name, in whatever state the window is seen.

The sizes are those of `SIZES`, or the one that the environment names, for a process of its own.
"""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from PySide6.QtWidgets import QAbstractItemView, QWidget
from pytestqt import exceptions

from gui.search.state import State
from tests.conftest import PROJECT
from tests.gui.conftest import App
from tests.gui.window_checks import cut_texts, nameless, overlaps
from tests.gui.window_states import STATES, bring_about, sound

SETTLED_MS = 2000
SIZE = "SOUNDALIKE_TEST_SIZE"
SIZES = [os.environ[SIZE]] if SIZE in os.environ else ["1024x640", "1280x800"]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("state", STATES)
def test_nothing_is_cut_or_overlaps_or_lacks_a_name(
    app: App, tmp_path: Path, state: str, size: str
) -> None:
    width, height = map(int, size.split("x"))
    app.window.resize(width, height)
    for window in bring_about(app, state, tmp_path):
        assert (app.window.width(), app.window.height()) == (width, height)
        # A text that has just changed is laid out in the next turn of the event loop.
        with suppress(exceptions.TimeoutError):
            app.qtbot.waitUntil(lambda window=window: not faults(window), timeout=SETTLED_MS)
        assert faults(window) == {}


def faults(window: QWidget) -> dict[str, list[str]]:
    """Return what is wrong in a window, by kind."""
    found = {"cut": cut_texts(window), "over": overlaps(window), "nameless": nameless(window)}
    return {kind: texts for kind, texts in found.items() if texts}


def rows_in_sight(view: QAbstractItemView) -> int:
    """Return how many rows are seen from top to bottom."""
    model, seen = view.model(), view.viewport().rect()
    rects = (view.visualRect(model.index(row, 0)) for row in range(model.rowCount()))
    return sum(seen.top() <= rect.top() and rect.bottom() <= seen.bottom() for rect in rects)


@pytest.mark.parametrize(("size", "n_rows"), [((1280, 800), 10), ((1024, 640), 6)])
def test_the_answer_has_the_most_room(
    app: App, tmp_path: Path, size: tuple[int, int], n_rows: int
) -> None:
    window = app.window
    window.resize(*size)
    bring_about(app, "results", tmp_path)
    app.wait_for(lambda: rows_in_sight(window.results.table) >= n_rows)
    assert 0.2 <= window.spectrogram.height() / window.height() <= 0.3
    answer = window.header.height() + window.results.table.height()
    assert answer / window.height() >= 0.45


def test_the_history_is_worth_a_look_below_a_message_in_a_small_window(
    app: App, tmp_path: Path
) -> None:
    app.window.resize(1024, 640)
    bring_about(app, "history", tmp_path)
    app.coordinator.open_paths([sound(tmp_path, f"night {number}.wav") for number in range(6)])
    app.wait_for(lambda: app.window.history.view.model().rowCount() == 7)
    app.wait_for(lambda: app.session.state is State.RESULTS)
    app.window.banner.show_note("Something worth knowing.")
    app.wait_for(lambda: app.window.banner.height() >= 40)
    app.wait_for(lambda: rows_in_sight(app.window.history.view) >= 3)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("size", "variables"),
    [("960x600", {"QT_SCALE_FACTOR": "2"}), ("1920x1200", {"QT_FONT_DPI": "144"})],
)
def test_so_it_is_on_a_screen_of_twice_the_pixels_and_with_larger_letters(
    size: str, variables: dict[str, str]
) -> None:
    """Both on a screen of 1920 × 1200."""
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", __file__]
    done = subprocess.run(
        [*command, "-k", "test_nothing_is_cut"],
        env={**os.environ, **variables, SIZE: size, "QT_QPA_PLATFORM": "offscreen"},
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:]

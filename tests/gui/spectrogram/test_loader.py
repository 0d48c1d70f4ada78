"""From a file to its picture: sketch, whole, details, and what comes between."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from core.audio.frequency import FrequencyView, Spectrum
from core.audio.reader import AudioFile
from core.audio.spectrogram import Overview
from core.errors import AudioFileError
from core.jobs import Job
from gui.spectrogram import loader as module
from tests.gui.conftest import write_wav
from tests.gui.spectrogram.sound_view import SoundView


@pytest.fixture
def view(qtbot: QtBot) -> Iterator[SoundView]:
    made = SoundView()
    qtbot.addWidget(made)
    made.resize(1024, 400)
    made.show()
    qtbot.waitExposed(made)
    yield made
    made.close()


@pytest.fixture
def file(tmp_path: Path) -> AudioFile:
    samples = np.random.default_rng(0).standard_normal(30 * 16_000) * 0.1
    return AudioFile(write_wav(tmp_path / "noise.wav", samples))


def drawn(view: SoundView) -> np.ndarray:
    rows = view.spectrogram.rows
    assert rows is not None
    return rows


def test_a_short_sound_is_shown_whole_at_once(view: SoundView, file: AudioFile, qtbot: QtBot):
    with qtbot.waitSignal(view.viewing.drawn) as told:
        view.viewing.show_file(file)
    assert told.args == [True]
    assert view.spectrogram.span == (0.0, 30.0)
    assert (drawn(view)[:, 2:-2] > 0).mean() > 0.99


def test_a_long_sound_is_sketched_then_sharpened(
    view: SoundView, file: AudioFile, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(module, "SKETCH_FROM_S", 10.0)
    gate = threading.Event()
    real_fill = Overview.fill

    def fill(self: Overview, file: AudioFile, job: Job) -> None:
        assert gate.wait(10)
        real_fill(self, file, job)

    monkeypatch.setattr(Overview, "fill", fill)
    with qtbot.waitSignal(view.viewing.drawn) as told:
        view.viewing.show_file(file)
    assert told.args == [False]
    sketched = drawn(view).copy()
    assert (sketched[:, 2:-2] > 0).mean() > 0.99
    # People may look around, and what they chose stays when the rest arrives.
    view.spectrogram.show_span((10.0, 20.0))
    view.spectrogram.selection.select(12.0, 13.0)
    with qtbot.waitSignal(view.viewing.drawn) as told:
        gate.set()
    assert told.args == [True]
    assert view.spectrogram.span == (10.0, 20.0)
    assert view.spectrogram.selection.span == (12.0, 13.0)
    whole = Overview(file.duration_s)
    real_fill(whole, file, Job())
    n_columns = drawn(view).shape[1]
    assert np.array_equal(drawn(view), whole.levels(Spectrum.MEL, 10.0, 20.0, n_columns))


def test_a_zoom_is_read_again_finer(view: SoundView, file: AudioFile, qtbot: QtBot):
    with qtbot.waitSignal(view.viewing.drawn):
        view.viewing.show_file(file)
    view.spectrogram.choose(replace(view.spectrogram.choices, view=FrequencyView.LINEAR))
    view.spectrogram.show_span((5.0, 5.5))
    coarse = drawn(view).copy()
    qtbot.waitUntil(lambda: not np.array_equal(drawn(view), coarse))
    changes = (np.diff(drawn(view).astype(int), axis=1) != 0).any(axis=0).sum()
    assert changes > 1.5 * (np.diff(coarse.astype(int), axis=1) != 0).any(axis=0).sum()


def test_what_is_only_sketched_is_read_where_people_look(
    view: SoundView, file: AudioFile, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
):
    whole = Overview(file.duration_s)
    whole.fill(file, Job())
    monkeypatch.setattr(module, "SKETCH_FROM_S", 10.0)
    gate = threading.Event()
    monkeypatch.setattr(Overview, "fill", lambda *_: gate.wait(10))
    monkeypatch.setattr("core.audio.spectrogram.SKETCH_COLUMNS", 64)
    with qtbot.waitSignal(view.viewing.drawn):
        view.viewing.show_file(file)
    view.spectrogram.show_span((10.0, 18.0))
    n_columns = drawn(view).shape[1]
    expected = whole.levels(Spectrum.MEL, 10.0, 18.0, n_columns)
    assert not np.array_equal(drawn(view), expected)
    qtbot.waitUntil(lambda: np.array_equal(drawn(view), expected))
    gate.set()


def test_the_newest_sound_wins(view: SoundView, file: AudioFile, tmp_path: Path, qtbot: QtBot):
    other = AudioFile(write_wav(tmp_path / "other.wav", np.ones(16_000)))
    with qtbot.waitSignal(view.viewing.drawn):
        view.viewing.show_file(file)
        view.viewing.show_file(other)
    assert view.spectrogram.span == (0.0, 1.0)
    assert view.viewing.file is other


def test_a_zoom_into_the_sound_before_shows_nothing_of_the_one_that_is_read(
    view: SoundView,
    file: AudioFile,
    tmp_path: Path,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
):
    with qtbot.waitSignal(view.viewing.drawn):
        view.viewing.show_file(file)
    view.spectrogram.choose(replace(view.spectrogram.choices, view=FrequencyView.LINEAR))
    gate, fill = threading.Event(), Overview.fill
    monkeypatch.setattr(Overview, "fill", lambda *given: gate.wait() and fill(*given))
    other = AudioFile(write_wav(tmp_path / "other.wav", np.ones(16_000 * 30)))
    view.viewing.show_file(other)
    view.spectrogram.show_span((5.0, 5.5))
    details = view.workers[1]
    assert not details.is_busy
    with qtbot.waitSignal(view.viewing.drawn):
        gate.set()
    view.spectrogram.show_span((5.0, 5.5))
    assert details.is_busy
    qtbot.waitUntil(lambda: not details.is_busy)


def test_a_sound_that_vanishes_is_told_of(view: SoundView, file: AudioFile, qtbot: QtBot):
    file.path.unlink()
    with qtbot.waitSignal(view.viewing.failed) as told:
        view.viewing.show_file(file)
    assert isinstance(told.args[0], AudioFileError)
    assert view.spectrogram.is_blank


def test_what_is_forgotten_is_not_shown(view: SoundView, file: AudioFile, qtbot: QtBot):
    view.viewing.show_file(file)
    view.viewing.forget()
    qtbot.waitUntil(lambda: not any(worker.is_busy for worker in view.workers))
    assert view.spectrogram.is_blank


def test_a_header_that_promises_too_much_is_corrected(
    view: SoundView, file: AudioFile, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(module, "SKETCH_FROM_S", 10.0)
    file.n_frames *= 2
    with qtbot.waitSignal(view.viewing.drawn):
        view.viewing.show_file(file)
    view.spectrogram.selection.select(20.0, 50.0)
    with qtbot.waitSignal(view.viewing.drawn):
        pass
    assert view.spectrogram.span == (0.0, 30.0)
    assert view.spectrogram.selection.span == (20.0, 30.0)
    assert (drawn(view)[:, 2:-2] > 0).mean() > 0.99

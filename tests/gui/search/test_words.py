"""Words as a query in the window: typed before any sound, completed, and gone back to."""

from __future__ import annotations

import threading
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from core.options import Filter, Ranking
from gui.search.state import State
from tests.gui.conftest import App
from tests.gui.search.test_session import open_and_wait, said


def find(app: App, text: str, state: State = State.RESULTS) -> None:
    app.window.commands.find.trigger()
    QTest.keyClicks(app.window.words, text)
    QTest.keyClick(app.window.words, Qt.Key.Key_Return)
    app.wait_for(lambda: app.session.state is state)


def test_words_are_found_before_there_is_any_sound(app: App) -> None:
    find(app, " dog  barking ")
    assert app.engine.calls[-1] == ("find", "dog barking", 25, Filter())
    header = app.window.header
    assert app.window.results.isVisible() and app.rows == 25
    assert header.heading.text() == "Bark, Dog"
    assert header.heard.accessibleDescription() == "Bark, Dog"
    assert header.steps.texts == ("“dog barking”",)
    assert app.window.count.text().startswith("25 matches in ")
    assert app.window.windowTitle() == "dog barking – 25 matches – Soundalike"
    assert app.window.words.text() == "dog barking"
    assert not app.window.spectrogram.isVisible(), "there is nothing to be seen"
    assert app.coordinator.history.rowCount() == 0


def test_a_sound_after_words_is_seen(app: App, sine: Path) -> None:
    find(app, "rain")
    open_and_wait(app, sine)
    assert app.window.spectrogram.isVisible()
    assert app.window.words.text() == ""
    assert app.coordinator.history.rowCount() == 1


def test_the_key_leads_to_the_words_that_are_there(app: App, sine: Path) -> None:
    assert app.window.commands.find.shortcut().toString() == "Ctrl+L"
    open_and_wait(app, sine)
    find(app, "rain")
    app.window.commands.find.trigger()
    assert app.window.focusWidget() is app.window.words
    assert app.window.words.selectedText() == "rain"


def test_the_spectrogram_says_that_the_matches_are_of_something_else(app: App, sine: Path) -> None:
    open_and_wait(app, sine)
    plot = app.window.spectrogram.plot
    assert plot.overlay.caption == ""
    find(app, "rain")
    assert plot.overlay.caption == "The matches are of the words “rain”, not of this sound"
    assert "not of this sound" in plot.accessibleDescription()
    app.session.more_like("sin00000002")
    app.wait_for(lambda: app.session.state is State.RESULTS)
    assert plot.overlay.caption.startswith("The matches are like the video sin00000002")
    app.session.go(-2)
    app.wait_for(lambda: app.session.state is State.RESULTS)
    assert plot.overlay.caption == ""


def test_words_are_a_step_like_any_other(app: App, sine: Path) -> None:
    open_and_wait(app, sine)
    find(app, "rain")
    app.window.options.change(k=7)
    app.wait_for(lambda: app.rows == 7)
    assert app.engine.calls[-1] == ("find", "rain", 7, Filter())
    find(app, "dog")
    for action, subject in (
        (app.window.commands.back, "rain"),
        (app.window.commands.back, "sine.wav"),
        (app.window.commands.forward, "rain"),
    ):
        action.trigger()
        app.wait_for(lambda: app.session.state is State.RESULTS)
        assert app.session.subject == subject
    assert app.coordinator.history.rowCount() == 1, "of sounds"


def test_unknown_words_are_trouble_with_a_suggestion(app: App) -> None:
    app.window.options.change(k=30)
    find(app, "barkk", State.TROUBLE)
    assert said(app) == "No class of sounds is known as “barkk”. Did you mean Bark?"
    assert app.window.empty.isVisible()
    assert app.window.options.values.k == 30, "the words were wrong, not the options"
    assert app.window.words.text() == "barkk"


def test_of_some_unknown_words_it_is_said(app: App) -> None:
    find(app, "rain qqq")
    assert said(app) == "No class is known as “qqq”."


def test_an_unknown_class_among_the_filters_is_not_the_words_fault(app: App) -> None:
    find(app, "rain")
    app.window.options.change(filters=Filter(include=("Nope",)))
    app.wait_for(lambda: app.window.banner.is_trouble)
    app.wait_for(lambda: app.session.state is State.RESULTS)
    assert app.window.options.filters == Filter()


def test_empty_words_ask_nothing(app: App) -> None:
    QTest.keyClicks(app.window.words, "   ")
    QTest.keyClick(app.window.words, Qt.Key.Key_Return)
    app.session.find("")
    assert app.session.state is State.EMPTY


def test_a_recording_is_not_given_up_for_words(app: App) -> None:
    app.coordinator.recording.toggle()
    app.wait_for(lambda: app.session.state is State.RECORDING)
    assert not app.window.words.isEnabled()
    app.session.find("rain")
    app.session.steer(())
    assert app.session.state is State.RECORDING


def test_steered_words_have_no_sound_to_compare(app: App) -> None:
    app.window.options.change(ranking=Ranking.SOUND)
    app.window.options.offer(tuple(Ranking))
    find(app, "dog")
    app.window.header.heard.chips[0].menu().actions()[1].trigger()
    app.wait_for(lambda: app.session.state is State.RESULTS)
    assert app.engine.calls[-1][:2] == ("search", "dog")
    assert app.engine.ranking is Ranking.BOTH
    app.window.commands.back.trigger()
    app.wait_for(lambda: app.session.state is State.RESULTS)
    assert app.engine.calls[-1][:2] == ("find", "dog")


def test_classes_complete_what_is_typed_and_one_that_is_chosen_is_found(app: App) -> None:
    app.window.activateWindow()
    app.qtbot.waitActive(app.window)
    app.window.commands.find.trigger()
    field = app.window.words
    QTest.keyClicks(field, "meo")
    app.wait_for(lambda: QApplication.activePopupWidget() is not None)
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Return):
        QTest.keyClick(QApplication.activePopupWidget(), key)
    app.wait_for(lambda: app.session.state is State.RESULTS)
    assert app.session.subject == "Meow"
    assert [call[1] for call in app.engine.calls if call[0] == "find"] == ["Meow"]
    assert app.engine.completing_threads.isdisjoint({threading.get_ident(), *app.engine.threads})


def test_a_list_of_classes_does_not_keep_one_from_asking_what_was_typed(app: App) -> None:
    app.window.activateWindow()
    app.qtbot.waitActive(app.window)
    app.window.commands.find.trigger()
    QTest.keyClicks(app.window.words, "meo")
    app.wait_for(lambda: QApplication.activePopupWidget() is not None)
    QTest.keyClick(QApplication.activePopupWidget(), Qt.Key.Key_Return)
    app.wait_for(lambda: app.session.state is State.RESULTS)
    assert app.session.subject == "meo"

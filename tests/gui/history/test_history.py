"""History, stars and presets from one day to the next, and the pane that lists them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QDeadlineTimer, QModelIndex, Qt
from PySide6.QtGui import QDesktopServices
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QLineEdit, QMenu
from pytestqt.qtbot import QtBot

from core.audio.reader import AudioFile
from core.audio.recordings import MOST_KEPT
from core.errors import SoundalikeError
from core.library import Library
from core.library_types import PastSearch, Star
from core.options import Comparison, Filter, Ranking
from core.paths import DataFolder
from core.types import CatalogInfo, Match, Matches, Query, watch_url
from gui import formats
from gui.history.library_worker import LibraryWorker
from gui.history.model import MOST_ENTRIES, SEARCH_ROLE, THUMBNAIL_ROLE, Entry, History, Status
from gui.history.panel import HISTORY, HistoryPanel
from gui.history.personal_lists import PersonalLists
from gui.history.stars import Stars
from gui.history.store import HistoryStore, Recalled
from gui.search.answers import Answer
from gui.search.loading import EngineLoader
from gui.search.options import SearchOptions, SearchValues
from gui.search.repeats import Repeats
from gui.search.state import State
from gui.workers import Worker
from tests.gui.conftest import App, FakeEngine, write_wav
from tests.gui.search.test_session import open_and_wait, said

INFO = CatalogInfo("c", "/", 10, "m")
MATCH = Match(1, "abcdefghijk", 30.0, 40.0, ("Dog", "Bark"), 0.9, watch_url("abcdefghijk", 30.0))


class Window:
    """A pane, its history, and the library behind, as a window has them."""

    def __init__(self, qtbot: QtBot, path: Path) -> None:
        self.qtbot = qtbot
        self.library, self.worker = Library(path), Worker("library")
        self.history, self.panel = History(), HistoryPanel()
        qtbot.addWidget(self.panel)
        self.panel.resize(260, 400)
        self.panel.show_history(self.history)
        options = SearchOptions()
        options.adopt(SearchValues(7, Filter(("Animal",))))
        self.library_worker = LibraryWorker(self.library, self.worker)
        self.store = HistoryStore(self.library_worker, self.history, options)
        self.lists = PersonalLists(self.library_worker)
        self.panel.show_stars(self.lists.stars)
        self.panel.removed.connect(self.store.remove)
        self.panel.star_set.connect(self.store.set_star)
        self.panel.star_removed.connect(lambda star: self.lists.unstar(star.video_id, star.start_s))
        self.panel.cleared.connect(self.store.clear)
        self.said: list[object] = []
        self.recalled: list[Recalled] = []
        self.library_worker.noted.connect(self.said.append)
        self.library_worker.failed.connect(self.said.append)
        self.store.recalled.connect(self.recalled.append)
        self.panel.show()

    def rest(self) -> None:
        self.qtbot.waitUntil(lambda: not self.library_worker.is_busy)

    def load(self) -> None:
        self.store.load()
        self.lists.load()
        self.rest()

    def texts(self) -> list[str]:
        found = self.panel.view.found
        return [found.index(row, 0).data() for row in range(found.rowCount())]

    def close(self) -> None:
        self.store.forget_for_good()
        self.library_worker.close()
        assert self.worker.wait(QDeadlineTimer(5000))


@pytest.fixture
def make_window(qtbot: QtBot, tmp_path: Path) -> Iterator[Callable[[], Window]]:
    made: list[Window] = []

    def make(name: str = "library.sqlite") -> Window:
        made.append(Window(qtbot, tmp_path / name))
        return made[-1]

    yield make
    for window in made:
        window.close()
        for part in (window.store, window.lists, window.library_worker):
            part.deleteLater()
        window.history.deleteLater()


@pytest.fixture
def window(make_window: Callable[[], Window]) -> Window:
    return make_window()


def files(name: str, n_files: int, status: Status = Status.WAITING) -> list[Entry]:
    return [Entry(f"{name}{n}", Path(f"/{name}{n}"), status=status) for n in range(n_files)]


def test_many_old_entries_go_at_once_and_none_that_waits(qtbot: QtBot) -> None:
    history = History()
    QAbstractItemModelTester(history, QAbstractItemModelTester.FailureReportingMode.Fatal, history)
    old = files("old", MOST_ENTRIES, Status.DONE)
    old[-2].is_starred = True
    history.add(old)
    told: list[tuple[int, int]] = []
    history.rowsRemoved.connect(lambda _, first, last: told.append((first, last)))
    history.add(files("new", MOST_ENTRIES))
    assert told == [(2 * MOST_ENTRIES - 1,) * 2, (MOST_ENTRIES, 2 * MOST_ENTRIES - 3)]
    history.add(files("newest", 500))
    waiting = [entry for entry in entries_of(history) if entry.status is Status.WAITING]
    assert len(waiting) == MOST_ENTRIES + 500
    told.clear()
    history.forget_pending()
    assert told == [(0, MOST_ENTRIES + 499)]
    assert entries_of(history) == [old[-2]]


def entries_of(history: History) -> list[Entry]:
    return [history.at(history.index(row)) for row in range(history.rowCount())]


def answer(path: Path, n_matches: int = 2, span: tuple[float, float] | None = None) -> Answer:
    frames = np.random.default_rng(n_matches).integers(0, 256, (2, 128), np.uint8)
    query = Query(path.name, frames, 1.5)
    return Answer(query, Matches(query, INFO, (MATCH,) * n_matches), AudioFile(path), span)


@pytest.fixture
def sine(tmp_path: Path) -> Path:
    times = np.arange(24_000) / 16_000
    return write_wav(tmp_path / "sine.wav", np.sin(2 * np.pi * 440 * times))


def test_a_day_later_all_is_there_and_can_be_asked_again(
    make_window: Callable[[], Window], sine: Path
) -> None:
    first = make_window()
    first.load()
    asked = answer(sine)
    first.history.remember(asked)
    first.history.remember(answer(sine, 1, (0.5, 1.25)))
    first.rest()
    image = first.history.index(0).data(THUMBNAIL_ROLE)
    assert (image.width(), image.height()) == (64, 32)
    second = make_window()
    second.load()
    when = [formats.day(past.time_s) for past in second.library.history()]  # a minute may begin
    assert second.texts() == [
        f"sine.wav\n0:00.5–0:01.2 · {when[0]}",
        f"Sounds like Dog, Bark (2 of the 2 nearest)\nsine.wav · 0:01.5 · {when[1]}",
    ]
    assert [at.split(" · ")[:2] for at in first.texts()] == [
        at.split(" · ")[:2] for at in second.texts()
    ]
    index = second.history.index(1)
    assert index.data(THUMBNAIL_ROLE).size() == image.size()
    assert "Dog, Bark (2 of the 2 nearest)" in index.data(Qt.ItemDataRole.ToolTipRole)
    entry = second.history.at(index)
    second.store.recall(entry)
    second.rest()
    (recalled,) = second.recalled
    assert recalled.audio is not None
    assert recalled.audio.path == sine
    np.testing.assert_array_equal(recalled.query.frames, asked.source.frames)
    # Its new answer belongs to the same entry, here and in the file.
    again = Answer(recalled.query, Matches(recalled.query, INFO, (MATCH,) * 5), recalled.audio)
    second.history.remember(again)
    second.rest()
    assert second.history.row_of(again) == 1
    assert len(second.library.history()) == 2
    assert [past.n_matches for past in second.library.history()] == [1, 5]
    assert second.library.history()[0].k == 7
    assert second.library.history()[0].filters == Filter(("Animal",))


def test_a_file_that_is_gone_takes_only_the_picture_with_it(
    make_window: Callable[[], Window], sine: Path
) -> None:
    first = make_window()
    first.history.remember(answer(sine))
    first.rest()
    sine.unlink()
    second = make_window()
    second.load()
    entry = second.history.at(second.history.index(0))
    second.store.recall(entry)
    second.rest()
    assert second.recalled[0].audio is None
    assert len(second.recalled[0].query.frames) == 2
    assert second.texts()[0].endswith(" · file gone")
    query = second.recalled[0].query
    second.history.remember(Answer(query, Matches(query, INFO, (MATCH,)), None))
    second.rest()
    assert second.library.history()[0].n_matches == 1
    assert second.library.history()[0].thumbnail is not None


def test_the_same_sound_on_another_day_is_another_entry(
    make_window: Callable[[], Window], sine: Path
) -> None:
    first = make_window()
    first.history.remember(answer(sine, 1))
    first.rest()
    second = make_window()
    second.load()
    second.history.remember(answer(sine, 2))
    second.history.remember(answer(sine, 3))
    second.rest()
    assert [past.n_matches for past in second.library.history()] == [3, 1]
    assert second.history.rowCount() == 2


def test_entries_are_forgotten_one_by_one_and_all_at_once(window: Window, tmp_path: Path) -> None:
    paths = [write_wav(tmp_path / f"{name}.wav", np.sin(np.arange(20_000))) for name in "abcd"]
    for path in paths:
        window.history.remember(answer(path))
    window.qtbot.keyClicks(window.panel.search, "A.w")
    assert len(window.texts()) == 1
    window.panel.view.setFocus()
    window.panel.view.setCurrentIndex(window.panel.view.found.index(0, 0))
    window.qtbot.keyClick(window.panel.view, Qt.Key.Key_Delete)
    window.panel.search.clear()
    menu = window.panel.menu_for(window.history.at(window.history.index(1)))
    action(menu, "Forget it").trigger()
    window.rest()
    assert len(window.texts()) == 2
    assert len(window.library.history()) == 3, "the last one can still be brought back"
    window.panel.clear.click()
    window.rest()
    assert [past.name for past in window.library.history()] == ["d.wav", "b.wav"]
    window.store.forgetting.timeout.emit()
    window.rest()
    assert window.library.history() == []
    assert window.texts() == []
    assert not window.panel.clear.isEnabled()


def test_what_was_forgotten_can_be_brought_back(
    make_window: Callable[[], Window], tmp_path: Path
) -> None:
    window = make_window()
    said: list[str] = []
    window.store.undoable.connect(said.append)
    paths = [write_wav(tmp_path / f"{name}.wav", np.sin(np.arange(20_000))) for name in "abcd"]
    for path in paths[:3]:
        window.history.remember(answer(path))
    before = window.texts()
    window.panel.removed.emit(window.history.at(window.history.index(1)))
    window.store.undo()
    window.store.undo()
    assert window.texts() == before
    window.panel.clear.click()
    window.history.remember(answer(paths[3]))
    window.store.undo()
    assert window.texts()[1:] == before
    heard = "Sounds like Dog, Bark (2 of the 2 nearest)"
    assert said == [f"Forgot {heard}.", "Cleared the history."]
    window.rest()
    assert len(window.library.history()) == 4
    # What comes after clearing stays, and closing does not wait for second thoughts.
    window.panel.clear.click()
    window.history.remember(answer(paths[0]))
    window.close()
    assert [past.name for past in window.library.history()] == ["a.wav"]


def test_what_was_forgotten_while_it_was_at_work_stays_so(window: Window, sine: Path) -> None:
    entry = Entry("sine.wav", sine, status=Status.ANALYSING)
    window.history.add([entry])
    window.history.remove(entry)
    window.history.finish(entry, answer(sine))
    window.rest()
    assert window.library.history() == []


def test_what_another_window_has_forgotten_is_said(
    make_window: Callable[[], Window], sine: Path
) -> None:
    first, second = make_window(), make_window()
    first.history.remember(answer(sine))
    first.rest()
    second.load()
    first.panel.clear.click()
    first.store.forgetting.timeout.emit()
    first.rest()
    second.store.recall(second.history.at(second.history.index(0)))
    second.rest()
    assert second.recalled == []
    assert "Another window" in str(second.said)
    assert second.history.rowCount() == 0


def test_a_sound_can_be_found_by_its_name_and_what_it_sounded_like(window: Window) -> None:
    pasts = [
        PastSearch(1, 1e9, "one.wav", label="Dog, Bark (7 of the 10 nearest)"),
        PastSearch(2, 1e9, "DOG & co.wav"),
        PastSearch(3, 1e9, "three.wav", label="Rain"),
    ]
    window.history.load(pasts)
    window.history.load(pasts)
    assert window.history.rowCount() == 3
    window.qtbot.keyClicks(window.panel.search, "dog")
    titles = ["Dog, Bark (7 of the 10 nearest)", "DOG & co.wav"]
    assert [text.partition("\n")[0] for text in window.texts()] == titles
    chosen: list[Entry] = []
    window.panel.chosen.connect(chosen.append)
    window.panel.view.activated.emit(window.panel.view.found.index(1, 0))
    assert [entry.name for entry in chosen] == ["DOG & co.wav"]
    # Marking an entry that is not listed now marks none.
    window.panel.mark_shown(1)
    assert window.panel.view.currentIndex().row() == 1
    window.panel.mark_shown(2)
    assert not window.panel.view.selectionModel().hasSelection()


def action(menu: QMenu, text: str):
    return next(each for each in menu.actions() if each.text() == text)


def test_a_sound_is_renamed_and_found_by_all_its_names(
    make_window: Callable[[], Window], sine: Path
) -> None:
    first = make_window()
    first.history.remember(answer(sine))
    first.rest()
    view = first.panel.view
    view.setFocus()
    view.setCurrentIndex(view.found.index(0, 0))
    first.qtbot.keyClick(view, Qt.Key.Key_F2)
    editor = view.findChild(QLineEdit)
    assert editor is not None
    assert editor.text() == "Sounds like Dog, Bark (2 of the 2 nearest)"
    first.qtbot.keyClicks(editor, "<b>Rex</b>  at night")
    first.qtbot.keyClick(editor, Qt.Key.Key_Return)
    first.qtbot.waitUntil(lambda: first.texts()[0].startswith("<b>Rex</b> at night\nsine.wav · "))
    first.rest()
    second = make_window()
    second.load()
    assert second.texts() == first.texts()
    tip = second.history.index(0).data(Qt.ItemDataRole.ToolTipRole)
    assert "&lt;b&gt;Rex" in tip and "Dog, Bark" in tip
    for words, n_found in (("REX", 1), ("sine.wav", 1), ("dog", 1), ("cat", 0)):
        second.panel.search.setText(words)
        assert len(second.texts()) == n_found, words
    second.panel.search.clear()
    second.history.setData(second.history.index(0), " ")
    assert second.texts()[0].startswith("Sounds like Dog, Bark")
    second.rest()
    assert second.library.kept_paths() == []
    waiting = Entry("new.wav", sine)
    second.history.add([waiting])
    assert not second.history.flags(second.history.index(0)) & Qt.ItemFlag.ItemIsEditable
    assert not action(second.panel.menu_for(waiting), "Rename…").isEnabled()


def test_what_has_a_name_or_a_star_stays_when_the_history_is_cleared(
    make_window: Callable[[], Window], tmp_path: Path
) -> None:
    window = make_window()
    said: list[str] = []
    window.store.undoable.connect(said.append)
    for name in "abcd":
        path = write_wav(tmp_path / f"{name}.wav", np.sin(np.arange(20_000)))
        window.history.remember(answer(path))
    starred, named = (window.history.at(window.history.index(row)) for row in (0, 2))
    action(window.panel.menu_for(starred), "Add a star").trigger()
    window.store.rename(named, "Rex")
    spoken = window.history.index(0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert spoken.endswith(", with a star")
    window.panel.search.setText("starred")
    assert len(window.texts()) == 1
    window.panel.search.clear()
    window.panel.clear.click()
    assert said == ["Cleared the history. What has a name or a star stays."]
    window.store.forgetting.timeout.emit()
    window.rest()
    assert [past.name for past in window.library.history()] == ["d.wav", "b.wav"]
    assert set(window.library.kept_paths()) == {tmp_path / "d.wav", tmp_path / "b.wav"}
    second = make_window()
    second.load()
    entry = second.history.at(second.history.index(0))
    assert entry.is_starred
    action(second.panel.menu_for(entry), "Remove the star").trigger()
    second.panel.clear.click()
    second.store.forgetting.timeout.emit()
    second.rest()
    assert [past.given_name for past in second.library.history()] == ["Rex"]


def test_a_star_is_painted_and_takes_room_from_the_title_alone(window: Window) -> None:
    pasts = [PastSearch(key, 1e9, "a.wav", label="m" * 60, is_starred=key == 1) for key in (2, 1)]
    window.history.load(pasts)
    window.qtbot.waitExposed(window.panel)
    view = window.panel.view
    plain, starred = (
        view.viewport().grab(view.visualRect(view.found.index(row, 0))).toImage() for row in (0, 1)
    )
    differing = [
        (x, y)
        for x in range(60, plain.width())
        for y in range(plain.height())
        if plain.pixelColor(x, y) != starred.pixelColor(x, y)
    ]
    assert differing
    assert max(y for _, y in differing) < plain.height() // 2 + 2
    assert min(x for x, _ in differing) > plain.width() // 2


def test_an_empty_list_says_what_will_be_there(window: Window) -> None:
    panel = window.panel
    window.qtbot.waitExposed(panel)
    assert panel.view.sentence.isVisible()
    assert panel.view.sentence.text() == "Sounds that you record or open are listed here."
    panel.tabs.setCurrentIndex(1 - HISTORY)
    assert panel.starred.sentence.text() == "Matches that you star are listed here."
    panel.tabs.setCurrentIndex(HISTORY)
    window.history.load([PastSearch(1, 1e9, "a.wav")])
    assert not panel.view.sentence.isVisible()
    panel.search.setText("b.wav")
    assert panel.view.sentence.isVisible()
    assert panel.view.sentence.text() == "Nothing here has these words."


def test_stars_are_kept_noted_and_removed(make_window: Callable[[], Window]) -> None:
    first = make_window()
    starred: list[frozenset[tuple[str, float]]] = []
    first.lists.stars_changed.connect(starred.append)
    first.lists.star(MATCH)
    first.rest()
    assert starred[-1] == {("abcdefghijk", 30.0)}
    first.panel.tabs.setCurrentIndex(1 - HISTORY)
    assert not first.panel.clear.isVisible()
    index = first.panel.starred.found.index(0, 0)
    assert index.data() == "Bark · Dog\n0:30–0:40 · abcdefghijk"
    first.panel.starred.setCurrentIndex(index)
    first.panel.starred.setFocus()
    first.qtbot.keyClick(first.panel.starred, Qt.Key.Key_F2)
    editor = first.panel.starred.findChild(QLineEdit)
    assert editor is not None
    first.qtbot.keyClicks(editor, "<b>my</b> dog")
    first.qtbot.keyClick(editor, Qt.Key.Key_Return)
    stars = first.lists.stars
    first.qtbot.waitUntil(lambda: bool(stars.index(0).data(Qt.ItemDataRole.EditRole)))
    second = make_window()
    second.load()
    (star,) = second.library.stars()
    assert (star.note, star.labels, star.url) == ("<b>my</b> dog", ("Dog", "Bark"), MATCH.url)
    second.panel.tabs.setCurrentIndex(1 - HISTORY)
    index = second.panel.starred.found.index(0, 0)
    assert index.data() == "<b>my</b> dog\n0:30–0:40 · abcdefghijk · Bark · Dog"
    said: list[tuple[str, Star]] = []
    second.panel.star_chosen.connect(lambda star: said.append(("open", star)))
    second.panel.star_liked.connect(lambda star: said.append(("like", star)))
    second.panel.starred.activated.emit(index)
    menu = second.panel.star_menu_for(index)
    action(menu, "More like this").trigger()
    assert said == [("open", star), ("like", star)]
    action(menu, "Remove the star").trigger()
    second.rest()
    assert second.library.stars() == []
    assert second.panel.starred.found.rowCount() == 0
    second.panel.tabs.setCurrentIndex(HISTORY)
    assert second.panel.clear.isVisible()


def test_hidden_videos_and_presets_are_kept(make_window: Callable[[], Window]) -> None:
    first = make_window()
    first.lists.hide("a")
    first.lists.hide("b")
    first.lists.show("a")
    first.lists.save_preset("Zoo", Filter(("Animal",)))
    first.lists.save_preset("Quiet", Filter((), ("Music",)))
    first.lists.save_preset("Wet", Filter(("Rain",)))
    first.lists.save_preset("loud", Filter(("Siren",)))
    first.lists.remove_preset("Zoo")
    first.rest()
    second = make_window()
    told: list[Any] = []
    second.lists.presets_changed.connect(told.append)
    second.lists.hidden_changed.connect(told.append)
    second.load()
    presets = {
        "loud": Filter(("Siren",)),
        "Quiet": Filter((), ("Music",)),
        "Wet": Filter(("Rain",)),
    }
    assert told == [presets, frozenset({"b"})]
    assert list(told[0]) == ["loud", "Quiet", "Wet"]


def test_without_a_library_the_window_works_and_says_so_once(
    make_window: Callable[..., Window], sine: Path, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    window = make_window("file/library.sqlite")
    window.load()
    window.history.remember(answer(sine))
    window.lists.star(MATCH)
    window.rest()
    (error,) = window.said
    assert isinstance(error, SoundalikeError)
    assert window.history.rowCount() == 1


def test_a_damaged_library_is_told_of(make_window: Callable[[], Window], tmp_path: Path) -> None:
    (tmp_path / "library.sqlite").write_text("damaged" * 1000)
    window = make_window()
    window.load()
    (notice,) = window.said
    assert "begun anew" in str(notice)


def test_what_waits_is_written_when_the_window_closes(window: Window, sine: Path) -> None:
    gate = threading.Event()
    window.library_worker.do(lambda _: gate.wait(10))
    for number in range(1, 4):
        window.history.remember(answer(sine, number, (0.0, number / 10)))
    window.history.remember(answer(sine, 9, (0.0, 0.3)))
    window.lists.star(MATCH)
    window.store.forget_for_good()
    window.library_worker.close()
    gate.set()
    assert window.worker.wait(QDeadlineTimer(5000))
    assert [past.n_matches for past in window.library.history()] == [9, 2, 1]
    assert len(window.library.stars()) == 1


def test_nothing_is_written_in_the_window_s_thread(
    window: Window, sine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads: set[int] = set()
    do = window.library.database.do

    def watched(work):
        threads.add(threading.get_ident())
        return do(work)

    monkeypatch.setattr(window.library.database, "do", watched)
    window.load()
    window.history.remember(answer(sine))
    window.lists.star(MATCH)
    window.panel.clear.click()
    window.rest()
    assert threads
    assert threading.get_ident() not in threads


def test_the_models_keep_qts_contract(qtmodeltester, window: Window, tmp_path: Path) -> None:
    fatal = QAbstractItemModelTester.FailureReportingMode.Fatal
    stars, history, panel = Stars(), window.history, window.panel
    testers = [
        QAbstractItemModelTester(model, fatal)
        for model in (stars, history, panel.view.found, panel.starred.found)
    ]
    pasts = [PastSearch(key, 1e9 + key, f"<i>{key}</i>", n_matches=key) for key in range(5, 0, -1)]
    history.load(pasts)
    history.add([Entry("new", tmp_path)])
    panel.search.setText("<i>")
    history.remove(history.at(history.index(2)))
    panel.search.setText("")
    stars.show_stars([Star("a", 1.0), Star("b", 2.0, note="x")])
    for model in (stars, history):
        qtmodeltester.check(model)
    assert stars.index(0).data(SEARCH_ROLE) == "a a"
    assert history.rowCount() == 5
    assert not stars.setData(QModelIndex(), "x")
    history.clear()
    stars.show_stars([])
    assert testers


def test_a_long_name_takes_nothing_from_the_line_below(window: Window) -> None:
    window.history.load([PastSearch(key, 1e9, "m" * (10 * key - 9), n_matches=3) for key in (2, 1)])
    window.qtbot.waitExposed(window.panel)
    view = window.panel.view
    base = view.palette().color(view.palette().ColorRole.Base)
    lower = []
    for row in range(2):
        image = view.viewport().grab(view.visualRect(view.found.index(row, 0))).toImage()
        lines = range(image.height() // 2 + 2, image.height())
        columns = range(60, image.width())
        lower.append([any(image.pixelColor(x, y) != base for y in lines) for x in columns])
    assert any(lower[0][60:])
    assert lower[0] == lower[1]


@pytest.mark.parametrize(
    ("then", "text"),
    [
        (datetime(2025, 3, 9, 14, 5), "today 14:05"),
        (datetime(2025, 3, 8, 23, 59), "yesterday 23:59"),
        (datetime(2025, 1, 31), "31 Jan"),
        (datetime(2024, 11, 3), "3 Nov 2024"),
    ],
)
def test_days_are_named(then: datetime, text: str) -> None:
    assert formats.day(then.timestamp(), datetime(2025, 3, 9, 15, 0)) == text


@pytest.fixture
def reopened(
    make_app: Callable[..., App], sine: Path, own_data_folder: Path
) -> Callable[[str], App]:
    """Have a sound heard by one model; return what opens the window a day later, with another."""
    first = make_app(sine)
    first.engine.info = replace(INFO, model_id="vggish-1", has_released_frames=True)
    first.show()
    first.wait_for(lambda: first.session.state is State.RESULTS)
    library = Library(DataFolder(own_data_folder).library)
    first.wait_for(lambda: [past.model_key for past in library.history()] == ["vggish-1"])
    first.close()

    def start(model_id: str) -> App:
        app = make_app()
        app.engine.info = replace(INFO, model_id=model_id, has_released_frames=True)
        return app

    return start


def choose_the_only_entry(app: App) -> None:
    history = app.coordinator.history
    app.wait_for(lambda: history.rowCount() == 1)
    app.window.history.chosen.emit(history.at(history.index(0)))


def asked(app: App) -> list[object]:
    """Return what the engine's own worker asked it, once it was loaded."""
    return [call[0] for call in app.engine.calls if call[0] not in ("load", "with_patch_tags")]


def test_a_former_sound_is_searched_as_it_was_heard(reopened: Callable[[str], App]) -> None:
    app = reopened("vggish-1")
    app.show()
    choose_the_only_entry(app)
    app.wait_for(lambda: app.session.state is State.RESULTS)
    assert asked(app) == ["search"]


def test_a_former_sound_is_asked_as_it_was_asked_then(
    make_app: Callable[..., App], sine: Path
) -> None:
    first = make_app(sine)
    then = SearchValues(10, Filter(("Dog",)), Comparison.FRAMES, Ranking.SOUND)
    first.engine.info = replace(
        INFO, model_id="vggish-1", rankings=tuple(Ranking), has_released_frames=True
    )
    first.window.options.adopt(then)
    first.show()
    first.wait_for(lambda: first.session.state is State.RESULTS)
    first.close()
    app = make_app()
    app.engine.info = first.engine.info
    app.show()
    app.wait_for(lambda: not app.session.loader.is_loading)
    app.window.options.adopt(SearchValues(50))
    choose_the_only_entry(app)
    app.wait_for(lambda: app.session.state is State.RESULTS)
    assert app.window.options.values == then
    assert ("search", "sine.wav", 10, then.filters) in app.engine.calls
    assert (app.engine.compared, app.engine.ranking) == (then.by, then.ranking)
    assert asked(app) == ["search"]


def test_embeddings_of_another_model_are_asked_again_as_they_are(qtbot: QtBot) -> None:
    worker = Worker("searches")
    loader = EngineLoader(FakeEngine(None), worker, lambda: True)  # type: ignore[arg-type]
    repeats, wanted = Repeats(loader), []
    repeats.wanted.connect(wanted.append)
    query = Query("made elsewhere", np.zeros((2, 128), np.uint8), 2.0, model_id="vggish-audioset")
    repeats.repeat(query, None, None, "vggish-audioset")
    assert wanted == [query]
    worker.close()
    assert worker.wait(QDeadlineTimer(5000))


def test_a_former_sound_that_another_model_heard_is_heard_anew(
    reopened: Callable[[str], App],
) -> None:
    app = reopened("vggish-2")
    app.show()
    choose_the_only_entry(app)
    app.wait_for(lambda: app.session.state is State.RESULTS)
    assert asked(app) == ["query", "search"]


def test_a_former_sound_waits_until_it_is_known_which_model_answers(
    reopened: Callable[[str], App],
) -> None:
    app = reopened("vggish-2")
    app.engine.gate.clear()
    app.show()
    choose_the_only_entry(app)
    app.wait_for(lambda: app.session.state is State.ANALYSING)
    assert asked(app) == []
    app.engine.gate.set()
    app.wait_for(lambda: app.session.state is State.RESULTS)
    assert asked(app) == ["query", "search"]


def test_a_former_sound_that_is_gone_is_not_searched_by_another_models_numbers(
    reopened: Callable[[str], App], sine: Path
) -> None:
    sine.unlink()
    app = reopened("vggish-2")
    app.show()
    app.wait_for(lambda: bool(app.window.status.text()))
    choose_the_only_entry(app)
    app.wait_for(
        lambda: (
            "was analysed by another model, and its file is gone" in app.window.banner.text.text()
        )
    )
    assert asked(app) == []
    assert app.session.state is State.EMPTY


def test_at_a_start_the_oldest_recordings_go_but_for_those_with_a_name_or_a_star(
    make_app: Callable[..., App], own_data_folder: Path
) -> None:
    data = DataFolder(own_data_folder)
    data.recordings.mkdir()
    names = [f"recording 2026-01-01 10.{n:02}.00.flac" for n in range(MOST_KEPT + 4)]
    for name in names:
        (data.recordings / name).write_bytes(b"")
    library = Library(data.library)
    for name, given_name in ((names[0], ""), (names[2], "Rex")):
        past = PastSearch(name=name, path=str(data.recordings / name))
        key = library.remember(past, Query(name, np.zeros((1, 128), np.uint8), 1.0))
        library.keep(key, given_name, not given_name)
    app = make_app()
    app.show()
    gone = {names[1], names[3]}
    app.wait_for(lambda: {path.name for path in data.recordings.iterdir()} == set(names) - gone)
    app.wait_for(lambda: not app.coordinator.features.history.library_worker.is_busy)
    assert {path.name for path in data.recordings.iterdir()} == set(names) - gone


def test_the_history_opens_beside_the_empty_page(app: App, sine: Path) -> None:
    window = app.window
    window.resize(1024, 640)
    assert window.empty.isVisible()
    assert not window.right.isVisible()
    window.commands.history.trigger()
    assert window.history.view.sentence.isVisible()
    assert window.empty.isVisible()
    assert not window.results.isVisible() and not window.header.isVisible()
    open_and_wait(app, sine)
    assert not window.empty.isVisible()
    assert window.results.isVisible() and window.header.isVisible()
    assert window.history.isVisible(), "what a person opened stays"
    assert not window.right.isVisible()


def test_undo_is_offered_only_while_it_brings_something_back(app: App, sine: Path) -> None:
    app.window.permission.adopt(False)  # no question may stand there
    open_and_wait(app, sine)
    assert app.coordinator.features is not None
    store, banner = app.coordinator.features.history.store, app.window.banner
    history, panel = app.coordinator.history, app.window.history
    for undo in (banner.action.click, store.forgetting.timeout.emit):
        panel.removed.emit(history.at(history.index(0)))
        assert banner.message.startswith("Forgot")
        assert banner.action.text() == "Undo"
        undo()
        assert not banner.message
    assert history.rowCount() == 0


def test_the_sound_that_is_shown_is_the_one_that_is_selected(app: App, tmp_path: Path) -> None:
    names = ["one.wav", "two.wav", "three.wav", "four.wav"]
    for name in names:
        open_and_wait(app, write_wav(tmp_path / name, np.sin(np.arange(24_000) / 9)))
    panel = app.window.history
    app.window.commands.history.setChecked(True)

    def selected() -> list[str]:
        return [
            str(at.data()).split("\n")[1].split(" · ")[0] for at in panel.view.selectedIndexes()
        ]

    def remove(name: str) -> None:
        rows = [
            at
            for at in range(app.coordinator.history.rowCount())
            if name in str(app.coordinator.history.index(at).data())
        ]
        panel.removed.emit(app.coordinator.history.at(app.coordinator.history.index(rows[0])))

    assert selected() == ["four.wav"]
    # By the key, as Qt moves on to a neighbour then.
    panel.view.setCurrentIndex(panel.view.model().index(2, 0))
    assert selected() == ["two.wav"]
    app.qtbot.keyClick(panel.view, Qt.Key.Key_Delete)
    assert selected() == ["four.wav"]
    remove("three.wav")
    assert selected() == ["four.wav"]
    panel.search.setText("one")
    assert selected() == []
    panel.search.clear()
    assert selected() == ["four.wav"]
    remove("four.wav")
    assert selected() == []
    app.window.banner.action.click()
    assert selected() == ["four.wav"], "undone"
    assert app.window.windowTitle().startswith("four.wav")


def test_a_key_adds_a_star_and_removes_it(window: Window, tmp_path: Path) -> None:
    window.history.remember(answer(write_wav(tmp_path / "a.wav", np.sin(np.arange(20_000)))))
    index = window.panel.view.found.index(0, 0)
    window.panel.view.setCurrentIndex(index)
    entry = window.history.at(window.history.index(0))
    for is_starred in (True, False):
        window.qtbot.keyClick(window.panel.view, Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier)
        assert entry.is_starred is is_starred
    window.qtbot.keyClick(window.panel.view, Qt.Key.Key_D)
    assert not entry.is_starred
    window.rest()


def test_a_sound_that_is_not_answered_yet_takes_no_star(window: Window, tmp_path: Path) -> None:
    waiting = Entry("new.wav", tmp_path / "new.wav")
    window.history.add([waiting])
    window.panel.view.setCurrentIndex(window.panel.view.found.index(0, 0))
    window.qtbot.keyClick(window.panel.view, Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier)
    assert not waiting.is_starred


def test_a_starred_video_without_an_address_says_so(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.setattr(
        QDesktopServices, "openUrl", lambda url: opened.append(url.toString()) or False
    )
    star = Star("0eF7", 30.0, 40.0, ("Dog",), "")
    app.window.history.star_chosen.emit(star)
    assert "its address is not known" in said(app)
    app.window.history.star_chosen.emit(replace(star, url=MATCH.url))
    assert opened == [MATCH.url]
    assert "No browser could be started" in said(app)

"""What a person does with matches in the window: why, going on, look-ups, lists."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QItemSelectionModel
from PySide6.QtGui import QDesktopServices, QGuiApplication

from core.jobs import Job
from core.types import Matches, NoLink
from gui.results.look_up_questions import MAY_BE
from gui.search.state import State
from tests.gui.conftest import App
from tests.gui.search.test_session import open_and_wait, said


@pytest.fixture
def shown(app: App, sine: Path) -> App:
    open_and_wait(app, sine)
    app.wait_for(lambda: app.window.spectrogram.can_zoom)
    return app


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    urls: list[str] = []
    monkeypatch.setattr(
        QDesktopServices, "openUrl", lambda url: urls.append(url.toString()) or True
    )
    return urls


def select(app: App, *rows: int) -> None:
    table = app.window.results.table
    table.clearSelection()
    for row in rows:
        table.selectionModel().select(
            table.model().index(row, 0),
            QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows,
        )


def know_seconds(app: App) -> None:
    """Let the answer be from a catalogue with all frames of its clips."""
    answer = app.session.answer
    assert answer is not None
    info = replace(answer.matches.catalog, is_balanced=False)
    app.session.resolved(answer, replace(answer.matches, catalog=info))


def test_the_selected_match_is_explained_and_pointed_out(shown: App) -> None:
    app = shown
    heat = app.coordinator.features.results.heat
    # Of a clip in the box only a mean is known.
    assert heat.accessibleDescription() == ""
    know_seconds(app)
    app.window.results.table.selectRow(3)
    app.wait_for(lambda: "0:34 of the video" in heat.accessibleDescription())
    assert heat.accessibleDescription() == "0:00.0 of your sound, 0:34 of the video: 0.90"
    why = app.window.results.details.reason.why
    assert why.isVisible() and not heat.isVisible(), "nobody has asked for it"
    why.click()
    assert heat.isVisible()
    assert app.window.spectrogram.plot.overlay.mark == pytest.approx((0.0, 1.0))
    app.window.results.table.selectRow(5)
    app.wait_for(lambda: "0:36 of the video" in heat.accessibleDescription())


def test_seconds_of_a_selection_are_told_as_seconds_of_the_sound(shown: App) -> None:
    app = shown
    app.session.match_span((0.2, 0.9))
    app.wait_for(lambda: app.session.state is State.RESULTS and app.session.span is not None)
    know_seconds(app)
    app.window.results.table.selectRow(2)
    heat = app.coordinator.features.results.heat
    app.wait_for(lambda: "0:33 of the video" in heat.accessibleDescription())
    assert heat.accessibleDescription().startswith("0:00.2 of your sound")
    mark = app.window.spectrogram.plot.overlay.mark
    assert mark is not None and mark[0] == pytest.approx(0.2)


def test_liking_and_disliking_search_on_and_back_leads_back(shown: App) -> None:
    app = shown
    select(app, 1, 4)
    app.window.commands.nearer.trigger()
    app.wait_for(lambda: app.session.state is State.RESULTS)
    assert ("refine", [2, 5], []) in app.engine.calls
    assert app.session.answer is not None
    assert app.session.answer.matches.query.direction is not None
    select(app, 0)
    app.window.commands.farther.trigger()
    app.wait_for(lambda: app.session.state is State.RESULTS)
    assert app.engine.calls[-2][0:3] == ("refine", [], [1])
    for _ in range(2):
        assert app.window.commands.back.isEnabled()
        app.window.commands.back.trigger()
        app.wait_for(lambda: app.session.state is State.RESULTS)
    assert app.session.answer.matches.query.direction is None
    assert not app.window.commands.back.isEnabled()


def test_all_selected_are_one_playlist(shown: App, opened: list[str]) -> None:
    app = shown
    select(app, 0, 1, 2)  # the third has no link
    app.window.commands.playlist.trigger()
    assert opened == ["https://www.youtube.com/watch_videos?video_ids=sin00000001,sin00000002"]
    select(app, 2)
    app.window.commands.playlist.trigger()
    assert "has a link" in said(app)


def test_the_list_is_copied_and_saved(shown: App, tmp_path: Path) -> None:
    app = shown
    app.window.commands.copy_table.trigger()
    assert len(QGuiApplication.clipboard().text().splitlines()) == 26
    for ending in ("html", "csv", "json", "m3u"):
        target = tmp_path / f"list.{ending}"
        app.window.dialogs.save = lambda *given, target=target: given[-1](target)  # type: ignore[method-assign]
        app.window.commands.save_list.trigger()
        app.wait_for(target.exists)
        app.wait_for(lambda: app.coordinator.features.results.saving.dialog is None)
        assert "sin00000001" in target.read_text()
    assert "data:image/png;base64" in (tmp_path / "list.html").read_text()


def test_nothing_is_looked_up_before_it_is_allowed(shown: App, make_app) -> None:
    app = shown
    banner = app.window.banner
    app.wait_for(lambda: banner.message == MAY_BE)
    assert not app.window.permission.is_given
    banner.other.click()
    assert not banner.isVisible()
    assert app.window.permission.answer is False
    assert app.window.focusWidget() is app.window.results.table
    app.window.commands.look_ups.trigger()
    assert app.window.permission.is_given
    app.window.commands.look_ups.trigger()
    app.close()
    again = make_app()
    again.show()
    assert again.window.permission.answer is False


@pytest.fixture
def unresolved(shown: App, monkeypatch: pytest.MonkeyPatch) -> App:
    """Window that shows five matches, of which the first has no address yet."""
    app, answer = shown, shown.engine.answer

    def first_without_link(*given):
        found = answer(*given)
        first = replace(found.matches[0], url="", no_link=NoLink.NOT_LOOKED_UP)
        return replace(found, matches=(first, *found.matches[1:]))

    monkeypatch.setattr(app.engine, "answer", first_without_link)
    app.window.options.change(k=5)
    app.wait_for(lambda: app.rows == 5)
    return app


def has_link(app: App) -> bool:
    return bool(app.session.answer and app.session.answer.matches.matches[0].url)


def test_other_ids_are_resolved_where_that_is_allowed(unresolved: App) -> None:
    app = unresolved
    assert ("resolve",) not in app.engine.calls
    app.window.commands.open_link.trigger()
    assert "YouTube id not looked up" in said(app)
    app.window.commands.look_ups.trigger()
    app.wait_for(lambda: has_link(app))
    assert app.engine.calls.count(("resolve",)) == 1
    app.window.commands.look_ups.trigger()


def test_ids_are_resolved_though_other_matches_are_looked_at_meanwhile(
    unresolved: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    app, resolve = unresolved, unresolved.engine.resolve
    is_asked, may_answer = threading.Event(), threading.Event()

    def resolve_slowly(answer: Matches, job: Job) -> Matches:
        is_asked.set()
        while not may_answer.wait(0.005):
            job.check()
        return resolve(answer, job)

    know_seconds(app)
    monkeypatch.setattr(app.engine, "resolve", resolve_slowly)
    app.window.commands.look_ups.trigger()
    app.wait_for(is_asked.is_set)
    heat = app.coordinator.features.results.heat
    app.window.results.table.selectRow(3)
    app.wait_for(lambda: "0:34 of the video" in heat.accessibleDescription())
    may_answer.set()
    app.wait_for(lambda: has_link(app))
    app.window.commands.look_ups.trigger()


def test_a_hidden_video_makes_room_for_the_next_and_can_come_back(shown: App) -> None:
    app = shown
    table = app.window.results.table
    app.window.results.details.hide_pressed.emit(table.chosen())
    app.wait_for(lambda: table.shown()[0][0].video_id == "sin00000002")
    app.wait_for(lambda: app.rows == 25)
    assert table.shown()[-1][0].video_id == "sin00000026"
    app.wait_for(lambda: app.session.state is State.RESULTS)
    assert "25 matches" in app.window.count.text()
    app.window.commands.show_hidden.trigger()
    app.wait_for(lambda: table.shown()[0][0].video_id == "sin00000001")
    assert app.rows == 25


def test_a_star_is_kept_and_shown_again(shown: App, make_app, sine: Path) -> None:
    app = shown
    star = app.window.results.details.star
    star.click()
    app.wait_for(lambda: app.window.history.starred.model().rowCount() == 1)
    app.window.results.table.selectRow(1)
    assert not star.isChecked()
    app.close()
    again = make_app()
    again.show()
    open_and_wait(again, sine)
    again.wait_for(again.window.results.details.star.isChecked)


def test_while_a_recording_is_matched_the_details_have_no_empty_strip(app: App) -> None:
    app.coordinator.recording.toggle()
    app.wait_for(lambda: app.rows > 0)
    assert app.session.state is State.RECORDING
    assert app.window.results.details.match is not None
    assert app.window.results.details.reason.isHidden()
    app.coordinator.recording.set_aside()
    app.wait_for(lambda: app.session.state is not State.RECORDING)


def test_the_status_line_names_what_analyses_sounds_after_a_video_too(shown: App) -> None:
    app = shown
    before = app.window.status.text()
    app.engine.info = replace(app.engine.info, model="What made the catalogue")
    app.session.more_like("iwsJJ1R3bNk")
    app.wait_for(lambda: app.session.state is State.RESULTS)
    assert app.window.status.text() == before
    app.session.match_span((0.2, 0.9))
    app.wait_for(lambda: "What made the catalogue" in app.window.status.text())


def test_what_was_refined_is_a_step_that_can_be_taken_back(shown: App) -> None:
    app, steps = shown, shown.window.header.steps
    question = steps.texts[0]
    select(app, 1, 4)
    app.window.commands.nearer.trigger()
    app.wait_for(lambda: steps.texts == (question, "more like 2 videos"))
    select(app, 0)
    app.window.commands.farther.trigger()
    app.wait_for(lambda: len(steps.texts) == 3)
    assert steps.texts[2].startswith("less like ")
    app.window.options.change(k=7)
    app.wait_for(lambda: app.rows == 7)
    assert len(steps.texts) == 3, "the same question, asked again"
    steps.chips[1].click()
    app.wait_for(lambda: app.session.state is State.RESULTS and steps.texts == (question,))
    app.window.commands.forward.trigger()
    app.wait_for(lambda: steps.texts == (question, "more like 2 videos"))

"""Joins the matches to the session: links, details, why they matched, lists to take away."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog

from core.engine import Engine
from core.errors import SoundalikeError
from core.jobs import Job
from core.types import Float32, Match, Matches, NoLink, Query
from gui.main_window import MainWindow
from gui.results.export import MatchExport
from gui.results.heat_strip import HeatStrip
from gui.search.answers import Answer
from gui.search.session import Session, State
from gui.spectrogram.image_file import png_of
from gui.widgets.saving import Saving
from gui.workers import Worker
from gui.youtube.look_ups import LookUps

LIST_KINDS = {
    "html": "Web page",
    "csv": "Spreadsheet",
    "json": "JSON",
    "m3u": "Playlist",
}


class ResultsController(QObject):
    """What a person does with matches.

    Parameters
    ----------
    window : MainWindow
    session : Session
    engine : Engine
        Asked from the worker `reasons` only for what any thread may ask.
    look_ups : LookUps
    may_look_up : bool or None
        What a person answered before; None where nobody was asked.
    reasons, files : Worker
        Where matches are explained, and where lists are written.
    browse : callable
        Opens an address.
    """

    def __init__(
        self,
        window: MainWindow,
        session: Session,
        engine: Engine,
        look_ups: LookUps,
        may_look_up: bool | None,
        reasons: Worker,
        files: Worker,
        browse: Callable[[str], None],
    ) -> None:
        super().__init__(window)
        self._browse = browse
        self._window, self._session, self._engine = window, session, engine
        self._reasons, self._files = reasons, files
        self.may_look_up = may_look_up
        self.heat = HeatStrip()
        self._taking = MatchExport(window.results)
        self.saving = Saving(window)
        self.saving.saved.connect(lambda path: self._say(f"Saved {path.name}"))
        self.saving.failed.connect(self._on_failed)
        window.results.details.add_part(self.heat)
        look_ups.failing_changed.connect(window.results.show_failing)
        window.results.try_again_pressed.connect(look_ups.try_again)
        window.results.use_look_ups(look_ups, may_look_up)
        self._join()

    def _join(self) -> None:
        results, commands, session = self._window.results, self._window.commands, self._session
        commands.open_link.triggered.connect(lambda: self._open(results.table.chosen()))
        commands.copy_link.triggered.connect(self._copy_link)
        commands.more.triggered.connect(self._more)
        commands.nearer.triggered.connect(lambda: self._refine(is_liked=True))
        commands.farther.triggered.connect(lambda: self._refine(is_liked=False))
        commands.playlist.triggered.connect(self._open_playlist)
        commands.copy_table.triggered.connect(self._copy_table)
        commands.save_list.triggered.connect(self._save_list)
        commands.print_list.triggered.connect(self._print)
        commands.look_ups.triggered.connect(self._on_look_ups)
        commands.look_ups.setChecked(self.may_look_up is True)
        results.table.link_chosen.connect(self._open)
        results.table.chosen_changed.connect(self._explain)
        results.details.open_pressed.connect(self._open)
        results.details.more_pressed.connect(lambda match: session.more_like(match.video_id))
        results.details.copied.connect(self._say)
        results.look_ups_answered.connect(self._on_look_ups)
        session.answered.connect(self._on_answered)
        session.state_changed.connect(self._on_state)
        self.heat.pointed.connect(self._point)

    # Links

    def _open(self, match: Match | None) -> None:
        if match is None:
            return
        if match.url:
            self._browse(match.url)
        else:
            reason = match.no_link or "its address is not known"
            self._window.banner.show_note(f"This video cannot be opened: {reason}.")

    def _copy_link(self) -> None:
        match = self._window.results.table.chosen()
        if match is not None and match.url:
            QGuiApplication.clipboard().setText(match.url)
            self._say("Link copied")

    def _open_playlist(self) -> None:
        address = self._taking.playlist()
        if address:
            self._browse(address)
        else:
            self._window.banner.show_note("None of the selected videos has a link.")

    # Going on

    def _more(self) -> None:
        match = self._window.results.table.chosen()
        if match is not None and self._session.state is not State.RECORDING:
            self._session.more_like(match.video_id)

    def _refine(self, is_liked: bool) -> None:
        chosen = self._window.results.table.selected()
        if chosen and self._session.state is not State.RECORDING:
            self._session.refine(chosen, is_liked)

    # Why

    def _explain(self, match: Match | None) -> None:
        answer = self._session.answer
        self.heat.clear()
        if match is None or answer is None or match not in answer.matches.matches:
            return
        query, engine = answer.matches.query, self._engine

        def done(pairs: Float32) -> None:
            if self._window.results.table.chosen() == match:
                sound_s = answer.span[0] if answer.span else 0.0
                # The demo's clips are sounds made for their classes, not the videos' own.
                is_demo = answer.matches.catalog.is_demo
                start_s, clip = (0.0, "demo sound") if is_demo else (match.start_s, "video")
                self.heat.show_pairs(pairs, query.hop_s, start_s, sound_s, clip)

        self._reasons.submit(lambda job: engine.compare(query, match), done)

    def _point(self, second_s: float | None) -> None:
        answer, spectrogram = self._session.answer, self._window.spectrogram
        if second_s is None or answer is None or not isinstance(answer.source, Query):
            spectrogram.mark(None)
            return
        spectrogram.mark((second_s, second_s + answer.source.hop_s))

    def _on_state(self, state: State) -> None:
        if state is State.RECORDING:
            self.heat.clear()

    # Look-ups

    def _on_look_ups(self, is_allowed: bool) -> None:
        self.may_look_up = is_allowed
        self._window.commands.look_ups.setChecked(is_allowed)
        self._window.results.allow_look_ups(is_allowed)
        if self._session.answer is not None:
            self._on_answered(self._session.answer)

    def _on_answered(self, answer: Answer) -> None:
        """Find out the YouTube ids of videos that have others, where that is allowed."""
        missing = any(match.no_link is NoLink.NOT_LOOKED_UP for match in answer.matches.matches)
        if not (missing and self.may_look_up):
            return
        engine = self._engine

        def find(job: Job) -> Matches:
            return engine.resolve(answer.matches, job)

        self._reasons.submit(find, lambda found: self._session.resolved(answer, found))

    # Taking it away

    def _save_list(self) -> None:
        def chosen(path: Path) -> None:
            self.saving.save(self._files, path, self._taking.saving(path, self._picture()))

        name = self._session.subject or "matches"
        self._window.dialogs.save("Save the list", f"Like {name}", LIST_KINDS, chosen)

    def _picture(self) -> bytes | None:
        spectrogram = self._window.spectrogram
        return None if spectrogram.is_blank else png_of(spectrogram.plot)

    def _copy_table(self) -> None:
        self._taking.copy_table()
        self._say("List copied")

    def _print(self) -> None:
        from PySide6.QtPrintSupport import QPrintDialog, QPrinter

        printer, name = QPrinter(), self._session.subject
        dialog = QPrintDialog(printer, self._window)
        dialog.accepted.connect(lambda: self._taking.print_on(printer, self._picture(), name))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        QDialog.open(dialog)

    def _say(self, text: str) -> None:
        self._window.statusBar().showMessage(text, 4000)

    def _on_failed(self, error: SoundalikeError) -> None:
        self._window.banner.show_trouble(error.in_full)

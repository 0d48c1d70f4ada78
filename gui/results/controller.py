"""What a person does with matches: links, details, why they matched, lists to take away."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog

from core.jobs import Job
from core.types import Float32, Match, Matches, NoLink, youtube_id_of
from gui import formats
from gui.context import Context
from gui.results.export import MatchExport
from gui.results.file_places import FilePlaces
from gui.results.heat_strip import HeatStrip
from gui.results.look_up_questions import LookUpQuestions
from gui.results.panel import ResultsPanel
from gui.results.sound_pictures import SoundPictures
from gui.search.answers import Answer, is_heard
from gui.search.state import State
from gui.widgets.saving import Saving
from gui.youtube.look_ups import LookUps
from gui.youtube.services import Services

LIST_KINDS = {
    "html": "Web page",
    "csv": "Spreadsheet",
    "json": "JSON",
    "m3u": "Playlist",
}


class ResultsController(QObject):
    """Joins the panel of matches, the look-ups and the session.

    Parameters
    ----------
    context : Context
    panel : ResultsPanel
    picture : callable
        Returns the spectrogram in sight as PNG, or None.
    services : Services, optional
        Where titles and thumbnails are looked up.

    Attributes
    ----------
    look_ups : LookUps
    files : FilePlaces
    heat : HeatStrip
    saving : Saving

    Signals
    -------
    pointed : pair of float or None
        The span of the sound that a person looks at in the details, in seconds.
    play_wanted : Match
        A person wants to hear a video; or the clip of a file, which is at `Match.path`.
    """

    pointed = Signal(object)  # tuple[float, float] | None
    play_wanted = Signal(Match)

    def __init__(
        self,
        context: Context,
        panel: ResultsPanel,
        picture: Callable[[], bytes | None],
        services: Services | None = None,
    ) -> None:
        super().__init__(context.window)
        self._context, self._session, self._panel = context, context.session, panel
        self._engine, self._picture = context.engine, picture
        self._reasons = context.workers["reasons"]
        self.look_ups = LookUps(
            context.data.look_ups, context.workers["looks"], context.permission, services, self
        )
        self.heat = HeatStrip()
        self._export = MatchExport(panel)
        self.saving = Saving(context.window)
        self.saving.saved.connect(lambda path: context.say(f"Saved {path.name}"))
        self.saving.failed.connect(context.show_trouble)
        panel.details.reason.add(self.heat)
        panel.use_look_ups(self.look_ups)
        self.files = FilePlaces(context.workers["own files"], self)
        pictures = SoundPictures(
            context.data.thumbnails,
            context.workers["thumbnails"],
            context.workers["large thumbnails"],
            self.files.place,
            self,
        )
        panel.use_files(self.files, pictures)
        self._questions = LookUpQuestions(
            context.banner, context.permission, self.look_ups, panel.table.setFocus
        )
        self._connect()

    def _connect(self) -> None:
        panel, actions, session = self._panel, self._context.actions, self._session
        permission, table, details = self._context.permission, panel.table, panel.details
        actions.open_link.triggered.connect(lambda: self._open(table.chosen()))
        actions.play_here.triggered.connect(lambda: self._play(table.chosen()))
        actions.copy_link.triggered.connect(self._copy_link)
        actions.more.triggered.connect(self._more)
        actions.nearer.triggered.connect(lambda: self._refine(is_liked=True))
        actions.farther.triggered.connect(lambda: self._refine(is_liked=False))
        actions.playlist.triggered.connect(self._open_playlist)
        actions.copy_table.triggered.connect(self._copy_table)
        actions.save_list.triggered.connect(self._save_list)
        actions.print_list.triggered.connect(self._print)
        actions.look_ups.triggered.connect(permission.adopt)
        actions.look_ups.setChecked(permission.is_given)
        actions.hide_gone.toggled.connect(table.proxy.hide_gone)
        table.proxy.hide_gone(actions.hide_gone.isChecked())
        table.proxy.ran_short.connect(self._ask_for_more)
        table.link_chosen.connect(lambda match: (self._play if match.path else self._open)(match))
        table.chosen_changed.connect(self._explain)
        details.open_pressed.connect(self._open)
        details.play_pressed.connect(self._play)
        details.more_pressed.connect(session.shown.more_like)
        details.copied.connect(self._context.say)
        self.look_ups.failing_changed.connect(panel.show_failing)
        permission.changed.connect(self._on_permission)
        session.answered.connect(self._on_answered)
        session.further.changed.connect(self._on_further)
        session.state_changed.connect(self._on_state)
        self.heat.pointed.connect(self._point)

    def close(self) -> None:
        """Stop asking YouTube."""
        self.look_ups.close()

    # Links

    def _open(self, match: Match | None) -> None:
        if match is None:
            return
        if match.path:
            if place := self._place(match):
                self._context.external.show_file(Path(place))
        elif match.url:
            self._context.external.browse(match.url)
        else:
            reason = match.no_link or "its address is not known"
            self._context.banner.show_note(f"This video cannot be opened: {reason}.")

    def _place(self, match: Match) -> str:
        """Return where a match's file is; empty where it is not there, which is told."""
        place = self.files.place(match)
        if not place:
            self._context.banner.show_note(
                f"{formats.file_name(match.path)} is not there: it was moved or deleted, or its "
                "drive is not connected."
            )
        return place

    def _play(self, match: Match | None) -> None:
        if match is not None and match.path:
            if place := self._place(match):
                self.play_wanted.emit(replace(match, path=place))
        elif match is not None:
            self.play_wanted.emit(match)

    def _copy_link(self) -> None:
        match = self._panel.table.chosen()
        if match is not None and (address := match.path or match.url):
            QGuiApplication.clipboard().setText(address)
            self._context.say("Path copied" if match.path else "Link copied")

    def _open_playlist(self) -> None:
        address = self._export.playlist()
        if address:
            self._context.external.browse(address)
        else:
            self._context.banner.show_note("None of the selected videos has a link.")

    # Going on

    def _more(self) -> None:
        match = self._panel.table.chosen()
        if match is not None and self._session.state is not State.RECORDING:
            self._session.shown.more_like(match)

    def _ask_for_more(self, n_missing: int) -> None:
        if self._session.further.index == 0:
            self._session.ask_for_more(n_missing)

    def _refine(self, is_liked: bool) -> None:
        chosen = self._panel.table.selected()
        if chosen and self._session.state is not State.RECORDING:
            self._session.refine(chosen, is_liked)

    # Why

    def _explain(self, match: Match | None) -> None:
        answer, shown = self._session.answer, self._session.further.shown
        matches = None if answer is None else answer.matches
        matches = matches if shown is None else shown.matches
        self.heat.clear()
        is_known = match is not None and matches is not None and _has_seconds(match, matches)
        # What a recording is like changes each second.
        is_known = is_known and self._session.state is not State.RECORDING
        self._panel.details.reason.setVisible(is_known)
        if match is None or answer is None or matches is None or not is_known:
            return
        query, engine = matches.query, self._engine if shown is None else shown.engine

        def done(pairs: Float32) -> None:
            if self._panel.table.chosen() == match:
                sound_s = answer.span[0] if answer.span else 0.0
                self.heat.show_pairs(pairs, query.hop_s, match.start_s, sound_s)

        self._reasons.submit(lambda job: engine.compare(query, match), done)

    def _point(self, second_s: float | None) -> None:
        answer = self._session.answer
        if second_s is None or answer is None or not is_heard(answer.source):
            self.pointed.emit(None)
        else:
            self.pointed.emit((second_s, second_s + answer.matches.query.hop_s))

    def _on_state(self, state: State) -> None:
        if state is State.RECORDING:
            self.heat.clear()
            self._panel.details.reason.hide()

    # Look-ups

    def _on_permission(self) -> None:
        self._context.actions.look_ups.setChecked(self._context.permission.is_given)
        if self._session.answer is not None:
            self._on_answered(self._session.answer)

    def _on_further(self) -> None:
        if self._session.state is State.RECORDING:
            return
        lists = (each.matches for each in self._session.further.answers if each.matches is not None)
        if any(youtube_id_of(match.url) for found in lists for match in found.matches):
            self._questions.ask_once()

    def _on_answered(self, answer: Answer) -> None:
        """Ask whether titles may be looked up; find out YouTube ids where that is allowed."""
        if any(youtube_id_of(match.url) for match in answer.matches.matches):
            self._questions.ask_once()
        missing = any(match.no_link is NoLink.NOT_LOOKED_UP for match in answer.matches.matches)
        if not (missing and self._context.permission.is_given):
            return
        engine = self._engine

        def find(job: Job) -> Matches:
            return engine.resolve(answer.matches, job)

        # In a worker of its own: it takes seconds, and other matches are looked at meanwhile.
        done = partial(self._session.resolved, answer)
        self._context.workers["links"].submit(find, done)

    # Taking it away

    def _save_list(self) -> None:
        def chosen(path: Path) -> None:
            work = self._export.saving(path, self._picture())
            self.saving.save(self._context.workers["lists"], path, work)

        name = self._session.subject or "matches"
        self._context.dialogs.save("Save the list", f"Like {name}", LIST_KINDS, chosen)

    def _copy_table(self) -> None:
        self._export.copy_table()
        self._context.say("List copied")

    def _print(self) -> None:
        from PySide6.QtPrintSupport import QPrintDialog, QPrinter

        printer, name = QPrinter(), self._session.subject
        dialog = QPrintDialog(printer, self._context.window)
        dialog.accepted.connect(lambda: self._export.print_on(printer, self._picture(), name))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        QDialog.open(dialog)


def _has_seconds(match: Match, answer: Matches) -> bool:
    """Return whether seconds of a match, which is one of the answer's, can be told apart."""
    is_by_sound = match.sound is not None and len(answer.query.frames) > 0
    return is_by_sound and not answer.catalog.is_balanced and match in answer.matches

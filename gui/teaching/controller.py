"""Joins the panel of taught classes to the session: what is answered is learned."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from PySide6.QtCore import QObject, Signal

from core.class_teaching import ClipAnswer, SoundAnswer
from core.engine import Engine
from core.errors import ModelError, SoundalikeError
from core.jobs import Job
from core.types import Match, Matches, Query
from gui import formats
from gui.context import Context
from gui.search.answers import Answer, is_heard, origin_of
from gui.search.state import State
from gui.teaching.panel import N_QUESTIONS, TeachingPanel
from gui.widgets.tables import ask

if TYPE_CHECKING:
    from core.teaching.taught_class import TaughtClass

_Given: TypeAlias = ClipAnswer | SoundAnswer
_Answer: TypeAlias = tuple[str, Engine, _Given]
"""A class's name, what asks the catalogue that is meant, and what a person said."""

_ENDING = "json"


class TeachingController(QObject):
    """Teaches one class at a time, whenever the engine is free: no answer is lost.

    It asks about the catalogue whose matches are shown.

    Parameters
    ----------
    context : Context
    selected : callable
        Returns the selected matches, which can be answered for; tell of others by `show_what`.

    Attributes
    ----------
    panel : TeachingPanel

    Signals
    -------
    play_wanted : Match
        A person wants to hear a clip of one of their own files.
    """

    play_wanted = Signal(Match)

    def __init__(self, context: Context, selected: Callable[[], list[Match]]) -> None:
        super().__init__(context.window)
        self._context, self._session, self._selected = context, context.session, selected
        self.panel = panel = TeachingPanel()
        self._name = ""
        self._classes: dict[str, TaughtClass] = {}
        self._answers: list[_Answer] = []
        self._wants_questions = False
        self._asked_by: Engine = context.engine
        panel.chosen.connect(self._choose)
        panel.matches_answered.connect(self._answer_matches)
        panel.sound_answered.connect(self._answer_sound)
        panel.question_answered.connect(self._on_question)
        panel.open_pressed.connect(self._open)
        panel.find_pressed.connect(lambda: context.session.find(self._name))
        panel.next_pressed.connect(self._ask)
        panel.export_pressed.connect(self._export)
        panel.import_pressed.connect(self._import)
        panel.remove_pressed.connect(self._remove)
        session = context.session
        session.answered.connect(self._on_answered)
        session.shown.changed.connect(self._on_shown)
        session.further.looked_at.connect(self.show_what)
        session.state_changed.connect(lambda _: self._work_if_idle())
        session.searches.busy_changed.connect(self._work_if_idle)
        self.show_what()

    # Which class

    def read(self) -> None:
        """Show the classes that there are now: another program may have taught some."""
        engine = self._context.engine
        self._context.workers["words"].submit(
            lambda job: (engine.taught_classes(), engine.taught_faults()), self._on_read
        )

    def _on_read(self, found: tuple[list[TaughtClass], list[ModelError]]) -> None:
        classes, faults = found
        self._classes = {each.name: each for each in classes}
        if not self._name and classes:
            self._name = classes[0].name
        self._show()
        if faults:
            self.panel.show_message(faults[0].in_full)
        self._ask()

    def _choose(self, name: str) -> None:
        known = {each.casefold(): each for each in self._classes}
        self._name = known.get(name.casefold(), name)
        self.panel.show_message()
        self._show()
        self._ask()

    def _show(self) -> None:
        self.panel.show_classes([*self._classes], self._name)
        taught = self._classes.get(self._name)
        if taught is not None:
            self.panel.show_quality(_quality(taught))
        elif self._name:
            self.panel.show_quality(
                "Mark examples: select matches, or open the sound itself, and say yes."
            )

    def show_what(self) -> None:
        """Say what can be answered for now."""
        n = len(self._selected())
        what = formats.count(n, "selected match", "selected matches") if n else "Select a match"
        self.panel.of_matches.show_what(what, n > 0)
        answer = self._session.answer
        is_own = answer is not None and is_heard(answer.source)
        is_part = answer is not None and answer.span is not None
        what = "The selected span" if is_part else "The sound above"
        self.panel.of_sound.show_what(what if is_own else "No sound of yours", is_own)

    # Answers

    def _answer_matches(self, is_member: bool) -> None:
        engine = self._session.shown.engine
        for match in self._selected():
            self._answers.append((self._name, engine, ClipAnswer(match.row, is_member)))
        self._work_if_idle()

    def _answer_sound(self, is_member: bool) -> None:
        answer, shown = self._session.answer, self._session.further.shown
        query = None if answer is None else origin_of(answer.source)
        if answer is None or not isinstance(query, Query):
            return
        if shown is not None and shown.matches is not None:
            query = shown.matches.query  # as the listener of the shown catalogue analysed it
        source = answer.audio.path.name if answer.audio is not None else query.name
        start_s = 0.0 if answer.span is None else answer.span[0]
        given = SoundAnswer(query, source, start_s, is_member)
        self._answers.append((self._name, self._session.shown.engine, given))
        self._work_if_idle()

    def _on_question(self, match: Match, is_member: bool) -> None:
        self._answers.append((self._name, self._asked_by, ClipAnswer(match.row, is_member)))
        self._work_if_idle()

    def _open(self, match: Match) -> None:
        if match.path:
            self.play_wanted.emit(match)
        else:
            self._context.external.browse(match.url)

    # Work, whenever the engine is free

    def _work_if_idle(self, *_: object) -> None:
        session = self._session
        is_free = session.state not in (State.ANALYSING, State.RECORDING)
        if session.searches.is_busy or session.loader.is_loading or not is_free:
            return
        if self._answers:
            self._learn()
        elif self._wants_questions and self._context.actions.teach.isChecked():
            name, engine = self._name, session.shown.engine
            session.searches.submit(
                lambda job: engine.to_ask(name, N_QUESTIONS, job),
                lambda asked: self._on_asked(name, engine, asked),
                lambda error: self._on_not_asked(name, engine, error),
            )

    def _learn(self) -> None:
        name, engine, _ = self._answers[0]
        given = [each for *to, each in self._answers if to == [name, engine]]
        self._answers = [each for each in self._answers if each[:2] != (name, engine)]
        newest = list({_place(answer): answer for answer in given}.values())

        def learn(job: Job) -> TaughtClass:
            return engine.teach(name, newest, job)

        self._session.searches.submit(learn, self._on_learned, self._on_failed, must_finish=True)

    def _on_learned(self, taught: TaughtClass) -> None:
        self._classes[taught.name] = taught
        if self._name.casefold() == taught.name.casefold():
            self._name = taught.name
        self.panel.show_message()
        self._show_kept()
        if not self.panel.has_open_questions:
            self._ask()

    def _show_kept(self) -> None:
        """Show the class anew, and leave the questions as they are."""
        taught = self._classes.get(self._name)
        if taught is None or not self.panel.show_all.isVisibleTo(self.panel):
            self._show()
        else:
            self.panel.show_quality(_quality(taught))

    def _on_failed(self, error: SoundalikeError) -> None:
        self.panel.show_message(error.in_full)

    def _ask(self) -> None:
        self._wants_questions = self._name in self._classes
        self._work_if_idle()

    def _on_asked(self, name: str, engine: Engine, asked: Matches) -> None:
        if self._is_answered(name, engine):
            self._asked_by = engine
            self.panel.show_questions(asked.matches)

    def _on_not_asked(self, name: str, engine: Engine, error: SoundalikeError) -> None:
        if self._is_answered(name, engine):
            self.panel.show_questions(())
            self.panel.show_message(error.in_full)

    def _is_answered(self, name: str, engine: Engine) -> bool:
        """Wait no longer, if it was asked about what is shown; a search may have stopped it."""
        is_current = name == self._name and engine is self._session.shown.engine
        self._wants_questions = self._wants_questions and not is_current
        return is_current

    # What the session tells

    def _on_shown(self) -> None:
        """Ask about the catalogue that is shown now; what was said of another does not hold."""
        self.panel.show_message()
        self.panel.show_questions(())
        self._ask()

    def _on_answered(self, answer: Answer) -> None:
        self.show_what()

    # Files

    def _export(self) -> None:
        name, engine = self._name, self._context.engine

        def chosen(path: Path) -> None:
            self._context.workers["files"].submit(
                lambda job: engine.export_class(name, path),
                lambda _: self._context.say(f"Saved {path.name}"),
                self._context.show_trouble,
                must_finish=True,
            )

        kinds = {_ENDING: "Class that was taught"}
        self._context.dialogs.save("Export the class", f"{name}.sound-class", kinds, chosen)

    def _import(self) -> None:
        self._context.dialogs.open_file("Import a class", "Taught classes", _ENDING, self._take)

    def _take(self, path: Path, may_replace: bool = False) -> None:
        engine = self._context.engine

        def done(taught: TaughtClass) -> None:
            self._name = taught.name
            self.read()

        self._context.workers["files"].submit(
            lambda job: engine.import_class(path, may_replace),
            done,
            self._on_failed,
            must_finish=True,
        )

    def _remove(self) -> None:
        text = f"Remove “{self._name}” and all answers that it was taught by?"
        ask(self._context.window, text, "Remove", partial(self._forget, self._name))

    def _forget(self, name: str) -> None:
        engine = self._context.engine
        self._answers = [each for each in self._answers if each[0] != name]

        def done(_: object) -> None:
            self._name = ""
            self.read()

        self._context.workers["files"].submit(
            lambda job: engine.forget_class(name), done, self._on_failed, must_finish=True
        )


def _place(answer: _Given) -> tuple[object, ...]:
    if isinstance(answer, ClipAnswer):
        return (answer.row,)
    return (answer.source, answer.start_s, answer.query.duration_s)


def _quality(taught: TaughtClass) -> str:
    n_yes = taught.n_members
    said = f"{n_yes} yes, {len(taught.examples) - n_yes} no"
    found = taught.estimate
    if found.precision is None:
        return f"{said}. Too few examples to say how well it is told: at least eight."
    return (
        f"{said}. Of what it finds about {found.precision:.0%} is right; it finds "
        f"{found.recall:.0%} of its examples."
    )

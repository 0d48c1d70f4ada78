"""Joins the window to the session and the recording: who hears whom, and what is said."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QDeadlineTimer, QObject, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication

from core.audio.kept import keep, take_kept
from core.audio.waveform import Waveform
from core.engine import Engine
from core.errors import MicrophoneError, SoundalikeError
from core.types import CatalogInfo, Match, Matches
from gui import formats
from gui.listening import Listening, microphone
from gui.picture import LivePicture, Picture
from gui.runner import Lane
from gui.session import Session, State
from gui.settings import Settings
from gui.window import MainWindow

CLOSING_MS = 4000
"""A thread that has not ended by then is stuck in a foreign library."""


class Presenter(QObject):
    """The window at work.

    Parameters
    ----------
    window : MainWindow
    engine : Engine
        Not yet loaded; only its lane uses it.
    settings : Settings
    recordings : Path
        Where a recording is kept that is running when the window is closed.
    first_paths : list of Path
        Sounds to open at once, as if they had been dropped.
    devices : callable
        As in `Listening`.
    """

    def __init__(
        self,
        window: MainWindow,
        engine: Engine,
        settings: Settings,
        recordings: Path,
        first_paths: list[Path] | None = None,
        devices: Callable[[], Any] = microphone,
    ) -> None:
        super().__init__()
        self._window, self._settings = window, settings
        self._first_paths = first_paths or []
        self._lanes = [Lane(name, self) for name in ("sounds", "searches", "devices")]
        self.session = Session(engine, self._lanes[0], self._lanes[1], self)
        self._recordings = recordings
        self.listening = Listening(
            self._lanes[2], devices, lambda waveform: keep(waveform, recordings), self
        )
        self._note = ""
        window.recall(settings.read())
        self.session.choose(window.results.count.value(), window.results.filters)
        self._join_window()
        self._join_session()
        self._join_listening()
        self._retitle()
        if self._first_paths:
            window.show_sound()

    def _join_window(self) -> None:
        window, commands = self._window, self._window.commands
        window.painted.connect(self._begin)
        window.dropped.connect(self.open_paths)
        window.refused.connect(self.session.report)
        window.closing.connect(self.close)
        commands.record.triggered.connect(self.toggle_recording)
        commands.open.triggered.connect(window.choose_file)
        commands.cancel.triggered.connect(self._lead_back)
        commands.open_link.triggered.connect(self._open_link)
        commands.copy_link.triggered.connect(self._copy_link)
        commands.more.triggered.connect(self._more)
        commands.back.triggered.connect(self.session.back)
        commands.inputs.triggered.connect(self.listening.refresh)
        for part in (window.capture, window.empty):
            part.record_pressed.connect(self.toggle_recording)
            part.open_pressed.connect(window.choose_file)
        window.progress.cancel_pressed.connect(self.session.cancel)
        window.spectrogram.pointed.connect(window.progress.read_out.setText)
        window.results.table.link_chosen.connect(self._open_link)
        window.results.filters_changed.connect(self._choose)

    def _join_session(self) -> None:
        session, window = self.session, self._window
        session.state_changed.connect(self._on_state)
        session.pictured.connect(self._on_picture)
        session.answered.connect(self._on_answer)
        session.began.connect(window.progress.begin)
        session.progressed.connect(window.progress.report)
        session.finished.connect(window.progress.finish)
        session.troubled.connect(self._on_trouble)
        session.noted.connect(self._on_note)
        session.ready.connect(self._on_ready)
        session.classes_known.connect(window.results.set_known)
        session.filters_rejected.connect(self._on_filters_rejected)
        session.back_changed.connect(window.commands.back.setEnabled)

    def _join_listening(self) -> None:
        listening, window = self.listening, self._window
        listening.devices_listed.connect(window.capture.set_devices)
        listening.unavailable.connect(self._on_unavailable)
        listening.heard.connect(self._on_heard)
        listening.stopped.connect(self._on_stopped)
        listening.put_aside.connect(self._on_put_aside)
        listening.failed.connect(self._on_recording_failed)

    def _begin(self) -> None:
        """Start what is slow, now that the window is on the screen."""
        self.session.load()
        if self._first_paths:
            self.open_paths(self._first_paths)
        else:
            self._offer_kept()
        self.listening.refresh()

    def _offer_kept(self) -> None:
        kept = take_kept(self._recordings)
        if kept is not None:
            self._window.banner.show_note(
                "A recording was running when the window was closed. It was kept.",
                "Match it",
                lambda: self.open_paths([kept]),
            )

    def close(self) -> None:
        """Remember the window and stop all work."""
        self._settings.write(self._window.remembered())
        self.session.close()
        self.listening.close()

    def wait(self) -> bool:
        """Wait for the threads of a closed window; False if one of them is stuck."""
        deadline = QDeadlineTimer(CLOSING_MS)
        ended = [lane.wait(deadline) for lane in self._lanes]
        return all(ended)

    # What a person does

    def open_paths(self, paths: list[Path]) -> None:
        """Match the first sound among files and folders."""
        if self.listening.is_active:
            self.listening.set_aside()
        self._window.banner.clear()
        self._window.show_sound()
        self.session.open_files(paths)

    def toggle_recording(self) -> None:
        """Record, or stop and match."""
        if self.listening.is_active:
            self.listening.stop()
            return
        if not self._window.capture.record.isEnabled():
            return
        self._window.banner.clear()
        self._window.show_sound()
        self._window.capture.set_elapsed(0)
        self._window.progress.describe("")
        self._window.capture.set_recording(True)
        self.session.listen()
        self.listening.start(self._window.capture.chosen_device)

    def _lead_back(self) -> None:
        if self.listening.is_active:
            self.listening.set_aside()
        elif self.session.state is State.THINKING:
            self.session.cancel()
        else:
            self._window.banner.clear()

    def _choose(self) -> None:
        self.session.choose(self._window.results.count.value(), self._window.results.filters)

    def _chosen(self) -> Match | None:
        return self._window.results.table.chosen()

    def _open_link(self) -> None:
        match = self._chosen()
        if match is None:
            return
        if not match.url:
            self._window.banner.show_note(
                "The address of this video is not known, so there is nothing to open."
            )
        elif not QDesktopServices.openUrl(QUrl(match.url)):
            self._window.banner.show_trouble(
                "No browser could be started.", "Copy the link", self._copy_link
            )

    def _copy_link(self) -> None:
        match = self._chosen()
        if match is not None and match.url:
            QGuiApplication.clipboard().setText(match.url)
            self._window.statusBar().showMessage("Link copied", 3000)

    def _more(self) -> None:
        match = self._chosen()
        if match is not None and self.session.state is not State.LISTENING:
            self.session.more_like(match.video_id)

    # What the session says

    def _on_state(self, state: State) -> None:
        window, has_answer = self._window, self.session.answer is not None
        window.results.set_dimmed(state in (State.THINKING, State.LISTENING))
        if not has_answer:
            window.results.show_message(_SENTENCES[state])
        if not has_answer and (
            state is State.EMPTY or (state is State.TROUBLE and window.spectrogram.is_blank)
        ):
            window.show_empty()
        self._retitle()

    def _retitle(self) -> None:
        session = self.session
        match session.state:
            case State.LISTENING:
                self._window.show_title("Listening")
            case State.THINKING:
                self._window.show_title(session.subject, "matching")
            case State.RESULTS if session.answer is not None:
                number = len(session.answer.matches)
                self._window.show_title(session.subject, formats.count(number, "match", "matches"))
            case State.TROUBLE:
                self._window.show_title(session.subject, "no match")
            case _:
                self._window.show_title()

    def _on_picture(self, picture: Picture) -> None:
        self._window.show_sound()
        self._window.spectrogram.show_picture(picture)
        self._window.progress.describe(f"{formats.clock(picture.sound_s, 1)} of sound")

    def _on_answer(self, answer: Matches) -> None:
        number = formats.count(len(answer.matches), "match", "matches")
        name = answer.query.name
        self._window.results.show_matches(
            f"Sounds like {name}",
            f"{number} · {formats.elapsed(answer.elapsed_s)}",
            answer.matches,
        )
        for action in self._window.commands.for_a_row:
            action.setEnabled(bool(answer.matches))
        self._describe(answer.catalog)

    def _on_ready(self, info: CatalogInfo) -> None:
        self._describe(info)
        notes = list(info.notes)
        if info.is_demo:
            notes.insert(
                0,
                "Demo: an untrained model and a small starter catalogue answer, "
                "so matches are rough.",
            )
        banner = self._window.banner
        if notes and not (banner.is_trouble or banner.has_action):
            banner.show_note(" ".join(notes))

    def _describe(self, info: CatalogInfo) -> None:
        clips = formats.count(info.n_clips, "clip", "clips")
        self._window.status.setText(f"{info.model} · {info.name}, {clips}")
        self._window.status.setToolTip("")

    def _on_trouble(self, error: SoundalikeError) -> None:
        self._window.banner.show_trouble(f"{error.message} {error.hint}")

    def _on_note(self, note: str) -> None:
        self._window.banner.show_note(note)

    def _on_filters_rejected(self) -> None:
        self._window.results.set_filters(self.session.filters)

    # What the recording says

    def _on_unavailable(self, reason: str) -> None:
        self._window.capture.set_unavailable(reason)
        self._window.empty.set_unavailable(reason)
        self._window.commands.record.setEnabled(not reason)

    def _on_heard(self, picture: LivePicture, peak_db: float, elapsed_s: float) -> None:
        self._window.spectrogram.show_live(picture)
        self._window.capture.level.set_level(peak_db)
        self._window.capture.set_elapsed(elapsed_s)

    def _on_stopped(self, waveform: Waveform, problem: str) -> None:
        self._window.capture.set_recording(False)
        self.session.match(waveform, problem)

    def _on_put_aside(self, waveform: Waveform) -> None:
        self._window.capture.set_recording(False)
        if self.session.state is State.LISTENING:
            self.session.cancel()

        def match() -> None:
            self._window.show_sound()
            self.session.match(waveform)

        self._window.banner.show_note(
            f"The recording of {waveform.duration_s:.1f} s was put aside.", "Match it", match
        )

    def _on_recording_failed(self, error: SoundalikeError) -> None:
        self._window.capture.set_recording(False)
        if self.session.state is State.LISTENING:
            self.session.cancel()
        self._on_trouble(error)
        if isinstance(error, MicrophoneError):
            self.listening.refresh()


_SENTENCES = {
    State.EMPTY: "",
    State.LISTENING: "Listening. Stop to find the videos that sound like it.",
    State.THINKING: "Looking for the videos that sound like it.",
    State.RESULTS: "",
    State.TROUBLE: "No matches for this sound.",
}

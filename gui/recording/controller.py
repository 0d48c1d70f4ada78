"""Joins the recording to the window and the session."""

from __future__ import annotations

import textwrap
from pathlib import Path

from PySide6.QtCore import QObject

from core.audio.devices import Device
from core.audio.reader import AudioFile
from core.audio.recordings import Recordings
from core.errors import MicrophoneError, SoundalikeError
from core.jobs import Job
from gui.main_window import MainWindow
from gui.recording.recording import Listening
from gui.search.session import Session, State
from gui.spectrogram.live_picture import LivePicture
from gui.workers import Worker

_NAME_LENGTH = 32
"""Characters of a device's name on a button."""


class RecordingController(QObject):
    """What a person does about recordings, and what these say.

    Parameters
    ----------
    window : MainWindow
    session : Session
    listening : Listening
    files : Worker
        Where what a crash left is looked for.
    recordings : Recordings
    """

    def __init__(
        self,
        window: MainWindow,
        session: Session,
        listening: Listening,
        files: Worker,
        recordings: Recordings,
    ) -> None:
        super().__init__(window)
        self._window, self._session, self._listening = window, session, listening
        self._files, self._recordings = files, recordings
        self._was_clipped, self._advice = False, ""
        # What was said of a device that went or refused, while another one may still be offered.
        self._said, self._device_key, self._has_gone = "", "", False
        commands, capture = window.commands, window.capture
        commands.record.triggered.connect(self.toggle)
        commands.inputs.triggered.connect(listening.refresh)
        for part in (capture, window.empty):
            part.record_pressed.connect(self.toggle)
        window.results.live_changed.connect(self._on_live_seconds)
        listening.devices_listed.connect(self._on_listed)
        listening.unavailable.connect(self._on_unavailable)
        listening.began.connect(self._on_began)
        listening.heard.connect(session.live.push)
        session.answered.connect(self._offer_another)
        listening.pictured.connect(self._on_pictured)
        listening.advised.connect(self._on_advised)
        listening.stopped.connect(self._on_stopped)
        listening.put_aside.connect(self._on_put_aside)
        listening.failed.connect(self._on_failed)
        self._on_live_seconds(window.results.live.value())

    @property
    def device(self) -> Device | None:
        """The input that is open."""
        return self._listening.device

    @property
    def is_active(self) -> bool:
        """Whether an input is open, or being opened or closed."""
        return self._listening.is_active

    @property
    def folder(self) -> Path:
        """Where recordings lie."""
        return self._recordings.folder

    def offer_kept(self) -> None:
        """Offer the recordings that were running when the program ended."""
        self._files.submit(self._recover, self._on_recovered, must_finish=True)

    def toggle(self) -> None:
        """Record, or stop and match."""
        window = self._window
        if self._listening.is_active:
            self._listening.stop()
            return
        if not window.capture.record.isEnabled():
            return
        device = window.capture.next_device
        self._said, self._has_gone = "", False
        self._device_key = device.key if device else ""
        window.banner.clear()
        window.show_sound()
        window.capture.set_elapsed(0)
        window.progress.describe("")
        window.capture.set_recording(True)
        window.results.live.show()
        self._session.listen()
        self._listening.start(window.capture.chosen_device)

    def set_aside(self) -> None:
        """Stop without matching, if anything is recorded."""
        self._listening.set_aside()

    def _recover(self, job: Job) -> list[Path]:
        self._recordings.prune()
        return self._recordings.recover(job)

    def _on_recovered(self, found: list[Path]) -> None:
        if found:
            self._window.banner.show_note(
                "A recording was running when the program ended. It was kept."
                if len(found) == 1
                else f"{len(found)} recordings were not finished when the program ended. "
                "They were kept.",
                "Match it" if len(found) == 1 else "Match them",
                lambda: self._window.dropped.emit(found),
            )

    def _on_live_seconds(self, seconds: int) -> None:
        self._session.live.window_s = seconds

    def _on_listed(self, found: list[Device]) -> None:
        self._window.capture.set_devices(found)
        self._has_gone = self._device_key not in {device.key for device in found}
        self._offer_another()

    def _on_began(self, device: Device) -> None:
        self._device_key = device.key

    def _offer_another(self) -> None:
        """Offer the next device beside what is said of one that is not there any more."""
        banner, device = self._window.banner, self._window.capture.next_device
        said = banner.text.text()
        if not self._said or self._said not in said or not self._has_gone or device is None:
            return
        self._said = ""
        name = textwrap.shorten(device.name, _NAME_LENGTH, placeholder="…").replace("&", "&&")
        banner.show_trouble(said, f"Record from {name}", self.toggle)

    def _on_unavailable(self, reason: str) -> None:
        self._window.capture.set_unavailable(reason)
        self._window.empty.set_unavailable(reason)
        self._window.commands.record.setEnabled(not reason)

    def _on_pictured(
        self, picture: LivePicture, peak: float, has_clipped: bool, elapsed_s: float
    ) -> None:
        window = self._window
        window.spectrogram.show_live(picture)
        window.capture.level.set_level(peak)
        if has_clipped and not self._was_clipped:
            window.capture.clip.set_lit(True)
        self._was_clipped = has_clipped
        window.capture.set_elapsed(elapsed_s)

    def _on_advised(self, advice: str) -> None:
        banner = self._window.banner
        if advice:
            banner.show_note(advice)
            self._advice = advice
        elif self._advice and banner.text.text() == self._advice:
            banner.clear()
            self._advice = ""

    def _end(self) -> None:
        self._window.capture.set_recording(False)
        self._window.results.live.hide()

    def _on_stopped(self, audio: AudioFile, problem: str) -> None:
        self._end()
        if problem:
            self._said = problem
            self._listening.refresh()
        self._session.match_recording(audio, problem)

    def _on_put_aside(self, audio: AudioFile) -> None:
        self._end()
        if self._session.state is State.RECORDING:
            self._session.cancel()
        self._window.banner.show_note(
            f"The recording of {audio.duration_s:.1f} s was put aside.",
            "Match it",
            lambda: self._session.match(audio),
        )

    def _on_failed(self, error: SoundalikeError) -> None:
        self._end()
        if self._session.state is State.RECORDING:
            self._session.cancel()
        self._window.banner.show_trouble(error.in_full)
        if isinstance(error, MicrophoneError):
            self._said = error.in_full
            self._listening.refresh()

"""Recording: what a person does about it, and what the inputs say."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from core.audio.devices import Device
from core.audio.reader import AudioFile
from core.audio.recordings import Recordings
from core.errors import MicrophoneError, SoundalikeError
from gui.context import Context
from gui.recording.capture_bar import CaptureBar
from gui.recording.level_before import LevelBefore
from gui.recording.plugging import Plugging
from gui.recording.recording import Recording
from gui.search.state import State

_NAME_LENGTH = 32
"""Characters of a device's name on a button."""


class RecordingController(QObject):
    """Joins the bar on top, the recording and the session.

    Parameters
    ----------
    context : Context
    bar : CaptureBar
    devices : callable
        As in `Recording`.

    Attributes
    ----------
    recording : Recording
    level : LevelBefore

    Signals
    -------
    kept : list of Path
        A person wants recordings matched that were running when the program ended.
    """

    kept = Signal(list)

    def __init__(self, context: Context, bar: CaptureBar, devices: Callable[[], Any]) -> None:
        super().__init__(context.window)
        self._context, self._session, self._bar = context, context.session, bar
        self._recordings = Recordings(context.data.recordings)
        self.recording = Recording(context.workers["in"], devices, self._recordings, self)
        self._was_clipped, self._advice = False, ""
        # Of a device that went or refused, while another one may still be offered.
        self._trouble, self._device_key, self._has_gone = "", "", False
        recording, session, actions = self.recording, context.session, context.actions
        actions.record.triggered.connect(self.toggle)
        actions.inputs.triggered.connect(recording.refresh)
        bar.record_pressed.connect(self.toggle)
        recording.devices_listed.connect(self._on_listed)
        recording.unavailable.connect(self._on_unavailable)
        recording.began.connect(self._on_began)
        recording.arrived.connect(session.analysis.live.push)
        recording.measured.connect(self._on_measured)
        recording.advised.connect(self._on_advised)
        recording.stopped.connect(self._on_stopped)
        recording.put_aside.connect(self._on_put_aside)
        recording.failed.connect(self._on_failed)
        self.level = LevelBefore(context, bar, recording)
        self._plugging = Plugging(bar.device)
        self._plugging.changed.connect(recording.refresh)
        self._plugging.suspected.connect(self._on_suspected)
        actions.record_computer.triggered.connect(self._record_computer)
        session.answered.connect(self._offer_another)

    @property
    def is_active(self) -> bool:
        """Whether an input is open, or being opened or closed."""
        return self.recording.is_active

    @property
    def folder(self) -> Path:
        """Folder of the recordings."""
        return self._recordings.folder

    def offer_kept(self) -> None:
        """Offer the recordings that were running when the program ended."""
        self._context.workers["files"].submit(
            self._recordings.recover, self._on_recovered, must_finish=True
        )

    def toggle(self) -> None:
        """Record, or stop and match."""
        if self.recording.is_active:
            self.recording.stop()
            return
        bar = self._bar
        if not bar.record.isEnabled():
            return
        device = bar.next_device
        self._trouble, self._has_gone, self._was_clipped = "", False, False
        self._device_key = device.key if device else ""
        self._context.banner.clear()
        bar.set_elapsed(0)
        bar.set_recording(True)
        self._session.listen()
        self.recording.start(bar.chosen_device)

    def _record_computer(self) -> None:
        """Record what this computer is playing."""
        monitor = self._bar.monitor
        if self.is_active or monitor is None:
            return
        self._bar.choose_device(monitor.key)
        self.toggle()

    def set_aside(self) -> None:
        """Stop without matching, if anything is recorded."""
        self.recording.set_aside()

    def close(self) -> None:
        """Stop for good; what runs is offered at the next start."""
        self.recording.close()

    def _on_recovered(self, found: list[Path]) -> None:
        if found:
            self._context.banner.show_note(
                "A recording was running when the program ended. It was kept."
                if len(found) == 1
                else f"{len(found)} recordings were not finished when the program ended. "
                "They were kept.",
                "Match it" if len(found) == 1 else "Match them",
                lambda: self.kept.emit(found),
            )

    def _on_suspected(self) -> None:
        """Look for inputs, unless that would cost the seconds that are kept for a recording."""
        if not self.level.keeps_last:
            self.recording.refresh()

    def _on_listed(self, found: list[Device]) -> None:
        self._plugging.watch(any(device.index is not None for device in found))
        self._bar.set_devices(found)
        self._offer_computer(True)
        self._has_gone = self._device_key not in {device.key for device in found}
        self._offer_another()

    def _on_began(self, device: Device) -> None:
        self._device_key = device.key

    def _offer_another(self) -> None:
        """Offer the next device beside what is said of one that is not there any more."""
        banner, device = self._context.banner, self._bar.next_device
        text = banner.message
        if not self._trouble or self._trouble not in text or not self._has_gone or device is None:
            return
        self._trouble = ""
        name = textwrap.shorten(device.name, _NAME_LENGTH, placeholder="…").replace("&", "&&")
        banner.show_trouble(text, f"Record from {name}", self.toggle)

    def _on_unavailable(self, reason: str) -> None:
        if reason:
            self._plugging.watch(True)
        self._bar.set_unavailable(reason)
        self._context.actions.record.setEnabled(not reason)
        self._context.actions.record_computer.setEnabled(
            not reason and self._bar.monitor is not None
        )

    def _offer_computer(self, can_record: bool) -> None:
        is_there = self._bar.monitor is not None
        self._context.actions.record_computer.setEnabled(can_record and is_there)

    def _on_measured(self, peak: float, has_clipped: bool, elapsed_s: float) -> None:
        self._bar.level.set_level(peak)
        if has_clipped and not self._was_clipped:
            self._bar.clip.set_lit(True)
        self._was_clipped = has_clipped
        self._bar.set_elapsed(elapsed_s)

    def _on_advised(self, advice: str) -> None:
        banner = self._context.banner
        if advice:
            banner.show_note(advice)
            self._advice = advice
        elif self._advice:
            banner.withdraw(self._advice)
            self._advice = ""

    def _on_stopped(self, audio: AudioFile, problem: str) -> None:
        self._bar.set_recording(False)
        if problem:
            self._trouble = problem
            self.recording.refresh()
        self._session.match_recording(audio, problem)

    def _on_put_aside(self, audio: AudioFile) -> None:
        self._bar.set_recording(False)
        if self._session.state is State.RECORDING:
            self._session.cancel()
        self._context.banner.show_note(
            f"The recording of {audio.duration_s:.1f} s was put aside.",
            "Match it",
            lambda: self._session.match(audio),
        )

    def _on_failed(self, error: SoundalikeError) -> None:
        self._bar.set_recording(False)
        if self._session.state is State.RECORDING:
            self._session.cancel()
        self._context.show_trouble(error)
        if isinstance(error, MicrophoneError):
            self._trouble = error.in_full
            self.recording.refresh()

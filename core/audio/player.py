"""Playing a span of a sound file on an output."""

from __future__ import annotations

import time
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.audio.devices import Device, find, list_outputs
from core.audio.portaudio import held, let_go, portaudio, reason
from core.audio.read_ahead import Block, ReadAhead
from core.audio.reader import AudioFile
from core.audio.streams import is_active, open_stream, watch
from core.errors import MicrophoneError, PlaybackError, SoundalikeError
from core.types import Float32

PATIENCE_S = 3.0
"""A device that wants no sound for this long has gone; an idle virtual one sleeps two seconds."""

_LATENCY_S = 0.15
"""Long enough for a busy machine, and for sharing the interpreter with a window; short enough for
a pause that seems to come at once."""

_FIRST_S = 2.0
"""How long to wait for the first block, so that the stream does not begin with silence."""

_FADE_S = 0.005
"""From sound to silence, or from one volume to another, without a click."""

_N_MARKS = 64

_CHECK_HINT = "Check that it is plugged in and free, or choose another output."


@dataclass(frozen=True)
class _Mark:
    """A piece of sound and when it is heard: `audible_s` is of the monotonic clock."""

    number: int
    audible_s: float
    start_s: float
    length_s: float


class Player:
    """A span that plays.

    PortAudio's callback, in a thread of its own, only copies what another thread has read ahead.
    Methods and attributes belong to one thread; none but the constructor and `stop` waits.

    Parameters
    ----------
    audio : AudioFile
        Its rate is kept where the device takes it, else converted with soxr.
    start_s, end_s : float, optional
        The span; None stands for the start or the end.
    key : str
        An output's key; empty for the default one.
    from_s : float, optional
        Where in the span to begin.
    volume : float
        0 to 1.
    is_looping : bool

    Attributes
    ----------
    start_s, end_s : float
    device : Device
    rate_hz : int
        At which the device is fed.
    volume : float
        Factor of the samples' amplitude, 0 to 1; may be changed at any time.
    is_looping : bool
        Whether it begins again where it ends; may be changed at any time.
    n_underruns : int
        How often the device wanted sound that was not there yet.

    Raises
    ------
    AudioFileError
        If there is no such span, or the file cannot be read.
    PlaybackError
        If PortAudio is missing, or the device is not there or cannot be opened.
    """

    def __init__(
        self,
        audio: AudioFile,
        start_s: float | None = None,
        end_s: float | None = None,
        key: str = "",
        *,
        from_s: float | None = None,
        volume: float = 1.0,
        is_looping: bool = False,
    ) -> None:
        self.start_s, self.end_s = audio.check_span(start_s, end_s)
        self.volume, self.is_looping, self.n_underruns = volume, is_looping, 0
        self._target_s = self._within(self.start_s if from_s is None else from_s)
        # The newest seek, and the one that the callback follows.
        self._seek_number, self._number = 1, 0
        self._is_paused = self._is_sounding = self._is_stopped = self._is_gone = False
        self._ended_s: float | None = None
        self._gain, self._quiet_s = 0.0, 0.0
        self._block: Block | None = None
        self._offset = 0
        self._marks: tuple[_Mark, ...] = ()
        self._problem: SoundalikeError | None = None
        self.device = _output(key)
        with ExitStack() as undo:
            undo.enter_context(held())
            self._stream, self.rate_hz, self._channels = self._open(audio.rate_hz)
            undo.callback(let_go, self._stream)
            self._fade = round(_FADE_S * self.rate_hz)
            self._ahead = ReadAhead(audio, self.start_s, self.end_s, self.rate_hz, self._channels)
            undo.callback(self._ahead.stop)
            self._ahead.seek(self._seek_number, self._target_s)
            self._ahead.began.wait(_FIRST_S)
            if self._ahead.problem is not None:
                raise self._ahead.problem
            self._deadline_s = time.monotonic() + PATIENCE_S
            self._start()
            watching = watch(self.device, "output", self._on_gone)
            if watching is not None:
                undo.callback(watching.stop)
            self._closing = undo.pop_all()

    def _open(self, rate_hz: int) -> tuple[Any, int, int]:
        device = self.device
        rates = (rate_hz, device.rate_hz, 48_000, 44_100)
        channels = (min(2, device.channels), 2, 1)
        try:
            return open_stream(device, "output", rates, channels, _LATENCY_S, self._on_wanted)
        except OSError as error:
            raise PlaybackError(f"{device.name} cannot be opened: {error}.", _CHECK_HINT) from error

    def _start(self) -> None:
        library = portaudio()
        try:
            self._stream.start()
        except library.PortAudioError as error:
            raise PlaybackError(
                f"{self.device.name} cannot be played on: {reason(error)}.", _CHECK_HINT
            ) from error

    @property
    def position_s(self) -> float:
        """The place in the file that is heard now; after a seek, the place that will be."""
        now_s, number, position_s = time.monotonic(), self._seek_number, self._target_s
        for mark in self._marks:
            if mark.number == number and mark.audible_s <= now_s:
                position_s = mark.start_s + min(now_s - mark.audible_s, mark.length_s)
        return self._within(position_s)

    @property
    def is_ended(self) -> bool:
        """Whether all of the span has been heard."""
        ended_s = self._ended_s
        return ended_s is not None and time.monotonic() >= ended_s

    @property
    def problem(self) -> SoundalikeError | None:
        """Error that ended the playing, if any: the device or the file has gone."""
        if self._problem is None and not self._is_stopped:
            self._problem = self._ahead.problem
            if not self._is_fed():
                self._problem = PlaybackError(f"{self.device.name} has gone.", _CHECK_HINT)
        return self._problem

    def pause(self) -> None:
        """Fall silent, and stay where it is."""
        self._is_paused = True

    def resume(self) -> None:
        """Go on after `pause`."""
        self._is_paused = False

    def seek(self, time_s: float) -> None:
        """Go on from another place, the nearest one within the span."""
        self._target_s = self._within(time_s)
        self._seek_number += 1
        self._ahead.seek(self._seek_number, self._target_s)

    def stop(self) -> None:
        """Fall silent, and let go of the device, also after a problem."""
        if self._is_stopped:
            return
        self.pause()
        # What the device already has ends in a fade; without it there would be a click.
        deadline_s = time.monotonic() + 3 * _LATENCY_S
        while self._is_audible() and self.problem is None and time.monotonic() < deadline_s:
            time.sleep(_FADE_S)
        self._is_stopped = True
        self._closing.close()

    def _on_gone(self) -> None:
        self._is_gone = True

    def _is_fed(self) -> bool:
        is_late = time.monotonic() > self._deadline_s
        return is_active(self._stream) and not self._is_gone and not is_late

    def _is_audible(self) -> bool:
        return self._is_sounding or time.monotonic() < self._quiet_s

    def _within(self, time_s: float) -> float:
        return min(max(time_s, self.start_s), self.end_s)

    # In PortAudio's thread

    def _on_wanted(self, out: Any, n_frames: int, times: Any, status: Any) -> None:
        now_s = time.monotonic()
        self._deadline_s = now_s + PATIENCE_S
        lag_s = times.outputBufferDacTime - times.currentTime
        # Some of PortAudio's interfaces leave the times empty.
        audible_s = now_s + (max(0.0, lag_s) if times.outputBufferDacTime else self._stream.latency)
        sound = np.frombuffer(out, np.float32).reshape(n_frames, self._channels)
        sound.fill(0)
        seek_number, n_faded = self._seek_number, 0
        if self._is_sounding and (self._is_paused or seek_number != self._number):
            n_faded = self._fill(sound[: self._fade], audible_s, 0.0)
            self._is_sounding, self._gain = False, 0.0
            self._quiet_s = audible_s + n_faded / self.rate_hz
        if seek_number != self._number:
            self._number, self._ended_s = seek_number, None
        if self._is_paused or self._ended_s is not None:
            return
        rest = sound[n_faded:]
        n_filled = self._fill(rest, audible_s + n_faded / self.rate_hz, self.volume)
        was_sounding, self._is_sounding = self._is_sounding, self._is_sounding or n_filled > 0
        if self._ended_s is not None:
            self._is_sounding, self._gain, self._quiet_s = False, 0.0, self._ended_s
        elif self._is_sounding and (n_filled < len(rest) or (was_sounding and status)):
            self.n_underruns += 1

    def _fill(self, sound: Float32, audible_s: float, volume: float) -> int:
        """Copy what comes next, going over to a volume; return how many samples there were."""
        n_filled = 0
        while n_filled < len(sound):
            place_s = audible_s + n_filled / self.rate_hz
            block = self._next(place_s)
            if block is None:
                break
            part = block.samples[self._offset :][: len(sound) - n_filled]
            sound[n_filled : n_filled + len(part)] = part
            start_s, length_s = self._offset / self.rate_hz, len(part) / self.rate_hz
            mark = _Mark(self._number, place_s, block.start_s + start_s, length_s)
            self._marks = (*self._marks[1 - _N_MARKS :], mark)
            self._offset += len(part)
            n_filled += len(part)
        self._shape(sound[:n_filled], volume)
        return n_filled

    def _next(self, audible_s: float) -> Block | None:
        """Return the block that plays at a time; None where there is none, or the span ends."""
        block = self._block
        if block is None or block.number != self._number or self._offset == len(block.samples):
            block, self._offset = self._ahead.take(self._number), 0
            if block is not None and block.begins_again and not self.is_looping:
                self._ended_s, block = audible_s, None
            self._block = block
        return block

    def _shape(self, sound: Float32, volume: float) -> None:
        n_faded = min(len(sound), self._fade) if self._gain != volume else 0
        if n_faded:
            ramp = np.linspace(self._gain, volume, n_faded, dtype=np.float32)
            sound[:n_faded] *= ramp[:, None]
            self._gain = volume
        if volume != 1:
            sound[n_faded:] *= volume


def outputs() -> list[Device]:
    """Return what can be played on now.

    Raises
    ------
    PlaybackError
        If PortAudio is missing, or there is no output.
    """
    try:
        portaudio()
    except MicrophoneError as error:
        raise PlaybackError(
            error.message.replace("Recording is off", "Playing is off"), error.hint
        ) from error
    try:
        found = list_outputs()
    except MicrophoneError as error:
        raise PlaybackError(error.message, _CHECK_HINT) from error
    if not found:
        raise PlaybackError(
            "There is nothing to play on.", "Plug in speakers or headphones; they will appear here."
        )
    return found


def _output(key: str) -> Device:
    found = outputs()
    try:
        return find(found, key)
    except MicrophoneError as error:
        raise PlaybackError(error.message, _CHECK_HINT) from error

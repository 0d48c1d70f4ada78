"""Reading ahead of what plays: a span over and over, as the device wants it, in bounded memory."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from queue import SimpleQueue

import numpy as np

from core.audio.reader import AudioFile
from core.errors import PlaybackError, SoundalikeError
from core.types import Float32

AHEAD_S = 1.0
"""Long enough for a disk that wakes up, or a seek in a long MP3 file."""

_BEGIN_S = 0.2
"""What must be there before any of it is given: a device first wants all that it can hold."""

_BLOCK_S = 0.02
_KEPT_BYTES = 1 << 24
"""A span shorter than this is read from the file only once, however often it is repeated."""


@dataclass(frozen=True)
class Block:
    """Sound that is ready for the device.

    Attributes
    ----------
    samples : float32 array, shape (n, channels)
    start_s : float
        Where in the file its first sample is.
    number : int
        Of the seek that it follows.
    begins_again : bool
        Whether the span came to its end just before.
    """

    samples: Float32
    start_s: float
    number: int
    begins_again: bool


@dataclass(frozen=True)
class _Seek:
    number: int
    time_s: float


class ReadAhead:
    """A thread that reads a span of a sound, again and again, until it is stopped.

    Any one thread may `take`; that neither blocks nor waits.

    Parameters
    ----------
    audio : AudioFile
    start_s, end_s : float
        The span.
    rate_hz, channels : int
        What the device wants: 1 or 2 channels. Mono goes to both; more than two are averaged to
        both, which is also how they are matched.

    Attributes
    ----------
    began : threading.Event
        Set when there is something to take, or a problem.
    problem : SoundalikeError or None
        Why no more will come, if so.
    """

    def __init__(
        self, audio: AudioFile, start_s: float, end_s: float, rate_hz: int, channels: int
    ) -> None:
        self.began = threading.Event()
        self.problem: SoundalikeError | None = None
        self._audio, self._start_s, self._end_s = audio, start_s, end_s
        self._rate_hz, self._channels = rate_hz, channels
        self._kept: list[Float32] = []
        self._begun = 0
        self._ready: deque[Block] = deque()
        # What the reader waits for: a seek, room for so many more samples, or None for the end.
        self._requests: SimpleQueue[_Seek | int | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="reading ahead", daemon=True)
        self._thread.start()

    def seek(self, number: int, time_s: float) -> None:
        """Go on from a place within the span; numbers grow from seek to seek."""
        self._requests.put(_Seek(number, time_s))

    def take(self, number: int) -> Block | None:
        """Return the next block that follows a seek; None if it is not there yet."""
        while self._ready and self._ready[0].number < number:
            self._requests.put(len(self._ready.popleft().samples))
        if not self._ready or self._ready[0].number != number or self._begun < number:
            return None
        block = self._ready.popleft()
        self._requests.put(len(block.samples))
        return block

    def stop(self) -> None:
        """End the thread."""
        self._requests.put(None)
        self._thread.join()

    # In the reader's thread

    def _work(self) -> None:
        room, n_read = round(AHEAD_S * self._rate_hz), 0
        blocks: Iterator[Block] = iter(())
        try:
            while (request := self._requests.get()) is not None:
                if isinstance(request, _Seek):
                    blocks, n_read = self._blocks(request), 0
                else:
                    room += request
                while room > 0 and self._requests.empty():
                    block = next(blocks, None)
                    if block is None:
                        break
                    room -= len(block.samples)
                    n_read += len(block.samples)
                    self._ready.append(block)
                    if n_read >= _BEGIN_S * self._rate_hz and self._begun < block.number:
                        self._begun = block.number
                        self.began.set()
        except SoundalikeError as error:
            self.problem = error
            self.began.set()

    def _blocks(self, seek: _Seek) -> Iterator[Block]:
        """Yield blocks without end; the passes join as if they were one sound."""
        convert = _converter(self._audio.rate_hz, self._rate_hz, self._channels)
        # The places of the device's samples where passes begin, and where in the file that is.
        passes: deque[tuple[int, float]] = deque()
        n_in = n_out = 0
        for samples, pass_s in self._passes(seek.time_s):
            if pass_s is not None:
                passes.append((round(n_in * self._rate_hz / self._audio.rate_hz), pass_s))
            n_in += len(samples)
            rest = convert(samples)  # a resampler gives sound back late: a pass may have begun
            while len(rest):
                begins_again = len(passes) > 1 and passes[1][0] == n_out
                if begins_again:
                    passes.popleft()
                begin, begin_s = passes[0]
                length = passes[1][0] - n_out if len(passes) > 1 else len(rest)
                start_s = begin_s + (n_out - begin) / self._rate_hz
                yield Block(rest[:length], start_s, seek.number, begins_again)
                n_out += len(rest[:length])
                rest = rest[length:]

    def _passes(self, time_s: float) -> Iterator[tuple[Float32, float | None]]:
        """Yield samples at the file's rate; with the first ones of a pass, where it begins."""
        begin_s = time_s
        while True:
            pass_s: float | None = begin_s
            for samples in self._pass(begin_s):
                yield samples, pass_s
                pass_s = None
            if pass_s is not None and begin_s == self._start_s:
                raise PlaybackError(
                    f"{self._audio.name} has no sound from {self._start_s:g} s on.",
                    "Choose another part of it, or open it again.",
                )
            begin_s = self._start_s

    def _pass(self, begin_s: float) -> Iterator[Float32]:
        if begin_s == self._start_s and self._kept:
            yield from self._kept
            return
        rate_hz = self._audio.rate_hz
        n_bytes = (self._end_s - self._start_s) * rate_hz * self._channels * 4
        is_kept = begin_s == self._start_s and n_bytes <= _KEPT_BYTES
        read: list[Float32] = []
        n_frames = max(1, round(_BLOCK_S * rate_hz))
        for block in self._audio.raw_blocks(begin_s, self._end_s, n_frames):
            samples = _with_channels(block, self._channels)
            if is_kept:
                read.append(samples)
            yield samples
        self._kept = read


def _with_channels(block: Float32, channels: int) -> Float32:
    n_channels = block.shape[1]
    if n_channels == channels:
        return block
    if n_channels > 1:
        block = block @ np.full((n_channels, 1), 1 / n_channels, np.float32)
    return np.repeat(block, channels, axis=1)


def _converter(from_hz: int, to_hz: int, channels: int) -> Callable[[Float32], Float32]:
    if from_hz == to_hz:
        return lambda samples: samples
    import soxr

    stream = soxr.ResampleStream(from_hz, to_hz, channels, dtype="float32", quality="HQ")
    return stream.resample_chunk  # type: ignore[no-any-return]

"""Decoding with FFmpeg, in a process of its own: what `core.audio.container` starts and asks.

Run as a script. It imports nothing of the program, nor NumPy, so that it is there at once. Foreign
files are read here and nowhere else: what crashes FFmpeg, or makes it take memory or time without
end, ends this process alone. FFmpeg is given no name to open, only an open file, and only formats
that hold their sound themselves: a playlist would have it fetch what others name.

Requests are ``<cQ``: ``s`` and a frame to go on from, or ``r`` and how many frames are wanted.
Answers are ``<cI`` and as many bytes: ``P`` progress, ``H`` what the file is (JSON), ``S`` the
number of frames lost so far (``<I``) and float32 samples, channels interleaved, none at the
end, ``E`` what is wrong (JSON).
"""

from __future__ import annotations

import contextlib
import json
import signal
import struct
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import av
import av.logging

REQUEST, ANSWER = struct.Struct("<cQ"), struct.Struct("<cI")

_FORMATS = (
    "aac,ac3,aiff,amr,amrnb,amrwb,ape,asf,au,avi,caf,dsf,dts,eac3,flac,flv,matroska,webm,mov,mp4,"
    "m4a,3gp,3g2,mp3,mpeg,mpegts,ogg,tta,voc,w64,wav,wv"
)
_WITHOUT_LENGTH = frozenset(("aac", "ac3", "amr", "amrnb", "amrwb", "dts", "eac3", "mp3", "ogg"))
"""Formats in which a length is guessed from the rate of bits, or is that of the first part only."""

_MOST_BYTES = 1_500_000_000
_MOST_S = 120
"""For one answer; whoever asks has lost patience before."""

_ROLL_S = 0.5
"""What is decoded before a place, since decoders lean on what came before it."""

_SKIPPED_S = 5.0
"""Where the place is so near, reading on is faster than seeking."""

_MOST_LOST_S = 1.0
"""Silence for one damaged packet, whatever it says of its length."""

_PROGRESS_S = 0.2


class NothingToDecodeError(Exception):
    """There is no sound here; the arguments are the kind of failure, and what to say of it."""


class _Unclosed:
    """An RF64 file whose writer never got to fill in its sizes, as a RIFF file without a length."""

    name = ""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self.seek, self.tell = file, file.seek, file.tell

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes."""
        place = self._file.tell()
        found = self._file.read(size)
        return (b"RIFF"[place:] + found[max(4 - place, 0) :])[: len(found)]

    @staticmethod
    def is_one(head: bytes) -> bool:
        """Return whether a file that begins so is one."""
        sizes = head.find(b"ds64")
        return head.startswith(b"RF64") and sizes > 0 and not any(head[sizes + 16 : sizes + 24])


class Track:
    """One sound track of an open file, decoded from any place.

    Parameters
    ----------
    file : binary file
    number : int
        1 is the first sound track.
    known : dict or None
        What `described` said of it before.
    """

    def __init__(self, file: BinaryIO, number: int, known: dict[str, Any] | None) -> None:
        self._file, self._number = file, number
        self._position, self._waiting, self.n_lost = 0, bytearray(), 0
        self._layout: av.AudioLayout | None = None
        self._begin()
        first = next(self._frames, None)
        if not isinstance(first, av.AudioFrame):
            raise NothingToDecodeError("format", "none of it can be decoded")
        self.rate_hz, self._layout = first.sample_rate, first.layout
        self.channels = first.layout.nb_channels
        self._start_s, self._first_size = first.time, first.samples
        second = next(self._frames, first)
        self._frame_size = second.samples if isinstance(second, av.AudioFrame) else 0
        self.n_lost = 0
        self._known = known or self._measured()
        self._begin()

    @property
    def described(self) -> dict[str, Any]:
        """Description of the file, for JSON."""
        return self._known

    def seek(self, position: int) -> None:
        """Go on from a frame."""
        ahead = position - self._position
        if 0 <= ahead < _SKIPPED_S * self.rate_hz:
            self._skip(ahead)
            return
        if self._known["is_seekable"] and position > 2 * _ROLL_S * self.rate_hz:
            with contextlib.suppress(av.error.FFmpegError, ValueError, TypeError):
                self._jump(position / self.rate_hz - _ROLL_S)
                if self._position <= position:
                    self._skip(position - self._position)
                    return
        self._begin()
        self._skip(position)

    def read(self, n_frames: int) -> bytes:
        """Return the next frames, float32, channels interleaved; fewer at the end."""
        wanted = n_frames * self.channels * 4
        while len(self._waiting) < wanted:
            frame = next(self._frames, None)
            if frame is None:
                break
            self._waiting += self._samples(frame)
        found = bytes(self._waiting[:wanted])
        del self._waiting[:wanted]
        self._position += len(found) // (self.channels * 4)
        return found

    def _skip(self, n_frames: int) -> None:
        while n_frames > 0:
            n_read = len(self.read(min(n_frames, 1 << 16))) // (self.channels * 4)
            if not n_read:
                return
            n_frames -= n_read

    def _begin(self) -> None:
        self._file.seek(0)
        options = {"format_whitelist": _FORMATS, "protocol_whitelist": "none"}
        self._container = av.open(self._file, "r", options=options)
        tracks = self._container.streams.audio
        if not 1 <= self._number <= len(tracks):
            raise NothingToDecodeError("track", str(len(tracks)))
        self._stream = tracks[self._number - 1]
        self._restart(0)

    def _jump(self, time_s: float) -> None:
        """Seek to a time or before it; where that is, the first frame tells."""
        start_s, size = self._start_s or 0.0, self._frame_size
        if not self._position:  # what a decoder keeps to itself at first, it would keep there
            next(self._frames, None)
        place = int((time_s + start_s) / (self._stream.time_base or 1))
        self._container.seek(place, stream=self._stream)
        self._restart(0)
        first = next(self._frames, None)  # none where the rest is damaged
        if not isinstance(first, av.AudioFrame) or first.time is None:
            raise ValueError("the place is not known")
        position = round((first.time - start_s) * self.rate_hz)
        # Times in some containers are rounded to milliseconds, but frames are all of a size, the
        # first one excepted, of which a decoder may keep the beginning to itself.
        if size and first.samples == size:
            position = self._first_size + round((position - self._first_size) / size) * size
        self._position = max(position, 0)
        self._waiting += self._samples(first)

    def _restart(self, position: int) -> None:
        self._position = position
        self._waiting.clear()
        self._converters: dict[tuple[str, str, int], av.AudioResampler] = {}
        self._frames = self._decoded()

    def _decoded(self) -> Iterator[av.AudioFrame | int]:
        """Yield frames, and between them how many samples are lost."""
        has_begun = False
        for packet in self._packets():
            try:
                for frame in packet.decode():
                    has_begun = True
                    yield frame
            except av.error.FFmpegError:
                if has_begun:
                    lost_s = float((packet.duration or 0) * (self._stream.time_base or 0))
                    yield round(min(lost_s, _MOST_LOST_S) * self.rate_hz)

    def _packets(self) -> Iterator[av.Packet[av.AudioStream]]:
        while True:
            try:
                yield from self._container.demux(self._stream)
                return
            except IndexError:  # of a track that begins later, which PyAV does not know: go on
                pass

    def _samples(self, frame: av.AudioFrame | int) -> bytes:
        """Return a frame as float32, with the rate and channels of the first one."""
        if isinstance(frame, int):
            self.n_lost += frame
            return bytes(4 * frame * self.channels)
        key = frame.format.name, frame.layout.name, frame.sample_rate
        if key not in self._converters:
            self._converters[key] = av.AudioResampler("flt", self._layout, self.rate_hz)
        frame.pts = None  # a resampler would fill what it takes for gaps
        found = b""
        for converted in self._converters[key].resample(frame):
            found += bytes(converted.planes[0])[: converted.samples * self.channels * 4]
        return found

    def _measured(self) -> dict[str, Any]:
        container, stream = self._container, self._stream
        is_seekable, is_exact = self._start_s is not None, True
        seconds = None
        if not _WITHOUT_LENGTH & set(container.format.name.split(",")):
            if stream.duration:
                seconds = float(stream.duration * (stream.time_base or 0))
            elif container.duration:
                seconds = container.duration / av.time_base
                is_exact = len(container.streams) == 1  # else it may be the pictures' length
        if not seconds:
            seconds, is_steady = self._counted()
            is_seekable = is_seekable and is_steady
        return {
            "rate_hz": self.rate_hz,
            "channels": self.channels,
            "n_frames": round(seconds * self.rate_hz),
            "is_exact": is_exact,
            "is_seekable": is_seekable,
            "made": self._made(),
            "tracks": [_named(track) for track in container.streams.audio],
        }

    def _made(self) -> str:
        """Return when a recorder says that it made this."""
        found = {**self._container.metadata, **self._stream.metadata}
        return str(found.get("creation_time") or found.get("date") or "")[:40]

    def _counted(self) -> tuple[float, bool]:
        """Return the seconds of all packets, and whether their times go on and on."""
        self._begin()
        size = self._file.seek(0, 2)
        self._begin()
        total, last, is_steady = 0, -(1 << 62), True
        reported_s = time.monotonic()
        for packet in self._packets():
            total += packet.duration or 0
            if packet.pts is not None:
                is_steady = is_steady and packet.pts >= last
                last = packet.pts
            if time.monotonic() - reported_s > _PROGRESS_S:
                reported_s = time.monotonic()
                _answer(b"P", struct.pack("<d", min(1.0, (packet.pos or 0) / max(size, 1))))
        return float(total * (self._stream.time_base or 0)), is_steady


def _named(track: av.AudioStream) -> str:
    """Return what a file calls a sound track."""
    words = (track.metadata.get(key, "") for key in ("title", "handler_name", "language"))
    return ", ".join(word for word in words if word and word not in ("und", "SoundHandler"))[:80]


def _answer(kind: bytes, content: bytes) -> None:
    sys.stdout.buffer.write(ANSWER.pack(kind, len(content)) + content)
    sys.stdout.buffer.flush()


def _within(seconds: int) -> None:
    """Have this process ended unless it answers in time, whatever it is doing then."""
    if hasattr(signal, "alarm"):
        signal.alarm(seconds)


def _bounded() -> None:
    """Let this process take no more than a decoder needs."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who started it decides
    try:
        import resource
    except ImportError:  # not on Windows
        return
    bounds = {
        resource.RLIMIT_AS: _MOST_BYTES,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_CORE: 0,
    }
    for name, most in bounds.items():
        with contextlib.suppress(OSError, ValueError):  # a system that cannot, or less is set
            resource.setrlimit(name, (most, most))


def _serve(track: Track) -> None:
    while len(request := sys.stdin.buffer.read(REQUEST.size)) == REQUEST.size:
        kind, number = REQUEST.unpack(request)
        _within(_MOST_S)
        if kind == b"s":
            track.seek(number)
        else:
            samples = track.read(number)
            _answer(b"S", struct.pack("<I", min(track.n_lost, 0xFFFFFFFF)) + samples)
        _within(0)


def main(name: str, number: str, known: str) -> None:
    """Answer requests for the samples of a track, until there are no more."""
    _bounded()
    av.logging.set_level(av.logging.PANIC)
    _within(_MOST_S)
    try:
        with Path(name).open("rb") as file:
            is_unclosed = _Unclosed.is_one(file.read(128))
            content: Any = _Unclosed(file) if is_unclosed else file
            track = Track(content, int(number), json.loads(known))
            _answer(b"H", json.dumps(track.described).encode())
            _within(0)
            _serve(track)
    except NothingToDecodeError as error:
        _answer(b"E", json.dumps(error.args).encode())
    except (av.error.FFmpegError, OSError, ValueError, MemoryError) as error:
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        _answer(b"E", json.dumps(["format", reason]).encode())


if __name__ == "__main__":
    main(*sys.argv[1:])

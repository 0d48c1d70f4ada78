"""Phone sound, videos and other containers: decoded with FFmpeg, in a process of its own.

This is the side of the program; `core.audio.container_child` is what runs over there. FFmpeg takes
what strangers have written apart in C, a hundred formats of it, and not all of that is safe: what
goes wrong there must not take the window with it, and can be bounded in memory and ended at once.
It also keeps 100 MB of libraries out of this process, and costs a seventh of a second.
"""

from __future__ import annotations

import json
import os
import struct
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np

from core.audio.decoder import BLOCK_VALUES, DecodingError, NoTrackError
from core.foreign import as_count, as_text, parsed_json, plain
from core.jobs import Job
from core.types import Float32

LONGEST_WAIT_S = 60.0
"""For one answer; a block takes milliseconds, but a disk may wake up and a machine be busy."""

_REQUEST, _ANSWER = struct.Struct("<cQ"), struct.Struct("<cI")
"""As the other side has them."""

CHILD = Path(__file__).with_name("container_child.py")
"""What is started over there."""

_ENDED = "FFmpeg broke down over it"
_MOST_BYTES = 1 << 24
_MOST_TRACKS = 100


class ContainerDecoder:
    """A sound track of a file that FFmpeg knows.

    Parameters
    ----------
    path : Path
    track : int
        1 is the first sound track.
    known : dict, optional
        `described` of another decoder of the same file and track: spares the counting.
    job : Job, optional
        Told about progress, where a file must be read through to know how long it is; may cancel.

    Attributes
    ----------
    described : dict
        What is known of the file now.

    Raises
    ------
    DecodingError
        If FFmpeg makes nothing of it.
    NoTrackError
        If there is no sound in it, or no such track.
    """

    breaks_off = False
    block_values = BLOCK_VALUES
    is_float = has_16_bits = False

    def __init__(
        self,
        path: Path,
        track: int = 1,
        known: dict[str, Any] | None = None,
        job: Job | None = None,
    ) -> None:
        self.n_lost = 0
        self._process = _started(path, track, known)
        try:
            self._describe(self._header(job or Job()))
        except BaseException:
            self.close()
            raise

    def _header(self, job: Job) -> bytes:
        while True:
            kind, content = self._answer()
            job.check()
            if kind == b"H":
                return content
            if kind != b"P" or len(content) != 8:
                raise DecodingError("FFmpeg's process answered something else")
            fraction = float(np.frombuffer(content, "<f8")[0])
            job.report("Measuring how long the sound is", min(max(fraction, 0.0), 1.0))

    def _describe(self, header: bytes) -> None:
        # Over there foreign files are taken apart, so what comes from there is foreign, too.
        try:
            self.described = parsed_json(header)
            self.rate_hz = as_count(self.described["rate_hz"])
            self.channels = as_count(self.described["channels"])
            self.n_frames: int | None = as_count(self.described["n_frames"])
            self.made = as_text(self.described["made"])
            self.is_exact = bool(self.described["is_exact"])
            names = self.described["tracks"][:_MOST_TRACKS]
            self.tracks = tuple(plain(as_text(name)) for name in names)
        except (ValueError, KeyError, TypeError) as error:
            raise DecodingError("FFmpeg's process answered something else") from error
        if not 0 < self.channels <= 255 or not self.rate_hz:
            raise DecodingError("it has no channels, or no rate")

    def seek(self, frame: int) -> None:
        """Go on from a frame."""
        self._ask(b"s", frame)

    def read(self, n_frames: int) -> Float32:
        """Return the next frames; see `Decoder.read`."""
        self._ask(b"r", n_frames)
        kind, content = self._answer()
        size = 4 * self.channels
        if kind != b"S" or len(content) < 4 or (len(content) - 4) % size:
            raise DecodingError("FFmpeg's process answered something else")
        self.n_lost = int.from_bytes(content[:4], "little")
        samples: Float32 = np.frombuffer(content, "<f4", offset=4).astype(np.float32)
        return samples.reshape(-1, self.channels)

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with suppress(OSError):  # of what was still to be sent
                    pipe.close()

    def _ask(self, kind: bytes, number: int) -> None:
        pipe = self._process.stdin
        assert pipe is not None  # noqa: S101 - for mypy
        try:
            pipe.write(_REQUEST.pack(kind, number))
            pipe.flush()
        except OSError as error:
            raise DecodingError(_ENDED) from error

    def _answer(self) -> tuple[bytes, bytes]:
        """Return the next answer; the process is ended where it does not come in time."""
        pipe = self._process.stdout
        assert pipe is not None  # noqa: S101 - for mypy
        with self._in_time() as is_late:
            head = pipe.read(_ANSWER.size)
            kind, size = _ANSWER.unpack(head) if len(head) == _ANSWER.size else (b"", 0)
            content = pipe.read(size) if size <= _MOST_BYTES else b""
        if is_late.is_set():
            raise DecodingError(f"FFmpeg did not get on with it for {LONGEST_WAIT_S:.0f} s")
        if not kind or len(content) != size:
            raise DecodingError(_ENDED)
        if kind == b"E":
            raise _failure(content)
        return kind, content

    @contextmanager
    def _in_time(self) -> Iterator[threading.Event]:
        is_late = threading.Event()

        def end() -> None:
            is_late.set()
            self._process.kill()

        timer = threading.Timer(LONGEST_WAIT_S, end)
        timer.daemon = True
        timer.start()
        try:
            yield is_late
        finally:
            timer.cancel()


def _started(path: Path, track: int, known: dict[str, Any] | None) -> subprocess.Popen[bytes]:
    name = os.fsencode(path.absolute()) if os.name == "posix" else str(path.absolute())
    # -P: the modules beside the script are none that it may import by their bare names.
    command = [sys.executable, "-P", str(CHILD), name, str(track), json.dumps(known)]
    try:
        return subprocess.Popen(  # noqa: S603 - our own script
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
    except OSError as error:
        raise DecodingError(f"the process for it cannot be started: {error.strerror}") from error


def _failure(content: bytes) -> Exception:
    """Return the error that the process told of."""
    try:
        kind, words = map(as_text, parsed_json(content))
    except (ValueError, TypeError):
        return DecodingError(_ENDED)
    reason = plain(words)[:200]
    if kind == "track" and reason.isascii() and reason.isdigit():
        return NoTrackError(int(reason))
    return DecodingError(f"FFmpeg: {reason.rstrip('.')}")

"""Inputs for a reader: made from a seed, read in forked processes, watched from outside.

An input is known by its reader, the seed and its number: these three make it again.
"""

from __future__ import annotations

import json
import mmap
import os
import resource
import shutil
import signal
import struct
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from core.errors import SoundalikeError, is_out_of_memory
from tests.fuzz.reader import Reader

_STATE = struct.Struct("<qqqqq")
"""Shared with a process of inputs: number of the input, of refusals, of inputs read, the longest
time in microseconds, and its input."""

_POLL_S = 0.005
_DONE, _FAILED = 0, 3
_MOST_LEAKED = 8
_RESERVED_BYTES = 8 << 30
_PATIENCE = 6
"""So many times the limit may an input take that waits, or is kept waiting."""

_MOST_FAILURES = 25


@dataclass
class Failure:
    """An input that broke the rule.

    Attributes
    ----------
    reader : str
    seed : str
    number : int
        The three that make the input again.
    what : str
        What happened, and the end of the traceback.
    """

    reader: str
    seed: str
    number: int
    what: str

    @property
    def command(self) -> str:
        """What reads the input again."""
        return f"python -m tests.fuzz {self.reader} --seed {self.seed} --only {self.number}"

    @property
    def kind(self) -> str:
        """What failures of one cause have in common: the last place in the program, the error."""
        lines = self.what.strip().splitlines() or [""]
        places = [line.strip() for line in lines if "/core/" in line or "/gui/" in line]
        return "; ".join([lines[0].partition(":")[0], *places[-1:], lines[-1][:200]])


@dataclass
class Report:
    """Outcome of a run.

    Attributes
    ----------
    n_read, n_refused : int
        Inputs that were read, those among them that were refused with an error of the program's.
    n_contained : int
        Processes that an input ended, where the program bears that.
    most_bytes : int
        Memory that a process of inputs took at its highest, all of it.
    longest_s : float
    longest_number : int
        The input that took longest.
    failures : list of Failure
    """

    n_read: int = 0
    n_refused: int = 0
    n_contained: int = 0
    most_bytes: int = 0
    longest_s: float = 0.0
    longest_number: int = 0
    failures: list[Failure] = field(default_factory=list)


def run(
    reader: Reader,
    seed: str,
    first: int,
    count: int,
    most_s: float,
    kept: Path | None = None,
) -> Report:
    """Read inputs `first` to `first + count - 1`, or as many as fit into the time.

    Parameters
    ----------
    reader : Reader
    seed : str
    first, count : int
    most_s : float
    kept : Path, optional
        A folder for the inputs that fail, and a line of JSON for each.
    """
    report, end_s, number = Report(), time.monotonic() + most_s, first
    with _work_folder() as folder:
        samples = folder / "samples"
        samples.mkdir()
        if os.WEXITSTATUS(_waited(_forked(lambda: reader.make_samples(samples)))) != _DONE:
            raise RuntimeError(f"the samples of {reader.name} cannot be made")
        while number < first + count and time.monotonic() < end_s:
            stop = min(number + reader.batch, first + count)
            number = _batch(reader, seed, (number, stop), end_s, folder, report, kept)
            if len(report.failures) >= _MOST_FAILURES:
                break
    return report


@contextmanager
def _work_folder() -> Iterator[Path]:
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(
        prefix="soundalike-fuzz-", dir=memory if memory.is_dir() else None
    ) as folder:
        yield Path(folder)


def _forked(work) -> int:
    sys.stdout.flush()
    sys.stderr.flush()
    child = os.fork()
    if child:
        return child
    try:
        work()
        os._exit(_DONE)
    except BaseException:
        traceback.print_exc()
        sys.stderr.flush()
    finally:
        os._exit(_FAILED)


def _waited(child: int) -> int:
    return os.waitpid(child, 0)[1]


def _batch(
    reader: Reader,
    seed: str,
    numbers: tuple[int, int],
    end_s: float,
    folder: Path,
    report: Report,
    kept: Path | None,
) -> int:
    """Read inputs in a process of their own; return the number of the next one."""
    shared = mmap.mmap(-1, _STATE.size)
    _STATE.pack_into(shared, 0, numbers[0] - 1, 0, 0, 0, 0)
    told = folder / "told"
    told.unlink(missing_ok=True)
    child = _forked(lambda: _Inputs(reader, seed, folder, shared, told).read(*numbers, end_s))
    status, most_bytes, is_late = _watched(child, shared, reader.limit_s)
    number, n_refused, n_read, longest_us, longest = _STATE.unpack_from(shared, 0)
    report.n_read += n_read
    report.n_refused += n_refused
    report.most_bytes = max(report.most_bytes, most_bytes)
    if longest_us / 1e6 > report.longest_s:
        report.longest_s, report.longest_number = longest_us / 1e6, longest
    shutil.rmtree(folder / "inputs", ignore_errors=True)
    if status == _DONE:
        return number + 1
    report.n_read += 1
    what = told.read_text("utf-8", "replace") if told.is_file() else ""
    if is_late:
        what = f"it did not end within {reader.limit_s:.0f} s; {what}"
    elif os.WIFSIGNALED(status):
        what = f"it ended the process: {signal.Signals(os.WTERMSIG(status)).name}; {what}"
    if reader.is_contained and (is_late or os.WIFSIGNALED(status)):
        report.n_contained += 1
        return number + 1
    failure = Failure(reader.name, seed, number, what or f"status {status}")
    report.failures.append(failure)
    if kept is not None:
        _keep(kept, failure, folder / "current")
    return number + 1


def _keep(kept: Path, failure: Failure, content: Path) -> None:
    kept.mkdir(parents=True, exist_ok=True)
    place = kept / f"{failure.reader}-{failure.seed}-{failure.number}"
    if content.is_file():
        shutil.copyfile(content, place)
    with (kept / "failures.jsonl").open("a") as file:
        file.write(json.dumps({**failure.__dict__, "command": failure.command}) + "\n")


def _watched(child: int, shared: mmap.mmap, limit_s: float) -> tuple[int, int, bool]:
    """Wait for a process; end it where an input takes too long."""
    last, since_s, used_s, is_late = None, time.monotonic(), 0.0, False
    while True:
        found, status, usage = os.wait4(child, os.WNOHANG)
        if found:
            return status, usage.ru_maxrss * 1024, is_late
        number = _STATE.unpack_from(shared, 0)[0]
        if number != last:
            last, since_s, used_s = number, time.monotonic(), _processor_s(child)
        elif time.monotonic() - since_s > limit_s and not is_late:
            # On a busy machine most of that time may have been others'.
            waited_s, is_busy = time.monotonic() - since_s, _processor_s(child) - used_s > limit_s
            if is_busy or waited_s > _PATIENCE * limit_s:
                is_late = True
                os.kill(child, signal.SIGKILL)
        time.sleep(_POLL_S)


def _processor_s(process: int) -> float:
    """Return the time that a process has had of processors so far, in seconds."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class _Inputs:
    """The side of the process that reads: one input after the other."""

    def __init__(
        self, reader: Reader, seed: str, folder: Path, shared: mmap.mmap, told: Path
    ) -> None:
        self._reader, self._seed, self._folder = reader, seed, folder
        self._shared, self._told = shared, told

    def read(self, first: int, stop: int, end_s: float) -> None:
        reader = self._reader
        self._bound()
        reader.begin(self._folder / "samples")
        temporary = self._folder / "inputs" / "tmp"
        temporary.mkdir(parents=True)
        tempfile.tempdir = os.environ["TMPDIR"] = str(temporary)
        n_refused = n_read = longest_us = longest = 0
        n_leaked = leaks_at = 0
        for number in range(first, stop):
            _STATE.pack_into(self._shared, 0, number, n_refused, n_read, longest_us, longest)
            if n_read and time.monotonic() > end_s:
                _STATE.pack_into(
                    self._shared, 0, number - 1, n_refused, n_read, longest_us, longest
                )
                return
            begun_s = time.monotonic()
            try:
                n_refused += self._read_one(number, temporary)
            except Exception as error:
                self._fail(f"the harness itself: {''.join(traceback.format_exception(error))}")
            n_read += 1
            took_us = int((time.monotonic() - begun_s) * 1e6)
            if took_us > longest_us:
                longest_us, longest = took_us, number
            if n_read == 1:
                leaks_at = _n_held()
            n_leaked = _n_held() - leaks_at
            if n_leaked > _MOST_LEAKED:
                self._fail(f"{n_leaked} threads and descriptors more than after the first input")
        _STATE.pack_into(self._shared, 0, stop - 1, n_refused, n_read, longest_us, longest)

    def _bound(self) -> None:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        for stream in (1, 2):  # sound libraries print what they find
            os.dup2(nowhere, stream)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 32, 1 << 32))
        now = int(Path("/proc/self/statm").read_text().split()[0]) * mmap.PAGESIZE
        # Libraries reserve addresses that they never use; what is used is looked at below.
        most = now + self._reader.most_bytes + _RESERVED_BYTES
        resource.setrlimit(resource.RLIMIT_AS, (most, most))

    def _read_one(self, number: int, temporary: Path) -> bool:
        """Return whether an input was refused."""
        reader = self._reader
        name, content = reader.input(Random(f"{self._seed} {reader.name} {number}"))
        (self._folder / "current").write_bytes(content)
        place = self._folder / "inputs" / str(number)
        place.mkdir()
        reader.place(place, name, content)
        before = _names(place)
        try:
            reader.read(place, name)
            is_refused = False
        except reader.allowed:
            is_refused = True
        except SoundalikeError as error:
            is_refused = True
            self._check(error)
        except BaseException as error:
            words = "too much memory was wanted" if is_out_of_memory(error) else "unforeseen"
            self._fail(f"{words}: {''.join(traceback.format_exception(error)[-12:])}")
        n_bytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        if n_bytes > reader.most_bytes:
            self._fail(f"it took {n_bytes >> 20} MB of memory")
        left = _names(place) - before if is_refused else _names(temporary)
        if left or _names(temporary):
            self._fail(f"it left {sorted(left | _names(temporary))[:5]}")
        shutil.rmtree(place)
        return is_refused

    def _check(self, error: SoundalikeError) -> None:
        """Have an error say what happened and what to do, in a line each."""
        if not error.message or not error.hint or "Something went wrong" in error.message:
            self._fail(f"an error that tells nothing: {error!r}")
        if not (error.message + error.hint).isprintable():
            self._fail(f"an error that a terminal would obey: {error.message!r}")

    def _fail(self, what: str) -> None:
        self._told.write_text(what, "utf-8", "replace")
        os._exit(_FAILED)


def _names(folder: Path) -> set[str]:
    """Return what lies in a folder, but for empty locks, which are kept on purpose."""
    found = (path for path in folder.rglob("*") if path.suffix != ".lock")
    return {str(path.relative_to(folder)) for path in found}


def _n_held() -> int:
    return threading.active_count() + sum(1 for _ in Path("/proc/self/fd").iterdir())

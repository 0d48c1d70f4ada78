"""Full and read-only disks, clocks that jump, too little memory, two programs at once."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from unittest.mock import patch

import numpy as np

from core.audio.examples import example
from core.audio.reader import AudioFile
from core.audio.recorder import Recorder
from core.audio.recordings import Recordings
from core.audio.writing import save_sound, save_wav
from core.catalog.build.build import build_catalog
from core.catalog.catalog import Catalog
from core.catalog.export import export
from core.catalog.youtube_ids import YoutubeIds
from core.errors import MicrophoneError
from core.library import Library
from core.library_types import PastSearch, Star
from core.options import CatalogKind
from core.types import Query
from tests.conftest import PROJECT, as_root, small_disk
from tests.faults.fault import Fault, begun, ended, leftovers, refused
from tests.faults.kills import SteadyInput
from tests.fuzz.catalog_readers import audioset_records, framed

_FULL_BYTES = 24 << 20
_HISTORY = Query("q", np.zeros((200, 128), np.uint8), 200.0)


def _fill(disk: Path, spare_bytes: int) -> Path:
    """Take all room of a disk but so many bytes."""
    filling = disk / "filling"
    free = shutil.disk_usage(disk).free - spare_bytes
    with filling.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, max(free, 1))
    return filling


def full_disk(folder: Path, random: Random) -> str:
    """Save all that there is to save onto a disk that is full, and again when there is room."""
    records = folder / "a.tfrecord"
    records.write_bytes(framed(audioset_records(2000)))
    save_wav(example("Rain"), folder / "rain.wav")
    with small_disk(folder / "disk", _FULL_BYTES) as disk:
        library = Library(disk / "home" / "library.sqlite")
        library.star(Star("before", 1.0))
        export_to, catalog = disk / "table.csv", disk / "catalog"
        small = build_catalog(catalog, CatalogKind.AUDIOSET, [_few(folder)])
        export(small, export_to)
        table, whole = export_to.read_bytes(), (catalog / "catalog.json").read_bytes()
        works: dict[str, Callable[[], object]] = {
            "history": lambda: [
                library.remember(PastSearch(name="a"), _HISTORY) for _ in range(200)
            ],
            "table": lambda: export(Catalog.open(catalog), export_to, vectors=True),
            "build": lambda: build_catalog(catalog, CatalogKind.AUDIOSET, [records]),
            "sound": lambda: save_sound(AudioFile(folder / "rain.wav"), disk / "copy.wav"),
        }
        filling = _fill(disk, random.choice((0, 1, 4096, 20_000, 60_000, 120_000)))
        n_refused = sum(refused(work) for work in works.values())
        assert n_refused >= 3, n_refused
        assert not leftovers(disk)
        assert {star.video_id for star in library.stars()} == {"before"}
        assert export_to.read_bytes() == table or n_refused < len(works)
        assert (catalog / "catalog.json").read_bytes() == whole
        filling.unlink()
        for work in works.values():
            assert not refused(work)
    return ""


def _few(folder: Path) -> Path:
    few = folder / "few.tfrecord"
    few.write_bytes(framed(audioset_records(5)))
    return few


def recording_on_a_full_disk(folder: Path, random: Random) -> str:
    """Record until the disk is full: what was written until then is a sound."""
    with small_disk(folder / "disk", 1 << 20) as disk:
        place = Recordings(disk / "recordings").begin()
        _fill(disk, random.choice((70_000, 100_000, 200_000)))
        recorder = Recorder("", place.path, source=SteadyInput())  # type: ignore[arg-type]
        end_s = time.monotonic() + 30
        while recorder.problem is None and time.monotonic() < end_s:
            recorder.drain()
            time.sleep(0.02)
        assert isinstance(recorder.problem, MicrophoneError)
        assert recorder.problem.hint
        recorder.stop()
        duration_s = AudioFile(place.path).duration_s
        place.release()
    assert duration_s > 0.3, duration_s
    return ""


COMMANDS = (
    ("match", "rain.wav", "-k", "3"),
    ("tags", "rain.wav"),
    ("find", "rain"),
    ("info",),
    ("info", "catalog"),
    ("similar", "00000000003", "--catalog", "catalog", "--offline"),
    ("export", "catalog", "read-only/table.csv"),
    ("embed", "rain.wav", "--out", "read-only/a.npz"),
    ("build", "audioset", "few.tfrecord", "--out", "read-only/new"),
    ("build", "sounds", ".", "--out", "read-only/own"),
    ("files", "use", "audioset"),
    ("files", "list"),
    ("teach", "list"),
    ("example", "read-only/a.wav"),
)


def read_only(folder: Path, random: Random) -> str:
    """Give a command whose data folder, and whose goal, may not be written to."""
    save_wav(example("Rain"), folder / "rain.wav")
    build_catalog(folder / "catalog", CatalogKind.AUDIOSET, [_few(folder)])
    with small_disk(folder / "read-only", 1 << 20) as disk:
        (disk / "home").mkdir()
        Library(disk / "home" / "library.sqlite").star(Star("before", 1.0))
        as_root("mount", "-o", "remount,ro", str(disk))
        command = random.choice(COMMANDS)
        writes = any("read-only" in word for word in command) or command[:2] == ("files", "use")
        done = _run(folder, command, disk / "home")
        assert (done.returncode == 1) if writes else (done.returncode in (0, 1)), done.stderr
        _check_words(done)
        as_root("mount", "-o", "remount,rw", str(disk))
        names = {path.name for path in disk.rglob("*") if path.is_file()}
        assert names == {"library.sqlite", ".library.sqlite.lock"}, names
        library = Library(disk / "home" / "library.sqlite")
        assert [star.video_id for star in library.stars()] == ["before"]
    return ""


def _run(
    folder: Path, command: tuple[str, ...], home: Path, limit: int = 0
) -> subprocess.CompletedProcess[str]:
    def bound() -> None:
        if limit:
            resource.setrlimit(resource.RLIMIT_AS, (limit, limit))

    environment = {**os.environ, "SOUNDALIKE_HOME": str(home), "PYTHONPATH": str(PROJECT)}
    return subprocess.run(
        [sys.executable, "-m", "core", *command],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        preexec_fn=bound,
    )


def _check_words(done: subprocess.CompletedProcess[str]) -> None:
    assert "Traceback" not in done.stderr, done.stderr
    assert "inside the program" not in done.stderr, done.stderr
    if done.returncode == 1:
        lines = done.stderr.splitlines()
        assert lines[-2].startswith("error: "), done.stderr
        assert lines[-1].startswith("hint: "), done.stderr


def little_memory(folder: Path, random: Random) -> str:
    """Give a command with a limit of memory: it is done, or one error says what is wrong.

    Below that the numerical library ends the program in its own words; that is counted.
    """
    save_wav(example("Rain"), folder / "rain.wav")
    limit = random.randrange(300, 2500) << 20
    command = random.choice((COMMANDS[0], COMMANDS[1], COMMANDS[2], COMMANDS[3]))
    done = _run(folder, command, folder / "home", limit)
    if done.returncode in (0, 1):
        _check_words(done)
        return ""
    told = "OpenBLAS" in done.stderr or "memory" in done.stderr.lower()
    assert told, (done.returncode, limit >> 20, done.stderr[-300:])
    return "the answer, in the words of a library"


def clock_jumps(folder: Path, random: Random) -> str:
    """Save history, recordings and look-ups while the clock jumps between 1970 and 2106."""
    moments = [0.0, 1.0, 1e9, time.time(), time.time() + 86_400, 4.2e9, 2.0**31, 2.0**32]
    library, ids = Library(folder / "library.sqlite"), YoutubeIds(folder / "ids", "http://[::1]:9")
    names, kept = [], []
    for number in range(12):
        with patch("time.time", lambda: random.choice(moments)):
            library.remember(PastSearch(name=f"sound {number}"), _HISTORY)
            library.star(Star(f"video{number}", 1.0))
            names.append(f"sound {number}")
            place = Recordings(folder / "recordings").begin()
            save_wav(example("Bell"), folder / "bell.wav")
            shutil.copyfile(folder / "bell.wav", place.path)
            kept.append(place.finish())
            ids.known(["abcd"])
            assert {past.name for past in Library(library.database.path).history()} == set(names)
    assert len({path.name for path in kept}) == len(kept)
    assert len(library.stars()) == 12
    assert library.notices == []
    return ""


def two_at_once(folder: Path, _: Random) -> str:
    """Have four programs save history and build the same catalogue at the same time."""
    path, out, records = folder / "library.sqlite", folder / "out", _few(folder)
    start_s = time.monotonic() + 0.2

    def save(program: int) -> None:
        time.sleep(max(0.0, start_s - time.monotonic()))
        library = Library(path)
        for number in range(40):
            library.remember(PastSearch(name=f"{program}-{number}"), _HISTORY)
            library.star(Star(f"{program}-{number}", 1.0))
        assert library.notices == []

    def build(_: int) -> None:
        time.sleep(max(0.0, start_s - time.monotonic()))
        refused(lambda: build_catalog(out, CatalogKind.AUDIOSET, [records]))

    children = [begun(lambda n=n: save(n)) for n in range(4)]  # type: ignore[misc]
    children += [begun(lambda n=n: build(n)) for n in range(3)]  # type: ignore[misc]
    assert [ended(child) for child in children] == [0] * len(children)
    library = Library(path)
    expected = {f"{program}-{number}" for program in range(4) for number in range(40)}
    assert {past.name for past in library.history()} == expected
    assert {star.video_id for star in library.stars()} == expected
    assert len(Catalog.open(out, verify=True)) == 5
    assert not leftovers(folder)
    return ""


LIMITS = (
    Fault(
        "full-disk",
        "disk full while history, tables, sounds and catalogues are saved",
        full_disk,
        30,
    ),
    Fault("full-recording", "disk full while recording", recording_on_a_full_disk, 30),
    Fault("read-only", "data folder and goal read-only", read_only, 40),
    Fault("little-memory", "memory limited to 0.3 to 2.5 GB", little_memory, 40),
    Fault("clock", "clock jumps between 1970 and 2106 at each reading", clock_jumps, 40),
    Fault(
        "two-at-once", "four programs save history while three build one catalogue", two_at_once, 30
    ),
)

"""Kills at random moments: of building, downloading, recording, saving history, moving."""

from __future__ import annotations

import hashlib
import os
import shutil
import threading
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import numpy as np

from core.audio.devices import Device
from core.audio.reader import AudioFile
from core.audio.recorder import FLUSH_S, Recorder
from core.audio.recordings import Recordings
from core.catalog.build import tasks
from core.catalog.build.build import build_catalog
from core.catalog.catalog import Catalog
from core.catalog.records import tfrecord
from core.downloads.download import Patience
from core.downloads.mirrors import Mirror
from core.downloads.pinned import PinnedFile
from core.downloads.store import fetch
from core.jobs import Job
from core.library import Library
from core.library_types import PastSearch, Star
from core.options import CatalogKind, Options
from core.paths import DataFolder
from core.setup.moving import move
from core.sounds.update import update_sounds
from core.types import Query
from tests.faults.fault import Fault, begun, ended, killed_after, leftovers
from tests.fuzz.catalog_readers import audioset_records, framed
from tests.setup.kill_a_move import check_whole, contents, filled, gone_on

RATE_HZ = 48_000
_BODY = np.random.default_rng(0).bytes(3 << 20)
_SPARE_S = 1.0
"""A busy machine lets a writer wait."""


def saving_history(folder: Path, random: Random) -> str:
    """Kill what saves one search and star after the other; all that it said is saved is there."""
    path, said = folder / "library.sqlite", folder / "said"
    Library(path).remember(PastSearch(name="first"), Query("q", np.zeros((1, 128), np.uint8), 1.0))

    def work() -> None:
        library = Library(path)
        with said.open("w") as file:
            for number in range(100_000):
                query = Query("q", np.full((3, 128), number % 256, np.uint8), 3.0)
                library.remember(PastSearch(name=f"sound {number}"), query)
                library.star(Star(f"video{number}", 1.0))
                file.write(f"{number}\n")
                file.flush()

    assert killed_after(random.uniform(0.02, 0.4), work)
    library = Library(path)
    names = {past.name for past in library.history()}
    stars = {star.video_id for star in library.stars()}
    saved = said.read_text().splitlines() if said.is_file() else []
    # The oldest of more than a thousand go, as they should.
    expected = saved[-900:]
    assert {f"sound {number}" for number in expected} <= names
    assert {f"video{number}" for number in saved} <= stars
    assert library.notices == []
    return ""


@cache
def _archive() -> bytes:
    return framed(audioset_records(12_000))


def building(folder: Path, random: Random) -> str:
    """Kill a build that adds to a catalogue; the old or the new one is there, and it goes on."""
    first, more, out = folder / "a.tfrecord", folder / "b.tfrecord", folder / "out"
    first.write_bytes(framed(audioset_records(5)))
    more.write_bytes(_archive())
    build_catalog(out, CatalogKind.AUDIOSET, [first])
    tasks.PART_BYTES, tfrecord.BLOCK_BYTES = 1 << 19, 1 << 18  # as many parts as of a large one

    def work() -> None:
        build_catalog(out, CatalogKind.AUDIOSET, [more])

    killed_after(random.uniform(0.05, 0.8), work)
    found = len(Catalog.open(out, verify=True))
    assert found in (5, 12_000), found
    assert len(build_catalog(out, CatalogKind.AUDIOSET, [more])) == 12_000
    assert not [path.name for path in folder.glob(".out.*") if path.suffix != ".lock"]
    return ""


@cache
def _sounds() -> Any:
    from core.audio.examples import EXAMPLES, example
    from core.audio.writing import save_wav

    def write(folder: Path) -> None:
        folder.mkdir()
        for number in range(12):
            for name in EXAMPLES:
                save_wav(example(name, number), folder / f"{name}-{number}.wav")

    return write


def building_own_sounds(folder: Path, random: Random) -> str:
    """Kill a build of own sounds; nothing or all is there, and the next build goes on."""
    _sounds()(folder / "sounds")
    out, data = folder / "mine", DataFolder(folder / "home")

    def work() -> None:
        update_sounds(out, [folder / "sounds"], data, Options(), workers=1)

    def finished() -> None:
        work()
        assert len(Catalog.open(out, verify=True).sound_files) == 36

    killed_after(random.uniform(0.3, 4.0), work)
    if out.exists():
        Catalog.open(out, verify=True)
    assert ended(begun(finished)) == 0  # in a child: the runtime's threads bear no fork
    assert not leftovers(folder)
    return ""


def downloading(folder: Path, random: Random) -> str:
    """Kill a download; what came is kept, the next goes on there, and the file is the right one."""
    from tests.web_server import serve, web_server

    file = PinnedFile("x.bin", len(_BODY), hashlib.sha256(_BODY).hexdigest(), "https://x/x.bin")
    port = folder / "port"

    def slowly(request: Any, content: bytes) -> None:
        send = request.send

        def in_pieces(body: bytes) -> None:
            for begin in range(0, len(body), 1 << 17):
                send(body[begin : begin + (1 << 17)])
                time.sleep(0.01)

        request.send = in_pieces
        serve(request, content)

    def server() -> None:
        with web_server({file.name: _BODY}) as served:
            served.behaviour = slowly
            (folder / "port.new").write_text(served.address)
            (folder / "port.new").rename(port)
            time.sleep(600)

    def work() -> None:
        fetch(folder / "files", Job(), [file], Mirror(base=port.read_text()), Patience(3, 0.01))

    child = begun(server)
    try:
        while not port.exists():
            time.sleep(0.005)
        killed_after(random.uniform(0.02, 0.4), work)
        whole, part = folder / "files" / file.name, folder / "files" / f".{file.name}.part"
        kept = part.stat().st_size if part.exists() else 0
        assert not whole.exists() or whole.read_bytes() == _BODY
        assert ended(begun(work)) == 0
        assert whole.read_bytes() == _BODY
        assert not part.exists()
        assert kept == 0 or not leftovers(folder)
    finally:
        os.kill(child, 9)
        os.waitpid(child, 0)
    return ""


class SteadyInput:
    """An input that sends a tone, as an open device does."""

    rate_hz = RATE_HZ
    is_fed = True

    def __init__(self) -> None:
        self.device = Device("steady", "Steady tone", 1, RATE_HZ, False)
        self._stopped = threading.Event()

    def send_to(self, take: Callable[[Any], object], begin: Callable[[], None]) -> None:
        begin()
        self._thread = threading.Thread(target=self._send, args=(take,), daemon=True)
        self._thread.start()

    def _send(self, take: Callable[[Any], object]) -> None:
        began_s, n_sent, size = time.monotonic(), 0, RATE_HZ // 50
        while not self._stopped.is_set():
            while n_sent < (time.monotonic() - began_s) * RATE_HZ:
                times = (n_sent + np.arange(size)) / RATE_HZ
                take((0.5 * np.sin(2 * np.pi * 440 * times)).astype(np.float32)[:, None])
                n_sent += size
            time.sleep(0.01)

    def close(self) -> None:
        self._stopped.set()


def recording(folder: Path, random: Random) -> str:
    """Kill a recording; it is found again, and lacks no more than its last moment."""
    lasts_s, began = random.uniform(2.0, 4.0), folder / "began"

    def work() -> None:
        place = Recordings(folder / "recordings").begin()
        Recorder("", place.path, source=SteadyInput())  # type: ignore[arg-type]
        began.touch()
        time.sleep(60)

    child = begun(work)
    while not began.exists():
        time.sleep(0.002)
    time.sleep(lasts_s)
    os.kill(child, 9)
    os.waitpid(child, 0)
    (found,) = Recordings(folder / "recordings").recover()
    audio = AudioFile(found)
    lost_s = lasts_s - audio.duration_s
    assert lost_s < FLUSH_S + 0.5 + _SPARE_S, lost_s
    assert np.abs(audio.waveform().samples).max() > 0.4
    assert Recordings(folder / "recordings").recover() == []
    return f"the last {max(lost_s, 0.0):.1f} s"


def moving(folder: Path, random: Random) -> str:
    """Kill a move of the data folder; the data is at one of both places, and the move goes on."""
    data, target = filled(folder / "home", folder / "elsewhere"), folder / "disk" / "sounds"
    (data.files / "large").write_bytes(os.urandom(6 << 20))
    before, home = contents(data.root), data.root
    killed_after(random.uniform(0.0, 0.08), lambda: _moved(data, target))
    now = DataFolder(home).followed()
    if now == data:
        assert contents(home) == before
    now = gone_on(now, target, False)
    check_whole(before, home, target, 0)
    return ""


def _moved(data: DataFolder, target: Path) -> None:
    move(data, target)


def saving_files(folder: Path, random: Random) -> str:
    """Kill what writes a table again and again; the table is always whole."""
    records, table = folder / "a.tfrecord", folder / "table.csv"
    records.write_bytes(framed(audioset_records(300)))
    catalog = build_catalog(folder / "out", CatalogKind.AUDIOSET, [records])
    from core.catalog.export import export

    export(catalog, table)
    whole = table.read_bytes()

    def work() -> None:
        while True:
            export(catalog, table)

    assert killed_after(random.uniform(0.0, 0.1), work)
    assert table.read_bytes() == whole
    export(catalog, table)
    assert not leftovers(folder)
    shutil.rmtree(folder / "out")
    return ""


KILLS = (
    Fault("kill-history", "killed while history and stars are saved", saving_history, 200),
    Fault("kill-build", "killed while a build adds to a catalogue", building, 60),
    Fault("kill-own-sounds", "killed while own sounds are analysed", building_own_sounds, 20),
    Fault("kill-download", "killed while a file is downloaded", downloading, 60),
    Fault("kill-recording", "killed while recording", recording, 40),
    Fault("kill-move", "killed while the data folder moves", moving, 100),
    Fault("kill-export", "killed while a table is written", saving_files, 100),
)

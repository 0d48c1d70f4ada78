"""What lies in the data folder, and what servers answer: notes, settings, databases, look-ups."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from random import Random
from typing import Any, ClassVar

import numpy as np

from core.paths import DataFolder
from tests.fuzz.mutations import INTERESTING, mutated
from tests.fuzz.reader import Reader
from tests.fuzz.structured import ODD_VALUES, mutated_json, mutated_npz


class NoteReader(Reader):
    """Notes in the data folder, the window's settings, marks of moves, descriptions of models."""

    name = "note"

    def make_samples(self, folder: Path) -> None:
        from core.options import ClipSet, Filter
        from core.setup.choice import write_choice
        from core.setup.move_mark import FolderContent, MoveMark
        from core.vggish.model import MANIFEST_FILE, ModelManifest
        from gui.settings import Remembered, Settings, settings_path
        from gui.setup import saved_request
        from gui.setup.request import SetUpRequest
        from gui.sounds import request
        from gui.spectrogram.view_choices import ViewChoices

        data = DataFolder(folder)
        paths = (Path("/a/b.tar.gz"),)
        saved_request.keep(data, SetUpRequest(ClipSet.SOME, ("Dog",), "eu", True, paths))
        request.keep(data, request.SoundsRequest("mine", ("/a", "/b"), True))
        write_choice(data, ["audioset", "mine"])
        (folder / "planned-move").write_text("/somewhere/else")
        (folder / "moved-to").write_text("/nowhere")
        copied = FolderContent({"files/a": (3, 4), "b": (1, 10**18)}, ("files",))
        MoveMark(("/a", "/b"), True, copied).write(folder)
        remembered = Remembered(b"abc", filters=Filter(("Dog",)), view=ViewChoices().as_text())
        Settings(settings_path(data)).write(remembered)
        ModelManifest("vggish-1-2", "VGGish", "/a/b", True, ((3, 4),), 1e-6).save(folder)
        assert (folder / MANIFEST_FILE).is_file()
        (folder / "download.part.json").write_text('{"url": "https://x", "etag": "a", "total": 9}')

    def changed(self, random: Random, name: str, content: bytes) -> bytes:
        if name.endswith(".json") and random.random() < 0.8:
            return mutated_json(random, content)
        if name == "window.ini" and random.random() < 0.8:
            return _mutated_setting(random, content)
        return mutated(random, content)

    def read(self, folder: Path, name: str) -> None:
        from core.setup import planned_move
        from core.setup.choice import read_choice
        from core.setup.move_mark import MoveMark
        from core.vggish.model import MANIFEST_FILE, ModelManifest, installed
        from gui.settings import Settings, settings_path
        from gui.setup import saved_request
        from gui.sounds import request
        from gui.spectrogram.view_choices import ViewChoices

        data = DataFolder(folder).followed()
        saved_request.kept(data)
        request.kept(data)
        read_choice(data)
        planned_move.planned_move(data)
        planned_move.has_work(data)
        MoveMark.read(folder)
        remembered = Settings(settings_path(data)).read()
        ViewChoices.from_text(remembered.view)
        installed(folder.parent)
        if name.startswith("download"):
            _fetch_nothing(folder)
        if name == MANIFEST_FILE:
            ModelManifest.load(folder)


def _mutated_setting(random: Random, content: bytes) -> bytes:
    """Return settings of which one has another value, as Qt would have written it."""
    lines = content.decode().splitlines()
    at = random.randrange(1, len(lines))
    key, _, _ = lines[at].partition("=")
    value = json.dumps(random.choice(ODD_VALUES))
    if random.random() < 0.5:
        value = value.replace("\\", "\\\\").replace('"', '\\"')
        value = f'"{value}"'
    lines[at] = f"{key}={value}"
    return "\n".join(lines).encode()


def _fetch_nothing(folder: Path) -> None:
    """Go on with a download whose note was changed, from a server that is not there."""
    from core.downloads.download import Download, Patience
    from core.downloads.mirrors import Mirror
    from core.downloads.pinned import PinnedFile
    from core.errors import DownloadError
    from core.jobs import Job

    part = folder / "download.part"
    part.write_bytes(b"abc")
    file = PinnedFile("x", 9, "0" * 64, "https://x")
    download = Download(file, Mirror(base="http://127.0.0.1:9"), part, Patience(attempts=1))
    try:
        for _ in download.blocks(Job()):
            pass
    except DownloadError:
        part.unlink(missing_ok=True)


class TaughtClassReader(Reader):
    """Files of taught classes, as people hand them on."""

    name = "taught-class"

    def make_samples(self, folder: Path) -> None:
        from core.teaching.store import write_class
        from core.teaching.taught_class import Estimate, Example, TaughtClass

        random = np.random.default_rng(5)
        examples = tuple(
            Example(
                f"video{number}", 1.0, 2.0, random.integers(-127, 128, 128).astype(np.int8), yes
            )
            for number, yes in enumerate((True, True, False))
        )
        weights = random.normal(0, 1, 128).astype(np.float32)
        taught = TaughtClass("My dog", "m", "M", weights, 0.3, 0.1, Estimate(0.5, None), examples)
        write_class(taught, folder / "my-dog.json")

    def changed(self, random: Random, name: str, content: bytes) -> bytes:
        return mutated_json(random, content) if random.random() < 0.8 else mutated(random, content)

    def read(self, folder: Path, name: str) -> None:
        from core.teaching.store import read_class

        taught = read_class(folder / name)
        assert np.isfinite(taught.scores(np.eye(128, dtype=np.float32))).all()
        taught.to_json()


class LibraryReader(Reader):
    """The database of history and stars: whatever it is, all of it can be used afterwards."""

    name = "library"
    n_entries = 6  # of each table; an input costs as much time as there are

    def make_samples(self, folder: Path) -> None:
        from tests.library.test_damage import filled

        filled(folder / "library.sqlite", self.n_entries)
        for rest in folder.glob("*.lock"):
            rest.unlink()

    def changed(self, random: Random, name: str, content: bytes) -> bytes:
        if random.random() < 0.5:
            return with_odd_cells(random, content)
        changed = bytearray(content)
        if random.random() < 0.4:  # anywhere: most changes of `mutated` are in the first page
            for _ in range(random.choice((1, 3, 30))):
                changed[random.randrange(len(changed))] = random.randrange(256)
            return bytes(changed)
        return mutated(random, content)

    def read(self, folder: Path, name: str) -> None:
        from core.library import Library
        from tests.library.test_damage import use

        library = Library(folder / name)
        use(library)
        assert all(notice.isprintable() for notice in library.notices)
        use(library)
        for rest in folder.glob("library*"):
            rest.unlink()
        for rest in folder.glob(".library*"):
            rest.unlink()


class CacheReader(LibraryReader):
    """Databases of what was looked up: begun anew where they are damaged."""

    name = "cache"

    def make_samples(self, folder: Path) -> None:
        from gui.youtube.cache import Cache
        from gui.youtube.services import Standing, Video

        cache = Cache(folder / "look-ups.sqlite", now_s=lambda: 1e9)
        ids = [f"video{number:06}" for number in range(200)]
        videos = {key: Video(Standing.ALIVE, f"Title of {key}", "A channel") for key in ids}
        cache.write(videos, {key: b"\xff\xd8\xff" + key.encode() * 9 for key in ids})
        _merge_log(folder / "look-ups.sqlite")

    def read(self, folder: Path, name: str) -> None:
        from core.catalog.youtube_ids import YoutubeIds
        from gui.youtube.cache import Cache
        from gui.youtube.services import Standing, Video

        cache = Cache(folder / name)
        ids = [f"video{number:06}" for number in range(0, 200, 20)]
        for known in cache.read(ids, with_pictures=True).values():
            assert known.video is None or known.video.standing in Standing
        YoutubeIds(folder / name, "http://127.0.0.1:9").known(["abcd", "ef01"])
        cache.write({"new": Video(Standing.ALIVE, "New", "Channel")}, {"new": b"\xff\xd8\xff"})
        for rest in folder.glob("look-ups*"):
            rest.unlink()


def _merge_log(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        db.execute("PRAGMA journal_mode = DELETE")


def with_odd_cells(random: Random, content: bytes) -> bytes:
    """Return a sound database in which some cells have values that make no sense."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as db:
        # A log would be looked for in a file of its own.
        db.deserialize(content[:18] + b"\1\1" + content[20:])
        names = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        tables = [name for (name,) in db.execute(names)]
        for _ in range(random.choice((1, 1, 2, 6))):
            table = random.choice(tables)
            columns = [row[1] for row in db.execute(f"PRAGMA table_info({table})")]
            rows = [row for (row,) in db.execute(f"SELECT rowid FROM {table}")]
            if not rows:
                continue
            change = f"UPDATE OR IGNORE {table} SET {random.choice(columns)} = ? WHERE rowid = ?"
            try:
                db.execute(change, (_odd_cell(random), random.choice(rows)))
            except (sqlite3.Error, OverflowError, UnicodeEncodeError):
                continue
        return db.serialize()


def _odd_cell(random: Random) -> Any:
    value = random.choice((*ODD_VALUES, *INTERESTING, random.randbytes(random.randrange(300))))
    if isinstance(value, (list, dict)):
        return json.dumps(value)
    return value


class LookUpReader(Reader):
    """Answers of YouTube's services, and the pictures in them."""

    name = "look-up"
    statuses: ClassVar[tuple[int, ...]] = (200, 401, 403, 404, 429, 500, 0, -1)

    def make_samples(self, folder: Path) -> None:
        from PySide6.QtGui import QColor, QImage

        title = {"title": "A title", "author_name": "Ä channel", "thumbnail_url": "https://x"}
        (folder / "title.json").write_text(json.dumps(title))
        (folder / "forbidden.txt").write_text("Forbidden")
        image = QImage(320, 180, QImage.Format.Format_RGB32)
        for row in range(180):
            image.setPixelColor(row, row, QColor(row, 255 - row, 100))
        image.save(str(folder / "picture.jpg"), "JPEG", 80)
        grey = image.convertToFormat(QImage.Format.Format_Grayscale8)
        grey.save(str(folder / "grey.jpg"), "JPEG", 30)

    def changed(self, random: Random, name: str, content: bytes) -> bytes:
        status = random.choice(self.statuses).to_bytes(2, "little", signed=True)
        if name.endswith(".json") and random.random() < 0.7:
            return status + mutated_json(random, content)
        return status + mutated(random, content)

    def read(self, folder: Path, name: str) -> None:
        from gui.youtube.cache_worker import decoded
        from gui.youtube.services import read_thumbnail, read_title

        content = (folder / name).read_bytes()
        status, body = int.from_bytes(content[:2], "little", signed=True), content[2:]
        video = read_title(status, body)
        if video is not None:
            assert (video.title + video.channel).isprintable()
            assert len(video.title) <= 300
        jpeg = read_thumbnail(status, body)
        image = decoded(jpeg, 72)
        assert image is None or image.height() == 72


class SoundPartReader(Reader):
    """Parts that a killed build of own sounds has left."""

    name = "sound-part"
    model = "m"

    def make_samples(self, folder: Path) -> None:
        from core.catalog.clips import Clips
        from core.catalog.sound_files import OwnFile
        from core.sounds.parts import PartsFolder

        random = np.random.default_rng(6)
        ids, spans = [b"k" * 24] * 3, [(0.0, 10.0), (10.0, 20.0), (20.0, 30.0)]
        frames = [random.integers(0, 256, (10, 128), np.uint8) for _ in ids]
        clips = Clips.from_lists(ids, spans, [[1, 2]] * 3, frames, [False] * 3)
        own = OwnFile(0, b"a/b.wav", b"k" * 24, 100, 10**18, 30.0, -20.0, n_clips=3)
        bad = OwnFile(0, b"c.wav", b"", 5, 10**18, state=2, reason="it is none")
        loudness = [np.full(3, -20.0, np.float32)]
        PartsFolder(folder, self.model, ["/a"]).write([own], [clips], loudness, [bad])

    def changed(self, random: Random, name: str, content: bytes) -> bytes:
        return mutated_npz(random, content)

    def read(self, folder: Path, name: str) -> None:
        from core.sounds.parts import PartsFolder

        for part, files, read in PartsFolder(folder, self.model, ["/a"]).found():
            clips, _ = part.load()
            assert all(file.folder == 0 for file in read)
            assert all(file.first_clip + file.n_clips <= len(clips) for file in files)


TEXT_READERS = (
    NoteReader,
    TaughtClassReader,
    LibraryReader,
    CacheReader,
    LookUpReader,
    SoundPartReader,
)

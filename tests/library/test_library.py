"""The library: what is kept comes back, whoever else writes and whatever dies meanwhile."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import core.library
from core.audio.examples import example
from core.errors import LibraryError
from core.library import VERSION, Library
from core.library_types import PastSearch, Star
from core.listeners import BuiltIn
from core.options import Comparison, Filter, Ranking
from core.query import QueryStream
from core.tagging.steering import Steer, TagChange, steered
from core.tagging.words import word_query
from core.types import Query
from tests.conftest import PROJECT

WRITER = """
import sys
import numpy as np
from pathlib import Path
from core.library_types import PastSearch, Star
from core.library import Library
from core.types import Query
library, name = Library(Path(sys.argv[1])), sys.argv[2]
print("ready", flush=True)
sys.stdin.readline()
for number in range(int(sys.argv[3])):
    query = Query("q", np.zeros((2, 128), np.uint8), 2.0)
    library.remember(PastSearch(name=f"{name}{number}"), query)
    library.star(Star(f"{name}{number}", 0.0))
    print(number, flush=True)
"""


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library(tmp_path / "data" / "library.sqlite", now_s=lambda: 1000.0)


def query(n_frames: int = 3, seed: int = 0) -> Query:
    frames = np.random.default_rng(seed).integers(0, 256, (n_frames, 128), np.uint8)
    return Query("bark.wav", frames, 0.96 * n_frames, ("Padded.",), 0.96)


def past(**changes: object) -> PastSearch:
    levels = np.arange(32 * 40, dtype=np.uint8).reshape(32, 40)
    values = {
        "name": "<b>bark</b>.wav",
        "path": "/sounds/bark.wav",
        "span": (1.5, 4.25),
        "duration_s": 2.75,
        "thumbnail": levels,
        "k": 7,
        "filters": Filter(("Animal", "Cattle, bovinae"), ("Music",)),
        "by": Comparison.FRAMES,
        "n_matches": 7,
        "label": "Dog, Bark (7 of the 10 nearest)",
        "ranking": Ranking.SOUND,
        "model_id": "vggish-audioset",
        "track": 2,
        "expansion": 10,
    }
    return PastSearch(**{**values, **changes})


def test_an_entry_comes_back_whole(library: Library):
    asked = query()
    key = library.remember(past(), asked)
    (found,) = library.history()
    assert found.time_s == 1000.0
    expected = past(key=key, time_s=1000.0)
    names = ("key", "name", "path", "span", "duration_s", "k", "filters", "by", "label", "ranking")
    for name in names:
        assert getattr(found, name) == getattr(expected, name)
    np.testing.assert_array_equal(found.thumbnail, expected.thumbnail)
    again = library.query(found)
    assert again is not None
    np.testing.assert_array_equal(again.frames, asked.frames)
    assert (again.duration_s, again.notes, again.hop_s) == (asked.duration_s, asked.notes, 0.96)
    assert (again.name, again.model_id) == (found.name, "vggish-audioset")
    assert again.direction is None


def test_a_refined_query_keeps_where_it_points(library: Library):
    from dataclasses import replace

    direction = np.arange(-64, 64)
    library.remember(past(), replace(query(), direction=direction))
    again = library.query(library.history()[0])
    assert again is not None
    np.testing.assert_array_equal(again.direction, direction)


def test_words_and_a_steered_query_come_back(library: Library):
    words = word_query("dog barking")
    steered_query = steered(words, [TagChange("Rain", Steer.MORE), TagChange("Dog", Steer.LESS)])
    for asked in (words, steered_query):
        library.remember(past(), asked)
        found = library.query(library.history()[0])
        assert found is not None
        assert found.frames.shape == (0, 128)
        np.testing.assert_array_equal(found.tags, asked.tags)
        assert found.notes == asked.notes


def test_a_query_that_was_heard_keeps_its_tags(library: Library):
    stream = QueryStream(BuiltIn(), "rain.wav")
    stream.push(example("Rain").samples)
    asked = stream.query()
    library.remember(past(), asked)
    again = library.query(library.history()[0])
    assert again is not None and asked.tags is not None and again.tags is not None
    assert again.tags.dtype == np.float32
    np.testing.assert_allclose(again.tags, asked.tags, atol=1e-3)
    np.testing.assert_array_equal(again.frames, asked.frames)
    library.remember(past(), query())
    again = library.query(library.history()[0])
    assert again is not None and again.tags is None


def test_entries_are_renewed_and_removed_one_by_one(library: Library):
    keys = [library.remember(past(name=name), query()) for name in "abc"]
    library.remember(past(key=keys[1], name="b", n_matches=99, time_s=5.0), query())
    assert [(each.name, each.n_matches) for each in library.history()] == [
        ("c", 7),
        ("b", 99),
        ("a", 7),
    ]
    library.remove(keys[2])
    assert [each.key for each in library.history()] == [keys[1], keys[0]]
    assert library.query(PastSearch(key=keys[2])) is None
    library.clear_history(keys[0])
    assert [each.key for each in library.history()] == [keys[1]]
    library.clear_history(keys[1])
    assert library.history() == []
    # Nobody else's entry ever gets the number of one that was removed.
    assert library.remember(past(), query()) > keys[2]


def test_what_is_forgotten_is_in_no_file(library: Library, tmp_path: Path):
    library.star(Star("kept", 1.0))
    for _ in range(3):
        library.remember(past(name="a secret name"), query(seed=5))
    needles = (b"a secret name", query(seed=5).frames.tobytes()[:64])
    content = b"".join(path.read_bytes() for path in (tmp_path / "data").iterdir())
    assert all(needle in content for needle in needles)
    library.clear_history(3)
    content = b"".join(path.read_bytes() for path in (tmp_path / "data").iterdir())
    assert not any(needle in content for needle in needles)
    assert [star.video_id for star in library.stars()] == ["kept"]


def test_the_oldest_entries_go(library: Library, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(core.library, "MOST_ENTRIES", 4)
    for number in range(6):
        library.remember(past(name=str(number)), query())
    assert [each.name for each in library.history()] == ["5", "4", "3", "2"]
    monkeypatch.setattr(core.library, "MOST_BYTES", 1000)
    library.remember(past(name="large"), query(100))
    assert [each.name for each in library.history()] == ["large"]


def test_what_has_a_name_or_a_star_stays(library: Library, monkeypatch: pytest.MonkeyPatch):
    named, starred, plain = (
        library.remember(past(name=name, path=f"/sounds/{name}"), query()) for name in "abc"
    )
    library.keep(named, "Rex", False)
    library.keep(starred, "", True)
    library.keep(plain, "x", True)
    library.keep(plain, "", False)
    library.keep(99, "of nothing", True)
    found = {each.key: (each.given_name, each.is_starred) for each in library.history()}
    assert found == {named: ("Rex", False), starred: ("", True), plain: ("", False)}
    library.relocate(Path("/sounds"), Path("/moved"))
    assert sorted(library.kept_paths()) == [Path("/moved/a"), Path("/moved/b")]
    # Asked again, it is still called so.
    library.remember(past(name="a", key=named, path="/moved/a"), query())
    monkeypatch.setattr(core.library, "MOST_ENTRIES", 2)
    for name in "def":
        library.remember(past(name=name), query())
    assert [each.name for each in library.history()] == ["f", "e", "b", "a"]
    monkeypatch.setattr(core.library, "MOST_BYTES", 1000)
    library.keep(library.remember(past(name="large"), query(100)), "Large", False)
    library.remember(past(name="last"), query())
    assert [each.name for each in library.history()][:2] == ["last", "large"]
    library.clear_history(99)
    assert [each.name for each in library.history()] == ["large", "b", "a"]
    library.remove(named)
    assert Path("/moved/a") not in library.kept_paths()
    assert library.notices == []


def test_stars_hidden_videos_and_presets(library: Library):
    first = Star("abc", 30.0, 40.0, ("Dog", "Cattle, bovinae"), "https://x", "a “note”\n2", 10.0)
    second = Star("abc", 50.0, starred_s=20.0)
    library.star(first)
    library.star(second)
    library.star(Star("abc", 50.0, note="new", starred_s=20.0))
    assert library.stars() == [Star("abc", 50.0, note="new", starred_s=20.0), first]
    library.unstar("abc", 50.0)
    assert library.stars() == [first]
    library.hide("abc")
    library.hide("def")
    library.show("abc")
    library.hide("def")
    assert library.hidden() == {"def"}
    quiet = Filter(("Animal",), ("Music", "Speech"))
    library.save_preset("zoo", Filter())
    library.save_preset("Birds", quiet)
    library.save_preset("sure", replace(quiet, only_sure=True))
    library.save_preset("zoo", quiet)
    sure = ("sure", replace(quiet, only_sure=True))
    assert list(library.presets().items()) == [("Birds", quiet), sure, ("zoo", quiet)]
    library.remove_preset("zoo")
    assert list(library.presets()) == ["Birds", "sure"]
    assert library.notices == []


@settings(max_examples=25, deadline=None)
@given(
    name=st.text(st.characters(exclude_categories=["Cs"])),
    names=st.lists(st.text(st.characters(exclude_categories=["Cs"]))),
)
def test_any_text_comes_back(tmp_path_factory: pytest.TempPathFactory, name: str, names: list[str]):
    library = Library(tmp_path_factory.mktemp("text") / "library.sqlite")
    library.remember(past(name=name, filters=Filter(tuple(names))), query())
    found = library.history()[0]
    assert (found.name, found.filters.include) == (name, tuple(names))


def start(path: Path, name: str, count: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path), name, str(count)],
        cwd=PROJECT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def test_two_programs_write_at_once(tmp_path: Path):
    path = tmp_path / "library.sqlite"
    writers = [start(path, name, 40) for name in "ab"]
    for writer in writers:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "ready\n"
    for writer in writers:
        writer.communicate("\n", timeout=240)
        assert writer.returncode == 0
    library = Library(path)
    expected = {f"{name}{number}" for name in "ab" for number in range(40)}
    assert {each.name for each in library.history()} == expected
    assert {each.video_id for each in library.stars()} == expected
    assert library.notices == []


@pytest.mark.slow
def test_kills_lose_nothing_that_was_committed(tmp_path: Path):
    path = tmp_path / "library.sqlite"
    library = Library(path)
    random = np.random.default_rng(0)
    committed: set[str] = set()
    for attempt in range(20):
        with start(path, f"k{attempt}-", 10_000) as writer:
            assert writer.stdin is not None
            assert writer.stdout is not None
            assert writer.stdout.readline() == "ready\n"
            writer.stdin.write("\n")
            writer.stdin.flush()
            said = [writer.stdout.readline() for _ in range(int(random.integers(1, 12)))]
            timer = threading.Timer(
                float(random.uniform(0, 0.01)), os.kill, (writer.pid, signal.SIGKILL)
            )
            timer.start()
            said += writer.stdout.readlines()
            timer.join()
            writer.stdin.close()
        assert writer.returncode == -signal.SIGKILL
        # A last line may have been cut off.
        committed |= {f"k{attempt}-{line.strip()}" for line in said if line.endswith("\n")}
        names = {each.name for each in library.history()}
        assert committed <= names
        assert committed <= {each.video_id for each in library.stars()}
        with closing(sqlite3.connect(path)) as db:
            assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert len(committed) >= 20
    assert library.notices == []


@pytest.mark.parametrize("damage", ["text", "page"])
def test_a_damaged_file_is_put_aside(tmp_path: Path, damage: str):
    path = tmp_path / "library.sqlite"
    for number in range(200):
        Library(path).star(Star(f"video{number}", 0.0, labels=("Dog",) * 20))
    if damage == "text":
        path.write_text("this is no database at all")
    else:
        content = bytearray(path.read_bytes())
        content[4096:] = b"\xff" * (len(content) - 4096)
        path.write_bytes(content)
    before = path.read_bytes()
    library = Library(path)
    assert library.stars() == []
    (notice,) = library.notices
    (aside,) = tmp_path.glob("library-damaged-*.sqlite")
    assert aside.name in notice
    assert aside.read_bytes() == before
    library.star(Star("new", 0.0))
    assert [star.video_id for star in Library(path).stars()] == ["new"]


def test_an_older_file_is_taken_over(tmp_path: Path):
    path = tmp_path / "library.sqlite"
    query = Query("q", np.ones((2, 128), np.uint8), 2.0)
    key = Library(path).remember(PastSearch(name="old", model_key="vggish-1"), query)
    with closing(sqlite3.connect(path)) as db:
        # As version 1 had it: nobody wrote down by which model a sound was heard.
        db.executescript("DROP TABLE heard; PRAGMA user_version = 1;")
    library = Library(path)
    (old,) = library.history()
    assert (old.name, old.model_key) == ("old", "")
    assert np.array_equal(library.query(old).frames, query.frames)
    library.remember(PastSearch(name="new", model_key="vggish-2"), query)
    assert [past.model_key for past in library.history()] == ["vggish-2", ""]
    library.remove(key)
    library.clear_history(key + 1)
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("SELECT count(*) FROM heard").fetchone() == (0,)
    assert library.notices == []


VERSION_3 = """
CREATE TABLE history (
    key INTEGER PRIMARY KEY AUTOINCREMENT, asked_s REAL, name TEXT, path TEXT,
    start_s REAL, end_s REAL, duration_s REAL, thumbnail BLOB, k INTEGER,
    include TEXT, exclude TEXT, compared TEXT, n_matches INTEGER, label TEXT);
CREATE TABLE queries (
    key INTEGER PRIMARY KEY REFERENCES history, frames BLOB, n_bytes INTEGER, duration_s REAL,
    hop_s REAL, notes TEXT, direction BLOB);
CREATE TABLE heard (key INTEGER PRIMARY KEY REFERENCES history, heard_by TEXT);
CREATE TABLE tags (key INTEGER PRIMARY KEY REFERENCES history, scores BLOB);
CREATE TABLE stars (
    video_id TEXT, start_s REAL, end_s REAL, labels TEXT, url TEXT, note TEXT, starred_s REAL,
    PRIMARY KEY (video_id, start_s));
CREATE TABLE hidden (video_id TEXT PRIMARY KEY, hidden_s REAL);
CREATE TABLE presets (name TEXT PRIMARY KEY, include TEXT, exclude TEXT);
INSERT INTO history VALUES (
    4, 1000.0, 'dog.wav', '/sounds/dog.wav', NULL, NULL, 1.92, x'', 50,
    '["Dog"]', '[]', 'frames', 50, 'Dog');
INSERT INTO queries VALUES (4, zeroblob(256), 256, 1.92, 0.96, '[]', NULL);
INSERT INTO heard VALUES (4, 'built-in-1');
INSERT INTO tags VALUES (4, x'');
INSERT INTO stars VALUES ('abc', 30.0, 40.0, '["Dog"]', '', '', 1000.0);
PRAGMA user_version = 3;
"""


def test_a_file_of_version_3_is_upgraded_unharmed(tmp_path: Path):
    path = tmp_path / "library.sqlite"
    with closing(sqlite3.connect(path)) as db:
        db.executescript(VERSION_3)
    library = Library(path)
    (old,) = library.history()
    assert (old.name, old.k, old.by, old.model_key) == ("dog.wav", 50, "frames", "built-in-1")
    assert (old.ranking, old.model_id) == (Ranking.BOTH, "")
    again = library.query(old)
    assert again is not None and again.frames.shape == (2, 128)
    assert [star.video_id for star in library.stars()] == ["abc"]
    library.remember(replace(old, ranking=Ranking.MEANING), again)
    assert [each.ranking for each in Library(path).history()] == [Ranking.MEANING]
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (VERSION,)
    assert library.notices == []
    assert list(tmp_path.glob("*damaged*")) == []


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE asked SET ranking = 'loudest'",
        "UPDATE asked SET model_id = x'00'",
        "UPDATE history SET k = 1000000000",
    ],
)
def test_an_entry_that_says_nonsense_of_how_it_was_asked_is_left_out(library: Library, damage: str):
    library.remember(past(), query())
    with closing(sqlite3.connect(library.database.path)) as db:
        db.executescript(damage)
    assert library.history() == []
    assert len(library.notices) == 1


def test_a_newer_file_is_left_alone(tmp_path: Path):
    path = tmp_path / "library.sqlite"
    Library(path).star(Star("a", 0.0))
    with closing(sqlite3.connect(path)) as db:
        db.execute(f"PRAGMA user_version = {VERSION + 1}")
    with pytest.raises(LibraryError, match="newer"):
        Library(path).star(Star("b", 0.0))
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("SELECT count(*) FROM stars").fetchone() == (1,)


def test_a_place_that_cannot_be_written_is_one_clear_error(tmp_path: Path):
    (tmp_path / "file").write_text("")
    library = Library(tmp_path / "file" / "library.sqlite")
    for do in (library.history, library.stars, lambda: library.hide("a")):
        with pytest.raises(LibraryError, match="cannot be read or kept"):
            do()
    assert library.notices == []


def test_a_file_that_may_not_be_written_is_left_as_it_is(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    library.star(Star("a", 0.0))
    connect = sqlite3.connect

    def read_only(path: Path | str, **options: object) -> sqlite3.Connection:
        address = path if isinstance(path, str) else f"{path.as_uri()}?mode=ro"
        return connect(address, **{**options, "uri": True})

    monkeypatch.setattr(sqlite3, "connect", read_only)
    with pytest.raises(LibraryError, match="readonly"):
        library.star(Star("b", 0.0))
    assert [star.video_id for star in library.stars()] == ["a"]
    assert library.notices == []

"""A damaged library keeps what can be read, says once what could not, and goes on."""

from __future__ import annotations

import random
import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from core.errors import LibraryError
from core.library import Library
from core.library_types import PastSearch, Star
from core.options import Filter
from core.types import Query

N_ENTRIES = 40


def filled(path: Path, n_entries: int = N_ENTRIES) -> bytes:
    """Write a library and return its bytes."""
    rng = np.random.default_rng(1)
    library = Library(path, now_s=lambda: 1e9)
    for number in range(n_entries):
        frames = rng.integers(0, 256, (2 + number % 9, 128), np.uint8)
        direction = rng.integers(-1000, 1000, 128) if number % 3 == 0 else None
        tags = rng.random(527).astype(np.float32)
        query = Query(f"q{number}", frames, 2.0, ("A note.",), 0.96, None, direction, tags)
        levels = rng.integers(0, 256, (32, 10), np.uint8)
        past = PastSearch(name=f"sound {number}", path=f"/s/{number}.wav", span=(0.5, 2.0))
        past = PastSearch(**{**past.__dict__, "thumbnail": levels, "filters": Filter(("Dog",), ())})
        library.remember(past, query)
        library.star(Star(f"video{number:06}", 10.0, 20.0, ("Dog",), "https://x", "a note"))
        library.hide(f"hidden{number}")
        library.save_preset(f"preset {number}", Filter(("Dog",), ("Cat",)))
    return path.read_bytes()


def use(library: Library) -> dict[str, int]:
    """Do all that the window does; return how much of it is there."""
    pasts = library.history()
    queries = [library.query(past) for past in pasts]
    found = {
        "history": sum(query is not None for query in queries),
        "stars": len(library.stars()),
        "hidden": len(library.hidden()),
        "presets": len(library.presets()),
    }
    key = library.remember(PastSearch(name="new"), Query("q", np.zeros((1, 128), np.uint8), 1.0))
    library.star(Star("new", 0.0))
    library.hide("new")
    library.save_preset("new", Filter())
    library.relocate(Path("/s"), Path("/t"))
    assert "new" in {past.name for past in library.history()}
    library.remove(key)
    library.unstar("new", 0.0)
    library.show("new")
    library.remove_preset("new")
    return found


MUTATIONS = {
    "a bit": lambda data, rng: flip(data, rng, 1),
    "some bits": lambda data, rng: flip(data, rng, 12),
    "some bytes": lambda data, rng: scribble(data, rng, 6),
    "many bytes": lambda data, rng: scribble(data, rng, 200),
    "a page of zeros": lambda data, rng: page(data, rng, bytes(4096)),
    "a page of noise": lambda data, rng: page(data, rng, rng.randbytes(4096)),
    "a page of another place": lambda data, rng: page(data, rng, data[4096 : 2 * 4096]),
    "an end that is missing": lambda data, rng: data[: rng.randrange(len(data))],
    "bytes of the header": lambda data, rng: scribble(data[:100], rng, 3) + data[100:],
    "bytes of the tables' names": lambda data, rng: (
        data[:100] + scribble(data[100:4096], rng, 2) + data[4096:]
    ),
}


def flip(data: bytes, rng: random.Random, count: int) -> bytes:
    changed = bytearray(data)
    for _ in range(count):
        changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
    return bytes(changed)


def scribble(data: bytes, rng: random.Random, count: int) -> bytes:
    changed = bytearray(data)
    for _ in range(count):
        changed[rng.randrange(len(changed))] = rng.randrange(256)
    return bytes(changed)


def page(data: bytes, rng: random.Random, content: bytes) -> bytes:
    begin = 4096 * rng.randrange(len(data) // 4096)
    return data[:begin] + content + data[begin + 4096 :]


@pytest.mark.parametrize("kind", MUTATIONS)
def test_no_damage_is_for_ever(tmp_path: Path, kind: str):
    """Thirty times each: nothing unforeseen happens, and afterwards all is well."""
    path = tmp_path / "library.sqlite"
    data = filled(path)
    rng = random.Random(kind)
    n_newer = 0
    for number in range(30):
        folder = tmp_path / str(number)
        folder.mkdir()
        damaged = folder / path.name
        damaged.write_bytes(MUTATIONS[kind](data, rng))
        library = Library(damaged)
        try:
            use(library)
        except LibraryError as error:
            # Two bits of the header say that a newer program has written it.
            assert "newer" in error.message
            n_newer += 1
            continue
        # What was saved from the file meanwhile may make no sense either: the next look finds it.
        use(library)
        again = Library(damaged)
        use(again)
        assert again.notices == []
        kept = list(folder.glob("library-damaged-*.sqlite"))
        assert len(kept) == len(library.notices) <= 3
    assert n_newer <= 5


def test_a_row_that_makes_no_sense_is_put_aside_and_the_rest_is_kept(tmp_path: Path):
    path = tmp_path / "library.sqlite"
    filled(path)
    wrong = {
        "history": ["name = x'ff'", "asked_s = 'soon'", "asked_s = 1e300", "thumbnail = x'01'"]
        + ["include = '{}'", "include = '[1]'", "exclude = NULL", "k = -1", "compared = 'oh'"]
        + ["end_s = NULL", "duration_s = 9e999", "path = x'00'", f"include = '{'[' * 50_000}'"],
        "queries": ["frames = x'00'", "frames = NULL", "frames = 5", "direction = x'00'"]
        + ["hop_s = 0", "notes = 'oh'", "duration_s = NULL"],
        "tags": ["scores = x'00'", "scores = 5", "scores = 'oh'", "scores = zeroblob(1052)"]
        + [f"scores = x'{'007e' * 527}'", f"scores = x'{'0049' * 527}'"],  # no number, and 10
        "stars": ["labels = 'oh'", "start_s = 'x'", "url = x'ff'", "starred_s = -1e300"],
        "hidden": ["video_id = x'fe'"],
        "presets": ["include = 'null'", "name = x'fe'"],
    }
    rowid = 1
    with closing(sqlite3.connect(path)) as db, db:
        for table, changes in wrong.items():
            for change in changes:
                db.execute(f"UPDATE {table} SET {change} WHERE rowid = {rowid}")
                rowid += 1
    library = Library(path)
    n_wrong = {table: len(changes) for table, changes in wrong.items()}
    found = use(library)
    assert found["history"] == N_ENTRIES - sum(
        n_wrong[table] for table in ("history", "queries", "tags")
    )
    for table in ("stars", "hidden", "presets"):
        assert found[table] == N_ENTRIES - n_wrong[table]
    (notice,) = library.notices
    (aside,) = tmp_path.glob("library-damaged-*.sqlite")
    assert aside.name in notice
    with closing(sqlite3.connect(aside)) as db:
        assert db.execute("SELECT count(*) FROM history").fetchone() == (N_ENTRIES,)
    assert use(Library(path)) == found


@pytest.mark.parametrize("change", ["history SET key = {}", "sqlite_sequence SET seq = {}"])
def test_a_key_that_leaves_no_number_for_another_entry(tmp_path: Path, change: str):
    path = tmp_path / "library.sqlite"
    filled(path)
    where = f" WHERE rowid = {N_ENTRIES}" if change.startswith("history") else ""
    with closing(sqlite3.connect(path)) as db, db:
        db.execute(f"UPDATE {change.format((1 << 63) - 1)}{where}")
    library = Library(path)
    found = use(library)
    assert found["history"] >= N_ENTRIES - 1
    assert found["stars"] == found["hidden"] == found["presets"] == N_ENTRIES
    assert any("is kept as library-damaged" in notice for notice in library.notices)
    assert use(Library(path))["stars"] == N_ENTRIES


def test_rows_on_both_sides_of_a_damaged_page_are_kept(tmp_path: Path):
    path = tmp_path / "library.sqlite"
    for number in range(600):
        Library(path).star(Star(f"video{number:06}", 0.0, labels=("Dog",) * 20))
    content = bytearray(path.read_bytes())
    pages = [
        at
        for at in range(4096, len(content), 4096)
        if content[at] == 13 and b"video000300" in content[at : at + 4096]
    ]
    assert pages
    for at in pages:
        content[at : at + 4096] = b"\xff" * 4096
    path.write_bytes(bytes(content))
    library = Library(path)
    kept = {star.video_id for star in library.stars()}
    assert {"video000000", "video000599"} <= kept
    assert 560 <= len(kept) < 600
    (notice,) = library.notices
    assert f"{len(kept)} rows of it are kept" in notice
    assert Library(path).stars()

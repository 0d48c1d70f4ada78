"""What the window remembers comes back as it was, and nothing in its file can harm a start."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QSettings

from core.options import Comparison, Filter, Ranking
from gui.appearance import Scheme
from gui.settings import Remembered, Settings

TEXTS = st.text(st.characters(), max_size=20)  # lone surrogates, too: names of files may have some
NAMES = st.lists(TEXTS, max_size=4).map(tuple)

VALUES = st.builds(
    Remembered,
    geometry=st.binary(),
    heights=st.binary(),
    widths=st.binary(),
    k=st.integers(1, 1000),
    filters=st.builds(Filter, NAMES, NAMES),
    by=st.sampled_from(Comparison),
    ranking=st.sampled_from(Ranking),
    device=TEXTS,
    output=TEXTS,
    volume=st.floats(0, 1),
    folder=TEXTS,
    live_s=st.integers(1, 60),
    shows_history=st.booleans(),
    shows_filter=st.booleans(),
    shows_map=st.booleans(),
    hides_gone=st.booleans(),
    folds_details=st.booleans(),
    view=TEXTS,
    may_look_up=st.none() | st.booleans(),
    appearance=st.sampled_from(Scheme),
    shows_level=st.none() | st.booleans(),
)
FIELDS = [each.name for each in dataclasses.fields(Remembered)]
BOUNDS = {"k": (1, 1000), "live_s": (1, 60), "volume": (0, 1)}


@settings(deadline=None)  # it writes to a disk that others use
@given(VALUES)
def test_what_is_written_is_read_again(values: Remembered) -> None:
    with TemporaryDirectory() as folder:
        Settings(Path(folder) / "window.ini").write(values)
        assert Settings(Path(folder) / "window.ini").read() == values


@settings(deadline=None)  # it writes to a disk that others use
@given(
    st.dictionaries(
        st.sampled_from(FIELDS),
        st.text(st.characters(codec="utf-8"))
        | st.integers().map(str)
        | st.sampled_from(["NaN", "1e999", "-Infinity", "null", "{}", "[[]]", "true", "9" * 5000]),
    )
)
def test_foreign_values_fall_back_to_their_defaults(values: dict[str, str]) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "window.ini"
        store = QSettings(str(path), QSettings.Format.IniFormat)
        for name, text in values.items():
            store.setValue(name, text)
        store.sync()
        found = Settings(path).read()
    usual = Remembered()
    for name in FIELDS:
        value, default = getattr(found, name), getattr(usual, name)
        if name not in values:
            assert value == default
        elif name not in ("may_look_up", "shows_level"):
            assert type(value) is type(default)
        if name in BOUNDS:
            assert BOUNDS[name][0] <= value <= BOUNDS[name][1]
    assert found.by in Comparison
    assert found.may_look_up in (None, True, False)


@settings(deadline=None)  # it writes to a disk that others use
@given(st.binary(max_size=300))
def test_a_file_of_anything_is_read(content: bytes) -> None:
    with TemporaryDirectory() as folder:
        (Path(folder) / "window.ini").write_bytes(b"[General]\n" + content)
        assert isinstance(Settings(Path(folder) / "window.ini").read(), Remembered)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("k", "0"),
        ("k", "1001"),
        ("k", "true"),
        ("k", "2.5"),
        ("live_s", "61"),
        ("volume", "1.01"),
        ("volume", "NaN"),
        pytest.param("volume", f"1{400 * '0'}", id="volume-beyond-floats"),
        ("by", '"meaning"'),
        ("filters", '{"include": ["Dog"]}'),
        ("geometry", '"§"'),
        ("shows_history", '"no"'),
        ("may_look_up", "1"),
    ],
)
def test_a_value_out_of_bounds_is_as_at_first(tmp_path: Path, name: str, text: str) -> None:
    path = tmp_path / "window.ini"
    store = QSettings(str(path), QSettings.Format.IniFormat)
    store.setValue(name, text)
    store.setValue("device", '"usb"')
    store.sync()
    assert Settings(path).read() == Remembered(device="usb")

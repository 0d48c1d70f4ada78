"""What the window remembers from one day to the next."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from PySide6.QtCore import QByteArray, QSettings

from core.options import DEFAULT_K, Comparison, Filter
from core.paths import DataFolder
from core.private import private_file

_SEPARATOR = "\n"
"""Class names have commas in them, but never line breaks; files that have some are not listed."""


@dataclass(frozen=True)
class Remembered:
    """The window's state; empty bytes leave sizes to the program."""

    geometry: bytes = b""
    splitter: bytes = b""
    lower: bytes = b""
    k: int = DEFAULT_K
    filters: Filter = field(default_factory=Filter)
    by: Comparison = Comparison.MEAN
    device: str = ""
    output: str = ""
    volume: float = 1.0
    folder: str = ""
    recent: tuple[str, ...] = ()
    live_s: int = 5
    shows_history: bool = True
    shows_filter: bool = False
    shows_map: bool = False
    hides_gone: bool = False
    folds_details: bool = False
    view: str = ""
    may_look_up: bool | None = None


def settings_path(data: DataFolder) -> Path:
    """Return where the window's settings lie."""
    return data.root / "window.ini"


class Settings:
    """Reads and writes `Remembered` in one file."""

    def __init__(self, path: Path) -> None:
        self._store = QSettings(str(path), QSettings.Format.IniFormat)

    def use(self, data: DataFolder) -> None:
        """Go on in a data folder that has moved."""
        self._store = QSettings(str(settings_path(data)), QSettings.Format.IniFormat)

    def read(self) -> Remembered:
        """Return what was written last; what is damaged falls back to the defaults."""
        return Remembered(
            self._bytes("geometry"),
            self._bytes("splitter"),
            self._bytes("lower"),
            int(self._number("k", DEFAULT_K, 1, 1000)),
            Filter(self._names("include"), self._names("exclude")),
            {str(each): each for each in Comparison}.get(self._text("by"), Comparison.MEAN),
            self._text("device"),
            self._text("output"),
            self._number("volume", 1.0, 0.0, 1.0),
            self._text("folder"),
            self._names("recent"),
            int(self._number("live_s", 5, 1, 60)),
            self._text("shows_history") != "no",
            self._text("shows_filter") == "yes",
            self._text("shows_map") == "yes",
            self._text("hides_gone") == "yes",
            self._text("folds_details") == "yes",
            self._text("view"),
            {"yes": True, "no": False}.get(self._text("may_look_up")),
        )

    def write(self, values: Remembered) -> None:
        """Write everything."""
        store = self._store
        store.setValue("geometry", QByteArray(values.geometry))
        store.setValue("splitter", QByteArray(values.splitter))
        store.setValue("lower", QByteArray(values.lower))
        store.setValue("k", values.k)
        store.setValue("include", _SEPARATOR.join(values.filters.include))
        store.setValue("exclude", _SEPARATOR.join(values.filters.exclude))
        store.setValue("by", str(values.by))
        store.setValue("device", values.device)
        store.setValue("output", values.output)
        store.setValue("volume", values.volume)
        store.setValue("folder", values.folder)
        store.setValue("recent", _SEPARATOR.join(values.recent))
        store.setValue("live_s", values.live_s)
        for key in ("shows_history", "shows_filter", "shows_map", "hides_gone", "folds_details"):
            store.setValue(key, "yes" if getattr(values, key) else "no")
        store.setValue("view", values.view)
        answer = {True: "yes", False: "no", None: ""}[values.may_look_up]
        store.setValue("may_look_up", answer)
        store.sync()
        private_file(Path(store.fileName()))

    def _text(self, key: str) -> str:
        value = self._store.value(key, "")
        return value if isinstance(value, str) else ""

    def _names(self, key: str) -> tuple[str, ...]:
        return tuple(name for name in self._text(key).split(_SEPARATOR) if name)

    def _bytes(self, key: str) -> bytes:
        value = self._store.value(key)
        return bytes(value.data()) if isinstance(value, QByteArray) else b""

    def _number(self, key: str, usual: float, least: float, most: float) -> float:
        try:
            number = float(str(self._store.value(key, usual)))
        except ValueError:
            return usual
        return number if least <= number <= most else usual

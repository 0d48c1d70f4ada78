"""What the window remembers from one day to the next."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from PySide6.QtCore import QByteArray, QSettings

from core.options import DEFAULT_K, Filter

_SEPARATOR = "\n"
"""Class names have commas in them, but never line breaks."""


@dataclass(frozen=True)
class Remembered:
    """The window's state; empty bytes leave sizes to the program."""

    geometry: bytes = b""
    splitter: bytes = b""
    k: int = DEFAULT_K
    filters: Filter = field(default_factory=Filter)
    device: str = ""
    folder: str = ""


class Settings:
    """Reads and writes `Remembered` in one file."""

    def __init__(self, path: Path) -> None:
        self._store = QSettings(str(path), QSettings.Format.IniFormat)

    def read(self) -> Remembered:
        """Return what was written last; what is damaged falls back to the defaults."""
        return Remembered(
            self._bytes("geometry"),
            self._bytes("splitter"),
            self._count("k"),
            Filter(self._names("include"), self._names("exclude")),
            self._text("device"),
            self._text("folder"),
        )

    def write(self, values: Remembered) -> None:
        """Write everything."""
        store = self._store
        store.setValue("geometry", QByteArray(values.geometry))
        store.setValue("splitter", QByteArray(values.splitter))
        store.setValue("k", values.k)
        store.setValue("include", _SEPARATOR.join(values.filters.include))
        store.setValue("exclude", _SEPARATOR.join(values.filters.exclude))
        store.setValue("device", values.device)
        store.setValue("folder", values.folder)
        store.sync()

    def _text(self, key: str) -> str:
        value = self._store.value(key, "")
        return value if isinstance(value, str) else ""

    def _names(self, key: str) -> tuple[str, ...]:
        return tuple(name for name in self._text(key).split(_SEPARATOR) if name)

    def _bytes(self, key: str) -> bytes:
        value = self._store.value(key)
        return bytes(value.data()) if isinstance(value, QByteArray) else b""

    def _count(self, key: str) -> int:
        try:
            return max(1, int(str(self._store.value(key, DEFAULT_K))))
        except ValueError:
            return DEFAULT_K

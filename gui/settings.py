"""What the window remembers from one day to the next."""

from __future__ import annotations

import json
import sys
from base64 import b64decode, b64encode
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, get_type_hints

from PySide6.QtCore import QSettings

from core.foreign import as_number, as_text, parsed_json
from core.options import DEFAULT_K, MOST_K, Comparison, Filter, Ranking
from core.paths import DataFolder
from core.private import private_file
from gui.appearance import Scheme


def _between(usual: float, least: float, most: float) -> Any:
    return field(default=usual, metadata={"allows": lambda value: least <= value <= most})


@dataclass(frozen=True)
class Remembered:
    """The window's state; empty bytes leave sizes to the program.

    A field's name, type, default and bounds are all that `Settings` knows of it.
    """

    geometry: bytes = b""
    heights: bytes = b""
    widths: bytes = b""
    k: int = _between(DEFAULT_K, 1, MOST_K)
    filters: Filter = field(default_factory=Filter)
    by: Comparison = Comparison.MEAN
    ranking: Ranking = Ranking.BOTH
    device: str = ""
    output: str = ""
    volume: float = _between(1.0, 0.0, 1.0)
    folder: str = ""
    live_s: int = _between(5, 1, 60)
    shows_history: bool = False
    shows_filter: bool = False
    shows_map: bool = False
    hides_gone: bool = False
    folds_details: bool = False
    knows_set_up: bool = False
    view: str = ""
    may_look_up: bool | None = None
    appearance: Scheme = Scheme.SYSTEM
    shows_level: bool | None = None
    keeps_pre_roll: bool = False
    has_subfolders: bool = True


def settings_path(data: DataFolder) -> Path:
    """Return where the window's settings lie."""
    return data.root / "window.ini"


class Settings:
    """Reads and writes `Remembered` in one file: a line of JSON for each field."""

    def __init__(self, path: Path) -> None:
        self._store = QSettings(str(path), QSettings.Format.IniFormat)

    def read(self) -> Remembered:
        """Return what was written last; what is damaged or foreign falls back to its default."""
        types, kept = get_type_hints(Remembered), {}
        for each in fields(Remembered):
            with suppress(ValueError):
                text = as_text(self._store.value(each.name))
                value = _READERS[types[each.name]](parsed_json(text))
                if each.metadata.get("allows", _always)(value):
                    kept[each.name] = value
        return Remembered(**kept)

    def write(self, values: Remembered) -> None:
        """Write everything."""
        for each in fields(Remembered):
            text = json.dumps(getattr(values, each.name), default=_as_json)
            self._store.setValue(each.name, text)
        self._store.sync()
        private_file(Path(self._store.fileName()))


def _always(_: object) -> bool:
    return True


def _as_json(value: bytes | Filter) -> Any:
    return asdict(value) if isinstance(value, Filter) else b64encode(value).decode()


def _as_bytes(value: object) -> bytes:
    return b64decode(as_text(value), validate=True)


def _as(kind: type) -> Callable[[object], Any]:
    def read(value: object) -> Any:
        if type(value) is not kind:
            raise ValueError(f"it is no {kind.__name__}")
        return value

    return read


def _as_texts(value: object) -> tuple[str, ...]:
    return tuple(as_text(each) for each in _as(list)(value))


def _as_filter(value: object) -> Filter:
    found = _as(dict)(value)
    is_sure = _as(bool)(found.get("only_sure", False))
    return Filter(_as_texts(found.get("include")), _as_texts(found.get("exclude")), is_sure)


_READERS: dict[Any, Callable[[object], Any]] = {
    bool: _as(bool),
    bool | None: lambda value: None if value is None else _as(bool)(value),
    bytes: _as_bytes,
    float: lambda value: as_number(value, -sys.float_info.max, sys.float_info.max),
    int: _as(int),
    str: as_text,
    Comparison: lambda value: Comparison(as_text(value)),
    Filter: _as_filter,
    Ranking: lambda value: Ranking(as_text(value)),
    Scheme: lambda value: Scheme(as_text(value)),
}

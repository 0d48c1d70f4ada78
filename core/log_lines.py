"""The last lines of a log, also without whatever may tell whose sounds they are about."""

from __future__ import annotations

import os
import re
import sysconfig
from pathlib import Path

LEFT_OUT = "(left out: it may name a file)"

_MOST_BYTES = 1 << 16
_ENTRY = re.compile(r"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} [\w.]+: )(.*)")
_FRAME = re.compile(r'(\s+File ")(.+)(", line \d+, in [\w.<>]+)')
_ERROR = re.compile(r"([A-Za-z_][\w.]*: )(.*)")
_OWN_ERRORS = "core."
"""These are said to people, and so name their sounds, which may have names without an ending."""

_MAY_NAME_A_FILE = re.compile(r"""[/\\'"‘’‚“”„«»]|\.[A-Za-z]\w{0,9}\b""")
"""A path, something quoted, or a name's ending."""


def last_lines(path: Path, most: int) -> list[str]:
    """Return the last lines of a log; none where there is no log.

    Parameters
    ----------
    path : Path
    most : int
        How many at most.
    """
    try:
        with path.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - _MOST_BYTES))
            lines = file.read(_MOST_BYTES).decode("utf-8", "replace").splitlines()
    except OSError:
        return []
    if size > _MOST_BYTES:
        del lines[0]  # it begins somewhere within
    return lines[-most:]


def without_names(lines: list[str]) -> list[str]:
    """Return lines of a log without names of files and folders.

    What is kept is what cannot hold any: times, loggers, places in code and their source, kinds of
    errors, and messages in which nothing looks like a path, a quotation or a name's ending.
    """
    kept, is_source = [], False
    for line in lines:
        frame = _FRAME.fullmatch(line)
        if frame is not None:
            kept.append(f"{frame[1]}{_place(Path(frame[2]))}{frame[3]}")
        elif is_source and line.startswith("    "):
            kept.append(line)
        else:
            kept.append(_message(line))
        is_source = frame is not None
    return kept


def _message(line: str) -> str:
    if set(line) <= set(" ^~"):
        return line  # it points at a part of the source above
    begin, text = "", line
    if found := _ENTRY.fullmatch(line) or _ERROR.fullmatch(line):
        begin, text = found.groups()
    is_told = begin.startswith(_OWN_ERRORS)
    return begin + (LEFT_OUT if is_told or _MAY_NAME_A_FILE.search(text) else text)


def _place(path: Path) -> str:
    """Return a file of code by its place in the program, in a package or in Python itself."""
    roots = [Path(__file__).resolve().parent.parent]
    roots += [Path(sysconfig.get_path(name)) for name in ("purelib", "platlib", "stdlib")]
    return next(
        (path.relative_to(root).as_posix() for root in roots if path.is_relative_to(root)), "…"
    )

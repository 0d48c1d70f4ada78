"""What a folder says of the move that fills it: which of its files are copies, and of what."""

from __future__ import annotations

import json
import os
import stat
from dataclasses import asdict, dataclass, field
from pathlib import Path

from core.atomic import written_whole
from core.foreign import parsed_json
from core.paths import LOCK, MOVED_FROM, MOVED_TO, MOVING_HERE, PLANNED_MOVE

_OUR_OWN = (MOVED_TO, MOVED_FROM, MOVING_HERE, PLANNED_MOVE, LOCK)


def is_own(name: str) -> bool:
    """Return whether a file at the top of a data folder is of the move, not of the data."""
    return name in _OUR_OWN or (
        is_partial(name) and name.startswith(tuple(f".{own}." for own in _OUR_OWN))
    )


def is_partial(name: str) -> bool:
    """Return whether a file is what a kill has left of `written_whole`."""
    path = Path(name)
    return path.name.startswith(".") and path.suffix == ".partial"


@dataclass(frozen=True)
class FolderContent:
    """Content of a folder, by name in it: sizes and times of files and links, and folders."""

    files: dict[str, tuple[int, int]] = field(default_factory=dict)
    folders: tuple[str, ...] = ()

    @classmethod
    def of(cls, root: Path, is_ours: bool = True) -> FolderContent:
        """Look below a folder; in one of ours, a folder that cannot be read is an error."""
        files, folders = {}, []
        for place, below, names in os.walk(root, onerror=_raised if is_ours else None):
            for path in (Path(place, name) for name in (*below, *names)):
                status, name = path.lstat(), str(path.relative_to(root))
                if stat.S_ISDIR(status.st_mode):
                    folders.append(name)
                elif stat.S_ISREG(status.st_mode) or stat.S_ISLNK(status.st_mode):
                    files[name] = status.st_size, status.st_mtime_ns
        return cls({name: files[name] for name in files if not is_own(name)}, tuple(folders))


@dataclass(frozen=True)
class MoveMark:
    """Mark in a folder of the move that fills it.

    Attributes
    ----------
    sources : tuple of str
        The data folder as people call it, and without links.
    is_new : bool
        Whether the folder was made for the move.
    copied : FolderContent
        What is, or will be, a copy of what lies there.
    """

    sources: tuple[str, ...]
    is_new: bool
    copied: FolderContent = FolderContent()

    @classmethod
    def read(cls, target: Path) -> MoveMark | None:
        """Return what a folder says; None if it says nothing, or nothing that makes sense."""
        try:
            content = parsed_json((target / MOVING_HERE).read_bytes())
            files = {
                str(name): (int(size), int(time_ns))
                for name, (size, time_ns) in content["copied"]["files"].items()
            }
            copied = FolderContent(files, tuple(map(str, content["copied"]["folders"])))
            mark = cls(tuple(map(str, content["sources"])), content["is_new"] is True, copied)
        except (OSError, ValueError, TypeError, KeyError, AttributeError, OverflowError):
            return None
        names = map(Path, (*copied.files, *copied.folders))
        return None if any(name.is_absolute() or ".." in name.parts for name in names) else mark

    def write(self, target: Path) -> None:
        """Write it into a folder.

        Raises
        ------
        OSError
        """
        with written_whole(target / MOVING_HERE) as file:
            file.write(json.dumps(asdict(self)).encode())


def _raised(error: OSError) -> None:
    raise error

"""The folder of classes that were taught: a file each, the same that is exported."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable
from pathlib import Path

from core.atomic import written_whole
from core.errors import ModelError
from core.foreign import plain
from core.private import private_folder
from core.teaching.taught_class import MOST_FILE_BYTES, TaughtClass

ENDING = ".sound-class.json"
_MOST_SLUG_LETTERS = 40
_HINT = "Choose another place, or free some space."


class TaughtClasses:
    """Classes in a folder, which is made when the first one is saved.

    Parameters
    ----------
    folder : Path
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._read: dict[Path, tuple[tuple[int, int], TaughtClass | ModelError]] = {}

    def all(self) -> list[TaughtClass]:
        """Return the classes that can be read, by name."""
        found = [each for each in self._files().values() if isinstance(each, TaughtClass)]
        return sorted(found, key=lambda each: (each.name.casefold(), each.name))

    def faults(self) -> list[ModelError]:
        """Return what is wrong with the files that cannot be read."""
        return [each for each in self._files().values() if isinstance(each, ModelError)]

    def find(self, name: str) -> TaughtClass | None:
        """Return the class of a name, in any case; None if there is none."""
        return next((each for each in self.all() if _is_named(each, name)), None)

    def named(self, name: str) -> TaughtClass:
        """Return the class of a name; raise ModelError if there is none."""
        found = self.find(name)
        if found is None:
            names = ", ".join(f"“{each.name}”" for each in self.all())
            raise ModelError(
                f"No class “{plain(name)}” was taught.",
                f"There are: {names}." if names else "Teach it: mark some sounds as examples.",
            )
        return found

    def save(self, taught: TaughtClass) -> None:
        """Write a class in the place of any other of its name.

        Raises
        ------
        ModelError
            If it cannot be written.
        """
        path, others = self._path(taught.name), self._paths(taught.name)
        try:
            private_folder(self._folder)
        except OSError as error:
            raise _unwritten(self._folder, error) from error
        write_class(taught, path)
        _remove(other for other in others if other != path)

    def remove(self, name: str) -> None:
        """Remove a class; raise ModelError if there is none, or it cannot be removed."""
        _remove(self._paths(self.named(name).name))

    def _paths(self, name: str) -> list[Path]:
        """Return the files of a name's class; one that a person put there has any name."""
        return [
            path
            for path, content in self._files().items()
            if isinstance(content, TaughtClass) and _is_named(content, name)
        ]

    def _path(self, name: str) -> Path:
        """Return a class's file: several names may look alike to a file system."""
        slug = re.sub(r"[^\w]+", "-", name).strip("-")[:_MOST_SLUG_LETTERS]
        return self._folder / f"{slug}-{zlib.crc32(name.encode()):08x}{ENDING}"

    def _files(self) -> dict[Path, TaughtClass | ModelError]:
        """Return what each file holds; those that did not change are not read again."""
        read = {}
        try:
            paths = sorted(self._folder.glob(f"*{ENDING}"))
        except OSError:
            paths = []
        for path in paths:
            try:
                status = path.stat()
            except OSError:
                continue
            state = (status.st_mtime_ns, status.st_size)
            known = self._read.get(path)
            if known is None or known[0] != state:
                try:
                    known = state, read_class(path)
                except ModelError as error:
                    known = state, error
            read[path] = known
        self._read = read
        return {path: content for path, (_, content) in read.items()}


def read_class(path: Path) -> TaughtClass:
    """Return the class in a file.

    Raises
    ------
    ModelError
        If it cannot be read, or is no class's.
    """
    try:
        if not path.is_file():  # a pipe would be waited for
            raise FileNotFoundError("there is no such file")
        with path.open("rb") as file:
            content = file.read(MOST_FILE_BYTES + 1)
    except OSError as error:
        raise ModelError(
            f"{plain(str(path))} cannot be read: {error.strerror or error}.",
            "Choose a class that was exported from Soundalike.",
        ) from error
    if len(content) > MOST_FILE_BYTES:
        raise ModelError(
            f"{plain(str(path))} is too large for a taught class.",
            "Choose a class that was exported from Soundalike.",
        )
    return TaughtClass.from_json(content, path.name)


def write_class(taught: TaughtClass, path: Path) -> None:
    """Write a class's file, whole or not at all; raise ModelError if it cannot be written."""
    try:
        with written_whole(path) as file:
            # Of a file's name that is no text, JSON's own escapes.
            file.write(taught.to_json().encode("utf-8", "backslashreplace"))
    except OSError as error:
        raise _unwritten(path, error) from error


def _is_named(taught: TaughtClass, name: str) -> bool:
    return taught.name.casefold() == " ".join(name.split()).casefold()


def _remove(paths: Iterable[Path]) -> None:
    for path in paths:
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise _unwritten(path, error) from error


def _unwritten(path: Path, error: OSError) -> ModelError:
    reason = error.strerror or str(error)
    return ModelError(f"{plain(str(path))} cannot be written: {reason}.", _HINT)

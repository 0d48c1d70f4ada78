"""Where the program keeps what it makes and fetches."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from core.private import keep_private, private_folder

MOVED_TO, MOVED_FROM, PLANNED_MOVE = "moved-to", "moved-from", "planned-move"
"""Files in a data folder that name another one."""

MOVING_HERE = ".soundalike-is-moving-here"
"""A file in the folder that a move fills; see `core.setup.moving`."""

LOCK = ".in-use.lock"
"""A file that every program locks which uses the data folder; see `core.setup.folder_lock`."""

_PERSONAL = (
    *("library*", "youtube-ids*", "window.*", "chosen-catalog"),
    *(".set-up.json", ".adding-sounds.json", "moved-*", PLANNED_MOVE),
)
_MOST_POINTER_BYTES = 1 << 15


@dataclass(frozen=True)
class DataFolder:
    """The folders below one root; none is made before something is written there.

    Attributes
    ----------
    root : Path
        The data folder itself.
    """

    root: Path

    @classmethod
    def default(cls) -> DataFolder:
        """Return ``SOUNDALIKE_HOME`` where it is set, else the platform's own data folder.

        If the data was moved away from there (see `core.setup.moving`), return where it is now.
        Nobody else may look into it: a missing one is made so, and one that an older version made
        is mended.
        """
        chosen = os.environ.get("SOUNDALIKE_HOME")
        if chosen:
            root = Path(chosen).expanduser().absolute()
        else:
            import platformdirs

            root = platformdirs.user_data_path("soundalike", appauthor=False)
        data = cls(root).followed()
        with suppress(OSError):  # whoever needs it will say that it cannot be made
            if not data.root.exists():
                private_folder(data.root)
        data.keep_private()
        return data

    def keep_private(self) -> None:
        """Let nobody else see what is personal in it."""
        keep_private(self.root, (self.recordings, self.cache, self.taught), _PERSONAL)

    def followed(self) -> DataFolder:
        """Return where the data was moved to; itself where it was not moved."""
        root, seen = self.root, {self.root}
        # Two folders lead to each other where a move was killed in its last moment.
        while (further := pointed_at(root / MOVED_TO)) is not None and further not in seen:
            root = further
            seen.add(root)
        return DataFolder(root)

    @property
    def files(self) -> Path:
        """Fetched or imported files: the checkpoint, the PCA parameters."""
        return self.root / "files"

    @property
    def models(self) -> Path:
        """Converted networks, one folder each."""
        return self.root / "models"

    @property
    def catalogs(self) -> Path:
        """Catalogues, one folder each."""
        return self.root / "catalogs"

    @property
    def chosen_catalog(self) -> Path:
        """A file with the name of the catalogue that is searched where none is named."""
        return self.root / "chosen-catalog"

    @property
    def set_up(self) -> Path:
        """A file with what is being set up; gone when that is done."""
        return self.root / ".set-up.json"

    @property
    def adding_sounds(self) -> Path:
        """A file with the catalogue of own sounds that is being made; gone when that is done."""
        return self.root / ".adding-sounds.json"

    @property
    def recordings(self) -> Path:
        """Recordings that must survive a crash."""
        return self.root / "recordings"

    @property
    def taught(self) -> Path:
        """Classes that a person taught, a file each."""
        return self.root / "taught"

    @property
    def youtube_ids(self) -> Path:
        """The database of YouTube ids that were looked up."""
        return self.root / "youtube-ids.sqlite"

    @property
    def cache(self) -> Path:
        """Cache: found again at need, and may be deleted."""
        return self.root / "cache"

    @property
    def look_ups(self) -> Path:
        """The database of titles and thumbnails that were looked up; may be deleted."""
        return self.cache / "look-ups.sqlite"

    @property
    def maps(self) -> Path:
        """Layouts of catalogues in two dimensions; may be deleted."""
        return self.cache / "maps"

    @property
    def thumbnails(self) -> Path:
        """Small spectrograms of clips of own sounds; may be deleted."""
        return self.cache / "thumbnails"

    @property
    def log(self) -> Path:
        """The window's log of what went wrong, for a report."""
        return self.root / "window.log"

    @property
    def library(self) -> Path:
        """The database of what a person asked for and wants to keep."""
        return self.root / "library.sqlite"


def named_in(pointer: Path) -> Path | None:
    """Return the folder that a file names, there or not; None unless it is absolute.

    What stands in the file may be anything: cut off, of another machine, or made to mislead.
    """
    with suppress(OSError, ValueError):
        if pointer.is_file():
            with pointer.open("rb") as file:
                named = Path(os.fsdecode(file.read(_MOST_POINTER_BYTES).strip()))
            if named.is_absolute() and "\0" not in str(named):
                return named
    return None


def pointed_at(pointer: Path) -> Path | None:
    """Return the folder that a file names if it is there."""
    named = named_in(pointer)
    with suppress(OSError):
        if named is not None and named.is_dir():
            return named
    return None


def relocated(path: Path, old: Path, new: Path) -> Path | None:
    """Return where a file below one folder lies after that has moved; None if it was not there."""
    return new / path.relative_to(old) if old in path.parents else None

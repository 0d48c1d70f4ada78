"""Where the program keeps what it makes and fetches."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path


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
        """Return ``SOUNDALIKE_HOME`` where it is set, else the platform's own data folder."""
        chosen = os.environ.get("SOUNDALIKE_HOME")
        if chosen:
            return cls(Path(chosen).expanduser().absolute())
        import platformdirs

        return cls(platformdirs.user_data_path("soundalike", appauthor=False))

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
    def recordings(self) -> Path:
        """Recordings that must survive a crash."""
        return self.root / "recordings"

    @property
    def youtube_ids(self) -> Path:
        """The database of YouTube ids that were looked up."""
        return self.root / "youtube-ids.sqlite"

    @property
    def look_ups(self) -> Path:
        """The database of titles and thumbnails that were looked up; may be deleted."""
        return self.root / "cache" / "look-ups.sqlite"

    @property
    def maps(self) -> Path:
        """Layouts of catalogues in two dimensions; may be deleted."""
        return self.root / "cache" / "maps"

    @property
    def library(self) -> Path:
        """The database of what a person asked for and wants to keep."""
        return self.root / "library.sqlite"

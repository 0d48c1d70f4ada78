"""What a person wants set up, and what is missing for it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from core.downloads.mirrors import Mirror
from core.downloads.room import megabytes
from core.options import ClipSet

# The engine's part takes a fifth of a second to import: only the workers do that.
if TYPE_CHECKING:
    from core.setup.features import ClipChoice
    from core.setup.install import Missing

NAMES = {"model": "the trained model VGGish", "features": "the sounds of AudioSet"}


@dataclass(frozen=True)
class SetUpRequest:
    """Request of a person for files.

    Attributes
    ----------
    clips : ClipSet
    classes : tuple of str
        For `ClipSet.SOME`.
    mirror : str
        A region or an address; empty for the usual one.
    keeps_archive : bool
        Whether AudioSet's archive stays, too.
    paths : tuple of Path
        Official files that are on this machine already; nothing is fetched then.
    """

    clips: ClipSet = ClipSet.ALL
    classes: tuple[str, ...] = ()
    mirror: str = ""
    keeps_archive: bool = False
    paths: tuple[Path, ...] = ()

    def choice(self) -> ClipChoice:
        """Return the clips as the engine knows them."""
        from core.setup.features import ClipChoice

        include = self.classes if self.clips == ClipSet.SOME else ()
        return ClipChoice(self.clips == ClipSet.BALANCED, include, keeps_archive=self.keeps_archive)

    def source(self) -> Mirror:
        """Return where to fetch from.

        Raises
        ------
        DownloadError
            If there is no such mirror.
        """
        return Mirror.parse(self.mirror) if self.mirror else Mirror.default()


@dataclass(frozen=True)
class SetUpStatus:
    """Missing files, and whether there is room for them.

    Attributes
    ----------
    missing : tuple of Missing
    folder : Path
        Where it will lie.
    free : int
        Bytes.
    rooms : dict of int
        Bytes that the catalogue takes, by `SetUpRequest.clips`.
    archive : int
        Bytes of AudioSet's archive.
    begun : SetUpRequest or None
        What was begun once, and neither finished nor stopped.
    """

    missing: tuple[Missing, ...]
    folder: Path
    free: int
    rooms: dict[ClipSet, int] = field(default_factory=dict)
    archive: int = 0
    begun: SetUpRequest | None = None

    def needed(self, request: SetUpRequest) -> int:
        """Return the bytes that a request takes on the disk, beside what is there already."""
        model = sum(each.room_bytes - each.n_done for each in self.missing if each.what == "model")
        archive = self.archive if request.keeps_archive and request.clips != ClipSet.NONE else 0
        return model + self.rooms.get(request.clips, 0) + archive

    def sentences(self) -> list[str]:
        """Return what is missing, how large, from where and under which licence."""
        return [_described(each) for each in self.missing]


def _described(missing: Missing) -> str:
    name = NAMES[missing.what]
    text = f"{name[0].upper()}{name[1:]}: {megabytes(missing.n_bytes)} from {missing.origin}"
    if missing.n_done:
        text += f", {megabytes(missing.n_done)} of it are there"
    return f"{text}, {missing.licence}."

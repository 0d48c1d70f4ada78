"""The catalogues in the data folder: listed, chosen, deleted."""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from core.catalog.manifest import MANIFEST, CatalogManifest, manifest_text
from core.catalog.replacing import alone, beside, readable_folder
from core.errors import CatalogError, SoundalikeError
from core.options import CatalogKind
from core.paths import DataFolder
from core.setup.choice import BALANCED, read_choice, write_choice
from core.setup.disk import children, remove_paths, size_of

WHOLE = "audioset"
"""The catalogue that is searched where none was chosen: all of AudioSet."""

_OLD_DEMO = re.compile(r"\.?demo(-\d+)?(\.\w+)?")
_OLD_STARTER = re.compile(r"starter-\d+-\d+|audioset-starter-[0-9a-f]{8}-\d+")


@dataclass(frozen=True)
class CatalogEntry:
    """A catalogue in the data folder.

    Attributes
    ----------
    name : str
    path : Path
    kind : CatalogKind
    n_clips, n_bytes : int
    created : str
        ISO 8601, UTC; empty where it is unknown.
    sources : tuple of str
        What it was built from.
    is_chosen : bool
        Whether it is searched where none is named.
    """

    name: str
    path: Path
    kind: CatalogKind
    n_clips: int
    n_bytes: int
    created: str
    sources: tuple[str, ...]
    is_chosen: bool = False


def catalogs(data: DataFolder) -> list[CatalogEntry]:
    """Return the catalogues in the data folder, by name."""
    chosen = chosen_catalog(data)
    names = {path.name for path in children(data.catalogs)}
    # Between two renames a catalogue has only its hidden name.
    hidden = (name for name in names if name.startswith(".") and name.endswith(".previous"))
    names |= {name[1:].removesuffix(".previous") for name in hidden}
    found = (data.catalogs / name for name in sorted(names) if not name.startswith("."))
    return [_entry(path, path == chosen) for path in found if path != data.catalogs]


def _entry(path: Path, is_chosen: bool) -> CatalogEntry:
    n_bytes = size_of(path)
    try:
        folder = readable_folder(path, MANIFEST)
        n_bytes = size_of(folder)
        manifest = CatalogManifest.from_json(manifest_text(folder))
    except (SoundalikeError, OSError, ValueError, TypeError, KeyError, AttributeError):
        return CatalogEntry(path.name, path, CatalogKind.DAMAGED, 0, n_bytes, "", ())
    sources = tuple(source.name for source in manifest.sources)
    created = manifest.created
    return CatalogEntry(
        path.name, path, manifest.kind, manifest.n_clips, n_bytes, created, sources, is_chosen
    )


def chosen_catalog(data: DataFolder) -> Path | None:
    """Return what is searched where none is named; None for the balanced one."""
    return chosen_catalogs(data)[0]


def chosen_catalogs(data: DataFolder) -> tuple[Path | None, ...]:
    """Return all that are searched in the window where none is named, the main one first."""
    names = read_choice(data)
    found = [None if name == BALANCED else data.catalogs / name for name in names]
    return tuple(path for path in found if path is None or _is_catalog(path)) or (_usual(data),)


def _usual(data: DataFolder) -> Path | None:
    if _is_catalog(data.catalogs / WHOLE):
        return data.catalogs / WHOLE
    others = [path for path in children(data.catalogs) if _is_real(path)]
    return max(others, key=lambda path: (size_of(path), path.name), default=None)


def _is_catalog(path: Path) -> bool:
    with suppress(OSError):
        return (readable_folder(path, MANIFEST) / MANIFEST).is_file()
    return False


def _is_real(path: Path) -> bool:
    return not path.name.startswith(".") and _entry(path, False).kind.is_built


def choose(data: DataFolder, names: Sequence[str]) -> None:
    """Make catalogues those that are searched where none is named, the main one first.

    `BALANCED` is the one that the program carries.

    Raises
    ------
    CatalogError
        If there is none of a name, or it is damaged.
    """
    for name in names:
        if name != BALANCED and named(data, name).kind == CatalogKind.DAMAGED:
            raise CatalogError(f"The catalogue {name} is damaged.", "Choose another one.")
    try:
        write_choice(data, names)
    except OSError as error:
        raise unwritable(data, error) from error


def delete_catalog(data: DataFolder, name: str) -> None:
    """Remove a catalogue, and what an unfinished build of it has left; of a link, only the link.

    Raises
    ------
    CatalogError
        If there is none of this name, it is being built, or it cannot be removed.
    """
    path = named(data, name).path
    try:
        if path.is_symlink():
            path.unlink()
        else:
            with alone(path):
                remove_paths([path])
                for what in ("previous", "building", "parts"):
                    shutil.rmtree(beside(path, what), ignore_errors=True)
        with suppress(OSError):
            write_choice(data, [each for each in read_choice(data) if each != name])
    except OSError as error:
        raise unwritable(data, error) from error


def remove_leftovers(data: DataFolder) -> None:
    """Remove the models and catalogues that older versions of the program made for themselves.

    None can be used any more. What cannot be removed stays, and `core.setup.stored_items`
    lists it.
    """
    models = [path for path in children(data.models) if _OLD_DEMO.fullmatch(path.name)]
    catalogs = [path.name for path in children(data.catalogs) if _OLD_STARTER.fullmatch(path.name)]
    with suppress(OSError, CatalogError):
        remove_paths([*models, *data.models.glob("*/network.int8.onnx*")])
        for name in catalogs:
            delete_catalog(data, name)


def named(data: DataFolder, name: str) -> CatalogEntry:
    """Return a catalogue in the data folder.

    Raises
    ------
    CatalogError
        If there is none of this name.
    """
    entries = {entry.name: entry for entry in catalogs(data)}
    if name not in entries:
        known = ", ".join(entries) or "none yet"
        raise CatalogError(
            f"There is no catalogue {name!r} in {data.catalogs}.", f"There are: {known}."
        )
    return entries[name]


def unwritable(data: DataFolder, error: OSError) -> CatalogError:
    """Return the error for a data folder in which something cannot be changed."""
    return CatalogError(
        f"{data.root} cannot be changed: {error.strerror or error}.",
        "Close other programs that use it, and check its permissions.",
    )

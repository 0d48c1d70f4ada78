"""What lies in the data folder and how large it is: catalogues to choose from, things to remove."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from core.catalog.manifest import MANIFEST, CatalogManifest, manifest_text
from core.catalog.replacing import alone, beside, readable_folder
from core.downloads import pinned
from core.errors import CatalogError, SoundalikeError
from core.options import CatalogKind
from core.paths import MOVED_FROM, MOVED_TO, PLANNED_MOVE, DataFolder, pointed_at
from core.setup.choice import BALANCED, read_choice, write_choice
from core.vggish.model import installed

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
    names = {path.name for path in _children(data.catalogs)}
    # Between two renames a catalogue has only its hidden name.
    names |= {name[1:].removesuffix(".previous") for name in names if name.endswith(".previous")}
    found = (data.catalogs / name for name in sorted(names) if not name.startswith("."))
    return [_entry(path, path == chosen) for path in found if path != data.catalogs]


def _entry(path: Path, is_chosen: bool) -> CatalogEntry:
    n_bytes = size_of(path)
    try:
        manifest = CatalogManifest.from_json(manifest_text(readable_folder(path, MANIFEST)))
    except (SoundalikeError, ValueError, TypeError, KeyError, AttributeError):
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
    others = [path for path in _children(data.catalogs) if _is_real(path)]
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
        raise _unwritable(data, error) from error


def delete_catalog(data: DataFolder, name: str) -> None:
    """Remove a catalogue, and what an unfinished build of it has left.

    Raises
    ------
    CatalogError
        If there is none of this name, it is being built, or it cannot be removed.
    """
    path = named(data, name).path
    try:
        with alone(path):
            removing = beside(path, "removing")
            if path.exists():
                # First away from its name, so that a kill leaves no half of it there.
                path.rename(removing)
            for what in ("removing", "previous", "building", "parts"):
                shutil.rmtree(beside(path, what), ignore_errors=what != "removing")
            with suppress(OSError):
                write_choice(data, [each for each in read_choice(data) if each != name])
    except FileNotFoundError:
        return  # there was only the hidden name, and it is gone
    except OSError as error:
        raise _unwritable(data, error) from error


def remove_leftovers(data: DataFolder) -> None:
    """Remove the models and catalogues that older versions of the program made for themselves.

    None can be used any more. What cannot be removed stays; `storage` lists it.
    """
    models = [path for path in _children(data.models) if _OLD_DEMO.fullmatch(path.name)]
    catalogs = [path.name for path in _children(data.catalogs) if _OLD_STARTER.fullmatch(path.name)]
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


def _unwritable(data: DataFolder, error: OSError) -> CatalogError:
    return CatalogError(
        f"{data.root} cannot be changed: {error.strerror or error}.",
        "Close other programs that use it, and check its permissions.",
    )


_OWN = {
    "library.sqlite": "Your history, stars and presets",
    "recordings": "Your recordings",
    "window.ini": "Your settings",
    "window.log": "The log, for reports",
}


@dataclass(frozen=True)
class StoredItem:
    """Something in the data folder.

    Attributes
    ----------
    key : str
        What `remove` takes.
    what : str
        For people.
    paths : tuple of Path
    n_bytes : int
    is_removable : bool
        Whether the program can fetch it, make it or do without it; recordings and what people
        marked are theirs.
    """

    key: str
    what: str
    paths: tuple[Path, ...]
    n_bytes: int
    is_removable: bool = True


def storage(data: DataFolder) -> list[StoredItem]:
    """Return all that lies in the data folder."""
    trained = _trained(data)
    items = [_item("trained-model", "The trained model VGGish", *trained)] if trained else []
    items += [
        _item(f"file:{path.name}", f"Fetched file {path.name}", path)
        for path in _seen(data.files)
        if path not in trained
    ]
    items += [
        _item(f"model:{path.name}", f"Converted model {path.name}", path)
        for path in _seen(data.models)
        if path not in trained
    ]
    items += [
        _item(f"catalog:{entry.name}", f"Catalogue of {entry.n_clips:,} clips", entry.path)
        for entry in catalogs(data)
    ]
    more = {
        ("unfinished", "What unfinished work has left"): _unfinished(data),
        ("left-behind", "What moving the data folder has left"): _left_behind(data),
        ("youtube-ids", "YouTube ids that were looked up"): _existing(data.youtube_ids),
        ("cache", "Titles, thumbnails and maps, found again when needed"): _existing(data.cache),
    }
    items += [_item(key, what, *paths) for (key, what), paths in more.items() if paths]
    known = {data.files, data.models, data.catalogs, data.youtube_ids, data.chosen_catalog}
    known.add(data.cache)
    return items + [
        _item(f"own:{path.name}", _OWN.get(path.name, f"Your {path.name}"), path, removable=False)
        for path in _seen(data.root)
        if path not in known and path.name not in (MOVED_FROM, MOVED_TO, PLANNED_MOVE)
    ]


def _trained(data: DataFolder) -> list[Path]:
    """Return what belongs to the trained model: its files, and what they were converted to."""
    files = [data.files / file.name for file in pinned.FILES]
    source, made_of = str(files[0].absolute()), f"vggish-{pinned.CHECKPOINT.sha256[:16]}-"
    sums = [pinned.sha256_path(data.files, file) for file in pinned.FILES]
    return [path for path in (*files, *sums) if path.is_file()] + [
        folder
        for folder, manifest in installed(data.models).items()
        if manifest.source == source or manifest.model_id.startswith(made_of)
    ]


def _seen(folder: Path) -> list[Path]:
    return [path for path in _children(folder) if not path.name.startswith(".")]


def _existing(path: Path) -> list[Path]:
    return [path] if path.exists() else []


def _unfinished(data: DataFolder) -> list[Path]:
    return [*_existing(data.set_up), *_existing(data.adding_sounds)] + [
        path
        for folder in (data.files, data.models, data.catalogs)
        for path in _children(folder)
        if path.name.startswith(".") and not path.name.endswith((".lock", ".previous"))
    ]


def _item(key: str, what: str, *paths: Path, removable: bool = True) -> StoredItem:
    return StoredItem(key, what, paths, sum(map(size_of, paths)), removable)


def _left_behind(data: DataFolder) -> list[Path]:
    """Return what is still where the data was before; only if that place says it was moved here."""
    old = pointed_at(data.root / MOVED_FROM)
    if old is None or pointed_at(old / MOVED_TO) != data.root:
        return []
    return [path for path in _children(old) if path.name != MOVED_TO]


def remove(data: DataFolder, key: str) -> int:
    """Remove an item of `storage`, and return how many bytes that has freed.

    Raises
    ------
    CatalogError
        If there is no such item, it may not be removed, or it is in use.
    """
    items = {item.key: item for item in storage(data)}
    item = items.get(key)
    if item is None or not item.is_removable:
        keys = ", ".join(each.key for each in items.values() if each.is_removable)
        raise CatalogError(
            f"There is nothing called {key!r} to remove.", f"There is: {keys or 'nothing'}."
        )
    if key.startswith("catalog:"):
        delete_catalog(data, key.partition(":")[2])
    else:
        try:
            remove_paths(item.paths)
        except OSError as error:
            raise _unwritable(data, error) from error
    return item.n_bytes


def remove_paths(paths: Iterable[Path]) -> None:
    """Remove files and folders; a folder loses its name first, so that no half of it is seen."""
    for path in paths:
        if path.is_dir() and not path.is_symlink():
            hidden = path if path.name.startswith(".") else beside(path, "removing")
            if hidden != path:
                path.rename(hidden)
            shutil.rmtree(hidden)
        else:
            path.unlink(missing_ok=True)


def size_of(path: Path) -> int:
    """Return the bytes of a file, or of all files below a folder; links are not followed."""
    with suppress(OSError):
        if not path.is_dir() or path.is_symlink():
            return path.lstat().st_size
    total = 0
    for folder, _, names in os.walk(path):
        for name in names:
            with suppress(OSError):
                total += (Path(folder) / name).lstat().st_size
    return total


def _children(folder: Path) -> list[Path]:
    with suppress(OSError):
        return sorted(folder.iterdir())
    return []

"""All that lies in the data folder: what it is for, how large it is, and removing it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from core.downloads import pinned
from core.errors import CatalogError
from core.paths import MOVED_FROM, MOVED_TO, PLANNED_MOVE, DataFolder, pointed_at
from core.setup.disk import children, remove_paths, size_of
from core.setup.inventory import catalogs, delete_catalog, unwritable
from core.vggish.model import installed

_OWN = {
    "library.sqlite": "Your history, stars and presets",
    "recordings": "Your recordings",
    "taught": "Classes that you taught",
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
        StoredItem(
            f"catalog:{entry.name}",
            f"Catalogue of {entry.n_clips:,} clips",
            (entry.path,),
            entry.n_bytes,
        )
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
    return [path for path in children(folder) if not path.name.startswith(".")]


def _existing(path: Path) -> list[Path]:
    return [path] if path.exists() else []


def _unfinished(data: DataFolder) -> list[Path]:
    return [*_existing(data.set_up), *_existing(data.adding_sounds)] + [
        path
        for folder in (data.files, data.models, data.catalogs)
        for path in children(folder)
        if path.name.startswith(".") and not path.name.endswith((".lock", ".previous"))
    ]


def _item(key: str, what: str, *paths: Path, removable: bool = True) -> StoredItem:
    return StoredItem(key, what, paths, sum(map(size_of, paths)), removable)


def _left_behind(data: DataFolder) -> list[Path]:
    """Return what is still where the data was before; only if that place says it was moved here."""
    old = pointed_at(data.root / MOVED_FROM)
    if old is None or pointed_at(old / MOVED_TO) != data.root:
        return []
    return [path for path in children(old) if path.name != MOVED_TO]


def remove(data: DataFolder, *keys: str) -> list[int]:
    """Remove items of `storage`, and return how many bytes each has freed.

    Raises
    ------
    CatalogError
        If one of them is no item, or may not be removed: then none is. If one is in use.
    """
    items = {item.key: item for item in storage(data)}
    removable = [key for key, item in items.items() if item.is_removable]
    for key in keys:
        if key not in removable:
            raise CatalogError(
                f"There is nothing called {key!r} to remove.",
                f"There is: {', '.join(removable) or 'nothing'}.",
            )
    for key in keys:
        if key.startswith("catalog:"):
            delete_catalog(data, key.partition(":")[2])
        else:
            try:
                remove_paths(items[key].paths)
            except OSError as error:
                raise unwritable(data, error) from error
    return [items[key].n_bytes for key in keys]

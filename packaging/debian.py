"""The Debian package of the self-contained folder."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

NAME = "soundalike"

DEPENDS = (
    *("libc6 (>= 2.36)", "libstdc++6", "libgcc-s1"),
    # What Qt shows windows with.
    *("libgl1", "libegl1", "libdbus-1-3", "libdrm2", "fonts-dejavu-core | fonts-liberation"),
    # What sound comes through: PortAudio is in the folder and takes the system's ALSA.
    "libasound2 | libasound2t64",
)
RECOMMENDS = ("libasound2-plugins", "libpulse0", "xdg-utils")

REMOVAL = """#!/bin/sh
set -e
if [ "$1" = remove ] || [ "$1" = purge ]; then
    echo "Soundalike's data of each person (recordings, history, what was fetched) is kept:"
    echo "by default in ~/.local/share/soundalike. Delete that folder to remove it as well."
fi
"""


def write_package(folder: Path, work: Path, out: Path, version: str) -> Path:
    """Write the package.

    Parameters
    ----------
    folder : Path
        The self-contained program, with its ``share`` folder.
    work : Path
        Where the package's tree is laid out.
    out : Path
        Where the package comes to lie.
    version : str

    Returns
    -------
    Path
        The package.
    """
    shutil.rmtree(work, ignore_errors=True)
    usr = work / "usr"
    shutil.copytree(
        folder, usr / "lib" / NAME, symlinks=True, ignore=shutil.ignore_patterns("share")
    )
    shutil.copytree(folder / "share", usr / "share")
    (usr / "bin").mkdir()
    for program in (NAME, f"{NAME}-window"):
        (usr / "bin" / program).symlink_to(f"../lib/{NAME}/{program}")
    documents = usr / "share" / "doc" / NAME
    documents.mkdir(parents=True)
    for name, place in (("NOTICE", "copyright"), ("README.txt", "README.txt")):
        shutil.copy(folder / name, documents / place)
    for page in (usr / "share" / "man" / "man1").glob("*.1"):
        subprocess.run(["gzip", "-9n", str(page)], check=True)
    link = usr / "share" / "man" / "man1" / f"{NAME}-window.1.gz"
    link.unlink()
    link.symlink_to(f"{NAME}.1.gz")
    _write_control(work, version)
    path = out / f"{NAME}_{version}_{_architecture()}.deb"
    command = ["dpkg-deb", "--root-owner-group", "-Zxz", "--build", str(work), str(path)]
    subprocess.run(command, check=True, capture_output=True)
    return path


def _architecture() -> str:
    command = ["dpkg", "--print-architecture"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def _write_control(work: Path, version: str) -> None:
    installed = sum(path.lstat().st_size for path in work.rglob("*") if not path.is_dir())
    control = work / "DEBIAN"
    control.mkdir()
    (control / "control").write_text(
        f"Package: {NAME}\n"
        f"Version: {version}\n"
        f"Architecture: {_architecture()}\n"
        "Maintainer: The Soundalike authors <soundalike@example.invalid>\n"
        f"Installed-Size: {installed // 1024}\n"
        f"Depends: {', '.join(DEPENDS)}\n"
        f"Recommends: {', '.join(RECOMMENDS)}\n"
        "Section: sound\n"
        "Priority: optional\n"
        "Description: hear a sound, find the videos that sound like it\n"
        " Record from a microphone or open a sound, see its spectrogram and what is\n"
        " heard in it, and find the clips of AudioSet that sound most like it.\n",
        encoding="utf-8",
    )
    script = control / "postrm"
    script.write_text(REMOVAL, encoding="utf-8")
    script.chmod(0o755)

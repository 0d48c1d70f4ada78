"""Build what is given away: ``python packaging/build.py [--out DIR] [--with-tensorflow]``.

A wheel and the source; and for this system a folder that needs no Python, as an archive and, on
Linux, a Debian package and an AppImage. ``docs/packaging.md`` tells why it is made so.
"""

from __future__ import annotations

import argparse
import compileall
import os
import platform
import py_compile
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import venv
from pathlib import Path

from appimage import packaged_runtime, runtime_of, write_appimage
from debian import write_package
from libraries import link_copies, remove_needless, strip_symbols

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
NAME = "soundalike"
WINDOW = f"{NAME}-window"


def run(*command: str | Path, **options: object) -> None:
    """Run a command that must succeed."""
    subprocess.run([str(each) for each in command], check=True, cwd=ROOT, **options)


class Build:
    """What is built, step by step.

    Parameters
    ----------
    work : Path
        For what is only needed meanwhile; the environment in it is used again.
    out : Path
        Where what is given away comes to lie.
    with_tensorflow : bool
        Whether the reference engine is in the folder.
    """

    def __init__(self, work: Path, out: Path, with_tensorflow: bool) -> None:
        self.work, self.out, self.with_tensorflow = work, out, with_tensorflow
        self.environment = work / ("environment-tensorflow" if with_tensorflow else "environment")
        self.python = self.environment / ("Scripts" if os.name == "nt" else "bin") / "python"
        self.folder = work / "frozen" / NAME

    def prepare(self) -> None:
        """Make an environment with what the program needs, and what builds it."""
        if not self.python.exists():
            venv.create(self.environment, with_pip=True)
        requirements = ROOT / "requirements.txt"
        if not self.with_tensorflow:
            requirements = HERE / "requirements.txt"
        install = (self.python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
        run(*install, "-r", requirements, "-r", HERE / "requirements-build.txt")

    def distributions(self) -> Path:
        """Build the wheel and the source, install the wheel, and return it."""
        run(self.python, "-m", "build", "--outdir", self.out, ROOT, stdout=subprocess.DEVNULL)
        wheel = max(self.out.glob(f"{NAME}-*.whl"), key=lambda path: path.stat().st_mtime)
        install = (self.python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
        run(*install, "--no-deps", "--force-reinstall", wheel)
        return wheel

    def freeze(self) -> None:
        """Make the folder that needs no Python."""
        run(
            *(self.python, "-m", "PyInstaller", "--noconfirm", "--log-level", "WARN"),
            *("--distpath", self.folder.parent, "--workpath", self.work / "pyinstaller"),
            HERE / f"{NAME}.spec",
            env={**os.environ, "WITH_TENSORFLOW": "1" if self.with_tensorflow else ""},
        )
        inside = self.folder / "_internal"
        for package in ("core", "gui", "main.py", "resources"):
            compile_in_place(inside / package)
        if sys.platform == "linux":
            print("Left out:", *remove_needless(inside))
            print(f"Stripped: {strip_symbols(self.folder) / 1e6:.0f} MB")
            print(f"There twice: {link_copies(inside) / 1e6:.1f} MB")
            (self.folder / WINDOW).unlink(missing_ok=True)
            (self.folder / WINDOW).symlink_to(NAME)

    def add_texts(self) -> None:
        """Add licences, the man page, completions, and what desktops ask for."""
        for name in ("LICENSE", "NOTICE"):
            shutil.copy(ROOT / name, self.folder)
        shutil.copy(HERE / "README-bundle.txt", self.folder / "README.txt")
        licence = Path(sysconfig.get_path("stdlib")) / "LICENSE.txt"
        texts = self.folder / "_internal" / "licenses"
        texts.mkdir(exist_ok=True)
        shutil.copy(licence, texts / "Python.txt")
        for path in (HERE / "licenses").iterdir():
            shutil.copy(path, texts)
        if sys.platform == "linux":
            gather_system_licences(self.folder / "_internal", texts)
        share = self.folder / "share"
        run(self.python, HERE / "pages.py", self.work / "pages")
        for name, place in PLACES.items():
            source = self.work / "pages" / name
            for folder in (HERE / "desktop", ROOT / "resources"):
                source = source if source.exists() else folder / name
            (share / place).mkdir(parents=True, exist_ok=True)
            shutil.copy(source, share / place)
        man = share / "man/man1"
        (man / f"{WINDOW}.1").write_text(f".so man1/{NAME}.1\n")

    def archive(self, version: str) -> Path:
        """Pack the folder."""
        suffix = "-tensorflow" if self.with_tensorflow else ""
        name = f"{NAME}-{version}-{sys.platform}-{platform.machine()}{suffix}"
        path = self.out / f"{name}.tar.xz"
        with tarfile.open(path.with_suffix(""), "w") as archive:
            archive.add(self.folder, name, filter=nobodys)
        run("xz", "--force", "--threads=0", "-6", path.with_suffix(""))
        return path

    def appimage(self, version: str, runtime: bytes | None) -> list[Path]:
        """Make the AppImage, where there is what makes it."""
        if shutil.which("mksquashfs") is None:
            print("No AppImage: there is no mksquashfs (Debian: squashfs-tools).")
            return []
        if runtime is None and platform.machine() != "x86_64":
            print("No AppImage: --appimage-runtime must say a runtime for this processor.")
            return []
        path = self.out / f"Soundalike-{version}-{platform.machine()}.AppImage"
        runtime = runtime or packaged_runtime(self.python, self.work / "appimage")
        write_appimage(self.folder, self.work / "appdir", path, runtime)
        return [path]


PLACES = {
    "soundalike.1": "man/man1",
    "soundalike.bash": "bash-completion/completions",
    "_soundalike": "zsh/vendor-completions",
    "soundalike.fish": "fish/vendor_completions.d",
    "soundalike.desktop": "applications",
    "app.soundalike.Soundalike.metainfo.xml": "metainfo",
    "soundalike.svg": "icons/hicolor/scalable/apps",
}
"""Where below ``share`` each file belongs."""


def compile_in_place(path: Path) -> None:
    """Compile modules so that Python takes them whenever the files were copied."""
    compiled = compileall.compile_dir if path.is_dir() else compileall.compile_file
    compiled(path, quiet=1, invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH)


def nobodys(member: tarfile.TarInfo) -> tarfile.TarInfo:
    """Leave out who built it."""
    member.uid = member.gid = 0
    member.uname = member.gname = "root"
    return member


def gather_system_licences(inside: Path, texts: Path) -> None:
    """Copy the licences of the system's libraries that are in the folder, by Debian's packages."""
    names = [path.name for path in inside.glob("lib*.so*") if not path.is_symlink()]
    for name in names:
        found = subprocess.run(
            ["dpkg-query", "--search", f"*/{name}"], capture_output=True, text=True, check=False
        ).stdout
        for line in found.splitlines():
            package = line.partition(":")[0]
            copyright_file = Path("/usr/share/doc") / package / "copyright"
            if copyright_file.is_file():
                shutil.copy(copyright_file, texts / f"{package}.txt")


def size_mb(path: Path) -> float:
    """Return the size of a file, or of all files below a folder, in MB."""
    paths = path.rglob("*") if path.is_dir() else [path]
    files = [each for each in paths if each.is_file() and not each.is_symlink()]
    return sum(each.stat().st_size for each in files) / 1e6


def main() -> None:
    """Build all of it and say how large it is."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--out", type=Path, default=ROOT / "dist", help="default: dist")
    parser.add_argument("--work", type=Path, default=ROOT / "build", help="default: build")
    parser.add_argument("--with-tensorflow", action="store_true", help="the reference engine, too")
    parser.add_argument(
        "--appimage-runtime",
        type=Path,
        metavar="FILE",
        help="AppImage's runtime of type 2, or an AppImage that begins with one; "
        "default: an older one, from a package",
    )
    given = parser.parse_args()
    try:
        runtime = runtime_of(given.appimage_runtime) if given.appimage_runtime else None
    except (OSError, ValueError) as error:
        parser.error(str(error))
    out, work = given.out.resolve(), given.work.resolve()
    out.mkdir(parents=True, exist_ok=True)
    build = Build(work, out, given.with_tensorflow)
    build.prepare()
    wheel = build.distributions()
    version = wheel.name.split("-")[1]
    build.freeze()
    build.add_texts()
    made = [build.folder, build.archive(version)]
    if sys.platform == "linux" and not given.with_tensorflow:
        if shutil.which("dpkg-deb"):
            made.append(write_package(build.folder, work / "debian", out, version))
        made += build.appimage(version, runtime)
    for path in (wheel, *made):
        print(f"{path.relative_to(path.parent.parent)}: {size_mb(path):.0f} MB")


if __name__ == "__main__":
    main()

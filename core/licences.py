"""The licences of the program and of the packages that it runs on, as they are installed here."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from core import __version__
from core.errors import SoundalikeError
from core.jobs import Job

_NAME = "soundalike"
_PROJECT = Path(__file__).resolve().parent.parent / "pyproject.toml"
"""There where the program runs from its source."""

BUNDLED = _PROJECT.parent / "licenses"
"""Texts of what is in a self-contained program and is no Python package; see packaging/build.py."""

_OWN = ("LICENSE", "NOTICE")
_TEXTS = re.compile(r"(licen[cs]e|copying|notice|third.?party|authors)", re.IGNORECASE)
_ENDINGS = ("", ".txt", ".md", ".rst")
_REQUIREMENT = re.compile(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)")
_EXTRA = re.compile(r"extra\s*==\s*[\"']([^\"']+)[\"']")
_RUN_WITH = ("player", "cluster")
"""Extras that the program runs with; the others are for those who work on it."""

_MOST_BYTES = 2 << 20
"""Of one text: the longest real one has less than half of that."""

_MOST_TEXTS = 60
"""Of one package: some bring one for each of a hundred headers, which no program of ours runs."""


@dataclass(frozen=True)
class LicensedPackage:
    """A package that is installed, and what may be done with it.

    Attributes
    ----------
    name, version : str
    licence : str
        Its name, in the package's own words; empty where it says nothing.
    text : str
        All licence texts that the package carries, one below the other. Where it carries none,
        those that its licence names and that are beside a self-contained program; else empty.
    """

    name: str
    version: str
    licence: str
    text: str


def licences(job: Job) -> list[LicensedPackage]:
    """Return the program itself, all packages that it runs on, and what else is beside it, by name.

    Parameters
    ----------
    job : Job
        May cancel; it is told of how far this is.
    """
    found = [LicensedPackage("Soundalike", __version__, "Apache-2.0", own_text())]
    packages = sorted(_installed(_own_requirements()), key=lambda each: each.name.casefold())
    for number, package in enumerate(packages):
        job.check()
        job.report("Reading the licences", number / len(packages))
        found.append(
            LicensedPackage(package.name, package.version, _licence_of(package), _text_of(package))
        )
    found += [LicensedPackage(path.stem, "", "", _read(path)) for path in _bundled_texts()]
    return found


def _bundled_texts() -> list[Path]:
    return sorted(BUNDLED.glob("*.txt"))


def _read(path: Path) -> str:
    with path.open("rb") as file:
        return file.read(_MOST_BYTES).decode("utf-8", "replace").strip()


def own_text() -> str:
    """Return the program's licence, and the notice of whose work is in it."""
    return "\n\n".join(own_file(name).strip() for name in _OWN)


def own_file(name: str) -> str:
    """Return a text that is shipped with the program: "LICENSE" or "NOTICE".

    It lies beside the program where that runs from its source, else in what was installed: there
    any package may have left a file of that name beside the program.

    Raises
    ------
    SoundalikeError
        If it is not there any more.
    """
    with suppress(OSError, UnicodeDecodeError, metadata.PackageNotFoundError):
        if _PROJECT.is_file():
            return (_PROJECT.parent / name).read_text(encoding="utf-8")
        for path in metadata.distribution(_NAME).files or ():
            if path.name == name and path.parent.name == "licenses":
                return path.read_text(encoding="utf-8")
    raise SoundalikeError(f"The program's file {name} is missing.", "Install the program again.")


def _own_requirements() -> list[str]:
    if not _PROJECT.is_file():
        return metadata.requires(_NAME) or []
    import tomllib

    with _PROJECT.open("rb") as file:
        project = tomllib.load(file)["project"]
    extras = project["optional-dependencies"]
    return [*project["dependencies"], *(each for name in _RUN_WITH for each in extras[name])]


def _installed(requirements: list[str]) -> Iterator[metadata.Distribution]:
    """Yield what is installed of these, and of what they need in turn; each once."""
    seen: set[str] = set()
    waiting: list[tuple[str, tuple[str, ...]]] = [(each, _RUN_WITH) for each in requirements]
    while waiting:
        requirement, extras = waiting.pop()
        extra, name = _EXTRA.search(requirement), _REQUIREMENT.match(requirement)
        if name is None or (extra is not None and extra[1] not in extras):
            continue
        key = re.sub(r"[-_.]+", "-", name[1]).casefold()
        if key in seen:
            continue
        seen.add(key)
        # What is for another system or another Python is not installed.
        with suppress(metadata.PackageNotFoundError):
            package = metadata.distribution(name[1])
            yield package
            waiting += [(each, ()) for each in package.requires or ()]


def _licence_of(package: metadata.Distribution) -> str:
    told = package.metadata
    for field in ("License-Expression", "License"):
        named = told[field].strip() if field in told else ""
        if named and "\n" not in named:  # some put the whole text there
            return named
    return ", ".join(
        each.rpartition(" :: ")[2]
        for each in told.get_all("Classifier") or ()
        if each.startswith("License :: ") and each.count(" :: ") > 1
    )


def _text_of(package: metadata.Distribution) -> str:
    texts: dict[str, str] = {}
    for path in sorted(package.files or (), key=lambda each: (len(each.parts), str(each))):
        is_text = path.suffix.lower() in _ENDINGS and _TEXTS.search(path.name)
        if not is_text or len(texts) == _MOST_TEXTS:
            continue
        with suppress(OSError):
            text = _read(Path(str(path.locate())))
            if text and text not in texts.values():
                texts[path.name if path.name not in texts else str(path)] = text
    if not texts:  # the self-contained program has the common ones
        named = _licence_of(package).replace(" ", "-")
        texts = {path.name: _read(path) for path in _bundled_texts() if path.stem in named}
    return "\n\n".join(f"{name}\n\n{text}" for name, text in texts.items())

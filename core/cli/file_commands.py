"""What ``python -m core files`` does: fetch, import, verify, list, remove, choose, move."""

from __future__ import annotations

import sys
from argparse import Namespace
from pathlib import Path

from core.downloads import pinned, store
from core.downloads.mirrors import Mirror
from core.downloads.room import free_bytes, megabytes
from core.errors import Cancelled, DownloadError
from core.jobs import Job
from core.paths import DataFolder
from core.setup import install, inventory, model_check
from core.setup.folder_lock import in_use
from core.setup.moving import move
from core.vggish.model import installed


def done(arguments: Namespace, data: DataFolder, job: Job) -> list[str]:
    """Do what was asked for; return the lines to print."""
    action, words = arguments.action, arguments.path
    if action == "move" and len(words) == 1:
        return [f"The data is in {move(data, words[0], job).root} now."]
    with in_use(data, job) as where:
        return _done(arguments, where, job)


def _done(arguments: Namespace, data: DataFolder, job: Job) -> list[str]:
    action, words = arguments.action, arguments.path
    if words and action in ("status", "verify", "list"):
        raise DownloadError(
            f"files {action} takes no paths.", "Name files only after files import."
        )
    if action == "fetch":
        return _fetched(data, arguments, job)
    if action == "import":
        return _imported(data, arguments, job)
    if action == "verify":
        return _verified(data, job)
    if action == "status":
        return store.status(data.files, pinned.FILES)
    return _looked_after(data, action, words, job)


def _choice(arguments: Namespace) -> install.ClipChoice:
    include, exclude = tuple(arguments.include), tuple(arguments.exclude)
    return install.ClipChoice(arguments.balanced, include, exclude, arguments.keep)


def _imported(data: DataFolder, arguments: Namespace, job: Job) -> list[str]:
    lines = install.import_files(data, arguments.path, job, _choice(arguments))
    is_model = any(file.name in line for file in pinned.FILES for line in lines)
    if is_model and install.has_model_files(data):
        lines += install.install_model(data, job).lines()
    return lines


def _fetched(data: DataFolder, arguments: Namespace, job: Job) -> list[str]:
    wanted = [str(word) for word in arguments.path] or ["model"]
    if not set(wanted) <= {"model", "features"}:
        raise DownloadError(
            f"There is nothing called {' '.join(wanted)!r} to fetch.",
            "Fetch model, features, or both.",
        )
    mirror = Mirror.parse(arguments.mirror) if arguments.mirror else Mirror.default()
    lines: list[str] = []
    try:
        if "model" in wanted:
            lines, check = install.fetch_model(data, job, mirror)
            lines += check.lines()
        if "features" in wanted:
            catalog, notes = install.fetch_features(data, _choice(arguments), job, mirror)
            lines += [f"{catalog.path.name}: {len(catalog)} clips in {catalog.path}", *notes]
    except (KeyboardInterrupt, Cancelled):
        sys.stderr.write("What came is kept: the same command goes on from there.\n")
        raise
    return lines


def _verified(data: DataFolder, job: Job) -> list[str]:
    """Check the files, and what each converted model computes."""
    lines = store.verify(data.files, job.part(0, 0.4), pinned.FILES)
    check = install.install_model(data, job.part(0.4, 0.8))
    lines += check.lines()
    for folder, manifest in installed(data.models).items():
        if not manifest.is_demo and manifest.name != check.name:
            lines += model_check.check_model(folder, job.part(0.8, 1)).lines()
    return lines


def _looked_after(data: DataFolder, action: str, words: list[Path], job: Job) -> list[str]:
    """List, remove, move, or choose what lies in the data folder."""
    if action == "list":
        items = inventory.storage(data)
        total = sum(item.n_bytes for item in items)
        lines = [f"{item.key}: {megabytes(item.n_bytes)}, {item.what}" for item in items]
        free = megabytes(free_bytes(data.root))
        return [*lines, f"{megabytes(total)} in {data.root}, {free} free"]
    if not words or (len(words) > 1 and action != "remove"):
        raise DownloadError(
            f"files {action} needs {'keys' if action == 'remove' else 'one name'}.",
            "See: python -m core files list",
        )
    if action == "remove":
        return [
            f"{key}: removed, {megabytes(inventory.remove(data, str(key)))} freed" for key in words
        ]
    return [f"{inventory.choose(data, str(words[0])).name}: is searched from now on"]

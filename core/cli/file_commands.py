"""What ``python -m core files`` does: fetch, import, verify, list, remove, choose, move."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Callable

from core.downloads import pinned, store
from core.downloads.mirrors import Mirror
from core.downloads.room import free_bytes, megabytes
from core.errors import Cancelled, DownloadError
from core.jobs import Job
from core.paths import DataFolder
from core.setup import install, inventory, model_check
from core.setup.features import ClipChoice, fetch_features
from core.setup.folder_lock import in_use
from core.setup.moving import move
from core.setup.selection import has_model
from core.setup.stored_items import remove, storage
from core.vggish.model import installed


def _choice(arguments: Namespace) -> ClipChoice:
    include, exclude = tuple(arguments.include), tuple(arguments.exclude)
    return ClipChoice(arguments.balanced, include, exclude, arguments.keep)


def _imported(data: DataFolder, arguments: Namespace, job: Job) -> list[str]:
    lines = install.import_files(data, arguments.path, job, _choice(arguments))
    is_model = any(file.name in line for file in pinned.FILES for line in lines)
    if is_model and has_model(data):
        lines += install.install_model(data, job).lines()
    return lines


def _fetched(data: DataFolder, arguments: Namespace, job: Job) -> list[str]:
    wanted = arguments.what
    if not set(wanted) <= {"model", "features"}:
        raise DownloadError(
            f"There is nothing called {' '.join(wanted)!r} to fetch.",
            "Fetch model, features, or both.",
        )
    choice = _choice(arguments)
    if "features" not in wanted and choice != ClipChoice():
        raise DownloadError(
            "--include, --exclude, --balanced and --keep are of AudioSet's features.",
            "Say that these are to be fetched: files fetch features.",
        )
    mirror = Mirror.parse(arguments.mirror) if arguments.mirror else Mirror.default()
    lines: list[str] = []
    try:
        if "model" in wanted:
            lines, check = install.fetch_model(data, job, mirror)
            lines += check.lines()
        if "features" in wanted:
            catalog, notes = fetch_features(data, choice, job, mirror)
            lines += [f"{catalog.path.name}: {len(catalog)} clips in {catalog.path}", *notes]
    except (KeyboardInterrupt, Cancelled):
        sys.stderr.write("What came is kept: the same command goes on from there.\n")
        raise
    return lines


def _verified(data: DataFolder, _arguments: Namespace, job: Job) -> list[str]:
    """Check the files, and what each converted model computes."""
    lines = store.verify(data.files, job.part(0, 0.4), pinned.FILES)
    check = install.install_model(data, job.part(0.4, 0.8))
    lines += check.lines()
    for folder, manifest in installed(data.models).items():
        if manifest.name != check.name:
            lines += model_check.check_model(folder, job.part(0.8, 1)).lines()
    return lines


def _listed(data: DataFolder, _arguments: Namespace, _job: Job) -> list[str]:
    items = storage(data)
    total = sum(item.n_bytes for item in items)
    lines = [f"{item.key}: {megabytes(item.n_bytes)}, {item.what}" for item in items]
    free = megabytes(free_bytes(data.root))
    return [*lines, f"{megabytes(total)} in {data.root}, {free} free"]


def _removed(data: DataFolder, arguments: Namespace, _job: Job) -> list[str]:
    keys = list(dict.fromkeys(arguments.key))
    freed = zip(keys, remove(data, *keys), strict=True)
    return [f"{key}: removed, {megabytes(n_bytes)} freed" for key, n_bytes in freed]


def _status(data: DataFolder, _arguments: Namespace, _job: Job) -> list[str]:
    return store.status(data.files, pinned.FILES)


def _chosen(data: DataFolder, arguments: Namespace, _job: Job) -> list[str]:
    inventory.choose(data, [arguments.name])
    return [f"{arguments.name}: is searched from now on"]


_ACTIONS: dict[str, Callable[[DataFolder, Namespace, Job], list[str]]] = {
    "status": _status,
    "fetch": _fetched,
    "verify": _verified,
    "import": _imported,
    "list": _listed,
    "remove": _removed,
    "use": _chosen,
}


def done(arguments: Namespace, data: DataFolder, job: Job) -> list[str]:
    """Do what ``files`` was asked for; return the lines to print."""
    if arguments.action == "move":  # locks the folder itself
        return [f"The data is in {move(data, arguments.folder, job).root} now."]
    with in_use(data, job) as where:
        return _ACTIONS[arguments.action](where, arguments, job)

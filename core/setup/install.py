"""From nothing to the trained model and AudioSet's clips: what is missing, and fetching it.

Everything here can be stopped or killed at any moment and started again: it goes on where it was.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from core.downloads import pinned, store
from core.downloads.download import Patience, part_bytes
from core.downloads.mirrors import Mirror
from core.downloads.pinned import PinnedFile
from core.errors import WrongModelError
from core.jobs import Job
from core.paths import DataFolder
from core.setup.features import ClipChoice, catalog_from_file
from core.setup.inventory import catalogs
from core.setup.model_check import ModelCheck, check_model
from core.setup.probes import probe_patches
from core.vggish.convert import converted

CONVERTED_BYTES = 290_000_000


@dataclass(frozen=True)
class Missing:
    """Something that the program could have and has not.

    Attributes
    ----------
    what : {"model", "features"}
    n_bytes : int
        To be fetched in all.
    n_done : int
        Fetched already.
    room_bytes : int
        What it takes on the disk in the end.
    origin, licence : str
        For people.
    """

    what: str
    n_bytes: int
    n_done: int
    room_bytes: int
    origin: str
    licence: str


def missing(data: DataFolder) -> list[Missing]:
    """Return what is not there yet of the trained model and of AudioSet."""
    found = []
    files = [file for file in pinned.FILES if not (data.files / file.name).is_file()]
    if files:
        size = sum(file.size for file in files)
        done = sum(part_bytes(data.files, file) for file in files)
        room = size + CONVERTED_BYTES
        found.append(Missing("model", size, done, room, "Google (VGGish)", "Apache License 2.0"))
    if not any(entry.kind.is_built for entry in catalogs(data)):
        features = pinned.FEATURES
        done = part_bytes(data.files, features)
        found.append(
            Missing(
                "features",
                features.size,
                done,
                ClipChoice().room_bytes,
                "Google (AudioSet)",
                "Creative Commons Attribution 4.0",
            )
        )
    return found


def fetch_model(
    data: DataFolder,
    job: Job | None = None,
    mirror: Mirror | None = None,
    patience: Patience | None = None,
) -> tuple[list[str], ModelCheck]:
    """Fetch the trained model, convert it and check it.

    Returns
    -------
    lines : list of str
        What became of each file.
    check : ModelCheck

    Raises
    ------
    DownloadError, ModelError
    """
    job = job or Job()
    lines = store.fetch(data.files, job.part(0, 0.8), pinned.FILES, mirror, patience)
    return lines, install_model(data, job.part(0.8, 1))


def install_model(data: DataFolder, job: Job | None = None) -> ModelCheck:
    """Convert the files in the data folder, if that has not been done, and look at the result.

    Files that their publisher packed anew, and that do not hold VGGish, are removed.

    Raises
    ------
    ModelError
    """
    job = job or Job()
    checkpoint, pca = (data.files / file.name for file in (pinned.CHECKPOINT, pinned.PCA))
    try:
        folder = converted(
            checkpoint, pca, data.models, probe_patches, job.part(0, 0.7), data.files
        )
    except WrongModelError:
        store.remove_repacked(data.files, pinned.FILES)
        raise
    return check_model(folder, job.part(0.7, 1))


def import_files(
    data: DataFolder,
    paths: Sequence[Path],
    job: Job | None = None,
    choice: ClipChoice | None = None,
) -> list[str]:
    """Take official files from anywhere on this machine: known by content, not by name.

    The model's files are copied; of AudioSet's features the chosen clips become a catalogue.

    Returns
    -------
    list of str
        What became of each.

    Raises
    ------
    DownloadError, CatalogError
    """
    job, choice = job or Job(), choice or ClipChoice()
    known: list[PinnedFile] = [*pinned.FILES, pinned.FEATURES]
    found = store.recognise(paths, job.part(0, 0.2), known)
    archives = [path for path, file in found if file == pinned.FEATURES]
    others = [path for path, file in found if file != pinned.FEATURES]
    lines = []
    if others:
        lines = store.import_files(others, data.files, job.part(0.2, 0.3), pinned.FILES)
    for path in archives:
        catalog = catalog_from_file(data.catalogs / choice.name, path, choice, job.part(0.3, 1))
        lines.append(f"{pinned.FEATURES.name}: {len(catalog)} clips in {catalog.path}")
    return lines

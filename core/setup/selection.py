"""Which model and which catalogue are used, and whether they belong together."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from core.catalog.manifest import RELEASED_MODEL_ID
from core.downloads.pinned import CHECKPOINT, PCA
from core.errors import CatalogError, ModelError
from core.jobs import Job
from core.options import CatalogKind, Options
from core.paths import DataFolder
from core.types import CatalogInfo, Float32

if TYPE_CHECKING:
    from core.catalog.catalog import Catalog
    from core.vggish.model import ModelManifest

_STARTER_NOTE = "Starter: a few real clips of each class. Fetch AudioSet to search all of them."


def model_folder(data: DataFolder, options: Options, job: Job) -> Path:
    """Return the converted model's folder, converted now if need be; the demo's if there is none.

    Raises
    ------
    ModelError
    """
    from core.vggish import convert

    checkpoint = options.model or data.files / CHECKPOINT.name
    if options.model is None:
        if options.pca is not None:
            raise ModelError("--pca was given without --model.", "Give both, or neither.")
        if not _has_model(data):
            return _demo(data, job)[0]
    beside = checkpoint.parent / PCA.name
    pca = options.pca or (beside if beside.is_file() else data.files / PCA.name)
    return convert.converted(checkpoint, pca, data.models, _probe_patches, job, data.files)


def catalog_folder(data: DataFolder, options: Options, job: Job) -> Path:
    """Return the folder of the catalogue to search: the demo's where there is no trained model.

    Raises
    ------
    CatalogError
    """
    if options.catalog is not None:
        return options.catalog
    if options.model is None and not _has_model(data):
        return _demo(data, job)[1]
    from core.preparing import prepare_starter
    from core.setup.inventory import chosen_catalog

    return chosen_catalog(data) or prepare_starter(data.catalogs, job)


def described(catalog: Catalog) -> CatalogInfo:
    """Return what a person wants to know of a catalogue that no model is asked for."""
    kind = catalog.manifest.kind
    names = {CatalogKind.DEMO: "Demo starter", CatalogKind.STARTER: "Starter"}
    return CatalogInfo(
        names.get(kind, catalog.path.name),
        str(catalog.path),
        len(catalog),
        catalog.model_name,
        kind == CatalogKind.DEMO,
        (_STARTER_NOTE,) if kind == CatalogKind.STARTER else (),
        kind == CatalogKind.STARTER,
    )


def paired(catalog: Catalog, model: ModelManifest, options: Options) -> CatalogInfo:
    """Return what a person wants to know of a catalogue and the model that makes the queries.

    Raises
    ------
    CatalogError
        If they do not belong together: the catalogue's vectors were made by another model.
    """
    info = replace(described(catalog), model=model.name, model_id=model.model_id)
    if catalog.model_id == model.model_id:
        return info
    if catalog.model_id == RELEASED_MODEL_ID and model.is_released:
        return info
    if catalog.model_id == RELEASED_MODEL_ID and options.model is not None:
        note = (
            "The chosen weights are not the released ones that made this catalogue's "
            "vectors: the matches mean little."
        )
        return replace(info, notes=(*info.notes, note))
    raise CatalogError(
        f"The catalogue {catalog.path} was made by another model "
        f"({catalog.model_name}) than the one that is loaded ({model.name}).",
        "Fetch the trained model (python -m core files fetch), name that catalogue's model "
        "with --model and --pca, or choose another catalogue.",
        "Fetch the trained model (“Set up…” in the menu), or choose another catalogue "
        "(“Catalogues…”).",
    )


def _has_model(data: DataFolder) -> bool:
    return all((data.files / file.name).is_file() for file in (CHECKPOINT, PCA))


def _demo(data: DataFolder, job: Job) -> tuple[Path, Path]:
    """Return the demo's model and catalogue folders, prepared now if need be."""
    from core.preparing import prepare_demo

    return prepare_demo(data.models, data.catalogs, job)


def _probe_patches() -> Float32:
    # Synthesising takes scipy and a second: only a new checkpoint needs it.
    from core.preparing import probe_patches

    return probe_patches()

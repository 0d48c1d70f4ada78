"""What analyses sounds and which catalogue is searched, and how the two belong together."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from core.catalog.manifest import RELEASED_MODEL_ID
from core.downloads.pinned import CHECKPOINT, PCA
from core.errors import CatalogError, ModelError, SoundalikeError
from core.jobs import Job
from core.options import CatalogKind, ListenerKind, Options, Ranking
from core.paths import DataFolder
from core.types import CatalogInfo, Float32, Query

if TYPE_CHECKING:
    from core.catalog.catalog import Catalog
    from core.listeners import Listener

BALANCED_NAME, BALANCED_CLIPS = "AudioSet, balanced", 22_160
_MEANING_NOTE = "Ranked by meaning alone: VGGish, which compares sounds, is not installed."
_BALANCED_NOTE = (
    f"Matches come from {BALANCED_CLIPS:,} clips of AudioSet. Set up to search all of it."
)


def listener_kind(data: DataFolder, options: Options) -> ListenerKind:
    """Return what analyses sounds: what was chosen, what the catalogue needs, or VGGish if there.

    A catalogue of own sounds needs what made it; any other one, VGGish's frames.
    """
    if options.listener is not None:
        return options.listener
    has_vggish = options.model is not None or options.pca is not None
    if not has_vggish and has_model(data):
        from core.setup.inventory import chosen_catalog

        folder = options.catalog or chosen_catalog(data)
        if folder is not None and _is_built_ins(folder):
            return ListenerKind.BUILT_IN
    has_vggish = has_vggish or has_model(data)
    return ListenerKind.VGGISH if has_vggish else ListenerKind.BUILT_IN


def _is_built_ins(folder: Path) -> bool:
    """Return whether the built-in listener made a catalogue; one that cannot be read says none."""
    from core.catalog.manifest import MANIFEST, CatalogManifest, manifest_text
    from core.catalog.replacing import readable_folder

    with suppress(SoundalikeError, OSError, ValueError, TypeError, KeyError, AttributeError):
        text = manifest_text(readable_folder(folder, MANIFEST))
        return CatalogManifest.from_json(text).model.listener is ListenerKind.BUILT_IN
    return False


def listener(data: DataFolder, options: Options, job: Job) -> Listener:
    """Return what analyses sounds, loaded, and VGGish converted if need be.

    Raises
    ------
    ModelError
        If it cannot be used.
    """
    if listener_kind(data, options) is ListenerKind.BUILT_IN:
        from core.listeners import BuiltIn

        return BuiltIn()
    from core.listeners import VggishListener
    from core.vggish.model import Vggish

    return VggishListener(Vggish(model_folder(data, options, job), options.engine))


def model_folder(data: DataFolder, options: Options, job: Job) -> Path:
    """Return the converted model's folder, converted now if need be.

    Raises
    ------
    ModelError
        If there is no model, or it cannot be converted.
    """
    from core.vggish import convert

    checkpoint = options.model or data.files / CHECKPOINT.name
    if options.model is None:
        if options.pca is not None:
            raise ModelError("--pca was given without --model.", "Give both, or neither.")
        if not has_model(data):
            raise ModelError(
                "VGGish is not installed.",
                "Fetch it (python -m core files fetch), or leave --listener out.",
                "Fetch it: “Set up…” in the menu.",
            )
    beside = checkpoint.parent / PCA.name
    pca = options.pca or (beside if beside.is_file() else data.files / PCA.name)
    return convert.converted(checkpoint, pca, data.models, _probe_patches, job, data.files)


def catalog(data: DataFolder, options: Options) -> Catalog:
    """Return the catalogue to search, opened: the balanced one where there is no other.

    Raises
    ------
    CatalogError
    """
    from core.catalog.balanced import balanced_catalog, balanced_path
    from core.catalog.catalog import Catalog
    from core.setup.inventory import chosen_catalog

    folder = options.catalog or chosen_catalog(data)
    return balanced_catalog() if folder in (None, balanced_path()) else Catalog.open(folder)


def name_of(path: Path) -> str:
    """Return what people call the catalogue at a path."""
    from core.catalog.balanced import balanced_path

    return BALANCED_NAME if path == balanced_path() else path.name


def described(catalog: Catalog) -> CatalogInfo:
    """Return what a person wants to know of a catalogue that no listener is asked for."""
    is_balanced = catalog.manifest.kind == CatalogKind.BALANCED
    rankings = tuple(Ranking) if catalog.has_meaning else (Ranking.SOUND,)
    return CatalogInfo(
        BALANCED_NAME if is_balanced else catalog.path.name,
        str(catalog.path),
        len(catalog),
        catalog.model_name,
        (_BALANCED_NOTE,) if is_balanced else (),
        listener=catalog.manifest.model.listener,
        rankings=rankings,
        clip_rankings=rankings,
        is_balanced=is_balanced,
        knows_sure_labels=catalog.knows_sure_labels,
    )


def paired(catalog: Catalog, listener: Listener, options: Options) -> CatalogInfo:
    """Return what a person wants to know of a catalogue and what analyses sounds.

    Raises
    ------
    CatalogError
        If this listener cannot ask this catalogue in any way.
    """
    info = described(catalog)
    info = replace(
        info,
        model=listener.name,
        model_id=listener.model_id,
        listener=listener.kind,
        has_released_frames=listener.is_released,
    )
    is_same = catalog.model_id == listener.model_id
    is_released = catalog.model_id == RELEASED_MODEL_ID
    if is_same or (is_released and listener.is_released):
        return info
    if is_released and options.model is not None:
        note = (
            "The chosen weights are not the released ones that made this catalogue's "
            "vectors: the matches mean little."
        )
        rankings = tuple(each for each in info.rankings if each is not Ranking.BOTH)
        return replace(info, rankings=rankings, notes=(*info.notes, note))
    if Ranking.MEANING in info.rankings:
        note = _MEANING_NOTE
        if catalog.manifest.kind == CatalogKind.SOUNDS:
            made_by = catalog.model_name
            note = f"Ranked by meaning alone: its frames are another listener's ({made_by})."
        notes = info.notes if info.is_balanced else (*info.notes, note)
        return replace(info, rankings=(Ranking.MEANING,), notes=notes)
    raise CatalogError(
        f"The catalogue {catalog.path} was made by another model "
        f"({catalog.model_name}) than the one that is loaded ({listener.name}).",
        "Fetch the trained model (python -m core files fetch), name that catalogue's model "
        "with --model and --pca, or choose another catalogue.",
        "Fetch the trained model (“Set up…” in the menu), or choose another catalogue "
        "(“Catalogues…”).",
    )


def asked_by(query: Query, catalog: Catalog) -> CatalogInfo:
    """Return what a person wants to know of a catalogue for a query that another model made.

    Raises
    ------
    CatalogError
        If the query cannot ask this catalogue in any way.
    """
    is_released = query.model_id == RELEASED_MODEL_ID
    info = replace(described(catalog), model_id=query.model_id, has_released_frames=is_released)
    if catalog.model_id == query.model_id:
        return info
    if Ranking.MEANING in info.rankings and query.tags is not None:
        return replace(info, rankings=(Ranking.MEANING,))
    raise CatalogError(
        f"The catalogue {catalog.path} was not made by VGGish's trained weights, which these "
        "embeddings are of.",
        "Choose another catalogue.",
    )


def possible_ranking(wanted: Ranking, query: Query, info: CatalogInfo) -> Ranking:
    """Return by what a query is ranked: what is wanted, or of *both* what there is.

    Raises
    ------
    CatalogError
        If sound or meaning alone is wanted and cannot be asked.
    """
    has_sound = len(query.frames) > 0 or query.direction is not None
    possible = set(info.rankings)
    if query.tags is None:
        possible -= {Ranking.BOTH, Ranking.MEANING}
    if not has_sound:
        possible -= {Ranking.BOTH, Ranking.SOUND}
    if wanted in possible:
        return wanted
    if wanted is Ranking.BOTH and possible:
        return next(each for each in info.rankings if each in possible)
    if wanted is Ranking.SOUND and not has_sound:
        raise CatalogError("Words have no sound to compare.", "Rank by meaning.")
    if wanted is Ranking.SOUND:
        raise CatalogError(
            f"{info.name} cannot be ranked by sound: its frames are VGGish's, and this sound was "
            f"analysed by another listener ({info.model}).",
            "Rank by meaning, or fetch VGGish (python -m core files fetch).",
            "Rank by meaning, or fetch VGGish: “Set up…” in the menu.",
        )
    raise CatalogError(
        f"{info.name} cannot be ranked by meaning: its clips have no labels of AudioSet's, and no "
        "tags.",
        "Rank by sound, choose another catalogue, or build this one again: then YouTube-8M's clips "
        "get tags.",
    )


def has_model(data: DataFolder) -> bool:
    """Return whether VGGish's files are there."""
    return all((data.files / file.name).is_file() for file in (CHECKPOINT, PCA))


def _probe_patches() -> Float32:
    # Reading sound imports more than a start needs: only a new checkpoint needs it.
    from core.setup.probes import probe_patches

    return probe_patches()

"""Making the demo's model and starter catalogue, once, from nothing but the program itself."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np

from core.atomic import alone, made_once
from core.audio.logmel import PATCH_S, log_mel
from core.audio.waveform import MODEL_RATE_HZ, Waveform
from core.catalog.build.build import write_catalog
from core.catalog.clips import Clips
from core.catalog.manifest import MANIFEST, RELEASED_MODEL, ModelIdentity
from core.catalog.manifest import VERSION as CATALOG_VERSION
from core.demo.recipes import RECIPES, synthesise
from core.demo.starter import StarterClip, starter_clips
from core.errors import ROOM_IN_THE_WINDOW, CatalogError, ModelError
from core.jobs import Job
from core.options import CatalogKind
from core.types import Float32
from core.vggish.model import MANIFEST_FILE, NETWORK_FILE, PCA_FILE, ModelManifest
from core.vggish.network import write_onnx
from core.vggish.postprocess import Pca
from core.vggish.runtime import OnnxNetwork
from core.vggish.untrained import fit_pca, untrained_weights

VERSION = 1
"""Changes with anything that changes the demo's numbers; older demos are made anew."""

MODEL_NAME = "VGGish, untrained (demo)"
WEIGHTS_SEED = 0
PATCHES_A_CLIP = 4
CLIP_S = PATCHES_A_CLIP * PATCH_S + 0.02
"""Six clips of four patches find more than four of six, and fewer than ten shorten the wait."""

_PROBE_SEED = 1_000_000


def prepare_demo(models: Path, catalogs: Path, job: Job) -> tuple[Path, Path]:
    """Return the demo's model folder and catalogue folder, made now if need be.

    A kill at any moment leaves each of them either whole or not there.

    Parameters
    ----------
    models, catalogs : Path
        Where models and catalogues are kept.
    job : Job
        Told about progress; may cancel.

    Raises
    ------
    ModelError, CatalogError
        If they cannot be stored.
    """
    model = models / f"demo-{VERSION}"
    catalog = catalogs / f"starter-{VERSION}-{CATALOG_VERSION}"
    try:
        if not _is_ready(model, catalog):
            models.mkdir(parents=True, exist_ok=True)
            with alone(models / "demo", job):
                if not _is_ready(model, catalog):
                    _prepare(model, catalog, job)
    except OSError as error:
        raise ModelError(
            f"The demo cannot be stored in {models.parent}: {error.strerror or error}.",
            "Free some space (400 MB are needed), or set SOUNDALIKE_HOME to another folder.",
            ROOM_IN_THE_WINDOW,
        ) from error
    return model, catalog


def prepare_starter(catalogs: Path, job: Job) -> Path:
    """Return the folder of the catalogue with a few real clips a class, written now if need be.

    Raises
    ------
    CatalogError
        If it cannot be stored.
    """
    from core.prototypes import RESOURCE, Prototypes, shipped

    digest = hashlib.sha256(shipped()).hexdigest()[:8]
    folder = catalogs / f"audioset-starter-{digest}-{CATALOG_VERSION}"
    try:
        catalogs.mkdir(parents=True, exist_ok=True)
        if not (folder / MANIFEST).is_file():
            with alone(catalogs / "audioset-starter", job):
                if not (folder / MANIFEST).is_file():
                    clips = Prototypes.load().clips
                    write_catalog(
                        folder, [clips], CatalogKind.STARTER, RELEASED_MODEL, RESOURCE, job
                    )
    except OSError as error:
        raise CatalogError(
            f"The starter catalogue cannot be stored in {catalogs}: {error.strerror or error}.",
            "Free some space, or set SOUNDALIKE_HOME to another folder.",
            ROOM_IN_THE_WINDOW,
        ) from error
    return folder


def probe_patches() -> Float32:
    """Return log-mel patches, float32 (N, 96, 64), of one sound of every class, to measure by."""
    sounds = (synthesise(name, _PROBE_SEED, PATCH_S + 0.02) for name in RECIPES)
    return np.concatenate([_patches(sound) for sound in sounds])


def _is_ready(model: Path, catalog: Path) -> bool:
    return (model / MANIFEST_FILE).is_file() and (catalog / MANIFEST).is_file()


def _prepare(model: Path, catalog: Path, job: Job) -> None:
    clips = starter_clips()
    # The network first: both it and the sounds need memory, but not at the same time.
    with made_once(model, MANIFEST_FILE, job) as folder:
        if folder is not None:
            job.report("Making the demo's network", 0.0)
            write_onnx(untrained_weights(WEIGHTS_SEED), folder / NETWORK_FILE)
        network = folder or model
        patches = _sounds(clips, job.part(0.15, 0.5))
        embeddings = _embed(network / NETWORK_FILE, patches, job.part(0.5, 0.97))
        if folder is not None:
            fit_pca(embeddings).save(folder / PCA_FILE)
            ModelManifest(model.name, MODEL_NAME, is_demo=True).save(folder)
    # Read back: what the catalogue is made with is what queries will be made with.
    frames = Pca.load(model / PCA_FILE).postprocess(embeddings)
    job.report("Writing the starter catalogue", 0.97)
    columns = Clips.from_lists(
        [clip.video_id.encode() for clip in clips],
        [(clip.start_s, clip.end_s) for clip in clips],
        [clip.labels for clip in clips],
        list(frames.reshape(len(clips), PATCHES_A_CLIP, -1)),
        [True] * len(clips),
    )
    identity = ModelIdentity(MODEL_NAME, model.name)
    write_catalog(
        catalog, [columns], CatalogKind.DEMO, identity, "starter.csv", job=job.part(0.97, 1)
    )


def _sounds(clips: list[StarterClip], job: Job) -> Float32:
    patches = []
    for done, clip in enumerate(clips):
        job.report(f"Making the demo's sounds: {clip.sound}", done / len(clips))
        patches.append(_patches(synthesise(clip.sound, clip.variation, CLIP_S)))
    return np.concatenate(patches)


def _patches(samples: Float32) -> Float32:
    return log_mel(Waveform(samples, MODEL_RATE_HZ)).patches


def _embed(path: Path, patches: Float32, job: Job) -> Float32:
    network = OnnxNetwork(path)
    try:
        return network.embed(patches, job)
    finally:
        network.close()

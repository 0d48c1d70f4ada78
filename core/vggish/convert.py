"""From a checkpoint to a model folder, once: the folder's name is made of the checksums."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from core.atomic import made_once
from core.downloads.pinned import CHECKPOINT, PCA, is_official, sha256_of
from core.errors import ROOM_IN_THE_WINDOW, ModelError
from core.jobs import Job
from core.types import Float32
from core.vggish import model
from core.vggish.checkpoint import Checkpoint, checkpoint_files
from core.vggish.network import Weights, write_onnx
from core.vggish.postprocess import Pca
from core.vggish.reference import reference_embedding
from core.vggish.runtime import OnnxNetwork

LARGEST_DISAGREEMENT = 1e-3
"""Between the converted network and the reference, in standard deviations of the embedding."""

_AGREEMENT_PATCHES = 16


def converted(
    checkpoint: Path,
    pca: Path,
    models: Path,
    probes: Callable[[], Float32],
    job: Job,
    fetched: Path | None = None,
) -> Path:
    """Return the folder of a checkpoint's converted model, made now if need be.

    Parameters
    ----------
    checkpoint, pca : Path
        Weights (V1 file or V2 prefix) and PCA parameters.
    models : Path
        Where converted models are kept.
    probes : callable
        Returns the log-mel patches, float32 (N, 96, 64), of probe sounds, for measuring.
    job : Job
        Told about progress; may cancel.
    fetched : Path, optional
        Where the fetched files lie, with the checksums that count as released beside the pinned
        ones; see `core.downloads.pinned`.

    Raises
    ------
    ModelError
        If either file is wrong, or the conversion fails or cannot be stored.
    """
    files = checkpoint_files(checkpoint)
    if not pca.is_file():
        raise ModelError(
            f"There are no PCA parameters at {pca}.", "Give vggish_pca_params.npz with --pca."
        )
    parameters = Pca.load(pca)
    pca_sha256 = _sha256([pca], Job(), "Checking the PCA parameters")
    # A V2 checkpoint is known by its prefix, which is what TensorFlow takes.
    source = files[0].with_suffix("") if files[0].suffix == ".index" else files[0]
    state = tuple((file.stat().st_size, file.stat().st_mtime_ns) for file in files)
    for folder, known in model.installed(models).items():
        is_same = (known.source, known.source_state) == (str(source.absolute()), state)
        if is_same and known.model_id.endswith(f"-{pca_sha256[:8]}"):
            return folder
    weights_sha256 = _sha256(files, job.part(0, 0.1), "Checking the checkpoint")
    is_released = all(
        is_official(fetched, file, sha256)
        for file, sha256 in ((CHECKPOINT, weights_sha256), (PCA, pca_sha256))
    )
    manifest = model.ModelManifest(
        model_id=f"vggish-{weights_sha256[:16]}-{pca_sha256[:8]}",
        name="VGGish" if is_released else f"VGGish ({checkpoint.name})",
        source=str(source.absolute()),
        is_released=is_released,
        source_state=state,
    )
    folder = models / f"{manifest.model_id}-v{model.FORMAT}"
    try:
        with made_once(folder, model.MANIFEST_FILE, job) as making:
            if making is not None:
                job.report("Preparing sounds to compare the converted model with", 0.1)
                _convert(manifest, parameters, making, probes(), job.part(0.1, 1))
        found = model.ModelManifest.load(folder)
        if is_released and not found.is_released:  # named with --model before they were fetched
            replace(
                found,
                name=manifest.name,
                is_released=True,
                source=manifest.source,
                source_state=state,
            ).save(folder)
    except OSError as error:
        raise ModelError(
            f"The converted model cannot be stored in {models}: {error.strerror or error}.",
            "Free some space (400 MB are needed), or set SOUNDALIKE_HOME to another folder.",
            ROOM_IN_THE_WINDOW,
        ) from error
    return folder


def _sha256(paths: list[Path], job: Job, stage: str) -> str:
    try:
        return sha256_of(paths, job, stage)
    except OSError as error:
        raise ModelError(
            f"{error.filename or paths[0]} cannot be read: {error.strerror or error}.",
            "Check the file and its permissions.",
        ) from error


def _convert(
    manifest: model.ModelManifest, pca: Pca, folder: Path, probes: Float32, job: Job
) -> None:
    """Fill an empty folder with the converted model, the manifest last."""
    job.report("Reading the checkpoint")
    with Checkpoint(Path(manifest.source), job) as weights:
        agreement = _convert_network(weights, folder / model.NETWORK_FILE, probes, job)
    pca.save(folder / model.PCA_FILE)
    replace(manifest, agreement=agreement).save(folder)


def _convert_network(weights: Weights, path: Path, probes: Float32, job: Job) -> float:
    """Write the network, and return how far it is from the reference; see `ModelManifest`."""
    job.report("Converting VGGish", 0.2)
    write_onnx(weights, path)
    some = np.ascontiguousarray(probes[:_AGREEMENT_PATCHES])
    expected = reference_embedding(weights, some, job.part(0.4, 0.9))
    network = OnnxNetwork(path)
    try:
        difference = np.abs(network.embed(some, Job()) - expected).max()
    finally:
        network.close()
    agreement = float(difference / expected.std())
    if not agreement <= LARGEST_DISAGREEMENT:
        raise ModelError(
            f"The converted network differs from what it should compute by {agreement:.2g} "
            "standard deviations.",
            "Try again, and please report this.",
        )
    return agreement

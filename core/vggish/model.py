"""A model on disk, ready to run: a folder with the converted network, the PCA and a manifest."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from core.errors import ModelError
from core.foreign import parsed_json
from core.jobs import Job
from core.options import ENGINES, FLOAT32, TENSORFLOW
from core.types import Float32, UInt8
from core.vggish.postprocess import Pca
from core.vggish.runtime import Network, OnnxNetwork
from core.vggish.tensorflow_process import TensorflowNetwork

FORMAT = 1
"""Changes with the layout of the folder and with the converter: an older folder is made anew."""

NETWORK_FILE, PCA_FILE = "network.onnx", "pca.npz"
MANIFEST_FILE = "manifest.json"

_HINT = "Delete the folder {} and start again: it is made anew."


@dataclass(frozen=True)
class ModelManifest:
    """Manifest of a converted model.

    Attributes
    ----------
    model_id : str
        Made of the checksums of weights and PCA; vectors of different ids cannot be compared.
    name : str
        For people.
    source : str
        The checkpoint that was converted; the reference engine reads it again.
    is_released : bool
        Whether weights and PCA are Google's released ones, which made AudioSet's features.
    source_state : tuple of (int, int)
        Size in bytes and time of change in nanoseconds of each of the checkpoint's files: while
        they are the same, its checksum is not computed again.
    agreement : float or None
        Largest difference between the converted network and the reference (NumPy; programs before
        0.2 took TensorFlow) on probe sounds, in standard deviations of the embedding; None where
        it was not measured.
    """

    model_id: str
    name: str
    source: str
    is_released: bool = False
    source_state: tuple[tuple[int, int], ...] = ()
    agreement: float | None = None

    def save(self, folder: Path) -> None:
        """Write the manifest: the last step of making a model folder."""
        content = {"format": FORMAT, **asdict(self)}
        (folder / MANIFEST_FILE).write_text(json.dumps(content, indent=2), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> ModelManifest:
        """Read the manifest.

        Raises
        ------
        ModelError
            If the folder is not a model of this format.
        """
        hint = _HINT.format(folder)
        try:
            content: dict[str, Any] = parsed_json((folder / MANIFEST_FILE).read_bytes())
            if content.pop("format") != FORMAT:
                raise ModelError(f"The model in {folder} has another format.", hint)
            state = tuple((int(size), int(time)) for size, time in content.pop("source_state"))
            known = {field.name for field in fields(cls)}
            # Older programs noted more.
            noted = {name: value for name, value in content.items() if name in known}
            found = cls(**noted, source_state=state)
            found._check_types()
            return found
        except (OSError, ValueError, TypeError, KeyError, AttributeError, OverflowError) as error:
            raise ModelError(f"The model in {folder} is damaged.", hint) from error

    def _check_types(self) -> None:
        agreement = 0.0 if self.agreement is None else self.agreement
        if type(agreement) not in (int, float) or not abs(agreement) < float("inf"):
            raise ValueError("a number in it is none")
        texts = (self.model_id, self.name, self.source)
        if not all(isinstance(text, str) and "\0" not in text for text in texts):
            raise ValueError("a text in it is none")
        if not isinstance(self.is_released, bool):
            raise ValueError("a flag in it is neither true nor false")


def installed(models: Path) -> dict[Path, ModelManifest]:
    """Return the models in a folder with their manifests, leaving out what is damaged."""
    found = {}
    for path in sorted(models.glob(f"[!.]*/{MANIFEST_FILE}")):
        with suppress(ModelError):
            found[path.parent] = ModelManifest.load(path.parent)
    return found


@dataclass(frozen=True)
class Embedding:
    """Embedding of a sound by VGGish.

    Attributes
    ----------
    raw : float32 array, shape (N, 128)
        The network's output, before post-processing.
    postprocessed : uint8 array, shape (N, 128)
    """

    raw: Float32
    postprocessed: UInt8


class Vggish:
    """VGGish with its post-processing.

    Parameters
    ----------
    folder : Path
        A converted model.
    engine : {"float32", "tensorflow"}
        What runs the network.

    Raises
    ------
    ModelError
        If the folder is damaged, or the engine is not to be had for this model.
    """

    def __init__(self, folder: Path, engine: str = FLOAT32) -> None:
        self.manifest = ModelManifest.load(folder)
        self.pca = Pca.load(folder / PCA_FILE)
        self._network = self._open(folder, engine)

    def _open(self, folder: Path, engine: str) -> Network:
        if engine == TENSORFLOW:
            return TensorflowNetwork(Path(self.manifest.source))
        if engine != FLOAT32:
            raise ModelError(
                f"There is no engine “{engine}”.", f"Choose one of {', '.join(ENGINES)}."
            )
        return OnnxNetwork(folder / NETWORK_FILE)

    def embed(self, patches: Float32, job: Job | None = None) -> Embedding:
        """Embed log-mel patches.

        Parameters
        ----------
        patches : float32 array, shape (N, 96, 64)
        job : Job, optional
            Told about progress; checked between batches.
        """
        raw = self._network.embed(patches, job or Job())
        return Embedding(raw, self.pca.postprocess(raw))

    def close(self) -> None:
        """Let go of memory and processes."""
        self._network.close()

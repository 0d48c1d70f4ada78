"""The built-in listener: a small network that tells what is heard, there from the first second."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.errors import ModelError, is_out_of_memory
from core.jobs import Job
from core.onnx_runtime import opened_network
from core.tagging.tags import N_CLASSES, Tags, closed_upwards, counted, loud
from core.tagging.weights import HINT, MOST_BYTES, shipped
from core.types import EMBEDDING_SIZE, Float32

RESOURCE, VERSION = "listener.onnx", "1"
BATCH_PATCHES = 16
POWER = 2.0
"""Of the mean over patches that makes the score of the whole: between mean and maximum."""


@dataclass(frozen=True, eq=False)
class ListenerOutput:
    """Output of the listener for a sound.

    Attributes
    ----------
    tags : Tags
    embedding : float32 array, shape (N, 128)
        One a patch, of any length: compare directions. Sounds that are alike, and mean alike, are
        near each other; vectors of other listeners are not comparable.
    """

    tags: Tags
    embedding: Float32


class BuiltInListener:
    """The network that the program carries, run by onnxruntime.

    Parameters
    ----------
    path : Path, optional
        Another ``.onnx`` file.

    Raises
    ------
    ModelError
        If the file is missing, damaged or of another version.
    """

    def __init__(self, path: Path | None = None) -> None:
        path = path or shipped(RESOURCE)
        if not path.is_file():
            raise ModelError(f"{path.name} is missing.", HINT)
        try:
            if path.stat().st_size > MOST_BYTES:
                raise ValueError("it is too large")
            self._session = opened_network(path.read_bytes(), is_packed=True)
            found = self._session.get_modelmeta().custom_metadata_map.get("version")
        except Exception as error:  # the runtime's errors share no other base
            if is_out_of_memory(error):
                raise
            raise ModelError(f"{path.name} is cut off or damaged.", HINT) from error
        if found != VERSION:
            raise ModelError(f"{path.name} is of another version of this program.", HINT)

    def listen(self, patches: Float32, job: Job | None = None) -> ListenerOutput:
        """Return tags and embeddings of a sound.

        Parameters
        ----------
        patches : float32 array, shape (N, 96, 64)
            Natural log of mel magnitude + 0.01, at least one patch.
        job : Job, optional
            Told about progress; checked between batches.
        """
        job = job or Job()
        scores = np.empty((len(patches), N_CLASSES), np.float32)
        embedding = np.empty((len(patches), EMBEDDING_SIZE), np.float32)
        for first in range(0, len(patches), BATCH_PATCHES):
            job.report("Analysing", first / len(patches))
            batch = slice(first, first + BATCH_PATCHES)
            scores[batch], embedding[batch] = self._session.run(
                ["scores", "embedding"], {"patches": patches[batch]}
            )
        job.check()
        return ListenerOutput(tags_of(closed_upwards(scores), loud(patches)), embedding)


def tags_of(scores: Float32, is_loud: NDArray[np.bool_]) -> Tags:
    """Return the tags of a sound whose patches have these scores (N, 527), and are loud or not."""
    is_loud = counted(is_loud, len(scores))
    whole = np.power(np.power(scores[is_loud], POWER).mean(0), 1 / POWER)
    return Tags(scores, whole.astype(np.float32), is_loud)

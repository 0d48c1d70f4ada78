"""A sound's log-mel patches and embeddings as a file of NumPy arrays."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from core.atomic import written_whole
from core.audio.logmel import LogMel, log_mel
from core.errors import AudioFileError
from core.jobs import Job

if TYPE_CHECKING:
    from core.audio.reader import AudioFile
    from core.vggish.model import Vggish


def save_embedding(
    model: Vggish,
    sound: AudioFile,
    path: Path,
    span: tuple[float | None, float | None] = (None, None),
    job: Job | None = None,
) -> LogMel:
    """Write a sound's patches and embeddings, whole or not at all; see `Engine.save_embedding`."""
    found = log_mel(sound.waveform(*span, job), job)
    embedding = model.embed(found.patches, job)
    try:
        with written_whole(path) as file:
            np.savez(
                file,
                allow_pickle=False,
                log_mel=found.patches,
                embedding=embedding.raw,
                postprocessed=embedding.postprocessed,
            )
    except OSError as error:
        raise AudioFileError(
            f"{path} cannot be written: {error.strerror}.",
            "Choose another place, or free some space.",
        ) from error
    return found

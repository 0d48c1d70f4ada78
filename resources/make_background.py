"""Make `background.npz`: what sounds of all kinds are like to the built-in listener.

python resources/make_background.py CLIPS.tar

CLIPS.tar holds the clips that the listener was trained with (docs/training.md). Of those in the
order of a seed, the first that are not silent are analysed, and of each the direction of its mean
frame is kept: what a class that a person teaches is told from.
"""

from __future__ import annotations

import io
import sys
import tarfile
from pathlib import Path

import numpy as np
import soundfile

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from core.audio.waveform import MODEL_RATE_HZ, Waveform  # noqa: E402 - it need not be installed
from core.errors import AudioFileError  # noqa: E402
from core.listeners import BuiltIn  # noqa: E402
from core.query import query_of  # noqa: E402
from core.teaching.embedding_model import (  # noqa: E402
    BACKGROUND,
    BACKGROUND_FORMAT,
    N_BACKGROUND,
)
from core.vectors import clip_directions  # noqa: E402
from resources.npz import npz  # noqa: E402

ATTRIBUTION = (
    "What Soundalike's built-in listener makes of freely licensed clips, named in docs/training.md."
)
_SEED = 0


def main(archive: Path) -> None:
    """Write the file beside this one."""
    listener, directions = BuiltIn(), []
    with tarfile.open(archive) as clips:
        members = sorted((each for each in clips if each.isfile()), key=lambda each: each.name)
        for place in np.random.default_rng(_SEED).permutation(len(members)).tolist():
            content = clips.extractfile(members[place])
            if content is None:
                continue
            samples, rate_hz = soundfile.read(io.BytesIO(content.read()), dtype="float32")
            if rate_hz != MODEL_RATE_HZ:
                raise SystemExit(f"{members[place].name} is not at {MODEL_RATE_HZ} Hz")
            try:
                query = query_of(listener, Waveform(samples, rate_hz, members[place].name))
            except AudioFileError:  # silent
                continue
            directions.append(clip_directions(query.frames, np.array([len(query.frames)]))[0])
            if len(directions) == N_BACKGROUND:
                break
    arrays = {
        "format": np.array(BACKGROUND_FORMAT, np.int64),
        "attribution": np.array(ATTRIBUTION),
        "direction": np.array(directions, np.int8),
    }
    (Path(__file__).parent / BACKGROUND).write_bytes(npz(arrays))


if __name__ == "__main__":
    main(Path(sys.argv[1]))

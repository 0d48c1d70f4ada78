"""The peer: what anybody would write. Import TensorFlow, load the weights, embed a file.

Usage: python -m benchmarks.tensorflow_script CHECKPOINT PCA AUDIO. It reads the file and computes
log-mel patches with this project's own code, which is faster than the reference's: what is
compared is the way of running the network, catalogue search not even included.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import tensorflow as tf  # noqa: F401 - the cost of importing it is part of the comparison

from core.audio.logmel import log_mel
from core.audio.reader import load
from core.vggish.postprocess import Pca
from core.vggish.tensorflow_child import read_checkpoint, reference_embedding

if __name__ == "__main__":
    checkpoint, pca, audio = sys.argv[1:]
    weights = read_checkpoint(checkpoint)
    embedding = reference_embedding(weights, log_mel(load(Path(audio))).patches)
    print(Pca.load(Path(pca)).postprocess(embedding).mean())

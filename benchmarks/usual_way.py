"""The usual way: Google's inference script, then pandas, then scikit-learn, in one process.

Usage: python -m benchmarks.usual_way CHECKPOINT PCA CATALOG.pkl AUDIO…. Prints the 25 most similar
clips' ids of each sound. Written as anybody would; TensorFlow runs VGGish, scikit-learn
the search, and sounds are resampled and transformed as the reference does.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
import pandas as pd
import tensorflow as tf
from sklearn.metrics.pairwise import cosine_similarity

from benchmarks import peers
from core.vggish.network import variable_shapes


def main(checkpoint: str, pca: str, catalog: str, *audio: str) -> None:
    """Print matches."""
    reader = tf.train.load_checkpoint(checkpoint)
    embed = peers.session({name: reader.get_tensor(name) for name in variable_shapes()})
    parameters = np.load(pca)
    vectors, means = parameters["pca_eigen_vectors"], parameters["pca_means"].reshape(-1, 1)
    clips = pd.read_pickle(catalog)
    known = np.stack(clips["embedding"].to_list())
    for path in audio:
        embedding = embed(peers.reference_patches(*peers.read(Path(path))))
        turned = (vectors @ (embedding.T - means)).T
        query = np.clip(turned, -2, 2).mean(axis=0)
        similarity = cosine_similarity(query[None], known)[0]
        print(*clips["video_id"].iloc[np.argsort(-similarity)[:25]])


if __name__ == "__main__":
    main(*sys.argv[1:])

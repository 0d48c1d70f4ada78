"""What the benchmarks work on, made here: weights, PCA parameters, a catalogue and sounds."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import soundfile

from benchmarks import generate
from benchmarks.measure import PROJECT, call
from core.catalog.build.build import build_catalog
from core.options import CatalogKind
from core.vggish import network

N_CLIPS = 23_135
_RATE_HZ = 44_100


def onnx_network(folder: Path) -> Path:
    """Return the network with seeded weights, as the program runs it."""
    path = folder / "network.onnx"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        network.write_onnx(network.seeded_weights(0), path)
    return path


def checkpoint(folder: Path) -> Path:
    """Return a checkpoint of seeded weights, written by TensorFlow as Google's was."""
    path = folder / "vggish_model.ckpt"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        call([str(PROJECT / "tests" / "write_checkpoint.py"), "0", "V1", str(path), ""])
    return path


def pca_file(folder: Path) -> Path:
    """Return PCA parameters that turn and shift, as Google's do."""
    path = folder / "vggish_pca_params.npz"
    if not path.exists():
        random = np.random.default_rng(0)
        vectors, _ = np.linalg.qr(random.standard_normal((128, 128)))
        means = random.standard_normal((128, 1))
        np.savez(path, pca_eigen_vectors=vectors, pca_means=means)
    return path


def catalog(folder: Path) -> Path:
    """Return a catalogue of as many clips as AudioSet's balanced set has, and some."""
    path = folder / "catalog"
    if not path.exists():
        shards = folder / "shards"
        generate.write(shards, N_CLIPS, 100, 0)
        build_catalog(path, CatalogKind.AUDIOSET, [shards])
        shutil.rmtree(shards)
    return path


def sounds(folder: Path, number: int, seconds: int) -> list[Path]:
    """Return files of chirps in noise, 44.1 kHz, stereo, 16 bits."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"{each:03}.wav" for each in range(number)]
    times = np.arange(seconds * _RATE_HZ) / _RATE_HZ
    for each, path in enumerate(paths):
        if not path.exists():
            noise = np.random.default_rng(each).standard_normal((len(times), 2)) * 0.05
            chirp = 0.3 * np.sin(2 * np.pi * (500 + 300 * np.sin((2 + each % 7) * times)) * times)
            soundfile.write(path, (noise + chirp[:, None]).astype(np.float32), _RATE_HZ)
    return paths

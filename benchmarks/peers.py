"""VGGish as others run it: Keras, TensorFlow's session and function, PyTorch; and its front end.

Every function is given the same weights and returns a function from patches, float32 (N, 96, 64),
to embeddings, float32 (N, 128).
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.audio.logmel import LOG_OFFSET, MEL_BANDS, PATCH_FRAMES, mel_matrix
from core.vggish.network import LAYERS, POOL, Weights
from core.vggish.tensorflow_child import forward

Embed = Callable[[NDArray[np.float32]], NDArray[np.float32]]

RATE_HZ, WINDOW, HOP, FFT_SIZE = 16_000, 400, 160, 512
BLOCK = 65_536


def session(weights: Weights) -> Embed:
    """TensorFlow 1's way, which Google's own script takes: a graph, variables and a session."""
    import tensorflow as tf

    v1 = tf.compat.v1
    with tf.Graph().as_default():
        patches = v1.placeholder(tf.float32, (None, 96, 64))
        given = {name: v1.placeholder(tf.float32, value.shape) for name, value in weights.items()}
        variables = {
            name: v1.get_variable(name.replace("/", "_"), initializer=value)
            for name, value in given.items()
        }
        embedding = forward(variables, patches)
        running = v1.Session()
        feed = {given[name]: value for name, value in weights.items()}
        running.run(v1.global_variables_initializer(), feed)
    return lambda some: running.run(embedding, {patches: some})


def function(weights: Weights) -> Embed:
    """TensorFlow 2's way: a traced function."""
    import tensorflow as tf

    variables = {name: tf.Variable(value) for name, value in weights.items()}

    @tf.function(input_signature=[tf.TensorSpec((None, 96, 64), tf.float32)])  # type: ignore[untyped-decorator]
    def embed(patches: Any) -> Any:
        return forward(variables, patches)

    return lambda patches: embed(patches).numpy()


def keras(weights: Weights) -> Embed:
    """Keras' way: a Sequential model and `predict`."""
    from keras import Sequential, layers

    model = Sequential([layers.Input((96, 64)), layers.Reshape((96, 64, 1))])
    values = []
    is_flat = False
    for layer, shape in LAYERS:
        if layer == POOL:
            model.add(layers.MaxPooling2D(2, padding="same"))
            continue
        activation = None if layer == LAYERS[-1][0] else "relu"
        if len(shape) == 4:
            model.add(layers.Conv2D(shape[-1], 3, padding="same", activation=activation))
        else:
            if not is_flat:
                model.add(layers.Flatten())
                is_flat = True
            model.add(layers.Dense(shape[-1], activation=activation))
        values += [weights[f"{layer}/weights"], weights[f"{layer}/biases"]]
    model.set_weights(values)
    return lambda patches: model.predict(patches, verbose=0)


def torch(weights: Weights) -> Embed:
    """PyTorch's way: the same layers, channels first."""
    import torch as library
    from torch import nn

    modules: list[Any] = []
    for layer, shape in LAYERS:
        if layer == POOL:
            modules.append(nn.MaxPool2d(2))
            continue
        kernel = library.from_numpy(np.ascontiguousarray(weights[f"{layer}/weights"]))
        bias = library.from_numpy(weights[f"{layer}/biases"])
        if len(shape) == 4:
            module: Any = nn.Conv2d(shape[2], shape[3], 3, padding=1)
            kernel = kernel.permute(3, 2, 0, 1).contiguous()
        else:
            if shape[0] == LAYERS[-3][1][0]:
                modules.append(_ChannelsLast.made())
            module, kernel = nn.Linear(*shape), kernel.T.contiguous()
        module.load_state_dict({"weight": kernel, "bias": bias})
        modules.append(module)
        if layer != LAYERS[-1][0]:
            modules.append(nn.ReLU())
    model = nn.Sequential(*modules).eval()

    def embed(patches: NDArray[np.float32]) -> NDArray[np.float32]:
        with library.inference_mode():
            found: NDArray[np.float32] = model(library.from_numpy(patches)[:, None]).numpy()
            return found

    return embed


class _ChannelsLast:
    """The dense weights expect height, width, channel."""

    @staticmethod
    def made() -> Any:
        from torch import nn

        class Flat(nn.Module):  # type: ignore[misc]
            def forward(self, value: Any) -> Any:
                return value.permute(0, 2, 3, 1).flatten(1)

        return Flat()


def ours(path: Path) -> Embed:
    """Run the network as the program does."""
    from core.jobs import Job
    from core.vggish.runtime import OnnxNetwork

    network = OnnxNetwork(path)
    return lambda patches: network.embed(patches, Job())


Samples = NDArray[np.float32]


def read(path: Path) -> tuple[Samples, int]:
    """Return a file's samples, float32, shape (n, channels), and its rate in hertz."""
    import soundfile

    samples, rate_hz = soundfile.read(path, dtype="float32", always_2d=True)
    return samples, rate_hz


def reference_patches(samples: Samples, rate_hz: int) -> NDArray[np.float32]:
    """Return log-mel patches as Google's script computes them: resampy, then NumPy in float64."""
    import resampy

    mono = samples.astype(np.float64).mean(axis=1)
    if rate_hz != RATE_HZ:
        mono = resampy.resample(mono, rate_hz, RATE_HZ)
    frames = np.lib.stride_tricks.sliding_window_view(mono, WINDOW)[::HOP]
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(WINDOW) / WINDOW)
    spectrum = np.abs(np.fft.rfft(frames * window, FFT_SIZE))
    log_mel = np.log(spectrum @ mel_matrix().astype(np.float64) + LOG_OFFSET)
    return _cut(log_mel).astype(np.float32)


def librosa_patches(samples: Samples, rate_hz: int) -> NDArray[np.float32]:
    """Return log-mel patches as users of librosa compute them; its frames begin elsewhere."""
    import librosa

    mono = librosa.resample(librosa.to_mono(samples.T), orig_sr=rate_hz, target_sr=RATE_HZ)
    mel = librosa.feature.melspectrogram(
        y=mono,
        sr=RATE_HZ,
        n_fft=FFT_SIZE,
        win_length=WINDOW,
        hop_length=HOP,
        center=False,
        power=1.0,
        n_mels=MEL_BANDS,
        fmin=125.0,
        fmax=7500.0,
        htk=True,
        norm=None,
    )
    return _cut(np.log(mel.T + np.float32(LOG_OFFSET)))


def our_patches(samples: Samples, rate_hz: int) -> NDArray[np.float32]:
    """Return log-mel patches as the program computes them from samples."""
    from core.audio.conversion import resampled
    from core.audio.logmel import LogMelStream

    mono = samples @ np.full(samples.shape[1], 1 / samples.shape[1], np.float32)
    blocks = (mono[first : first + BLOCK] for first in range(0, len(mono), BLOCK))
    stream = LogMelStream()
    return _cut(np.concatenate([stream.push(block) for block in resampled(blocks, rate_hz)]))


def _cut(log_mel: NDArray[Any]) -> NDArray[Any]:
    n_patches = len(log_mel) // PATCH_FRAMES
    return log_mel[: n_patches * PATCH_FRAMES].reshape(n_patches, PATCH_FRAMES, MEL_BANDS)

"""Whether a converted model computes what it should: the published check, and its own."""

from __future__ import annotations

import math
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.audio.logmel import log_mel
from core.audio.waveform import MODEL_RATE_HZ, Waveform
from core.errors import ModelError
from core.jobs import Job
from core.preparing import probe_patches
from core.vggish import quantise
from core.vggish.model import INT8_FILE, NETWORK_FILE, PCA_FILE, Vggish
from core.vggish.postprocess import Pca

_SINE_HZ, _SINE_S = 1_000, 3
TOLERANCE = 0.1

PUBLISHED = {
    "embedding mean": 0.000657,
    "embedding standard deviation": 0.343,
    "post-processed mean": 126.0,
    "post-processed standard deviation": 89.3,
}
"""What the released weights make of the sine, within `TOLERANCE`.

From the smoke test of Google's release, tensorflow/models, ``research/audioset/vggish``.
"""


@dataclass(frozen=True)
class ModelCheck:
    """What a model makes of a 1 kHz sine of 3 s, beside what was published.

    Attributes
    ----------
    name : str
        The model's, for people.
    is_released : bool
        Whether weights and PCA are the released ones, which must pass.
    found : tuple of float
        In the order of `PUBLISHED`.
    agreement : float or None
        Largest difference from TensorFlow when it was converted, in standard deviations.
    int8_cosine : float
        Least cosine similarity of the quantised form with float32 on the probe sounds, now.
    int8_offered : bool
        Whether the quantised form was good enough to be offered.
    """

    name: str
    is_released: bool
    found: tuple[float, ...]
    agreement: float | None
    int8_cosine: float
    int8_offered: bool

    @property
    def passed(self) -> bool:
        """Whether all numbers are as published."""
        return not differing(self.found)

    def lines(self) -> list[str]:
        """Return the result in words."""
        if self.passed:
            numbers = ", ".join(f"{n} {v:.4g}" for n, v in zip(PUBLISHED, self.found, strict=True))
            verdict = f"passed ({numbers})"
        elif self.is_released:
            verdict = f"FAILED: {'; '.join(differing(self.found))}"
        else:
            verdict = f"differs, as expected of other weights: {'; '.join(differing(self.found))}"
        offered = "offered" if self.int8_offered else "not offered (0.99 is asked for)"
        lines = [
            f"{self.name}: published check on a 1 kHz sine: {verdict}",
            f"{self.name}: quantised form: cosine {self.int8_cosine:.3f} at least with float32, "
            f"{offered}",
        ]
        if self.agreement is not None:
            lines.append(
                f"{self.name}: differed from TensorFlow by {self.agreement:.1e} standard "
                "deviations when it was converted"
            )
        return lines


def differing(found: tuple[float, ...]) -> list[str]:
    """Return in words which numbers are not as published."""
    return [
        f"{name} {number:.4g} instead of {expected:.4g}"
        for (name, expected), number in zip(PUBLISHED.items(), found, strict=True)
        if not math.isclose(number, expected, rel_tol=TOLERANCE)
    ]


def check_model(folder: Path, job: Job | None = None) -> ModelCheck:
    """Run the published check on a converted model, and measure its quantised form anew.

    Raises
    ------
    ModelError
        If the model is damaged.
    OSError
        If there is no room for a quantised form that was not kept.
    """
    job = job or Job()
    job.report("Checking the model", 0.0)
    model = Vggish(folder)
    try:
        found = sine_numbers(model, job.part(0, 0.1))
    finally:
        model.close()
    job.report("Checking the quantised form", 0.1)
    cosine = _int8_cosine(folder, job)
    manifest = model.manifest
    return ModelCheck(
        manifest.name,
        manifest.is_released,
        found,
        manifest.agreement,
        cosine,
        manifest.int8_offered,
    )


def sine_numbers(model: Vggish, job: Job) -> tuple[float, ...]:
    """Return what a model makes of the sine, in the order of `PUBLISHED`."""
    times = np.arange(_SINE_S * MODEL_RATE_HZ) / MODEL_RATE_HZ
    sine = np.sin(2 * np.pi * _SINE_HZ * times).astype(np.float32)
    heard = model.embed(log_mel(Waveform(sine, MODEL_RATE_HZ)).patches, job)
    arrays = (heard.raw.astype(np.float64), heard.postprocessed.astype(np.float64))
    return tuple(float(number) for array in arrays for number in (array.mean(), array.std()))


def _int8_cosine(folder: Path, job: Job) -> float:
    network, kept = folder / NETWORK_FILE, folder / INT8_FILE
    pca, probes = Pca.load(folder / PCA_FILE), probe_patches()
    if kept.is_file():
        return quantise.least_cosine(network, kept, pca, probes)
    with tempfile.TemporaryDirectory() as made:
        again = Path(made) / INT8_FILE
        try:
            quantise.quantise(network, again, probes)
        except OSError:
            raise
        except Exception as error:  # onnx refuses weights that have a second link, for example
            raise ModelError(
                f"The quantised form of the model in {folder} cannot be measured: {error}",
                "Remove that folder and start again: it is made anew.",
            ) from error
        job.check()
        return quantise.least_cosine(network, again, pca, probes)

"""What a converted model makes of the published sine, in numbers for people."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.audio.logmel import log_mel
from core.audio.waveform import MODEL_RATE_HZ, Waveform
from core.jobs import Job
from core.vggish.model import Vggish

_SINE_HZ, _SINE_S, _SINE_RATE_HZ = 1_000, 3, 44_100
_MOST_SHIFT, _MOST_STRETCH = 0.2, 1.25

PUBLISHED = {"embedding": (0.000657, 0.343), "post-processed": (126.0, 89.3)}
"""Mean and standard deviation of what the released weights make of the sine.

From the smoke test of Google's release, tensorflow/models, ``research/audioset/vggish``. They hang
on how the sine is resampled: with an older resampler the same file said -0.0333, 0.380, 122.0 and
93.5. So they say whether something is far off, and nothing finer.
"""


@dataclass(frozen=True)
class ModelCheck:
    """Figures of a model for a 1 kHz sine of 3 s, beside the published ones, and others.

    Information for people: whether a model answers does not hang on it.

    Attributes
    ----------
    name : str
        The model's, for people.
    is_released : bool
        Whether weights and PCA are the released ones, which the published numbers are of.
    found : dict of (float, float)
        Mean and standard deviation, by the names in `PUBLISHED`.
    agreement : float or None
        Largest difference from the reference when it was converted, in standard deviations.
    """

    name: str
    is_released: bool
    found: dict[str, tuple[float, float]]
    agreement: float | None

    @property
    def is_near(self) -> bool:
        """Whether the numbers are as near to the published ones as resampling explains."""
        return all(
            shift <= _MOST_SHIFT and 1 / _MOST_STRETCH <= ratio <= _MOST_STRETCH
            for shift, ratio in map(self._distance, PUBLISHED)
        )

    def _distance(self, name: str) -> tuple[float, float]:
        """Return the difference of means in published deviations, and the deviations' ratio."""
        (mean, deviation), (expected, expected_deviation) = self.found[name], PUBLISHED[name]
        return abs(mean - expected) / expected_deviation, deviation / expected_deviation

    def lines(self) -> list[str]:
        """Return the result in words."""
        lines = []
        for name, (mean, deviation) in self.found.items():
            shift, ratio = self._distance(name)
            lines.append(
                f"{self.name}: 1 kHz sine, {name}: mean {mean:.3g}, standard deviation "
                f"{deviation:.3g}; published {PUBLISHED[name][0]:g} and {PUBLISHED[name][1]:g}: "
                f"the means differ by {shift:.2f} standard deviations, the deviations' ratio is "
                f"{ratio:.2f}"
            )
        if not self.is_near:
            lines.append(
                f"{self.name}: this is further from the published numbers than resampling "
                "explains. "
                + (
                    "The files are the published ones, so the model answers all the same."
                    if self.is_released
                    else "That is to be expected of other weights."
                )
            )
        if self.agreement is not None:
            lines.append(
                f"{self.name}: differed from the reference by {self.agreement:.1e} standard "
                "deviations when it was converted"
            )
        return lines


def check_model(folder: Path, job: Job | None = None) -> ModelCheck:
    """Give a converted model the published sine.

    Raises
    ------
    ModelError
        If the model is damaged.
    """
    job = job or Job()
    job.report("Checking the model", 0.0)
    model = Vggish(folder)
    try:
        found = sine_numbers(model, job)
    finally:
        model.close()
    manifest = model.manifest
    return ModelCheck(manifest.name, manifest.is_released, found, manifest.agreement)


def sine_numbers(model: Vggish, job: Job) -> dict[str, tuple[float, float]]:
    """Return what a model makes of the sine, by the names in `PUBLISHED`.

    As published, the sine is made at 44.1 kHz and resampled.
    """
    import soxr

    times = np.arange(_SINE_S * _SINE_RATE_HZ) / _SINE_RATE_HZ
    sine = np.sin(2 * np.pi * _SINE_HZ * times).astype(np.float32)
    samples = soxr.resample(sine, _SINE_RATE_HZ, MODEL_RATE_HZ)
    embedded = model.embed(log_mel(Waveform(samples, MODEL_RATE_HZ)).patches, job)
    arrays = (embedded.raw.astype(np.float64), embedded.postprocessed.astype(np.float64))
    numbers = ((float(array.mean()), float(array.std())) for array in arrays)
    return dict(zip(PUBLISHED, numbers, strict=True))

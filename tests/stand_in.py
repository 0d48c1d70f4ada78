"""What Google's reference code makes of the 1 kHz sine with the stand-in weights.

Tests that take the stand-in for the released model take these numbers for the published ones.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from core.checking import PUBLISHED

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"


def published() -> dict[str, float]:
    """Return the numbers under the names of `core.checking.PUBLISHED`."""
    reference = np.load(SHARED / "vggish" / "reference_outputs.npz")
    name = next(key for key in reference if "16000" in key).partition("/")[0]
    arrays = (reference[f"{name}/{part}"] for part in ("embedding", "postprocessed"))
    wide = [array.astype(np.float64) for array in arrays]
    numbers = [float(number) for array in wide for number in (array.mean(), array.std())]
    return dict(zip(PUBLISHED, numbers, strict=True))

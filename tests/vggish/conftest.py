"""What Google's reference code computed."""

from __future__ import annotations

import numpy as np
import pytest


@pytest.fixture(scope="session")
def reference(shared):
    return np.load(shared / "vggish" / "reference_outputs.npz")

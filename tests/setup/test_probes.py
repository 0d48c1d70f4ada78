from __future__ import annotations

import numpy as np

from core.setup.probes import probe_patches


def test_probes_are_the_same_each_time_and_reach_from_loud_to_nearly_silent():
    patches = probe_patches()
    assert patches.dtype == np.float32
    assert patches.shape[1:] == (96, 64)
    assert np.isfinite(patches).all()
    assert np.array_equal(patches, probe_patches())
    # Log-mel lies between ln 0.01, silence, and some 5.
    assert np.log(0.01) - 1e-3 <= patches.min() < -4
    assert patches.max() > 2
    # Each is a sound of its own: no two patches are alike.
    flat = patches.reshape(len(patches), -1)
    assert len(np.unique(flat.round(2), axis=0)) >= 14

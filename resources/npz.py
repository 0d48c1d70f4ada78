"""`.npz` files whose bytes depend on nothing but the arrays."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import numpy as np
from numpy.typing import NDArray

_LONG_AGO = (1980, 1, 1, 0, 0, 0)


def npz(arrays: dict[str, NDArray[Any]]) -> bytes:
    """Return the bytes of an uncompressed `.npz` file without the time of its making."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_STORED) as archive:
        for name, array in arrays.items():
            member = io.BytesIO()
            np.lib.format.write_array(member, array, allow_pickle=False)
            info = zipfile.ZipInfo(f"{name}.npy", _LONG_AGO)
            info.create_system = 3  # or it would depend on the system
            archive.writestr(info, member.getvalue())
    return content.getvalue()

"""Opening networks with onnxruntime, which must tell nobody of it.

Since version 1.29 its wheels send what is opened and run to Microsoft, unless the environment says
otherwise before the first import; they would also keep an identifier of the machine in the user's
cache. This is the only module that imports it.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import onnxruntime

_NO_TELEMETRY = "ORT_DISABLE_TELEMETRY"


def opened_network(network: str | bytes, *, is_packed: bool) -> onnxruntime.InferenceSession:
    """Open a network, to be run by the processor; raise whatever the runtime does.

    Parameters
    ----------
    network : str or bytes
        The path of an ``.onnx`` file, or its content.
    is_packed : bool
        Whether its weights are copied into the order in which they are read: each run is faster,
        but a large network takes longer to open and more memory.
    """
    os.environ[_NO_TELEMETRY] = "1"
    import onnxruntime

    onnxruntime.disable_telemetry_events()  # of older wheels for Windows, which know no variable
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    # Threads that spin after work slow down whatever runs next.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.add_session_config_entry("session.disable_prepacking", "0" if is_packed else "1")
    return onnxruntime.InferenceSession(network, options, providers=["CPUExecutionProvider"])

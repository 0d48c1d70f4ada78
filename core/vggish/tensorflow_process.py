"""TensorFlow in a process of its own: it would stall the window and treble the memory.

The parent's side. `core.vggish.tensorflow_child` is what runs over there.
"""

from __future__ import annotations

import multiprocessing
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from core.errors import ModelError
from core.jobs import Job
from core.types import EMBEDDING_SIZE, Float32

_POLL_S = 0.05
_BATCH_PATCHES = 32


class TensorflowProcess:
    """A child process that answers one call after another."""

    def __init__(self) -> None:
        from core.vggish.tensorflow_child import serve

        context = multiprocessing.get_context("spawn")
        self._connection, theirs = context.Pipe()
        self._process = context.Process(target=serve, args=(theirs,), daemon=True)
        self._process.start()
        theirs.close()

    def call(self, name: str, *arguments: Any, job: Job) -> Any:
        """Run a function of `tensorflow_child` over there and return its result.

        Raises
        ------
        ModelError
            If the process died, or the function raised it.
        OSError
            If the function raised it, such as for a full disk.
        Cancelled
            If the job was cancelled; the process is ended then.
        """
        try:
            failure, result = self._exchange(name, arguments, job)
        except (EOFError, OSError) as error:
            self.close()
            raise ModelError(
                "TensorFlow ended unexpectedly while it read or ran the model.",
                "Check that the checkpoint is whole and that there are 3 GB of free memory.",
            ) from error
        except BaseException:
            self.close()
            raise
        if failure is not None:
            raise failure
        return result

    def _exchange(
        self, name: str, arguments: tuple[Any, ...], job: Job
    ) -> tuple[Exception | None, Any]:
        self._connection.send((name, arguments))
        while not self._connection.poll(_POLL_S):
            job.check()
        kind, content = self._connection.recv()
        return (content, None) if kind == "error" else (None, content)

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.join()
        self._connection.close()


class TensorflowNetwork:
    """The checkpoint's own network, read and run by TensorFlow.

    Raises
    ------
    ModelError
        If TensorFlow is not installed.
    """

    def __init__(self, checkpoint: Path) -> None:
        if find_spec("tensorflow") is None:
            raise ModelError(
                "The engine tensorflow needs TensorFlow, which is not installed.",
                "Leave out --engine: the engine float32 computes the same, and faster.",
            )
        self._checkpoint = checkpoint
        self._process: TensorflowProcess | None = None

    def embed(self, patches: Float32, job: Job) -> Float32:
        """Return the embeddings, float32 (N, 128), of patches, float32 (N, 96, 64)."""
        embedding = np.empty((len(patches), EMBEDDING_SIZE), np.float32)
        try:
            process = self._started(job)
            for first in range(0, len(patches), _BATCH_PATCHES):
                job.report("Analysing with VGGish in TensorFlow", first / len(patches))
                batch = np.ascontiguousarray(patches[first : first + _BATCH_PATCHES])
                answer = process.call("embed", batch, job=job)
                embedding[first : first + len(batch)] = answer
        except BaseException:
            self.close()  # the next sound starts another
            raise
        return embedding

    def _started(self, job: Job) -> TensorflowProcess:
        if self._process is None:
            job.report("Starting TensorFlow")
            self._process = TensorflowProcess()
            self._process.call("load", str(self._checkpoint), job=job)
        return self._process

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.close()
            self._process = None

"""A sound's embeddings as a file: of NumPy arrays, a table, or records as Google's demo's."""

from __future__ import annotations

import csv
import io
import struct
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from core.atomic import written_whole
from core.errors import AudioFileError
from core.jobs import Job

if TYPE_CHECKING:
    from core.audio.logmel import LogMel
    from core.audio.reader import AudioFile
    from core.vggish.model import Embedding, Vggish


def save_embedding(
    model: Vggish,
    sound: AudioFile,
    path: Path,
    span: tuple[float | None, float | None] = (None, None),
    job: Job | None = None,
) -> LogMel:
    """Write a sound's embeddings, whole or not at all; see `Engine.save_embedding`."""
    from core.audio.logmel import log_mel

    write = WRITERS.get(path.suffix.lower())
    if write is None:
        endings = ", ".join(WRITERS)
        raise AudioFileError(
            f"{path.name} has an ending that stands for no kind of embeddings.",
            f"Choose one of: {endings}.",
        )
    found = log_mel(sound.waveform(*span, job), job)
    embedding = model.embed(found.patches, job)
    try:
        with written_whole(path) as file:
            write(file, found, embedding, span[0] or 0.0)
    except OSError as error:
        raise AudioFileError(
            f"{path} cannot be written: {error.strerror or error}.",
            "Choose another place, or free some space.",
        ) from error
    return found


def _write_arrays(file: BinaryIO, sound: LogMel, embedding: Embedding, _: float) -> None:
    import numpy as np

    np.savez(
        file,
        allow_pickle=False,
        log_mel=sound.patches,
        embedding=embedding.raw,
        postprocessed=embedding.postprocessed,
    )


def _write_array(file: BinaryIO, _: LogMel, embedding: Embedding, __: float) -> None:
    import numpy as np

    np.save(file, embedding.raw, allow_pickle=False)


def _write_table(file: BinaryIO, _: LogMel, embedding: Embedding, begin_s: float) -> None:
    """Write a line a patch: where in the sound it is, in seconds, and its embedding."""
    from core.audio.logmel import PATCH_S

    text = io.TextIOWrapper(file, "utf-8", newline="")
    table = csv.writer(text)
    table.writerow(["start_s", "end_s", *(f"embedding_{n}" for n in range(embedding.raw.shape[1]))])
    for number, row in enumerate(embedding.raw):
        start_s = begin_s + number * PATCH_S
        times = (f"{start_s:.2f}", f"{start_s + PATCH_S:.2f}")
        table.writerow([*times, *(f"{value:.9g}" for value in row)])
    text.flush()
    text.detach()


def _write_record(file: BinaryIO, _: LogMel, embedding: Embedding, __: float) -> None:
    """Write one SequenceExample, as vggish_inference_demo.py does.

    Its feature list ``audio_embedding`` has a bytes feature a patch: 128 numbers of 8 bits.
    """
    import google_crc32c

    def field(number: int, content: bytes) -> bytes:
        return bytes((number << 3 | 2,)) + _varint(len(content)) + content

    def checked(content: bytes) -> bytes:
        crc = int(google_crc32c.value(content))
        return content + struct.pack("<I", ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF)

    frames = (field(1, field(1, field(1, row.tobytes()))) for row in embedding.postprocessed)
    entry = field(1, b"audio_embedding") + field(2, b"".join(frames))
    record = field(2, field(1, entry))
    file.write(checked(struct.pack("<Q", len(record))))
    file.write(checked(record))


def _varint(number: int) -> bytes:
    written = bytearray()
    while number >= 0x80:
        written.append(number & 0x7F | 0x80)
        number >>= 7
    written.append(number)
    return bytes(written)


WRITERS: dict[str, Callable[[BinaryIO, LogMel, Embedding, float], None]] = {
    ".npz": _write_arrays,
    ".npy": _write_array,
    ".csv": _write_table,
    ".tfrecord": _write_record,
}
"""By a file's ending: what writes it, given where the sound's span begins in seconds."""

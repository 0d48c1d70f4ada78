"""Folders with sounds, and catalogues of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from core.audio.examples import EXAMPLES, example
from core.audio.waveform import Waveform
from core.audio.writing import save_wav
from core.jobs import Job
from core.options import Options
from core.paths import DataFolder
from core.sounds.update import SoundsReport, update_sounds


def write_long(path: Path, duration_s: float) -> None:
    """Write a sound of this length: rain, cut or repeated."""
    samples = np.resize(example("Rain").samples, round(duration_s * 16_000))
    save_wav(Waveform(samples, 16_000, path.name), path)


def job_of_one_task() -> Job:
    """Return a job that is cancelled when the first of several tasks has been read."""
    job = Job()

    def stop(stage: str, _fraction: float | None) -> None:
        if stage.startswith("Analysing") and not stage.startswith("Analysing sounds: 0 "):
            job.cancel()

    return job.watched_by(stop)


@pytest.fixture(scope="session")
def sounds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sounds in a folder, in one below it, and files that are none; read only."""
    folder = tmp_path_factory.mktemp("sounds")
    inner = folder / "below"
    inner.mkdir()
    for name in EXAMPLES:
        save_wav(example(name), folder / f"{name}.wav")
    write_long(inner / "long.wav", 25.5)
    write_long(inner / "short.wav", 0.3)
    save_wav(Waveform(np.zeros(32_000, np.float32), 16_000, "silence"), inner / "silence.wav")
    (inner / "damaged.wav").write_bytes(b"RIFF of something else")
    (inner / "empty.flac").write_bytes(b"")
    (inner / "notes.txt").write_text("no sound")
    return folder


@pytest.fixture(scope="session")
def update(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., SoundsReport]:
    """Return what makes or updates a catalogue with the built-in listener."""
    data = DataFolder(tmp_path_factory.mktemp("data"))

    def run(out: Path, *folders: Path, **options: object) -> SoundsReport:
        return update_sounds(out, folders, data, Options(), **options)  # type: ignore[arg-type]

    return run


@pytest.fixture(scope="session")
def built(
    sounds: Path, update: Callable[..., SoundsReport], tmp_path_factory: pytest.TempPathFactory
) -> SoundsReport:
    """A catalogue of the sounds; read only."""
    return update(tmp_path_factory.mktemp("built") / "mine", sounds)

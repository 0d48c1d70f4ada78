"""What memory a recording of hours takes while it is analysed, beside its form of 16 kHz, mono."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import numpy as np
import soundfile

from benchmarks.measure import call
from benchmarks.report import Section, Target, table
from core.audio.waveform import MODEL_RATE_HZ


def measure(work: Path, quick: bool) -> Section:
    """Analyse one recording in both forms, each in a process of its own."""
    hours = 0.5 if quick else 10.0
    rows, peaks = [], {}
    with tempfile.TemporaryDirectory(dir=work) as folder:
        for rate_hz, channels in ((MODEL_RATE_HZ, 1), (48_000, 2)):
            path = Path(folder) / f"{rate_hz}.flac"
            _write(path, hours, rate_hz, channels)
            found = json.loads(call(["-m", "benchmarks.sounds_child", "file", str(path)]))
            peaks[rate_hz] = found["peak_mb"]
            rows.append(
                [f"FLAC, {rate_hz:,} Hz, {channels} ch., {path.stat().st_size / 1e6:,.0f} MB"]
                + [f"{found['took_s']:.0f}", f"{3600 * hours / found['took_s']:,.0f}"]
                + [f"{found['peak_mb']:.0f}"]
            )
            path.unlink()
    form_mb = 3600 * hours * MODEL_RATE_HZ * 4 / 1e6
    return Section(
        f"A recording of {hours:g} hours",
        "python -m benchmarks --only long_file",
        "Analysed for a catalogue by the built-in listener, in one process. Its samples at "
        f"16 kHz alone would take {form_mb:,.0f} MB; the file of 48 kHz takes "
        f"{peaks[48_000] / peaks[MODEL_RATE_HZ]:.2f} times the memory of that of 16 kHz.",
        [table(["file", "s", "× real time", "peak MB"], rows)],
        [
            Target.at_most(
                f"memory for {hours:g} h of FLAC, beside its samples at 16 kHz",
                1,
                peaks[48_000] / form_mb,
            )
        ],
    )


def _write(path: Path, hours: float, rate_hz: int, channels: int) -> None:
    """Write a tone that comes and goes over faint noise, which FLAC makes small."""
    times_s = np.arange(60 * rate_hz) / rate_hz
    tone = 0.1 * np.sin(2 * np.pi * 440 * times_s) * (times_s % 10 < 5)
    minute = tone + np.random.default_rng(0).normal(0, 2 / 32_768, len(times_s))
    samples = np.repeat(minute.astype(np.float32)[:, None], channels, 1)
    with soundfile.SoundFile(path, "w", rate_hz, channels, "PCM_16") as file:
        for _ in range(round(60 * hours)):
            file.write(samples)

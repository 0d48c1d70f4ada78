"""The log-mel front end against Google's reference numbers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.audio.logmel import (
    HOP,
    PATCH_SAMPLES,
    WINDOW,
    LogMelStream,
    frame_count,
    is_silent,
    log_mel,
    log_mel_frames,
    mel_edges_hz,
    mel_matrix,
)
from core.audio.reader import load
from core.audio.waveform import Waveform


@pytest.fixture(scope="module")
def reference(shared):
    return np.load(shared / "vggish" / "reference_outputs.npz")


def sine(rate_hz: int, duration_s: float = 3.0) -> np.ndarray:
    times_s = np.arange(round(rate_hz * duration_s)) / rate_hz
    return np.sin(2 * np.pi * 1000 * times_s).astype(np.float32)


@pytest.mark.real_data
def test_patches_of_a_sine_equal_the_reference(reference):
    patches = log_mel(Waveform(sine(16_000), 16_000)).patches
    expected = reference["sine_1khz_16000/log_mel"]
    assert patches.shape == expected.shape
    assert np.abs(patches - expected).max() <= 1e-4


@pytest.mark.real_data
def test_patches_of_a_recording_equal_the_reference(reference, shared):
    name = "torchvggish_test.wav"
    patches = log_mel(load(shared / "wav" / name)).patches
    expected = reference[f"{name}/log_mel"]
    assert patches.shape == expected.shape
    assert np.abs(patches - expected).max() <= 1e-4


def test_patches_are_a_view_of_the_frames():
    sound = log_mel(Waveform(sine(16_000), 16_000))
    assert np.shares_memory(sound.patches, sound.frames)
    assert len(sound.frames) > sound.patches.shape[0] * 96  # the picture shows the rest as well


@given(st.lists(st.integers(0, 3000), max_size=12), st.integers(0, 2**32 - 1))
def test_sound_in_pieces_gives_the_same_frames(lengths, seed):
    samples = np.random.default_rng(seed).standard_normal(sum(lengths)).astype(np.float32)
    stream = LogMelStream()
    pieces = np.split(samples, np.cumsum(lengths)[:-1]) if lengths else []
    frames = [stream.push(piece) for piece in pieces]
    together = log_mel_frames(samples)
    assert len(together) == frame_count(len(samples))
    if frames:
        assert np.allclose(np.concatenate(frames), together, atol=1e-5)


def test_short_sounds_are_padded_to_one_patch_and_say_so():
    short = log_mel(Waveform(sine(16_000, 0.5), 16_000))
    assert short.patches.shape == (1, 96, 64)
    assert "padded with silence" in short.notes[0]
    whole = log_mel(Waveform(sine(16_000, 2)[:PATCH_SAMPLES], 16_000))
    assert whole.patches.shape == (1, 96, 64)
    assert whole.notes == ()


def test_silence_is_recognised():
    assert is_silent(log_mel(Waveform(np.zeros(16_000, np.float32), 16_000)).frames)
    assert is_silent(log_mel(Waveform(1e-9 * sine(16_000), 16_000)).frames)
    assert not is_silent(log_mel(Waveform(1e-3 * sine(16_000), 16_000)).frames)


def test_the_mel_bands_are_where_they_should_be():
    edges_hz = mel_edges_hz()
    assert edges_hz[0] == pytest.approx(125)
    assert edges_hz[-1] == pytest.approx(7500)
    peaks_hz = mel_matrix().argmax(axis=0) * 8000 / 256
    assert np.all((peaks_hz >= edges_hz[:-2]) & (peaks_hz <= edges_hz[2:]))


def test_frame_count_needs_a_whole_window():
    assert [frame_count(n) for n in (0, WINDOW - 1, WINDOW, WINDOW + HOP)] == [0, 0, 1, 2]


def test_another_rate_is_a_mistake_of_the_caller():
    with pytest.raises(ValueError, match="16000"):
        log_mel(Waveform(sine(44_100), 44_100))

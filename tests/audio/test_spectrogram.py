"""The picture of long sounds: levels against a slow oracle, sketches, details, bounds."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from core.audio import spectrogram as module
from core.audio.frequency import BIN_HZ, FrequencyView, Spectrum
from core.audio.levels import CEILING_DB, FLOOR_DB, level_db, level_of, to_levels
from core.audio.logmel import HOP_S, log_mel_frames, magnitudes
from core.audio.pyramid import Pyramid
from core.audio.reader import AudioFile
from core.audio.spectrogram import Overview, detail, range_of
from core.errors import AudioFileError, Cancelled
from core.jobs import Job

OFFSET_S = 0.0075
"""A frame's 10 ms lie around the middle of its window."""


def write(path: Path, samples: np.ndarray, rate_hz: int = 16_000) -> AudioFile:
    soundfile.write(path, samples, rate_hz, "FLOAT")
    return AudioFile(path)


def noise(n: int, seed: int = 0) -> np.ndarray:
    return 0.1 * np.random.default_rng(seed).standard_normal(n).astype(np.float32)


@pytest.fixture
def sound(tmp_path: Path) -> AudioFile:
    """Twenty seconds of tones and noise."""
    times_s = np.arange(20 * 16_000) / 16_000
    tone = 0.3 * np.sin(2 * np.pi * (800 + 40 * times_s) * times_s) * (np.sin(times_s) > 0)
    return write(tmp_path / "sound.wav", tone.astype(np.float32) + noise(len(tone)) * 0.01)


def filled(file: AudioFile) -> Overview:
    made = Overview(file.duration_s)
    made.fill(file, Job())
    return made


@pytest.mark.parametrize("decibels", [-100.0, -60.0, -20.0, 0.0, 6.0])
def test_levels_are_decibels(decibels: float):
    magnitude = np.array([100 * 10 ** (decibels / 20)], np.float32)
    assert level_db(int(to_levels(magnitude)[0])) == pytest.approx(decibels, abs=0.25)
    assert level_db(level_of(decibels)) == pytest.approx(decibels)


def test_levels_end_at_silence_and_at_the_top():
    assert to_levels(np.array([0.0, 1e9], np.float32)).tolist() == [0, 255]
    assert level_db(0) == -math.inf
    assert (level_of(FLOOR_DB - 50), level_of(CEILING_DB + 50)) == (0, 255)


@given(
    n=st.integers(1, 5000),
    pieces=st.lists(st.integers(1, 700), min_size=1, max_size=6),
    start=st.floats(-0.3, 1.2),
    share=st.floats(1e-4, 1.5),
    columns=st.integers(1, 300),
    seed=st.integers(0, 2**32 - 1),
)
def test_taken_columns_are_the_maxima_over_what_they_touch(n, pieces, start, share, columns, seed):
    base = np.random.default_rng(seed).integers(0, 256, (n, 2)).astype(np.uint8)
    pyramid = Pyramid(2, n, 3.0, 0.5)
    place = 0
    for piece in [*pieces, n]:
        pyramid.put(place, base[place : place + piece])
        place += piece
    start_s, end_s = 3 + start * n * 0.5, 3 + (start + share) * n * 0.5
    taken = pyramid.take(start_s, end_s, columns)
    assert taken.shape == (2, columns)
    width = (end_s - start_s) / 0.5 / columns
    for column in range(columns):
        left = (start_s - 3) / 0.5 + column * width
        got = taken[:, column]
        if width < 1:  # finer than the base: the column at the middle
            middle = left + width / 2
            if min(middle % 1, 1 - middle % 1) < 1e-3:
                continue
            index = math.floor(middle)
            assert (got == (base[index] if 0 <= index < n else 0)).all()
            continue
        inside = base[max(0, math.ceil(left)) : max(0, math.floor(left + width))]
        assert (got >= inside.max(axis=0, initial=0)).all()
        # A coarser tier's columns are not wider than what is asked for.
        around = base[max(0, math.floor(left - width)) : max(0, math.ceil(left + 2 * width))]
        assert (got <= around.max(axis=0, initial=0)).all()


def test_too_many_columns_are_left_out():
    pyramid = Pyramid(1, 3, 0.0, 1.0)
    pyramid.put(2, np.full((9, 1), 7, np.uint8))
    pyramid.put(5, np.full((9, 1), 7, np.uint8))
    assert pyramid.take(0, 3, 3).tolist() == [[0, 0, 7]]


def test_short_sounds_are_kept_frame_by_frame(sound: AudioFile):
    made = filled(sound)
    samples = sound.waveform().samples
    n = made.n_columns
    span = (OFFSET_S, OFFSET_S + n * HOP_S, n)
    assert (made.levels(Spectrum.STFT, *span) == to_levels(magnitudes(samples)).T).all()
    mel = made.levels(Spectrum.MEL, *span)
    as_vggish = 20 * np.log10(np.maximum(np.exp(log_mel_frames(samples)) - 0.01, 1e-5) / 100)
    levels = FLOOR_DB + mel.T * (CEILING_DB - FLOOR_DB) / 255
    heard = as_vggish > -75
    assert heard.mean() > 0.5
    assert np.abs(levels - as_vggish)[heard].max() < 0.5


def test_long_sounds_are_kept_in_maxima(sound: AudioFile, monkeypatch: pytest.MonkeyPatch):
    whole = to_levels(magnitudes(sound.waveform().samples))
    monkeypatch.setattr(module, "MAX_COLUMNS", 300)
    made = filled(sound)
    assert made.column_s == pytest.approx(0.07)
    n = made.n_columns
    expected = np.array([whole[7 * i : 7 * i + 7].max(axis=0) for i in range(n)])
    got = made.levels(Spectrum.STFT, OFFSET_S, OFFSET_S + n * 0.07, n)
    assert (got == expected.T).all()


def test_twelve_hours_stay_below_64_megabytes():
    assert Overview(12 * 3600).n_bytes < 64 * 2**20


@pytest.mark.parametrize("n", [1, 399, 400, 401, 560])
def test_even_one_sample_has_a_picture(tmp_path: Path, n: int):
    made = filled(write(tmp_path / "short.wav", noise(n)))
    assert made.levels(Spectrum.STFT, 0, 0.02, 4).max() > 0
    assert made.fraction == 1


def test_other_rates_are_drawn_at_the_right_place(tmp_path: Path):
    rate_hz = 44_100
    times_s = np.arange(4 * rate_hz) / rate_hz
    tone = np.sin(2 * np.pi * 3000 * times_s) * (times_s >= 2)
    made = filled(write(tmp_path / "late.wav", np.stack([tone, tone], 1) * 0.5, rate_hz))
    levels = made.levels(Spectrum.STFT, 0, 4, 400)
    row = round(3000 / BIN_HZ)
    begun = np.flatnonzero(levels[row] > level_of(-20))
    assert begun[0] == pytest.approx(200, abs=1)
    assert level_db(levels[row, 300]) == pytest.approx(-6, abs=0.5)


def test_a_sketch_shows_the_whole_at_once(sound: AudioFile):
    sketched, whole = Overview(sound.duration_s), filled(sound)
    sketched.sketch(sound, Job())
    assert sketched.fraction == 0
    for spectrum in Spectrum:
        rough = sketched.levels(spectrum, 0, 20, 100).astype(float)
        true = whole.levels(spectrum, 0, 20, 100).astype(float)
        assert np.corrcoef(rough.ravel(), true.ravel())[0, 1] > 0.8
        assert (rough[:, 1:-1].max(axis=0) > 0).all()  # no hole


def test_a_sketch_without_time_is_coarse_but_whole(
    sound: AudioFile, monkeypatch: pytest.MonkeyPatch
):
    times = iter([0.0, *np.arange(1000) * 0.1])
    monkeypatch.setattr(module, "monotonic", lambda: next(times))
    made = Overview(sound.duration_s)
    made.sketch(sound, Job())
    levels = made.levels(Spectrum.STFT, 0, 20, 100)
    n_different = len(np.unique(levels[:, 1:-1], axis=1).T)
    assert 4 <= n_different <= 14  # of 0.6 s, each moment took a tenth
    assert (levels[:, 1:-1].max(axis=0) > 0).all()


def test_filling_replaces_the_sketch(sound: AudioFile):
    made = Overview(sound.duration_s)
    made.sketch(sound, Job())
    made.fill(sound, Job())
    for spectrum in Spectrum:
        expected = filled(sound).levels(spectrum, 0, 20, 777)
        assert (made.levels(spectrum, 0, 20, 777) == expected).all()


def test_where_a_file_breaks_off_the_picture_is_empty(tmp_path: Path):
    made = Overview(10.0)
    made.sketch(write(tmp_path / "whole.wav", noise(160_000)), Job())
    made.fill(write(tmp_path / "cut.wav", noise(80_000)), Job())
    assert made.levels(Spectrum.MEL, 1, 4.9, 50).min() > 0
    assert made.levels(Spectrum.MEL, 5.1, 10, 50).max() == 0


def test_filling_tells_how_far_it_is_and_stops_on_request(sound: AudioFile):
    told: list[float | None] = []
    job = Job(lambda stage, fraction: told.append(fraction))
    Overview(sound.duration_s).fill(sound, job)
    assert told == sorted(told) and told[-1] == 1
    for work in (Overview(20.0).fill, Overview(20.0).sketch):
        job = Job()
        job.cancel()
        with pytest.raises(Cancelled):
            work(sound, job)


@pytest.mark.parametrize("spectrum", list(Spectrum))
def test_a_detail_of_frames_equals_the_overview(sound: AudioFile, spectrum: Spectrum):
    found = detail(sound, spectrum, 5.0, 9.0, 400, Job())
    assert found.column_s == pytest.approx(HOP_S)
    assert found.start_s <= 5 and found.end_s >= 9
    expected = filled(sound).levels(spectrum, 5.0, 9.0, 400)
    assert (found.take(5.0, 9.0, 400) == expected).all()


def test_a_detail_is_finer_than_the_frames_but_not_for_mel_bands(tmp_path: Path):
    click = np.zeros(32_000, np.float32)
    click[16_000] = 1.0
    file = write(tmp_path / "click.wav", click)
    fine = detail(file, Spectrum.STFT, 0.9, 1.1, 800, Job())
    assert fine.column_s == pytest.approx(0.0025)
    lit = np.flatnonzero(fine.take(0.9, 1.1, 800).max(axis=0)) / 800 * 0.2 + 0.9
    assert lit.mean() == pytest.approx(1.0, abs=0.002)
    assert detail(file, Spectrum.MEL, 0.9, 1.1, 800, Job()).column_s == pytest.approx(HOP_S)


@given(start_s=st.floats(0, 19.9), width=st.floats(0.01, 10), columns=st.integers(1, 2000))
def test_a_detail_covers_what_was_asked_for(long_file, start_s, width, columns):
    end_s = min(start_s + width, 20.0)
    found = detail(long_file, Spectrum.STFT, start_s, end_s, columns, Job())
    assert found.start_s <= max(start_s, 0.0115)
    assert found.end_s >= min(end_s, 20 - 0.0125 - found.column_s)
    assert found.n_columns <= 2 * columns + 40


@pytest.fixture(scope="module")
def long_file(tmp_path_factory: pytest.TempPathFactory) -> AudioFile:
    return write(tmp_path_factory.mktemp("sounds") / "noise.wav", noise(320_000))


def test_a_detail_can_be_cancelled_and_fails_where_there_is_nothing(sound: AudioFile):
    job = Job()
    job.cancel()
    with pytest.raises(Cancelled):
        detail(sound, Spectrum.STFT, 0, 1, 100, job)
    with pytest.raises(AudioFileError):
        detail(sound, Spectrum.STFT, 30, 31, 100, Job())


def test_the_range_holds_ground_and_top():
    quiet, loud = level_of(-70), level_of(-12)
    levels = np.full((500, 64), quiet, np.uint8)
    levels[:40] = loud
    floor_db, ceiling_db = range_of(levels)
    assert (floor_db, ceiling_db) == (pytest.approx(-70, abs=1), pytest.approx(-12, abs=1))
    floor_db, ceiling_db = range_of(np.zeros((10, 64), np.uint8))
    assert floor_db < ceiling_db


@pytest.mark.parametrize("view", list(FrequencyView))
def test_heights_and_frequencies_belong_together(view: FrequencyView):
    scale = view.scale
    for frequency_hz in scale.ticks_hz:
        height = scale.height_of(frequency_hz)
        assert scale.frequency_of(height) == pytest.approx(frequency_hz)
        assert scale.span[0] - 1 <= height <= scale.span[1] + 1


@pytest.mark.parametrize("view", list(FrequencyView))
@pytest.mark.parametrize("frequency_hz", [200, 440, 1000, 3000, 6500])
def test_a_tone_is_drawn_at_its_frequency(tmp_path: Path, view: FrequencyView, frequency_hz: int):
    times_s = np.arange(16_000) / 16_000
    tone = 0.5 * np.sin(2 * np.pi * frequency_hz * times_s)
    made = filled(write(tmp_path / "tone.wav", tone))
    rows = view.scale.rows_of(made.levels(view.spectrum, 0.4, 0.6, 20))
    assert rows.shape == (view.scale.n_rows, 20)
    loudest = np.flatnonzero(rows[:, 10] == rows[:, 10].max()).mean() + 0.5
    # Bins are 31 Hz apart, a mel band is wider than that above 500 Hz.
    tolerance_hz = max(25.0, 0.035 * frequency_hz)
    assert view.scale.frequency_of(loudest) == pytest.approx(frequency_hz, abs=tolerance_hz)


def test_logarithmic_rows_leave_out_no_bin():
    scale = FrequencyView.LOGARITHMIC.scale
    for index in range(2, Spectrum.STFT.value - 1):
        levels = np.zeros((Spectrum.STFT.value, 1), np.uint8)
        levels[index] = 200
        assert scale.rows_of(levels).max() > 60

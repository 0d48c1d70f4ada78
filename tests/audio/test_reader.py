"""Reading sound files: every format, and every way in which one can be broken."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import tracemalloc
import wave

import numpy as np
import pytest
import soundfile

from core.audio.reader import AudioFile, load
from core.audio.waveform import MODEL_RATE_HZ, Waveform
from core.audio.writing import save_wav
from core.errors import AudioFileError, Cancelled
from core.jobs import Job
from tests.conftest import PROJECT


def tone(rate_hz: int, duration_s: float = 1.5, channels: int = 1) -> np.ndarray:
    times_s = np.arange(round(rate_hz * duration_s)) / rate_hz
    return np.repeat(0.5 * np.sin(2 * np.pi * 440 * times_s)[:, None], channels, axis=1)


def spectrum_peak_hz(waveform: Waveform) -> float:
    spectrum = np.abs(np.fft.rfft(waveform.samples * np.hanning(len(waveform.samples))))
    return float(np.argmax(spectrum) / waveform.duration_s)


FORMATS = [
    ("WAV", "PCM_U8"), ("WAV", "PCM_16"), ("WAV", "PCM_24"), ("WAV", "PCM_32"), ("WAV", "FLOAT"),
    ("WAV", "DOUBLE"), ("WAV", "ULAW"), ("WAVEX", "PCM_24"), ("RF64", "PCM_16"), ("W64", "PCM_16"),
    ("FLAC", "PCM_16"), ("FLAC", "PCM_24"), ("OGG", "VORBIS"), ("OGG", "OPUS"),
    ("MP3", "MPEG_LAYER_III"), ("AIFF", "PCM_16"), ("AIFF", "FLOAT"), ("CAF", "PCM_16"),
    ("AU", "PCM_16"),
]  # fmt: skip


@pytest.mark.parametrize(("container", "subtype"), FORMATS)
def test_every_format_is_read(tmp_path, container, subtype):
    path = tmp_path / "tone"
    soundfile.write(path, tone(48_000, channels=2), 48_000, format=container, subtype=subtype)
    waveform = load(path)
    assert waveform.rate_hz == MODEL_RATE_HZ
    assert waveform.samples.dtype == np.float32
    assert waveform.duration_s == pytest.approx(1.5, abs=0.1)
    assert spectrum_peak_hz(waveform) == pytest.approx(440, abs=2)
    assert waveform.notes == ()


@pytest.mark.parametrize(
    "rate_hz", [1_000, 8_000, 11_025, 16_000, 44_100, 96_000, 384_000, 1_000_000]
)
def test_every_rate_is_read(tmp_path, rate_hz):
    path = tmp_path / "tone.wav"
    soundfile.write(path, tone(rate_hz), rate_hz, subtype="FLOAT")
    waveform = load(path)
    assert len(waveform.samples) == pytest.approx(1.5 * MODEL_RATE_HZ, abs=2)
    assert spectrum_peak_hz(waveform) == pytest.approx(440, abs=2)
    assert np.abs(waveform.samples[4000:-4000]).max() == pytest.approx(0.5, abs=0.01)


@pytest.mark.parametrize("rate_hz", [999, 1_000_001])
def test_a_rate_beyond_the_limits_is_refused(tmp_path, rate_hz):
    path = tmp_path / "tone.wav"
    soundfile.write(path, tone(rate_hz, 0.1), rate_hz)
    with pytest.raises(AudioFileError, match=f"{rate_hz} Hz"):
        load(path)


def test_channels_are_averaged(tmp_path):
    path = tmp_path / "many.wav"
    channels = np.zeros((MODEL_RATE_HZ, 64), np.float32)
    channels[:, 0], channels[:, 63] = 0.64, 0.32
    soundfile.write(path, channels, MODEL_RATE_HZ, subtype="FLOAT")
    assert np.allclose(load(path).samples, 0.96 / 64)


def test_blocks_do_not_change_the_result(tmp_path, monkeypatch):
    path = tmp_path / "noise.wav"
    noise = np.random.default_rng(1).uniform(-0.5, 0.5, 30_011)
    soundfile.write(path, noise, 44_100)
    whole = load(path).samples
    monkeypatch.setattr("core.audio.decoder.BLOCK_VALUES", 997)
    assert np.allclose(load(path).samples, whole, atol=1e-6)


def test_damaged_samples_become_silence_and_are_counted(tmp_path):
    path = tmp_path / "damaged.wav"
    samples = np.full(MODEL_RATE_HZ, 0.25, np.float32)
    samples[100], samples[200], samples[300], samples[400] = np.nan, np.inf, -np.inf, 3e38
    soundfile.write(path, samples, MODEL_RATE_HZ, subtype="FLOAT")
    waveform = load(path)
    assert np.isfinite(waveform.samples).all()
    assert list(waveform.samples[[99, 100, 200, 300, 400]]) == [0.25, 0, 0, 0, 0]
    assert waveform.notes[0].startswith("4 damaged samples")


def broken_files():
    tone_bytes = tone(16_000).astype(np.float32).tobytes()
    return {
        "empty": (b"", "empty"),
        "text": (b"This is a letter, not a sound. " * 50, "not sound in a format"),
        "header": (b"RIFF\x24\x08\x00\x00WAVEfmt ", "not sound in a format"),
        "noise": (tone_bytes, "not sound in a format"),
        "film": (b"\x00\x00\x00\x20ftypisom" + bytes(5000), "not sound in a format"),
    }


@pytest.mark.parametrize("kind", broken_files())
def test_what_is_not_sound_is_refused_in_one_sentence(tmp_path, kind):
    content, words = broken_files()[kind]
    path = tmp_path / "broken.wav"
    path.write_bytes(content)
    with pytest.raises(AudioFileError, match=words) as raised:
        load(path)
    assert raised.value.message.count("\n") == 0
    assert raised.value.hint.endswith((".", "output.wav"))


def test_a_header_without_samples_is_refused(tmp_path):
    path = tmp_path / "nothing.wav"
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 16_000, 0, "NONE", ""))
    with pytest.raises(AudioFileError, match="no samples"):
        load(path)


@pytest.mark.parametrize(
    ("container", "suffix"), [("WAV", "wav"), ("FLAC", "flac"), ("AIFF", "aiff")]
)
def test_a_file_that_breaks_off_is_used_as_far_as_it_goes(tmp_path, container, suffix):
    path = tmp_path / f"cut.{suffix}"
    noise = np.random.default_rng(2).uniform(-0.5, 0.5, 16_000 * 10)
    soundfile.write(path, noise, 16_000, format=container)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    waveform = load(path)
    assert 3 < waveform.duration_s < 5.1
    assert "breaks off" in waveform.notes[0]


def test_a_file_that_vanishes_while_being_read_harms_nothing(tmp_path):
    path = tmp_path / "vanishing.wav"
    soundfile.write(path, tone(16_000, 60), 16_000)
    seen = []

    def shorten(stage, fraction):
        seen.append(stage)
        if path.exists():
            os.truncate(path, 100_000)  # as a network drive or a pulled-out stick would
            path.unlink()

    waveform = load(path, Job(shorten))
    assert seen
    assert waveform.duration_s < 60
    assert "breaks off" in waveform.notes[0]


def test_a_folder_and_a_missing_file_are_named(tmp_path):
    with pytest.raises(AudioFileError, match="is a folder"):
        load(tmp_path)
    with pytest.raises(AudioFileError, match="cannot be opened"):
        load(tmp_path / "missing.wav")
    os.mkfifo(tmp_path / "pipe.wav")
    with pytest.raises(AudioFileError, match="is not a file"):
        load(tmp_path / "pipe.wav")


def test_a_file_without_permission_is_named(tmp_path):
    path = tmp_path / "secret.wav"
    soundfile.write(path, tone(16_000), 16_000)
    path.chmod(0)
    # The superuser may read everything, so the attempt runs as nobody.
    script = (
        "import os, sys; sys.path.insert(0, sys.argv[2])\n"
        "import soundfile\n"
        "from pathlib import Path\n"
        "from core.audio.reader import load\n"
        "from core.errors import AudioFileError\n"
        "if os.getuid() == 0: os.setuid(65534)\n"
        "try: load(Path(sys.argv[1]))\n"
        "except AudioFileError as error: print(error.message)\n"
    )
    for folder in (path.parent, *path.parent.parents):
        if folder.owner() == path.owner() and folder != folder.parent and os.getuid() == 0:
            folder.chmod(folder.stat().st_mode | 0o055)
        if folder == folder.parent or folder.name == "tmp":
            break
    answer = subprocess.run(
        [sys.executable, "-c", script, str(path), str(PROJECT)], capture_output=True, text=True
    )
    assert "may not be read" in answer.stdout, answer.stderr


def test_reading_can_be_cancelled(tmp_path):
    path = tmp_path / "long.wav"
    soundfile.write(path, tone(16_000, 60), 16_000)
    job = Job(lambda stage, fraction: job.cancel())
    with pytest.raises(Cancelled):
        load(path, job)


def test_a_long_file_needs_no_more_memory_than_its_16_khz_mono_form(tmp_path):
    path = tmp_path / "long.wav"
    with soundfile.SoundFile(path, "w", 96_000, 2, "PCM_16") as file:
        for _ in range(600):
            file.write(np.zeros((96_000, 2), np.int16))
    tracemalloc.start()
    waveform = load(path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert waveform.duration_s == pytest.approx(600, abs=0.01)
    assert peak < waveform.samples.nbytes + 6_000_000


def test_a_header_that_lies_about_the_length_takes_no_memory(tmp_path):
    path = tmp_path / "liar.wav"
    soundfile.write(path, tone(16_000), 16_000, format="RF64", subtype="PCM_16")
    content = bytearray(path.read_bytes())
    place = content.index(b"ds64") + 8
    content[place : place + 24] = b"\xff\xff\xff\xff\xff\xff\xff\x3f" * 3
    path.write_bytes(bytes(content))
    try:
        waveform = load(path)
    except AudioFileError:
        return
    assert waveform.duration_s <= 1.6


def test_a_span_of_a_waveform_is_cut_out_and_an_empty_one_refused():
    waveform = Waveform(np.arange(32_000, dtype=np.float32), 16_000)
    (part,) = waveform.blocks(0.5, 1.5)
    assert part[0] == 8_000
    assert len(part) == 16_000
    assert len(next(waveform.blocks())) == 32_000
    for start_s, end_s in [(2.0, None), (1.0, 1.0), (-1.0, None), (3.0, 4.0)]:
        with pytest.raises(AudioFileError, match="no sound between"):
            next(waveform.blocks(start_s, end_s))
    with pytest.raises(ValueError, match="16000 Hz"):
        next(Waveform(np.ones(10, np.float32), 44_100).blocks())


def test_saving_is_whole_or_not_at_all(tmp_path):
    path = tmp_path / "saved.wav"
    waveform = Waveform(tone(16_000)[:, 0].astype(np.float32), 16_000)
    save_wav(waveform, path)
    assert np.allclose(load(path).samples, waveform.samples, atol=1e-4)
    with pytest.raises(AudioFileError, match="cannot be written"):
        save_wav(waveform, tmp_path / "missing" / "saved.wav")
    assert [item.name for item in tmp_path.iterdir()] == ["saved.wav"]


def test_reading_runs_in_several_threads_at_once(tmp_path):
    path = tmp_path / "tone.flac"
    soundfile.write(path, tone(44_100, 5), 44_100)
    results: list[Waveform] = []
    threads = [threading.Thread(target=lambda: results.append(load(path))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 4
    assert all(np.array_equal(result.samples, results[0].samples) for result in results)


def test_a_header_that_promises_too_little_loses_nothing(tmp_path):
    path = tmp_path / "more.wav"
    soundfile.write(path, tone(44_100, 3), 44_100, subtype="FLOAT")
    audio = AudioFile(path)
    audio.n_frames = 1000
    assert np.array_equal(audio.waveform().samples, load(path).samples)
    assert audio.duration_s == pytest.approx(3)


noise = np.random.default_rng(5).uniform(-0.5, 0.5, 8 * 48_000).astype(np.float32)


@pytest.mark.parametrize(
    ("container", "rate_hz"),
    [("WAV", 16_000), ("WAV", 8_000), ("WAV", 44_100), ("FLAC", 48_000), ("WAV", 22_051)],
)
def test_a_span_has_the_samples_of_a_whole_read(tmp_path, container, rate_hz):
    path = tmp_path / "noise"
    soundfile.write(path, noise[: 8 * rate_hz], rate_hz, "PCM_16", format=container)
    audio = AudioFile(path)
    whole = audio.waveform().samples
    for start_s, end_s in [(0, 0.5), (1.2345, 3), (0.05, 7.99), (7.5, None), (None, 2), (3.1, 99)]:
        part = audio.waveform(start_s, end_s).samples
        begin = round((start_s or 0) * MODEL_RATE_HZ)
        end = min(len(whole), round(99 if end_s is None else end_s * MODEL_RATE_HZ))
        if end_s is None:
            end = len(whole)
        assert len(part) == end - begin
        assert np.abs(part - whole[begin:end]).max() < 1e-5


def test_a_span_outside_the_sound_is_refused(tmp_path):
    path = tmp_path / "tone.wav"
    soundfile.write(path, tone(16_000, 2), 16_000)
    for start_s, end_s in [(2.0, None), (1.0, 1.0), (-1.0, None), (3.0, 4.0), (float("nan"), 1)]:
        with pytest.raises(AudioFileError, match="no sound between"):
            AudioFile(path).waveform(start_s, end_s)


def test_excerpts_and_raw_blocks_are_the_file_as_it_is(tmp_path):
    path = tmp_path / "stereo.wav"
    sound = noise[:96_000].reshape(-1, 2)
    soundfile.write(path, sound, 48_000, subtype="FLOAT")
    audio = AudioFile(path)
    assert (audio.rate_hz, audio.channels, audio.duration_s) == (48_000, 2, 1.0)
    assert np.array_equal(np.concatenate(list(audio.raw_blocks())), sound)
    assert np.array_equal(np.concatenate(list(audio.raw_blocks(0.25, 0.5))), sound[12_000:24_000])
    pieces = list(audio.excerpts([0.5, 0.0, 0.99, 7.0], 0.02))
    assert [len(piece) for piece in pieces] == [960, 960, 480, 0]
    assert np.allclose(pieces[0], sound[24_000:24_960].mean(axis=1))


def test_a_flac_file_whose_writer_was_killed_is_read_as_far_as_it_goes(tmp_path):
    path = tmp_path / "killed.flac"
    script = (
        "import os, sys, numpy as np, soundfile\n"
        "file = soundfile.SoundFile(sys.argv[1], 'w', 48_000, 1, 'PCM_16', format='FLAC')\n"
        "for _ in range(100):\n"
        "    file.write(np.random.default_rng(0).uniform(-1, 1, 4800))\n"
        "os.kill(os.getpid(), 9)\n"
    )
    subprocess.run([sys.executable, "-c", script, str(path)])
    audio = AudioFile(path)
    assert 9.7 <= audio.duration_s <= 10
    assert "breaks off" in audio.notes[0]
    late = audio.waveform(6.0, 7.0).samples
    assert np.abs(late - audio.waveform().samples[96_000:112_000]).max() < 1e-5


def test_a_video_is_named_as_one_with_a_way_out(tmp_path):
    path = tmp_path / "film.mp4"
    path.write_bytes(b"\0\0\0\x20ftypisom" + bytes(5000))
    with pytest.raises(AudioFileError, match="a video") as caught:
        load(path)
    assert "ffmpeg" in caught.value.hint


def test_a_clipped_sound_is_noted(tmp_path):
    path = tmp_path / "loud.wav"
    soundfile.write(path, np.clip(3 * tone(16_000), -1, 1), 16_000)
    assert load(path).notes == ("The sound is clipped: it was too loud where it was recorded.",)

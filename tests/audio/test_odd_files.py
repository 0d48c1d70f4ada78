"""Files as they come: joined, crashed, off-scale, in antiphase, faint, humming, ultrasonic."""

from __future__ import annotations

import struct
import tracemalloc
import wave
from pathlib import Path

import numpy as np
import pytest
import soundfile

from core.audio.joined import holds_more
from core.audio.reader import AudioFile, load
from core.audio.waveform import MODEL_RATE_HZ, Waveform
from core.errors import AudioFileError
from tests.made_media import sweep, write_media

RATE_HZ = 16_000
random = np.random.default_rng(11)


def written(path: Path, samples: np.ndarray, rate_hz: int = RATE_HZ, kind: str = "") -> Path:
    soundfile.write(path, samples, rate_hz, kind or None)
    return path


def noise(duration_s: float, rms: float, rate_hz: int = RATE_HZ) -> np.ndarray:
    return random.standard_normal(round(duration_s * rate_hz)) * rms


# MP3 and Ogg as they are


@pytest.mark.parametrize(("ending", "kind"), [("mp3", ""), ("ogg", ""), ("opus", "OPUS")])
@pytest.mark.parametrize("n_parts", [2, 3])
def test_joined_files_are_read_to_their_end(tmp_path, ending, kind, n_parts):
    path = tmp_path / f"joined.{ending}"
    rate_hz = 48_000
    form = {"mp3": "MP3"}.get(ending, "OGG")
    soundfile.write(path, sweep(rate_hz, 3), rate_hz, kind or None, format=form)
    one = load(path)
    path.write_bytes(path.read_bytes() * n_parts)
    audio = AudioFile(path)
    assert audio.duration_s == pytest.approx(3 * n_parts, abs=0.2)
    whole = audio.waveform()
    assert whole.duration_s == pytest.approx(3 * n_parts, abs=0.2)
    assert not any("breaks off" in note for note in whole.notes)
    # Its last part is the first one again.
    tail = whole.samples[-len(one.samples) // 2 :]
    alike = one.samples[-len(tail) :]
    shifts = [np.abs(tail[50:4050] - alike[50 + s : 4050 + s]).max() for s in range(-40, 41)]
    assert min(shifts) < 0.15
    part = audio.waveform(4.0, 4.5).samples
    assert np.abs(part - whole.samples[64_000:72_000]).max() < 1e-3


def test_an_mp3_file_with_tags_at_both_ends_is_left_to_libsndfile(tmp_path):
    path = tmp_path / "tagged.mp3"
    soundfile.write(path, sweep(44_100, 3), 44_100, format="MP3")
    id3 = b"ID3\x04\0\0" + bytes((0, 0, 1, 0)) + bytes(128)
    path.write_bytes(id3 + path.read_bytes() + b"TAG" + bytes(125))
    audio = AudioFile(path)
    assert audio.duration_s == pytest.approx(3, abs=0.1)
    assert audio.waveform().notes == ()


def test_looking_for_more_in_an_mp3_file_takes_no_memory(tmp_path):
    path = tmp_path / "long.mp3"
    n_frames, n_bytes = (number.to_bytes(4, "big") for number in (1, 400))
    with path.open("wb") as file:
        file.write(b"\xff\xfb\x90\x00Xing\0\0\0\x03" + n_frames + n_bytes)
        file.truncate(1 << 26)
    tracemalloc.start()
    try:
        assert not holds_more(path, "MP3")
        assert tracemalloc.get_traced_memory()[1] < 1 << 20
    finally:
        tracemalloc.stop()


def test_an_mp3_file_without_a_header_is_as_long_as_its_frames(tmp_path):
    loud = np.concatenate([noise(3, 0.3, 44_100), np.zeros(3 * 44_100)]).clip(-1, 1)
    path = write_media(
        tmp_path / "vbr.mp3", [loud], 44_100, "mp3", "libmp3lame", options={"write_xing": "0"}
    )
    assert load(path).duration_s == pytest.approx(6, abs=0.1)


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("name", "duration_s"), [("mp3_vbr_no_header_3s.mp3", 3), ("mp3_joined_6s.mp3", 6)]
)
def test_given_mp3_files_are_read_whole(shared, name, duration_s):
    assert load(shared / "cases" / name).duration_s == pytest.approx(duration_s, abs=0.1)


# Crashed and piped recordings


def unfinished(path: Path, kind: str) -> Path:
    """Write three seconds of stereo in 24 bits whose header does not know how much there is."""
    sound = np.stack([sweep(48_000, 3), 0.5 * sweep(48_000, 3)], axis=1)
    soundfile.write(path, sound, 48_000, "PCM_24", format="RF64" if "RF64" in kind else "WAV")
    content = bytearray(path.read_bytes())
    data = content.index(b"data")
    if kind == "RF64 never closed":
        place = content.index(b"ds64") + 8
        content[place : place + 24] = bytes(24)
    else:
        size = 0xFFFFFFFF if kind == "4 GB" else 0
        content[4:8] = content[data + 4 : data + 8] = struct.pack("<I", size)
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("kind", ["zero", "4 GB", "RF64 never closed"])
def test_a_recording_that_was_never_closed_is_read_to_its_end(tmp_path, kind):
    audio = AudioFile(unfinished(tmp_path / "crashed.wav", kind))
    waveform = audio.waveform()
    assert waveform.duration_s == pytest.approx(3, abs=0.01)
    assert np.abs(waveform.samples).max() == pytest.approx(0.375, abs=0.01)
    assert any("3.00 s that are there were used" in note for note in waveform.notes)
    part = audio.waveform(1, 2).samples
    assert np.abs(part - waveform.samples[16_000:32_000]).max() < 1e-4


def test_a_flac_stream_without_a_total_is_read_to_its_end(tmp_path):
    path = written(tmp_path / "piped.flac", sweep(48_000, 3), 48_000)
    content = bytearray(path.read_bytes())
    content[21] &= 0xF0  # the total's 36 bits
    content[22:26] = bytes(4)
    path.write_bytes(content)
    assert load(path).duration_s == pytest.approx(3, abs=0.03)


def test_a_header_that_truly_has_nothing_behind_it_has_no_samples(tmp_path):
    path = tmp_path / "nothing.wav"
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, RATE_HZ, 0, "NONE", ""))
    with pytest.raises(AudioFileError, match="no samples"):
        load(path)


@pytest.mark.real_data
def test_the_given_crashed_recording_is_read(shared):
    waveform = load(shared / "cases" / "wav_data_size_0_3s.wav")
    assert waveform.duration_s == 3
    assert "did not get to finish" in waveform.notes[0]


# Loudness and phase


def test_of_channels_that_cancel_each_other_out_the_louder_one_is_used(tmp_path):
    tone = sweep(RATE_HZ, 3)
    path = written(tmp_path / "anti.wav", np.stack([0.7 * tone, -0.8 * tone], axis=1))
    audio = AudioFile(path)
    whole = audio.waveform()
    assert np.abs(whole.samples - -0.8 * tone).max() < 1e-3
    assert any("antiphase" in note and "channel 2" in note for note in whole.notes)
    assert np.array_equal(audio.waveform(1, 2).samples, whole.samples[16_000:32_000])
    (excerpt,) = audio.excerpts([1.0], 0.1)
    assert np.array_equal(excerpt, whole.samples[16_000:17_600])


@pytest.mark.parametrize(
    "channels",
    [
        lambda tone: [tone, tone],
        lambda tone: [tone, np.zeros_like(tone)],
        lambda tone: [tone, noise(3, 0.2)],
        lambda tone: [tone, -0.3 * tone],
        lambda tone: [tone, *[np.zeros_like(tone)] * 7],
        lambda tone: [np.zeros_like(tone)] * 2,
    ],
)
def test_other_channels_are_averaged(tmp_path, channels):
    sound = np.stack(channels(sweep(RATE_HZ, 3)), axis=1).clip(-1, 1)
    waveform = load(written(tmp_path / "wide.wav", sound, kind="FLOAT"))
    assert np.abs(waveform.samples - sound.mean(axis=1)).max() < 1e-5
    assert waveform.notes == ()


@pytest.mark.parametrize("bits", [16, 24, 32])
def test_floats_in_an_integers_scale_are_scaled(tmp_path, bits):
    tone = sweep(RATE_HZ, 3)
    scaled = tone * (1 << (bits - 1))
    scaled[1234] = np.nan
    waveform = load(written(tmp_path / "scaled.wav", scaled, kind="DOUBLE"))
    tone[1234] = 0
    assert np.abs(waveform.samples - tone).max() < 1e-4
    assert f"{bits}-bit" in " ".join(waveform.notes)
    assert waveform.notes[0].startswith("1 damaged")


def test_loud_floats_are_left_as_they_are(tmp_path):
    waveform = load(written(tmp_path / "loud.wav", 6 * sweep(RATE_HZ, 3), kind="FLOAT"))
    assert np.abs(waveform.samples).max() == pytest.approx(3, abs=0.01)


def pink(duration_s: float, rms: float) -> np.ndarray:
    spectrum = np.fft.rfft(noise(duration_s, 1))
    spectrum[1:] /= np.sqrt(np.arange(1, len(spectrum)))
    sound = np.fft.irfft(spectrum)
    return sound * rms / sound.std()


FAINT = {
    "dither": lambda: random.integers(-1, 2, 48_000) / 32_768,
    "white noise at -80 dB": lambda: noise(3, 1e-4),
    "room tone at -80 dB": lambda: pink(3, 1e-4),
    "direct current": lambda: np.full(48_000, 0.3),
    "direct current and dither": lambda: 0.1 + random.integers(-1, 2, 48_000) / 32_768,
    "zeros": lambda: np.zeros(48_000),
}


@pytest.fixture(scope="module")
def listener():
    from core.listeners import BuiltIn

    return BuiltIn()


@pytest.mark.parametrize("kind", FAINT)
def test_what_nobody_could_hear_is_nothing_to_hear(tmp_path, kind, listener):
    from core.query import query_of

    audio = AudioFile(written(tmp_path / "faint.wav", FAINT[kind](), kind="FLOAT"))
    with pytest.raises(AudioFileError, match="nothing to hear") as caught:
        query_of(listener, audio)
    assert "gain" in caught.value.hint


def test_a_quiet_sound_is_heard(tmp_path, listener):
    from core.query import query_of

    path = written(tmp_path / "quiet.wav", 2e-3 * sweep(RATE_HZ, 3), kind="FLOAT")
    assert query_of(listener, AudioFile(path)).tags is not None


@pytest.mark.parametrize("block_frames", [None, 977])
def test_a_strong_offset_is_noted(tmp_path, block_frames):
    audio = AudioFile(written(tmp_path / "offset.wav", 0.2 + 0.1 * sweep(RATE_HZ, 3)))
    for _ in audio.raw_blocks(block_frames=block_frames):
        pass
    assert any("off centre by 20 %" in note for note in audio.notes)


def hum(mains_hz: float, duration_s: float = 6, rate_hz: int = RATE_HZ) -> np.ndarray:
    times_s = np.arange(round(duration_s * rate_hz)) / rate_hz
    overtones = zip(range(1, 7), (1, 0.3, 0.6, 0.1, 0.3, 0.1), strict=True)
    return sum(
        0.02 * size * np.sin(2 * np.pi * n * mains_hz * times_s + n) for n, size in overtones
    )


@pytest.mark.parametrize("rate_hz", [8_000, 16_000, 22_051, 44_100, 48_000])
@pytest.mark.parametrize("mains_hz", [50, 60])
def test_mains_hum_is_noted(tmp_path, rate_hz, mains_hz):
    sound = hum(mains_hz * 1.0005, 6, rate_hz) + noise(6, 0.005, rate_hz)
    sound += 0.05 * sweep(rate_hz, 6)
    notes = load(written(tmp_path / "hum.wav", sound, rate_hz)).notes
    assert [note for note in notes if "hum" in note] == [
        f"Mains hum ({mains_hz} Hz and its overtones) is in the sound."
    ]


@pytest.mark.parametrize(
    "sound",
    [
        lambda: noise(6, 0.1),
        lambda: sweep(RATE_HZ, 6),
        lambda: hum(55),
        lambda: hum(50) * (np.arange(96_000) % 32_000 < 16_000),
        lambda: 0.3 * np.sin(2 * np.pi * 440 * np.arange(96_000) / RATE_HZ),
        lambda: 0.001 * hum(50) + 0.3 * noise(6, 0.3),
    ],
)
def test_other_sounds_do_not_hum(tmp_path, sound):
    path = written(tmp_path / "sound.wav", sound().clip(-1, 1), kind="FLOAT")
    assert not any("hum" in note.casefold() for note in load(path).notes)


@pytest.mark.real_data
def test_good_recordings_have_no_notes(shared):
    for path in sorted((shared / "wav").glob("ibm_*.wav")):
        notes = [note for note in load(path).notes if "clipped" not in note]
        assert notes == [], path.name


# Rates


def test_ultrasound_can_be_taken_slower(tmp_path):
    times_s = np.arange(250_000) / 500_000
    path = written(tmp_path / "bat.wav", 0.5 * np.sin(2 * np.pi * 40_000 * times_s), 500_000)
    plain = AudioFile(path)
    assert (plain.rate_hz, plain.duration_s) == (500_000, 0.5)
    assert "500 kHz" in plain.notes[0]
    assert "×10" in plain.notes[0]
    slow = AudioFile(path, expansion=10)
    assert (slow.rate_hz, slow.duration_s) == (50_000, 5)
    samples = slow.waveform(1, 3).samples
    peak = np.argmax(np.abs(np.fft.rfft(samples))) / 2
    assert peak == pytest.approx(4_000, abs=2)
    assert np.abs(samples).max() == pytest.approx(0.5, abs=0.01)
    assert "slower" in slow.notes[0]
    with pytest.raises(AudioFileError, match="500 times slower"):
        AudioFile(written(tmp_path / "voice.wav", sweep(RATE_HZ, 1)), expansion=500)


def test_a_telephones_rate_is_noted(tmp_path):
    assert "telephones" in load(written(tmp_path / "phone.wav", sweep(8_000, 1), 8_000)).notes[0]
    dull = load(written(tmp_path / "dull.wav", sweep(11_025, 1), 11_025)).notes
    assert "nothing above 5.5125 kHz" in dull[0]
    assert load(written(tmp_path / "usual.wav", sweep(RATE_HZ, 1))).notes == ()


@pytest.mark.real_data
def test_given_odd_sounds_are_read_with_their_notes(shared):
    cases = shared / "cases"
    anti = load(cases / "stereo_antiphase.wav")
    assert np.abs(anti.samples).max() > 0.3
    assert "antiphase" in anti.notes[0]
    assert "×10" in load(cases / "bat_500khz.wav").notes[0]


# Long ones


def test_a_day_is_opened_at_once_and_a_span_reads_nothing_else(tmp_path, monkeypatch):
    path = tmp_path / "day.wav"
    rate_hz = 8_000
    with soundfile.SoundFile(path, "w", rate_hz, 1, "PCM_U8") as file:
        for _ in range(24):
            file.write(np.zeros(3600 * rate_hz, np.float32))
        file.seek(23 * 3600 * rate_hz)
        file.write(sweep(rate_hz, 60))
    read = []
    audio = AudioFile(path)
    assert audio.duration_s == 24 * 3600
    original = soundfile.SoundFile.read

    def counted(self, frames=-1, **options):
        block = original(self, frames, **options)
        read.append(len(block))
        return block

    monkeypatch.setattr(soundfile.SoundFile, "read", counted)
    part: Waveform = audio.waveform(23 * 3600 + 10, 23 * 3600 + 20)
    assert part.duration_s == 10
    assert np.abs(part.samples).max() > 0.4
    assert sum(read) <= 10.5 * rate_hz
    assert len(part.samples) == 10 * MODEL_RATE_HZ

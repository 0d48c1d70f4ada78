"""Phone sound and videos: the first track, any span, any damage, in a process of its own."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.audio import container
from core.audio.container import ContainerDecoder
from core.audio.decoder import DecodingError
from core.audio.reader import AudioFile, load
from core.audio.sound_file import SUFFIXES
from core.audio.waveform import MODEL_RATE_HZ
from core.errors import AudioFileError, Cancelled
from core.jobs import Job
from tests.conftest import PROJECT
from tests.made_media import KINDS, sweep, write_media

DURATION_S = 6.0
WITH_PICTURES = ("mp4", "mkv", "avi", "mts", "mov")


def made(folder: Path, kind: str, duration_s: float = DURATION_S) -> Path:
    form, codec, rate_hz = KINDS[kind]
    sounds = [sweep(rate_hz, duration_s)]
    path = folder / f"sound.{kind}"
    return write_media(path, sounds, rate_hz, form, codec, kind in WITH_PICTURES)


def pitch_hz(samples: np.ndarray) -> float:
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    return float(np.argmax(spectrum) * MODEL_RATE_HZ / len(samples))


@pytest.mark.parametrize("kind", KINDS)
def test_phone_sound_and_videos_are_read_whole_and_anywhere(tmp_path, kind):
    assert kind.split(".")[-1] in SUFFIXES
    audio = AudioFile(made(tmp_path, kind))
    assert audio.duration_s == pytest.approx(DURATION_S, abs=0.05)
    assert audio.rate_hz == KINDS[kind][2]
    whole = audio.waveform()
    assert whole.duration_s == pytest.approx(DURATION_S, abs=0.05)
    assert not any("breaks off" in note or "damaged" in note for note in whole.notes)
    # AMR's decoder has a long memory; the others forget within half a second.
    tolerance = 0.03 if "amr" in KINDS[kind][1] else 1e-3
    for start_s, end_s in [(0.3, 1), (1.234, 2.5), (5.5, None), (5.2, 5.4), (0, 0.5)]:
        part = audio.waveform(start_s, end_s).samples
        begin = round(start_s * MODEL_RATE_HZ)
        end = len(whole.samples) if end_s is None else round(end_s * MODEL_RATE_HZ)
        assert len(part) == pytest.approx(end - begin, abs=1)
        n = min(len(part), end - begin)
        assert np.abs(part[:n] - whole.samples[begin : begin + n]).max() < tolerance
    at_4_s = audio.waveform(3.9, 4.1).samples
    assert pitch_hz(at_4_s) == pytest.approx(
        200 + 1800 / DURATION_S * 4, abs=20
    )  # WMA begins 46 ms late
    pieces = list(audio.excerpts([5.5, 1.0, 30.0], 0.05))
    assert [len(piece) for piece in pieces] == [round(0.05 * audio.rate_hz)] * 2 + [0]


def test_a_track_that_begins_later_does_not_end_the_others(tmp_path):
    path = made(tmp_path, "mts", 0.5)
    whole = AudioFile(path).duration_s
    packets = bytearray(path.read_bytes())
    begun = [at for at in range(0, len(packets), 188) if packets[at + 1] == 0x41]  # of a track
    packets[begun[-2] + 1 : begun[-2] + 3] = b"\x41\x22"  # of one that nothing has told of
    path.write_bytes(packets)
    audio = AudioFile(path)
    assert audio.duration_s == pytest.approx(whole, abs=0.15)
    assert audio.waveform(0.3).samples.any()


@pytest.mark.parametrize("kind", ["m4a", "alac.m4a", "mp4"])
def test_a_span_in_a_damaged_end_is_silence_as_in_a_whole_read(tmp_path, kind):
    path = made(tmp_path, kind, 20.0)
    content = bytearray(path.read_bytes())
    begin = content.find(b"mdat") - 4
    size = int.from_bytes(content[begin : begin + 4], "big")
    content[begin + size * 2 // 3 : begin + size] = bytes(size - size * 2 // 3)
    path.write_bytes(content)
    audio = AudioFile(path)
    assert audio.waveform(17, 18).duration_s == pytest.approx(1)
    assert not audio.waveform(16).samples.any()
    assert audio.duration_s == pytest.approx(20, abs=0.1)
    assert any("replaced by silence" in note for note in audio.notes)


def test_the_first_track_is_used_and_others_are_offered(tmp_path):
    tones = [0.5 * np.sin(2 * np.pi * hz * np.arange(48_000 * 2) / 48_000) for hz in (500, 1500)]
    names = [{"language": "eng"}, {"language": "deu", "title": "Ton\x1b[31m"}]
    path = write_media(tmp_path / "two.mkv", tones, 48_000, "matroska", "aac", True, names)
    audio = AudioFile(path)
    assert audio.tracks == ("eng", "Ton\\x1b[31m, ger") or audio.tracks[0] == "eng"
    assert "\x1b" not in "".join(audio.tracks)
    assert pitch_hz(audio.waveform().samples) == pytest.approx(500, abs=5)
    assert any("2 sound tracks: 1 (eng), 2" in note for note in audio.notes)
    second = AudioFile(path, track=2)
    assert pitch_hz(second.waveform(0.5, 1.5).samples) == pytest.approx(1500, abs=5)
    for track in (0, 3):
        with pytest.raises(AudioFileError, match=f"no sound track {track}; it has 2") as caught:
            AudioFile(path, track=track)
        assert "1 to 2" in caught.value.hint


def test_pictures_without_sound_are_named(tmp_path):
    path = write_media(tmp_path / "silent.mp4", [], 48_000, "mp4", "aac", True)
    with pytest.raises(AudioFileError, match="no sound in it, only pictures"):
        AudioFile(path)


def test_a_name_that_is_an_address_or_no_text_is_only_a_name(tmp_path, monkeypatch):
    path = made(tmp_path, "m4a", 1.0)
    monkeypatch.chdir(tmp_path)
    for name in (
        "concat:a.m4a",
        "-y.m4a",
        "http:x.m4a",
        b"\xff\xfe.m4a".decode("utf-8", "surrogateescape"),
    ):
        path = path.rename(tmp_path / name)
        assert AudioFile(Path(name)).waveform().duration_s == pytest.approx(1, abs=0.1)


def test_a_playlist_fetches_nothing(tmp_path):
    wav = tmp_path / "secret.wav"
    soundfile.write(wav, sweep(16_000, 1), 16_000)
    for name, text in {
        "list.m4a": f"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n{wav}\n#EXT-X-ENDLIST\n",
        "list.mp4": f"ffconcat version 1.0\nfile {wav}\n",
    }.items():
        (tmp_path / name).write_text(text)
        with pytest.raises(AudioFileError, match="format that can be read"):
            load(tmp_path / name)


def test_nothing_of_ffmpeg_is_imported_before_such_a_file_and_then_elsewhere(tmp_path):
    path = made(tmp_path, "m4a", 1.0)
    wav = tmp_path / "sound.wav"
    soundfile.write(wav, sweep(16_000, 1), 16_000)
    script = (
        "import sys\nfrom pathlib import Path\nfrom core.audio.reader import load\n"
        "load(Path(sys.argv[1]))\n"
        "print('core.audio.container' in sys.modules, 'av' in sys.modules)\n"
        "load(Path(sys.argv[2]))\n"
        "print('core.audio.container' in sys.modules, 'av' in sys.modules)\n"
    )
    answer = subprocess.run(
        [sys.executable, "-c", script, str(wav), str(path)],
        cwd=PROJECT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert answer.stdout.split() == ["False", "False", "True", "False"]


def test_a_process_that_breaks_down_or_hangs_is_one_error(tmp_path, monkeypatch):
    path = made(tmp_path, "m4a", 3.0)
    script = tmp_path / "child.py"
    script.write_text("import os\nos.kill(os.getpid(), 11)\n")
    monkeypatch.setattr(container, "CHILD", script)
    with pytest.raises(AudioFileError, match="broke down"):
        AudioFile(path)
    script.write_text("import sys\nprint('S' * 100, end='', flush=True)\nsys.stdin.read()\n")
    with pytest.raises(AudioFileError, match="broke down"):
        AudioFile(path)
    script.write_text("import sys\nsys.stdin.read()\n")
    monkeypatch.setattr(container, "LONGEST_WAIT_S", 0.5)
    with pytest.raises(AudioFileError, match="did not get on"):
        AudioFile(path)


def test_counting_tells_how_far_it_is_and_can_be_cancelled(tmp_path):
    path = made(tmp_path, "aac", 3.0)
    path.write_bytes(path.read_bytes() * 300)  # a quarter of an hour
    seen: list[float | None] = []
    begun_s = time.monotonic()
    assert AudioFile(path, job=Job(lambda _, share: seen.append(share))).duration_s > 800
    took_s = time.monotonic() - begun_s
    job = Job()
    job.cancel()
    with pytest.raises(Cancelled):
        AudioFile(path, job=job)
    assert took_s < 30
    assert seen == sorted(seen)


def test_reading_holds_no_more_than_a_block(tmp_path):
    import tracemalloc

    path = made(tmp_path, "m4a", 600.0)
    audio = AudioFile(path)
    tracemalloc.start()
    n = sum(len(block) for block in audio.blocks())
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert n == pytest.approx(600 * MODEL_RATE_HZ, abs=2000)
    assert peak < 5_000_000


def test_the_process_ends_with_the_reading(tmp_path):
    import psutil

    audio = AudioFile(made(tmp_path, "m4a", 30.0))
    blocks = audio.blocks()
    next(blocks)
    children = psutil.Process().children()
    assert any("container_child" in " ".join(child.cmdline()) for child in children)
    blocks.close()
    assert not [c for c in psutil.Process().children() if "container_child" in str(c.cmdline())]


@pytest.mark.parametrize("kind", ["m4a", "mkv", "webm", "aac", "wma"])
def test_a_file_that_breaks_off_is_used_as_far_as_it_goes_or_named(tmp_path, kind):
    path = made(tmp_path, kind, 20.0)
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    try:
        waveform = load(path)
    except AudioFileError as error:
        # MP4 has its index at its end: nothing can be found without it.
        assert kind == "m4a"
        assert "damaged" in error.message
        return
    assert 5 < waveform.duration_s < 15
    if kind not in ("aac",):  # which holds no word of how long it was
        assert any("breaks off" in note for note in waveform.notes)


def test_damage_in_the_middle_is_silence_of_the_same_length(tmp_path):
    path = made(tmp_path, "mts", 10.0)
    content = bytearray(path.read_bytes())
    middle = len(content) // 2 // 188 * 188
    content[middle + 4 : middle + 188 * 60] = bytes(188 * 60 - 4)
    path.write_bytes(content)
    waveform = load(path)
    assert waveform.duration_s == pytest.approx(10, abs=1.5)


hostile = settings(
    max_examples=12, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True
)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["mp4", "mkv", "webm", "aac", "avi", "mts", "3gp", "caf", "wma"])
@hostile
@given(data=st.data())
def test_hostile_containers_are_one_error_or_sound(tmp_path_factory, kind, data):
    folder = tmp_path_factory.getbasetemp()
    path = folder / f"seed.{kind}"
    if not path.exists():
        path = made(tmp_path_factory.mktemp("seed"), kind, 1.0).rename(path)
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 30))):
        place = data.draw(st.integers(0, len(content) - 1) | st.integers(0, 600))
        content[place % len(content)] = data.draw(st.sampled_from([0, 1, 0x7F, 0x80, 0xFF]))
    cut = data.draw(st.just(len(content)) | st.integers(1, len(content)))
    target = folder / f"hostile.{kind}"
    target.write_bytes(content[:cut])
    begun_s = time.monotonic()
    try:
        waveform = load(target)
    except AudioFileError as error:
        assert "\n" not in error.message
    else:
        assert np.isfinite(waveform.samples).all()
    assert time.monotonic() - begun_s < 60


def test_a_decoder_ends_its_process_where_there_is_nothing_to_decode(tmp_path):
    path = tmp_path / "letter.mp4"
    path.write_text("Dear reader, " * 1000)
    with pytest.raises(DecodingError, match="FFmpeg"):
        ContainerDecoder(path)


@pytest.mark.real_data
@pytest.mark.parametrize(
    "name", ["voice_memo.m4a", "video_with_sound.mp4", "audio_only_called_a_video.webm"]
)
def test_given_phone_sound_is_read(shared, name):
    waveform = load(shared / "cases" / name)
    assert waveform.duration_s == pytest.approx(3, abs=0.05)
    assert waveform.notes == ()
    assert np.abs(waveform.samples).max() > 0.4

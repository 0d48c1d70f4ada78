"""Where a sound finds no room, the reason is the disk's, and what is said to be kept is kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.audio.examples import example
from core.audio.reader import AudioFile
from core.audio.recorder import Recorder
from core.audio.writing import save_sound, save_wav
from core.errors import AudioFileError, MicrophoneError
from tests.conftest import small_disk
from tests.faults.kills import SteadyInput
from tests.waiting import wait_until

pytestmark = pytest.mark.slow

_DISK_BYTES = 1 << 18


def fill(disk: Path, spare_bytes: int) -> None:
    (disk / "filling").write_bytes(bytes(_DISK_BYTES - spare_bytes))


@pytest.mark.parametrize("spare_bytes", [0, 1 << 16])
@pytest.mark.parametrize("ending", ["wav", "flac"])
def test_a_sound_that_has_no_room_is_not_saved(tmp_path, ending, spare_bytes):
    save_wav(example("Rain"), tmp_path / "rain.wav")
    rain = AudioFile(tmp_path / "rain.wav")
    with small_disk(tmp_path / "disk", _DISK_BYTES) as disk:
        fill(disk, spare_bytes)
        with pytest.raises(AudioFileError, match="cannot be written: No space left on device"):
            save_sound(rain, disk / f"copy.{ending}")
        assert [path.name for path in disk.iterdir()] == ["filling"]


def test_a_recording_that_has_no_room_says_that_nothing_is_kept(tmp_path):
    with small_disk(tmp_path / "disk", _DISK_BYTES) as disk:
        fill(disk, 0)
        recorder = Recorder("", disk / "recording.flac", source=SteadyInput())
        wait_until(lambda: recorder.problem is not None)
        assert "cannot be written: No space left on device" in recorder.problem.message
        assert recorder.problem.hint.startswith("Nothing is kept")
        with pytest.raises(MicrophoneError):
            recorder.stop()
        assert not recorder.path.exists()

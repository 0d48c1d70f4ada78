"""Decoders at their limits: formats that cannot be sought."""

from __future__ import annotations

import numpy as np
import pytest
import soundfile

from core.audio.reader import AudioFile
from tests.made_media import sweep

RATE_HZ = 16_000


@pytest.mark.parametrize("kind", ["GSM610", "MS_ADPCM", "IMA_ADPCM"])
def test_spans_of_formats_that_cannot_be_sought_are_those_of_the_whole(tmp_path, kind):
    """Telephone recorders write GSM 6.10, of which libsndfile finds no place."""
    path = tmp_path / "call.wav"
    soundfile.write(path, sweep(RATE_HZ, 2.0), RATE_HZ, kind)
    audio = AudioFile(path)
    whole = audio.waveform().samples
    for start_s in (1.0, 0.25):
        part = audio.waveform(start_s, start_s + 0.5).samples
        begin = round(start_s * RATE_HZ)
        assert np.array_equal(part, whole[begin : begin + len(part)])
        assert len(part) == RATE_HZ // 2
    pieces = list(audio.excerpts([1.5, 0.5], 0.1))
    assert [len(piece) for piece in pieces] == [RATE_HZ // 10] * 2
    assert np.array_equal(pieces[1], whole[RATE_HZ // 2 : RATE_HZ // 2 + RATE_HZ // 10])


def test_a_position_behind_the_end_is_an_excerpt_of_nothing(tmp_path, monkeypatch):
    """A damaged MP3 whose layer was another could be sought to three times its length."""
    path = tmp_path / "sound.wav"
    soundfile.write(path, sweep(RATE_HZ, 1.0), RATE_HZ)
    audio = AudioFile(path)
    monkeypatch.setattr(soundfile.SoundFile, "tell", lambda file: 3 * file.frames)
    assert [len(piece) for piece in audio.excerpts([0.5], 0.1)] == [0]

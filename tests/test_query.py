"""A sound that arrives for half an hour costs no more than its bytes."""

from __future__ import annotations

import tracemalloc

import numpy as np
import soundfile

from core.audio.reader import AudioFile
from core.listeners import Analysis, BuiltIn
from core.query import SO_FAR_S, QueryStream, query_of
from core.tagging.tags import N_CLASSES
from core.types import Query

RATE_HZ = 16_000


class Counting(BuiltIn):
    """What it is given is counted instead of analysed: that takes too long."""

    n_patches = 0

    def analyse(self, patches, job=None) -> Analysis:
        n = len(patches)
        self.n_patches += n
        scores = np.zeros((n, N_CLASSES), np.float16)
        return Analysis(np.zeros((n, 128), np.uint8), np.ones(n, np.float32), scores)


def test_half_an_hour_keeps_only_the_bytes_of_its_patches():
    listener = Counting()
    stream = QueryStream(listener, "Recording")
    second = np.random.default_rng(0).uniform(-0.1, 0.1, RATE_HZ).astype(np.float32)
    first = QueryStream(Counting(), "What is loaded once")
    first.push(second)
    first.query()
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    for _ in range(30 * 60):
        stream.push(second)
        stream.query(last_s=5)
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert listener.n_patches == len(stream.query().frames) == (1800 * 100 - 2) // 96
    assert after - before < 4_000_000, "the sound itself would be 115 MB"


def test_of_a_long_sound_what_was_analysed_last_is_told_meanwhile(monkeypatch, tmp_path):
    monkeypatch.setattr("core.query.EVERY_S", 0.0)
    samples = np.random.default_rng(0).uniform(-0.1, 0.1, 100 * RATE_HZ).astype(np.float32)
    told: list[Query] = []
    soundfile.write(tmp_path / "long.wav", samples, RATE_HZ)
    whole = query_of(Counting(), AudioFile(tmp_path / "long.wav"), so_far=told.append)
    assert len(told) >= 3
    assert all(len(query.frames) <= round(SO_FAR_S / query.hop_s) for query in told)
    assert {query.name for query in told} == {whole.name}
    assert len(whole.frames) == (100 * 100 - 2) // 96, "and the whole is as ever"


def test_of_a_whole_patch_nothing_is_said_to_be_padded(tmp_path):
    path = tmp_path / "noise.wav"
    soundfile.write(path, np.random.default_rng(0).uniform(-0.1, 0.1, 3 * 44_100), 44_100)
    audio = AudioFile(path)
    # Only the end of the last window is missing.
    assert query_of(Counting(), audio, 0.96, 1.92).notes == ()
    (note,) = query_of(Counting(), audio, 0.96, 1.9).notes
    assert note.startswith("The sound is 0.94 s long and was padded")

"""Every reader takes inputs of a new seed each day; and what breaks the rule is found."""

from __future__ import annotations

import datetime
import json
import subprocess
import sys
from contextlib import closing
from random import Random

import numpy as np
import pytest

from core.audio import container
from core.audio.reader import AudioFile
from core.errors import AudioFileError
from tests.conftest import IN_CI, PROJECT
from tests.fuzz.container_server import ContainerServer
from tests.fuzz.faulty import FAULTY, N_INPUTS
from tests.fuzz.mutations import mutated
from tests.fuzz.readers import READERS
from tests.fuzz.sound_readers import write_videos
from tests.fuzz.structured import mutated_array, mutated_json, mutated_message
from tests.record_writers import SequenceExample, clip_record

SECONDS = 8 if IN_CI else 2
"""For each reader; `make fuzz` takes a minute."""


@pytest.mark.slow
@pytest.mark.parametrize("name", READERS)
def test_a_reader_takes_whatever_comes(name, tmp_path):
    seed = datetime.date.today().isoformat()
    command = [sys.executable, "-m", "tests.fuzz", name, "--seed", seed]
    command += ["--seconds", str(SECONDS), "--keep", str(tmp_path)]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, timeout=500)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"inputs of seed {seed}" in done.stdout


@pytest.fixture(scope="module")
def found() -> dict:
    command = [sys.executable, "-m", "tests.fuzz.faulty"]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


@pytest.mark.parametrize(
    ("name", "words"),
    {
        "Unforeseen": "KeyError: 'nobody thought of this'",
        "Crash": "it ended the process: SIGABRT",
        "Hang": "it did not end within 1 s",
        "Greedy": "MB of memory",
        "Leftover": "it left ['.out.partial']",
        "Leak": "threads and descriptors more than after the first input",
        "Wordless": "an error that tells nothing",
        "Escape": "an error that a terminal would obey",
    }.items(),
)
def test_what_breaks_the_rule_is_found_and_known_by_its_number(found, name, words):
    assert len(FAULTY) == len(found)
    failures = found[name]["failures"]
    assert failures
    for number, what in failures:
        assert words in what
        if name != "Leak":
            assert Random(f"1 faulty {number}").randrange(20) == 7
    assert found[name]["read"] == N_INPUTS
    assert found[name]["refused"] > 5 or name == "Leak"


def test_a_crash_that_the_program_bears_is_counted(found):
    assert found["ContainedCrash"]["failures"] == []
    assert found["ContainedCrash"]["contained"] == len(found["Crash"]["failures"]) > 0


def test_containers_of_a_forked_process_hold_what_those_of_a_started_one_do(tmp_path, monkeypatch):
    write_videos(tmp_path)
    started = {path.name: AudioFile(path).waveform().samples for path in tmp_path.iterdir()}
    damaged = tmp_path / "damaged.mp4"
    damaged.write_bytes((tmp_path / "sound.mp4").read_bytes()[:200])
    with closing(ContainerServer()) as server:
        monkeypatch.setattr(container, "subprocess", server.subprocess)
        for name, samples in started.items():
            assert np.array_equal(AudioFile(tmp_path / name).waveform().samples, samples)
        with pytest.raises(AudioFileError, match=r"FFmpeg: \w+"):
            AudioFile(damaged)


def test_an_input_is_known_by_its_number_alone():
    content = bytes(range(256)) * 4
    first = [mutated(Random(number), content, [b"other"]) for number in range(200)]
    assert first == [mutated(Random(number), content, [b"other"]) for number in range(200)]
    assert len(set(first)) > 190
    assert sum(each != content for each in first) > 190


def test_messages_stay_messages_with_other_content():
    record = clip_record(frames=[bytes(128)] * 3)
    changed = [mutated_message(Random(number), record, [record]) for number in range(300)]
    n_sound = 0
    for each in changed:
        try:
            SequenceExample.FromString(each)
            n_sound += each != record
        except Exception:
            continue
    assert n_sound > 100


def test_json_and_arrays_get_values_that_make_no_sense():
    text = json.dumps({"a": [1, 2, {"b": "text"}], "c": None})
    changed = {mutated_json(Random(number), text) for number in range(300)}
    assert len(changed) > 150
    array = np.zeros(5, [("a", "<i8"), ("b", "<f8"), ("c", "S3"), ("d", "?")])
    arrays = [mutated_array(Random(number), array) for number in range(100)]
    assert sum(each.tobytes() != array.tobytes() for each in arrays) > 60

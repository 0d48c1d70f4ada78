"""`match` of several inputs: folders, the standard input, embeddings; `find`; steering."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from core.__main__ import main
from core.audio.examples import example
from core.audio.logmel import log_mel
from core.audio.reader import load
from core.audio.writing import save_wav
from core.catalog.balanced import balanced_catalog
from core.catalog.ontology import Ontology
from tests.conftest import PROJECT
from tests.record_writers import SequenceExample, clip_record, framed


@pytest.fixture(scope="module")
def catalog():
    return balanced_catalog()


@pytest.fixture
def siren(tmp_path: Path) -> Path:
    path = tmp_path / "siren.wav"
    save_wav(example("Siren"), path)
    return path


def demo_record(frames: np.ndarray) -> bytes:
    """Return a record as vggish_inference_demo.py writes it."""
    written = SequenceExample()
    rows = written.feature_lists.feature_list["audio_embedding"].feature
    for frame in frames:
        rows.add().bytes_list.value.append(frame.tobytes())
    return written.SerializeToString()


def answers(capsys, *arguments: str) -> list[dict]:
    """Return the answers of a command, one a line."""
    assert main([*arguments, "--json"]) == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def fails(capsys, arguments, message):
    assert main(arguments) == 1
    out, err = capsys.readouterr()
    assert out == ""
    error, hint = err.splitlines()
    assert error.startswith("error: ")
    assert message in error
    assert hint.startswith("hint: ")
    assert len(hint) > len("hint: ")


def test_several_sounds_are_a_line_each_in_the_order_given(siren, sounds, capsys):
    given = [str(siren), str(sounds / "barks.wav")]
    for paths in (given, given[::-1]):
        found = answers(capsys, "match", *paths, "-k", "2")
        assert [each["query"]["audio"] for each in found] == paths
        assert [each["query"]["name"] for each in found] == [Path(path).name for path in paths]
        assert [len(each["matches"]) for each in found] == [2, 2]


def test_a_folders_sounds_are_matched_and_one_that_cannot_be_read_is_a_line(siren, capsys):
    (siren.parent / "damaged.ogg").write_bytes(b"OggS")
    assert main(["match", str(siren.parent), "-k", "1"]) == 0
    out, err = capsys.readouterr()
    assert "siren.wav (5.0 s)" in out
    assert err.count("\n") == 1
    assert err.startswith("error: ")
    assert "damaged.ogg" in err


def test_the_standard_input_is_a_sound(siren):
    command = [sys.executable, "-m", "core", "match", "-", "-k", "1", "--json"]
    with siren.open("rb") as sound:
        done = subprocess.run(command, cwd=PROJECT, stdin=sound, capture_output=True, timeout=120)
    assert done.returncode == 0, done.stderr
    query = json.loads(done.stdout)["query"]
    assert (query["name"], query["audio"], query["duration_s"]) == ("standard input", "-", 5.0)
    empty = subprocess.run(command, cwd=PROJECT, input=b"", capture_output=True, timeout=120)
    assert empty.returncode == 1
    assert empty.stderr.startswith(b"error: The standard input is empty")


def test_tags_by_second_on_request(siren, capsys):
    assert main(["match", str(siren), "--json", "--tags", "--start", "1", "-k", "1"]) == 0
    seconds = json.loads(capsys.readouterr().out)["query"]["tags_by_second"]
    assert [each["start_s"] for each in seconds] == pytest.approx([1, 1.96, 2.92, 3.88])
    assert all(0 < tag["score"] <= 1 for each in seconds for tag in each["tags"])
    said = {tag["label"] for each in seconds for tag in each["tags"]}
    assert said
    assert main(["match", str(siren), "--tags", "-k", "1"]) == 0
    printed = capsys.readouterr().out
    assert "0:00.0" in printed
    assert all(label in printed for label in said)
    assert main(["match", str(siren), "--json", "-k", "1"]) == 0
    assert "tags_by_second" not in json.loads(capsys.readouterr().out)["query"]


def test_embeddings_find_the_clip_that_they_are_of_without_vggish(tmp_path, catalog, capsys):
    rows = [17, 4711, 22_000]
    file = tmp_path / "demo.tfrecord"
    file.write_bytes(b"".join(framed(demo_record(catalog.clip(row).frames)) for row in rows))
    found = answers(capsys, "match", str(file), "-k", "1", "--rank", "sound")
    assert [each["query"]["name"] for each in found] == [f"demo.tfrecord #{n}" for n in (1, 2, 3)]
    for row, answer in zip(rows, found, strict=True):
        assert answer["matches"][0]["video_id"] == catalog.clip(row).video_id
        assert answer["matches"][0]["similarity"] == pytest.approx(1)
        assert answer["catalog"]["listener"] == "vggish"
    by_both = answers(capsys, "match", str(file), "-k", "5")
    assert all(each["query"]["tags"] for each in by_both)


def test_audiosets_own_records_are_embeddings_and_one_record_has_the_files_name(tmp_path, capsys):
    file = tmp_path / "00.tfrecord"
    file.write_bytes(framed(clip_record(frames=np.full((10, 128), 100, np.uint8))))
    (found,) = answers(capsys, "match", str(file), "-k", "1")
    assert found["query"]["name"] == "00.tfrecord"
    assert found["query"]["patches"] == 10
    assert found["query"]["duration_s"] == pytest.approx(9.6)


def test_an_npz_of_one_patch_is_a_query(tmp_path, catalog, capsys):
    file = tmp_path / "one.npz"
    np.savez(file, postprocessed=catalog.clip(99).frames)
    assert main(["match", str(file), "--json", "--rank", "sound", "-k", "1"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["query"]["embeddings"] == str(file)
    assert found["matches"][0]["video_id"] == catalog.clip(99).video_id
    assert main(["tags", str(file), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["file"] == str(file)


def test_silent_patches_of_an_npz_do_not_vote(tmp_path, siren, catalog, capsys):
    speech, dog = (_clip_of(catalog, label) for label in ("Speech", "Bark"))
    frames = np.concatenate([speech] * 4 + [dog])
    patches = np.repeat(log_mel(load(siren)).patches[:1], 5, axis=0)
    patches[:4] = np.log(0.01)
    for name, arrays in {"with": {"log_mel": patches}, "without": {}}.items():
        np.savez(tmp_path / f"{name}.npz", postprocessed=frames, **arrays)
    found = answers(capsys, "match", str(tmp_path / "with.npz"), str(tmp_path / "without.npz"))
    heard = [{tag["label"] for tag in each["query"]["tags"]} for each in found]
    assert "Speech" not in heard[0]
    assert "Speech" in heard[1]


def _clip_of(catalog, label: str) -> np.ndarray:
    """Return the frame of a clip that has this one label, of which the tagger is sure."""
    from core.tagging.tagger import Tagger

    index, tagger = Ontology.load().node(label).index, Tagger()
    rows = [row for row in range(3000) if label in catalog.clip(row).labels]
    return max(
        (catalog.clip(row).frames for row in rows),
        key=lambda frames: float(tagger.tags(frames).whole[index]),
    )


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b"no record at all, but some text", "record at byte 0"),
        (framed(b"\x0a\xff"), "is not a SequenceExample"),
        (framed(SequenceExample().SerializeToString()), "has no audio_embedding"),
        (framed(demo_record(np.zeros((2, 127), np.uint8))), "not 128 bytes wide"),
        (framed(demo_record(np.zeros((2, 128), np.float32))), "not 128 bytes wide"),
    ],
)
def test_records_of_another_kind_are_one_error(tmp_path, content, message, capsys):
    file = tmp_path / "odd.tfrecord"
    file.write_bytes(content)
    fails(capsys, ["match", str(file)], message)


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"embedding": np.zeros((2, 128), np.float32)}, "no array “postprocessed”"),
        ({"postprocessed": np.zeros((2, 64), np.uint8)}, "no embeddings of 128 bytes"),
        ({"postprocessed": np.zeros((2, 128), np.float32)}, "no embeddings of 128 bytes"),
        ({"postprocessed": np.zeros((0, 128), np.uint8)}, "no embedding in it"),
        (
            {
                "postprocessed": np.zeros((1, 128), np.uint8),
                "log_mel": np.full((1, 96, 64), np.log(0.01), np.float32),
            },
            "silence",
        ),
    ],
)
def test_arrays_of_another_kind_are_one_error(tmp_path, arrays, message, capsys):
    file = tmp_path / "odd.npz"
    np.savez(file, **arrays)
    fails(capsys, ["match", str(file)], message)
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) // 2])
    fails(capsys, ["match", str(file)], "is damaged")


def test_embeddings_have_no_span_and_need_a_catalogue_of_vggishs(tmp_path, capsys):
    file = tmp_path / "one.npz"
    np.savez(file, postprocessed=np.full((1, 128), 9, np.uint8))
    fails(capsys, ["match", str(file), "--start", "1"], "no sound to take a span of")


def test_find_prints_what_words_find(capsys):
    assert main(["find", "dog", "barking", "-k", "3", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["query"]["words"] == found["query"]["name"] == "dog barking"
    assert {tag["label"] for tag in found["query"]["tags"]} == {"Dog", "Bark"}
    assert all({"Dog", "Bark"} <= set(match["labels"]) for match in found["matches"])
    assert main(["find", "dog barking", "-k", "3", "--exclude", "Speech"]) == 0
    assert "Looked for: Bark, Dog" in capsys.readouterr().out
    fails(capsys, ["find", "xyzzy"], "No class of sounds is known as “xyzzy”")


def test_match_and_similar_are_steered_by_words(siren, capsys):
    steering = ["--more", "Rain", "--less", "Music", "-k", "10", "--json"]
    assert main(["match", str(siren), *steering]) == 0
    found = json.loads(capsys.readouterr().out)
    assert "Steered: with more Rain, without Music." in found["query"]["notes"]
    labels = [set(match["labels"]) for match in found["matches"]]
    assert any("Rain" in each for each in labels)
    assert not any("Music" in each for each in labels)
    video_id = found["matches"][0]["video_id"]
    assert main(["similar", video_id, "--less", "Rain", "-k", "10", "--json"]) == 0
    labels = [set(match["labels"]) for match in json.loads(capsys.readouterr().out)["matches"]]
    assert not any("Rain" in each for each in labels)
    fails(capsys, ["match", str(siren), "--more", "Rian"], "no class 'Rian'")


def test_by_sound_alone_words_steer_nothing(tmp_path, capsys):
    file = tmp_path / "one.npz"
    np.savez(file, postprocessed=np.full((1, 128), 9, np.uint8))
    fails(capsys, ["match", str(file), "--rank", "sound", "--more", "Rain"], "cannot be steered")

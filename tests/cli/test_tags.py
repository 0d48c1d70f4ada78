"""`tags`: what was heard when, as a table, csv, json, and files of labels."""

from __future__ import annotations

import csv
import io
import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from core.__main__ import main
from core.audio.examples import example
from core.audio.reader import AudioFile
from core.audio.writing import save_wav
from core.engine import Engine
from core.paths import DataFolder
from core.tagging.spans import TagSpan, query_spans
from tests.record_writers import clip_record, framed


@pytest.fixture
def folder(tmp_path: Path, sounds: Path) -> Path:
    """Return a folder with two sounds, one of them deeper, a damaged one, and what is no sound."""
    folder = tmp_path / "field"
    (folder / "b").mkdir(parents=True)
    shutil.copy(sounds / "barks.wav", folder / "a.wav")
    save_wav(example("Siren"), folder / "b" / "siren.WAV")
    (folder / "broken.flac").write_bytes(b"fLaC and nothing more")
    (folder / "notes.txt").write_text("no sound")
    (folder / ".hidden.wav").write_bytes(b"")
    return folder


@pytest.fixture
def siren_spans(folder: Path, own_data_folder: Path) -> list[TagSpan]:
    """Return what is heard in the siren; it is made by few lines, and nobody's siren."""
    return query_spans(
        Engine(DataFolder(own_data_folder)).query(AudioFile(folder / "b" / "siren.WAV"))
    )


def test_a_table_for_people_of_one_sound(folder, siren_spans, capsys):
    assert main(["tags", str(folder / "b" / "siren.WAV"), "--listener", "built-in"]) == 0
    out, err = capsys.readouterr()
    header, *lines = out.splitlines()
    assert header.split() == ["sound", "start", "end", "score", "class"]
    assert siren_spans
    for line, span in zip(lines, siren_spans, strict=True):
        name, start, end, score, label = line.split(maxsplit=4)
        assert name == str(folder / "b" / "siren.WAV")
        assert (start, end) == (f"0:{span.start_s:04.1f}", f"0:{span.end_s:04.1f}")
        assert float(score) == pytest.approx(span.score, abs=1e-3)
        assert label == span.label
    assert err == ""


def test_of_a_folder_all_sounds_in_order_and_a_damaged_one_is_a_line(folder, capsys):
    assert main(["tags", str(folder), "--json"]) == 0
    out, err = capsys.readouterr()
    found = [json.loads(line) for line in out.splitlines()]
    assert [each["file"] for each in found] == [
        str(folder / "a.wav"),
        str(folder / "b" / "siren.WAV"),
    ]
    for each in found:
        assert each["tags"]
        for tag in each["tags"]:
            assert set(tag) == {"start_s", "end_s", "label", "score"}
            assert 0 <= tag["start_s"] < tag["end_s"]
    note, error = err.splitlines()
    assert note.startswith(f"note: 1 file in {folder} left out")
    assert error.startswith(f"error: {folder / 'broken.flac'}: broken.flac is not sound")


def test_csv_has_one_heading(folder, capsys):
    assert main(["tags", str(folder), "--csv"]) == 0
    rows = list(csv.reader(io.StringIO(capsys.readouterr().out, newline="")))
    assert rows[0] == ["file", "start_s", "end_s", "label", "score"]
    assert {row[0] for row in rows[1:]} == {
        str(folder / "a.wav"),
        str(folder / "b" / "siren.WAV"),
    }


@pytest.mark.parametrize(
    ("option", "ending", "first"),
    [("--audacity", ".labels.txt", "0.000000\t"), ("--raven", ".selections.txt", "Selection\t")],
)
def test_labels_stand_beside_each_sound_and_replace_nothing(
    folder, siren_spans, option, ending, first, capsys
):
    assert main(["tags", str(folder), option]) == 0
    written = [folder / f"a.wav{ending}", folder / "b" / f"siren.WAV{ending}"]
    assert sorted(folder.rglob(f"*{ending}")) == written
    assert written[1].read_text().startswith(first)
    assert siren_spans[0].label in written[1].read_text()
    assert str(written[0]) in capsys.readouterr().out

    written[0].write_text("mine")
    assert main(["tags", str(folder / "a.wav"), option]) == 1
    err = capsys.readouterr().err
    assert "is there already" in err
    assert "--force" in err
    assert written[0].read_text() == "mine"
    assert main(["tags", str(folder / "a.wav"), option, "--force"]) == 0
    assert written[0].read_text() != "mine"


def test_labels_of_several_records_replace_nothing(tmp_path, capsys):
    file = tmp_path / "demo.tfrecord"
    frames = np.random.default_rng(0).integers(0, 256, (3, 2, 128), np.uint8)
    file.write_bytes(b"".join(framed(clip_record(frames=each)) for each in frames))
    command = ["tags", str(file), "--audacity"]
    assert main(command) == 0
    written = sorted(tmp_path.glob("*.labels.txt"))
    assert [path.name for path in written] == [f"demo.tfrecord #{n}.labels.txt" for n in (1, 2, 3)]
    written[2].write_text("mine")
    for path in written[:2]:
        path.unlink()
    assert main(command) == 1
    assert "#3.labels.txt is there already" in capsys.readouterr().err
    assert not written[0].exists()
    assert written[2].read_text() == "mine"
    assert main([*command, "--force"]) == 0
    assert written[2].read_text() != "mine"


def test_labels_that_no_folder_can_take_are_one_error(folder, tmp_path, capsys):
    out = tmp_path / ("x" * 300)
    assert main(["tags", str(folder / "a.wav"), "--audacity", "--out", str(out)]) == 1
    error, hint = capsys.readouterr().err.splitlines()[-2:]
    assert error.endswith(" cannot be made: File name too long.")
    assert hint.startswith("hint: Choose another")


def test_labels_in_a_folder_keep_the_folders_of_their_sounds(folder, tmp_path, capsys):
    out = tmp_path / "labels"
    assert main(["tags", str(folder), "--audacity", "--out", str(out)]) == 0
    assert {str(path.relative_to(out)) for path in out.rglob("*.txt")} == {
        "a.wav.labels.txt",
        "b/siren.WAV.labels.txt",
    }
    assert not list(folder.rglob("*.labels.txt"))


def test_two_sounds_of_a_name_do_not_overwrite_each_others_labels(
    folder, siren_spans, tmp_path, capsys
):
    out, one, other = tmp_path / "out", folder / "a.wav", folder / "b" / "a.wav"
    shutil.copy(folder / "b" / "siren.WAV", other)
    command = ["tags", str(one), str(other), "--audacity", "--out", str(out), "--force"]
    assert main(command) == 0
    assert siren_spans[0].label not in (out / "a.wav.labels.txt").read_text()
    assert "another sound's labels" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["missing.wav"], "cannot be opened"),
        (["missing.wav", "other.wav"], "None of 2 files"),
        (["{empty}"], "no sound file in it"),
        (["-", "--raven"], "no file to stand beside"),
        (["missing.wav", "--force"], "for files of labels"),
    ],
)
def test_what_cannot_be_heard_is_one_clear_error(arguments, message, tmp_path, capsys):
    empty = tmp_path / "empty"
    empty.mkdir()
    assert main(["tags", *(each.format(empty=empty) for each in arguments)]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    *_, error, hint = err.splitlines()
    assert error.startswith("error: ")
    assert message in error
    assert hint.startswith("hint: ")

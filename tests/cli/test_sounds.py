"""`build sounds`, `update`, `duplicates`, `info`, and searches of several catalogues."""

from __future__ import annotations

import csv
import io
import json
import shutil
from pathlib import Path

import pytest

from core.__main__ import main
from core.audio.examples import EXAMPLES, example
from core.audio.reader import load
from core.audio.waveform import Waveform
from core.audio.writing import save_wav


@pytest.fixture(autouse=True)
def data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOUNDALIKE_HOME", str(tmp_path / "home"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of sounds, two of them copies of a third."""
    folder = tmp_path_factory.mktemp("sounds")
    for name in EXAMPLES:
        save_wav(example(name), folder / f"{name}.wav")
    shutil.copy(folder / "Siren.wav", folder / "Siren copy.wav")
    quiet = load(folder / "Siren.wav").samples * 0.5
    save_wav(Waveform(quiet, 16_000, "quiet"), folder / "Siren quiet.wav")
    (folder / "empty.wav").touch()
    return folder


@pytest.fixture(scope="module")
def catalog(folder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("catalogs") / "mine"
    assert main(["build", "sounds", str(folder), "--out", str(out), "--listener", "built-in"]) == 0
    return out


def answers(capsys, *arguments: str) -> list[dict]:
    capsys.readouterr()
    assert main([*arguments, "--json"]) == 0
    out = capsys.readouterr().out
    try:
        return [json.loads(out)]
    except ValueError:
        return [json.loads(line) for line in out.splitlines()]


def test_match_gives_paths_where_videos_have_ids(capsys, catalog, folder):
    path = str(folder / "Bell.wav")
    (answer,) = answers(capsys, "match", path, "--catalog", str(catalog))
    first = answer["matches"][0]
    assert first["path"] == str(folder.resolve() / "Bell.wav")
    assert not {"video_id", "url", "no_link"} & set(first)
    assert first["sound"] == pytest.approx(1)
    assert answer["catalog"]["listener"] == "built-in"
    assert first["missing"] is False


def test_copies_are_in_one_match(capsys, catalog, folder):
    path = str(folder / "Siren.wav")
    (answer,) = answers(capsys, "match", path, "--catalog", str(catalog))
    first = answer["matches"][0]
    found = {Path(each).name for each in (first["path"], *first["other_paths"])}
    assert found == {"Siren.wav", "Siren copy.wav"}


def test_similar_takes_a_path(capsys, catalog, folder):
    path = str(folder / "Siren.wav")
    (answer,) = answers(capsys, "similar", path, "--catalog", str(catalog))
    assert answer["query"]["path"] == path
    assert Path(answer["matches"][0]["path"]).name == "Siren quiet.wav"
    assert main(["similar", "nothing.wav", "--catalog", str(catalog)]) == 1
    assert "is not in this catalogue" in capsys.readouterr().err


def test_several_catalogues_give_an_answer_each(capsys, catalog, folder, tmp_path):
    other = tmp_path / "other"
    (tmp_path / "one").mkdir()
    shutil.copy(folder / "Rain.wav", tmp_path / "one")
    assert main(["build", "sounds", str(tmp_path / "one"), "--out", str(other)]) == 0
    both = ["--catalog", str(catalog), "--catalog", str(other)]
    for command in (
        ["match", str(folder / "Siren.wav")],
        ["similar", str(folder / "Siren.wav")],
        ["find", "rain"],
    ):
        first, second = answers(capsys, *command, *both)
        assert (first["catalog"]["path"], second["catalog"]["path"]) == (str(catalog), str(other))
        assert first["query"]["name"] == second["query"]["name"]
        assert [Path(each["path"]).name for each in second["matches"]] == ["Rain.wav"]
    assert main(["find", "rain", *both]) == 0
    assert capsys.readouterr().out.count("Looked for: Rain") == 2


def test_info_says_what_is_in_it(capsys, catalog, folder):
    (described,) = answers(capsys, "info", str(catalog))
    sounds = described["catalog"]["sounds"]
    assert (sounds["files"], sounds["unreadable"]) == (6, 1)
    assert sounds["failed"][0]["reason"] == "It is empty."
    assert described["catalog"]["model"]["name"] == "Built-in listener"
    assert described["catalog"]["categories"]
    assert main(["info", str(catalog)]) == 0
    out = capsys.readouterr().out
    assert str(folder.resolve()) in out
    assert "6 files" in out


def test_duplicates_are_groups_exact_ones_first(capsys, catalog):
    (answer,) = answers(capsys, "duplicates", str(catalog))
    exact, near = answer["groups"]
    assert exact["exact"]
    assert {Path(each).name for each in exact["paths"]} == {"Siren.wav", "Siren copy.wav"}
    assert not near["exact"]
    assert near["size"] == 2
    assert "Siren quiet.wav" in {Path(each).name for each in near["paths"]}
    assert main(["duplicates", str(catalog)]) == 0
    assert "2 groups of 4 files" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["build", "sounds", "nowhere", "--out", "mine"], "is not there"),
        (["build", "sounds", ".", "--out", "mine", "--include", "Dog"], "--include"),
        (["build", "audioset", ".", "--out", "x", "--no-subfolders"], "--no-subfolders is for"),
        (["build", "youtube8m", ".", "--out", "x", "--listener", "built-in"], "--listener is for"),
        (["build", "audioset", ".", "--out", "x", "--visual"], "no visual vectors"),
        (["update", "nowhere"], "is not a catalogue"),
        (["duplicates", "nowhere"], "is not a catalogue"),
    ],
)
def test_bad_input_is_one_error(capsys, tmp_path, monkeypatch, arguments, words):
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == 1
    error, hint = capsys.readouterr().err.splitlines()
    assert words in error
    assert hint.startswith("hint: ")


def test_weights_that_did_not_make_a_catalogue_are_refused(
    capsys, catalog, checkpoint, pca_file, stand_in_home, monkeypatch
):
    monkeypatch.setenv("SOUNDALIKE_HOME", str(stand_in_home.root))
    assert main(["update", str(catalog), "--model", str(checkpoint), "--pca", str(pca_file)]) == 1
    assert "was made by another listener (Built-in listener)" in capsys.readouterr().err


def test_update_tells_what_it_did(capsys, folder, tmp_path):
    own = tmp_path / "own"
    shutil.copytree(folder, own)
    out = str(tmp_path / "mine")
    assert main(["build", "sounds", str(own), "--out", out]) == 0
    assert "6 files" in capsys.readouterr().out
    (own / "Bell.wav").rename(own / "Gong.wav")
    (own / "Rain.wav").unlink()
    assert main(["update", out]) == 0
    assert "1 recognised by their content, 1 missing" in capsys.readouterr().out
    assert main(["update", out, "--remove-missing"]) == 0
    assert "1 removed" in capsys.readouterr().out


def test_tags_of_a_catalogue_are_told_without_analysing_again(capsys, catalog, folder):
    command = ["tags", "--catalog", str(catalog)]
    capsys.readouterr()
    assert main([*command, "--json"]) == 0
    out, err = capsys.readouterr()
    told = [json.loads(line) for line in out.splitlines()]
    assert [Path(each["file"]).name for each in told] == sorted(
        (path.name for path in folder.iterdir() if path.name != "empty.wav"), key=str.casefold
    )
    assert all(each["tags"] for each in told)
    assert err == "note: Nothing is to be heard in 1 of 6 files.\n"
    assert main([*command, "--csv"]) == 0
    rows = list(csv.reader(io.StringIO(capsys.readouterr().out, newline="")))
    assert rows[0] == ["file", "start_s", "end_s", "label", "score"]
    listed = [
        (each["file"], f"{tag['start_s']:.2f}", tag["label"])
        for each in told
        for tag in each["tags"]
    ]
    assert [(row[0], row[1], row[3]) for row in rows[1:]] == listed
    assert main(command) == 0
    heading, *lines = capsys.readouterr().out.splitlines()
    assert heading.split() == ["sound", "start", "end", "score", "class"]
    assert len(lines) == len(listed)


@pytest.mark.parametrize("option", ["--audacity", "--raven"])
def test_labels_of_a_catalogue_go_into_a_folder_and_replace_nothing(
    capsys, catalog, folder, option, tmp_path
):
    command = ["tags", "--catalog", str(catalog), option, "--out", str(tmp_path / "labels")]
    assert main(command) == 0
    written = sorted((tmp_path / "labels").iterdir())
    assert len(written) == len([*folder.iterdir()]) - 1
    assert written[0].name.startswith("Bell.wav.")
    before = written[0].read_text()
    written[0].write_text("mine")
    written[1].unlink()
    capsys.readouterr()
    assert main(command) == 0
    out, err = capsys.readouterr()
    assert str(written[1]) in out
    assert "is there already" in err
    assert written[0].read_text() == "mine"
    assert main(command) == 1
    assert "None of 5 files of labels could be written." in capsys.readouterr().err
    assert main([*command, "--force"]) == 0
    assert written[0].read_text() == before


def test_tags_are_of_sounds_or_of_a_catalogue(capsys, catalog, folder):
    for wrong in ([], [str(folder), "--catalog", str(catalog)]):
        with pytest.raises(SystemExit) as caught:
            main(["tags", *wrong])
        assert caught.value.code == 2
    capsys.readouterr()
    assert main(["tags", "--catalog", str(folder)]) == 1
    assert "is not a catalogue" in capsys.readouterr().err

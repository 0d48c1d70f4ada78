"""`teach` and `taught`: a class from files and clips, in lines and in JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from core.__main__ import main
from core.audio.examples import example
from core.audio.writing import save_wav
from core.catalog.balanced import balanced_catalog


@pytest.fixture
def files(tmp_path: Path) -> dict[str, str]:
    found = {}
    for name in ("Siren", "Rain", "Bell"):
        path = tmp_path / f"{name}.wav"
        save_wav(example(name), path)
        found[name] = str(path)
    return found


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(arguments) == 0
    return capsys.readouterr().out


def test_a_class_from_files_is_heard_listed_and_removed(capsys, files):
    siren = files["Siren"]
    said = run(capsys, "teach", "our siren", "--yes", siren, "--no", files["Rain"])
    assert "1 yes, 1 no" in said
    assert "too few examples" in said
    said = run(capsys, "teach", "our siren", "--yes", f"{siren}@0.5-2.5")
    assert "2 yes, 1 no" in said
    answer = json.loads(run(capsys, "match", siren, "--json", "-k", "1"))
    assert answer["query"]["tags"][0]["label"] == "our siren"
    heard = run(capsys, "tags", siren, files["Rain"], "--csv")
    assert "Siren.wav" in next(line for line in heard.splitlines() if ",our siren," in line)
    assert not any("Rain.wav" in line and ",our siren," in line for line in heard.splitlines())
    (listed,) = json.loads(run(capsys, "taught", "--json"))["classes"]
    assert json.loads(run(capsys, "taught", "list", "--json"))["classes"] == [listed]
    assert "Classes that you taught" in run(capsys, "files", "list")
    assert (listed["name"], listed["yes"], listed["no"]) == ("our siren", 2, 1)
    assert "removed" in run(capsys, "taught", "remove", "our siren")
    assert "No class was taught yet" in run(capsys, "taught")


def test_clips_are_answered_and_the_next_ones_asked_for(capsys):
    catalog = balanced_catalog()
    ids = [catalog.clip(row).video_id for row in range(4)]
    said = run(capsys, "teach", "x", *(f"--yes={each}" for each in ids), "--ask", "3", "--json")
    answer = json.loads(said)
    assert answer["class"]["yes"] == 4
    assert len(answer["ask"]) == 3
    assert not {each["video_id"] for each in answer["ask"]} & set(ids)
    again = json.loads(run(capsys, "teach", "x", "--ask", "3", "--json"))
    assert again["ask"] == answer["ask"]
    link = f"https://www.youtube.com/watch?v={answer['ask'][0]['video_id']}"
    assert "4 yes, 1 no" in run(capsys, "teach", "x", "--no", link)


def test_a_class_is_exported_and_imported(capsys, files, tmp_path):
    run(capsys, "teach", "our siren", "--yes", files["Siren"])
    file = str(tmp_path / "siren.sound-class.json")
    run(capsys, "taught", "export", "our siren", file)
    assert main(["taught", "import", file]) == 1
    assert "There is a class “our siren” already" in capsys.readouterr().err
    run(capsys, "taught", "remove", "our siren")
    assert "1 yes, 0 no" in run(capsys, "taught", "import", file)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["teach", "x"], "no answer"),
        (["teach", "Dog", "--yes", "{Siren}"], "AudioSet has a class"),
        (["teach", "x", "--no", "{Siren}"], "no example"),
        (["teach", "x", "--yes", "{Siren}", "--no", "{Siren}"], "and not to be"),
        (["teach", "x", "--yes", "none.wav"], "none.wav"),
        (["teach", "x", "--yes", "{Siren}@5-4"], "There is no sound between"),
        (["teach", "x", "--yes", "nosuchvideo"], "nosuchvideo"),
        (["taught", "remove", "x"], "No class “x” was taught"),
        (["taught", "export", "x", "x.json"], "No class “x” was taught"),
        (["taught", "import", "{Siren}"], "cannot be used"),
    ],
)
def test_what_cannot_be_taught_is_one_error(capsys, files, arguments, message):
    assert main([text.format(**files) for text in arguments]) == 1
    out, err = capsys.readouterr()
    error, hint = err.splitlines()
    assert error.startswith("error: ")
    assert message in error
    assert hint.startswith("hint: ")
    assert out == ""


def test_a_damaged_class_is_named_and_keeps_nobody_from_listening(
    capsys, files, own_data_folder: Path
):
    run(capsys, "teach", "our siren", "--yes", files["Siren"])
    (own_data_folder / "taught" / "x.sound-class.json").write_text("{}")
    assert main(["taught"]) == 0
    out, err = capsys.readouterr()
    assert "our siren" in out
    assert "x.sound-class.json" in err
    assert "our siren" in run(capsys, "match", files["Siren"], "-k", "1")

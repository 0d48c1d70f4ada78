"""The stable command line: what is printed where, and the exit status."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import soundfile

from core.__main__ import main
from core.audio.logmel import log_mel
from core.audio.reader import load
from core.tagging.ranking import MEANING
from core.vggish.model import Vggish
from tests.conftest import PROJECT
from tests.made_data import N_CLIPS
from tests.waiting import LONG_S


@pytest.fixture
def home(stand_in_home, model_folder, monkeypatch):
    monkeypatch.setenv("SOUNDALIKE_HOME", str(stand_in_home.root))


@pytest.fixture
def model(checkpoint, pca_file):
    return ["--model", str(checkpoint), "--pca", str(pca_file)]


@pytest.fixture
def catalog(made_catalog):
    return ["--catalog", str(made_catalog.path)]


@pytest.fixture
def dog(sounds):
    return str(sounds / "barks.wav")


def run(*arguments: str, **options) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "core", *arguments],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        **options,
    )


def fails(capsys, arguments, *, message, hint=""):
    """Assert that a command fails with one error line and one hint line, and nothing else."""
    assert main(arguments) == 1
    output = capsys.readouterr()
    assert output.out == ""
    lines = output.err.splitlines()
    assert len(lines) == 2
    assert lines[0].startswith("error: ")
    assert lines[1].startswith("hint: ")
    assert message in lines[0]
    assert hint in lines[1]


def test_match_prints_json_and_nothing_else(home, model, catalog, dog):
    answer = run("match", dog, "-k", "7", "--json", "--include", "Animal", *model, *catalog)
    assert answer.returncode == 0, answer.stderr
    assert answer.stderr == ""
    content = json.loads(answer.stdout)
    assert set(content) == {"query", "catalog", "matches"}
    assert content["query"]["audio"] == dog
    assert content["query"]["patches"] == 11
    assert content["catalog"]["balanced"] is False
    assert content["catalog"]["listener"] == "vggish"
    assert all(set(tag) == {"label", "score"} for tag in content["query"]["tags"])
    assert len(content["matches"]) == 7
    for rank, match in enumerate(content["matches"], start=1):
        assert set(match) == {
            *("rank", "video_id", "start_s", "end_s", "labels"),
            *("similarity", "sound", "url"),  # these weights rank by sound alone
        }  # fmt: skip
        assert match["rank"] == rank
        link, _, seconds = match["url"].partition("&t=")
        assert link == f"https://www.youtube.com/watch?v={match['video_id']}"
        assert match["start_s"] <= int(seconds.removesuffix("s")) < match["end_s"]


def test_match_prints_a_table(home, model, catalog, dog, capsys):
    assert main(["match", dog, "-k", "3", *model, *catalog]) == 0
    output = capsys.readouterr()
    lines = output.out.splitlines()
    assert "barks.wav (11.0 s)" in lines[0]
    assert lines[-4].split() == ["rank", "similarity", "span", "labels", "video"]
    assert lines[-3].split()[0] == "1"
    assert "https://www.youtube.com/watch?v=" in lines[-3]


def test_both_parts_of_a_score_stand_beside_it(home, made_catalog, catalog, capsys):
    video_id = made_catalog.clip(0).video_id
    assert main(["similar", video_id, "-k", "3", *catalog]) == 0
    header = ["rank", "similarity", "sound", "meaning", "span"]
    assert capsys.readouterr().out.splitlines()[-4].split()[:5] == header
    assert main(["similar", video_id, "-k", "3", "--json", *catalog]) == 0
    for match in json.loads(capsys.readouterr().out)["matches"]:
        both = (1 - MEANING) * match["sound"] + MEANING * match["meaning"]
        assert match["similarity"] == pytest.approx(both, abs=1e-5)


def test_a_span_is_matched_alone(home, model, catalog, dog, capsys):
    assert main(["match", dog, "--start", "2", "--end", "4", "--json", *model, *catalog]) == 0
    content = json.loads(capsys.readouterr().out)
    assert content["query"]["duration_s"] == 2.0
    assert content["query"]["patches"] == 2
    fails(capsys, ["match", dog, "--start", "99", *model, *catalog], message="no sound between")


def test_similar_takes_ids_that_begin_with_a_minus_sign(catalog, made_catalog, capsys):
    ids = made_catalog.clips["video_id"]
    odd = next(item for item in ids.astype(str) if item.startswith("--"))
    for arguments in (["similar", odd], ["similar", "-k", "5", "--", odd]):
        # Everything behind "--" is an id, so the catalogue is named before it.
        assert main([arguments[0], *catalog, "--json", *arguments[1:]]) == 0
        content = json.loads(capsys.readouterr().out)
        assert content["query"]["video_id"] == odd
        assert odd not in [match["video_id"] for match in content["matches"]]


def test_build_info_and_export(tmp_path, features, capsys):
    out = tmp_path / "catalog"
    assert main(["build", "audioset", str(features), "--out", str(out), "--include", "Cat"]) == 0
    assert "clips in" in capsys.readouterr().out
    assert main(["info", str(out), "--json"]) == 0
    described = json.loads(capsys.readouterr().out)["catalog"]
    assert described["kind"] == "audioset"
    assert described["sources"][0]["include"] == ["Cat"]
    assert main(["info", str(out)]) == 0
    assert str(described["n_clips"]) in capsys.readouterr().out
    for suffix in ("csv", "parquet", "json"):
        file = tmp_path / f"clips.{suffix}"
        assert main(["export", str(out), str(file)]) == 0
        read = {"csv": pd.read_csv, "parquet": pd.read_parquet, "json": pd.read_json}[suffix]
        assert len(read(file)) == described["n_clips"]
    capsys.readouterr()
    fails(capsys, ["export", str(out), str(tmp_path / "clips.xml")], message="xml")


def test_embed_writes_three_arrays(home, model, model_folder, dog, tmp_path, capsys):
    out = tmp_path / "sound.npz"
    assert main(["embed", dog, "--out", str(out), *model]) == 0
    with np.load(out) as found:
        assert set(found) == {"log_mel", "embedding", "postprocessed"}
        patches = log_mel(load(Path(dog))).patches
        expected = Vggish(model_folder).embed(patches)
        assert np.abs(found["log_mel"] - patches).max() <= 1e-4
        assert np.abs(found["embedding"] - expected.raw).max() <= 1e-3 * expected.raw.std()
        assert np.mean(found["postprocessed"] == expected.postprocessed) >= 0.999
    capsys.readouterr()
    missing = tmp_path / "missing" / "sound.npz"
    fails(
        capsys,
        ["embed", dog, "--out", str(missing), *model],
        message="cannot be written",
    )


def test_known_errors_are_two_lines(home, model, catalog, dog, tmp_path, capsys):
    fails(capsys, ["match", "none.wav", *model, *catalog], message="none.wav cannot be opened")
    silent = tmp_path / "silent\n\x1b[31m.wav"
    soundfile.write(silent, np.zeros(32_000), 16_000)
    fails(capsys, ["match", str(silent), *model, *catalog], message=r"silent\n\x1b[31m.wav is")
    fails(capsys, ["match", dog, *model, "--catalog", str(tmp_path)], message="not a catalogue")
    fails(capsys, ["similar", "x", *catalog], message="not in this catalogue")
    fails(capsys, ["match", dog, "--pca", "x.npz"], message="--pca was given without --model")
    fails(
        capsys,
        ["match", dog, "--include", "Doog", *model, *catalog],
        message="Doog",
        hint="Dog",
    )
    fails(
        capsys,
        ["build", "audioset", str(tmp_path / "none.tar"), "--out", str(tmp_path / "new")],
        message="none.tar",
    )
    assert not (tmp_path / "new").exists()
    fails(capsys, ["files", "fetch", "--balanced"], message="of AudioSet's features")


def test_an_unforeseen_failure_shows_no_traceback(capsys, monkeypatch, dog):
    from core.audio import reader

    def break_down(*_):
        raise ZeroDivisionError("surprise")

    monkeypatch.setattr(reader, "AudioFile", break_down)
    fails(capsys, ["match", dog], message="surprise", hint="report")
    monkeypatch.setenv("SOUNDALIKE_DEBUG", "1")
    with pytest.raises(ZeroDivisionError):
        main(["match", dog])


@pytest.mark.parametrize(
    "arguments",
    [[], ["sing"], ["match"], ["match", "a.wav", "-k", "0"], ["match", "a.wav", "-k", "many"],
     ["build", "spotify", "x", "--out", "y"], ["build", "audioset", "x"],
     ["tags", ""], ["files", "move", ""], ["build", "sounds", "", "--out", "y"],
     ["example", "rain.wav", "--seed", "-1"], ["match", "a.wav", "--engine", "abacus"],
     ["build", "audioset", "x", "--out", "y", "--workers", "2", "--scheduler", "tcp://x"]],
)  # fmt: skip
def test_wrong_usage_ends_with_2(arguments):
    with pytest.raises(SystemExit) as raised:
        main(arguments)
    assert raised.value.code == 2


def test_interrupting_ends_with_130(features, tmp_path):
    # A source that never ends: the writer of the pipe keeps it open.
    pipe = tmp_path / "endless.tfrecord"
    os.mkfifo(pipe)
    process = subprocess.Popen(
        [sys.executable, "-m", "core", "build", "audioset", str(tmp_path), "--out", "catalog"],
        cwd=PROJECT,
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with pipe.open("wb") as writer:  # opens once the program reads
        writer.flush()
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=LONG_S)
    assert process.returncode == 130
    assert "Traceback" not in errors
    assert not (PROJECT / "catalog").exists()


def test_a_reader_who_has_seen_enough_is_no_error(catalog, made_catalog):
    video_id = made_catalog.clips["video_id"][0].decode()
    command = (
        f"{sys.executable} -m core similar -k 5000 {' '.join(catalog)} -- {video_id} | head -1"
    )
    answer = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command], cwd=PROJECT, capture_output=True, text=True
    )
    assert answer.returncode == 0
    assert answer.stderr == ""
    assert len(answer.stdout.splitlines()) == 1


def test_progress_is_shown_on_a_terminal_only(features, tmp_path):
    command = f"{sys.executable} -m core build audioset {features} --out {tmp_path / 'catalog'}"
    on_terminal = subprocess.run(
        ["script", "-qec", command, "/dev/null"], cwd=PROJECT, capture_output=True, text=True
    )
    assert on_terminal.returncode == 0
    assert " a second" in on_terminal.stdout
    assert run(*command.split()[3:]).stderr == ""


def test_frames_tell_the_second_that_sounds_most_alike(capsys, catalog, made_catalog):
    video_id = made_catalog.clip(77).video_id
    assert main(["similar", video_id, "-k", "5", "--match", "frames", "--json", *catalog]) == 0
    matches = json.loads(capsys.readouterr().out)["matches"]
    assert len(matches) == 5
    for match in matches:
        assert match["start_s"] <= match["best_second"] < match["end_s"]
        assert 0 <= match["query_second"] < 10
        assert match["url"].endswith(f"&t={int(match['best_second'])}s")
    assert main(["similar", video_id, "-k", "5", "--match", "frames", *catalog]) == 0
    assert " best " in capsys.readouterr().out


def test_classes_are_counted(capsys, catalog):
    assert main(["classes", "--json", *catalog]) == 0
    content = json.loads(capsys.readouterr().out)
    assert content["catalog"]["clips"] == N_CLIPS
    music = next(each for each in content["classes"] if each["name"] == "Music")
    assert music["n_own"] < music["n_all"] < N_CLIPS
    assert main(["classes", *catalog]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["class", "own", "all"]
    assert lines[1].split()[0] == "Music"
    assert main(["classes", "--tree", *catalog]) == 0
    assert "\n  Musical instrument" in capsys.readouterr().out


def test_exported_vectors_have_length_one(capsys, made_catalog, tmp_path):
    path = tmp_path / "clips.parquet"
    assert main(["export", str(made_catalog.path), str(path), "--vectors"]) == 0
    vectors = pd.read_parquet(path).filter(regex=r"^v\d+$").to_numpy()
    assert vectors.shape == (N_CLIPS, 128)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, rtol=1e-6)


def test_info_shows_what_was_measured_of_the_model(home, capsys):
    assert main(["info"]) == 0
    text = capsys.readouterr().out
    assert "converted from" in text
    assert "differs from the reference by" in text
    assert main(["info", "--json"]) == 0
    model = json.loads(capsys.readouterr().out)["models"][0]
    assert f"{model['agreement']:.1e}" in text

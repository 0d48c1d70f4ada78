"""What people give the command line: odd names, links, folders, tracks, slowed sounds."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest
import soundfile

from core.__main__ import main
from core.audio.examples import example
from core.audio.writing import save_wav
from core.catalog.balanced import balanced_catalog
from core.catalog.ontology import Ontology
from core.catalog.pasted_links import video_id_of
from core.catalog.records.sources import guarded, open_files
from core.catalog.records.tfrecord import read_batches
from core.errors import CatalogError, DownloadError
from tests.conftest import small_disk
from tests.made_media import write_media
from tests.record_writers import SequenceExample


@pytest.fixture
def siren(tmp_path: Path) -> Path:
    path = tmp_path / "siren.wav"
    save_wav(example("Siren"), path)
    return path


def answer(capsys, *arguments: str) -> dict:
    assert main([*arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_a_name_that_begins_with_a_minus_sign_is_a_name(siren, monkeypatch, capsys):
    monkeypatch.chdir(siren.parent)
    siren.rename("-dash.wav")
    assert answer(capsys, "match", "-dash.wav", "-k", "1")["query"]["audio"] == "-dash.wav"
    assert main(["match", "-k", "1", "--", "-dash.wav"]) == 0
    assert capsys.readouterr().out.startswith("-dash.wav (5.0 s)")
    with pytest.raises(SystemExit):
        main(["match", "-other.wav"])
    assert "usage" in capsys.readouterr().err


VIDEO_ID = "-0SdAVK79lg"
LINKS = [
    f"https://www.youtube.com/watch?v={VIDEO_ID}",
    f"https://www.youtube.com/watch?app=desktop&v={VIDEO_ID}&t=30s&list=PL1#top",
    f"http://youtu.be/{VIDEO_ID}?si=abc&t=4",
    f"youtu.be/{VIDEO_ID}",
    f"m.youtube.com/watch?v={VIDEO_ID}",
    f"https://music.youtube.com/watch?v={VIDEO_ID}",
    f"https://www.youtube.com/shorts/{VIDEO_ID}?feature=share",
    f"https://www.youtube-nocookie.com/embed/{VIDEO_ID}",
    f"  HTTPS://YOUTUBE.COM/live/{VIDEO_ID}\n",
]


@pytest.mark.parametrize("link", LINKS)
def test_a_pasted_link_is_the_video_that_it_leads_to(link):
    assert video_id_of(link) == VIDEO_ID


@pytest.mark.parametrize(
    "text",
    [
        VIDEO_ID, "", "https://youtu.be/", "https://www.youtube.com/watch?v=short",
        f"https://youtube.com.example.org/watch?v={VIDEO_ID}", "https://[::1", "a/b.c:d",
        f"https://example.org/{VIDEO_ID}", "https://www.youtube.com/@channel", "x" * 10_000,
    ],
)  # fmt: skip
def test_what_is_no_link_stays_as_it_is(text):
    assert video_id_of(text) == text


def test_similar_takes_a_link(capsys):
    clip = balanced_catalog().clip(7).video_id
    by_id = answer(capsys, "similar", clip, "-k", "3")
    by_link = answer(capsys, "similar", f"https://youtu.be/{clip}?t=30", "-k", "3")
    assert by_link == by_id
    assert by_link["query"]["video_id"] == clip
    assert main(["similar", "https://youtu.be/-----------"]) == 1
    assert "'-----------' is not in this catalogue" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("wanted", "meant"),
    [
        ("Crowing", "Crowing, cock-a-doodle-doo"),
        ("cock-a-doodle-doo", "Crowing, cock-a-doodle-doo"),
        ("rooster", "Chicken, rooster"),
    ],
)
def test_a_part_of_a_name_suggests_the_class(wanted, meant):
    with pytest.raises(CatalogError) as caught:
        Ontology.load().resolve([wanted])
    assert meant in caught.value.hint


def test_folders_have_a_switch_and_tell_what_is_left_out(siren, capsys):
    folder = siren.parent / "field"
    (folder / "deep").mkdir(parents=True)
    siren.rename(folder / "siren.wav")
    save_wav(example("Rain"), folder / "deep" / "rain.wav")
    for name in ("a.txt", "b.jpg", "deep/c.txt"):
        (folder / name).write_text("no sound")
    for name in ("one.wav", "two.m4a"):
        (folder / name).write_text("no sound either")
    assert main(["match", str(folder), "-k", "1", "--json"]) == 0
    out, err = capsys.readouterr()
    assert [json.loads(line)["query"]["name"] for line in out.splitlines()] == [
        "rain.wav", "siren.wav",
    ]  # fmt: skip
    assert f"3 files in {folder} left out, by the ending no sound: a.txt, b.jpg, deep/c.txt" in err
    assert "2 of 4 files could not be listened to" in err
    assert main(["match", str(folder), "-k", "1", "--json", "--no-subfolders"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 1


def test_a_folder_of_phone_sound_has_sounds_in_it(tmp_path, capsys):
    sound = example("Siren").samples
    write_media(tmp_path / "memo.m4a", [sound], 16_000, "mp4", "aac")
    assert answer(capsys, "match", str(tmp_path), "-k", "1")["query"]["name"] == "memo.m4a"


def test_a_track_can_be_chosen(tmp_path, capsys):
    sounds = [example(name).samples for name in ("Siren", "Rain")]
    path = write_media(tmp_path / "two.mkv", sounds, 16_000, "matroska", "aac", True)
    first, second = (
        answer(capsys, "match", str(path), "-k", "1", "--track", n)["query"] for n in "12"
    )
    assert first["tags"] != second["tags"]
    assert any("2 sound tracks" in note for note in first["notes"])
    assert main(["tags", str(path), "--track", "3"]) == 1
    assert "it has 2" in capsys.readouterr().err


def test_ultrasound_is_heard_slowed(tmp_path, capsys):
    path = tmp_path / "bat.wav"
    times_s = np.arange(150_000) / 250_000
    calls = 0.5 * np.sin(2 * np.pi * 42_000 * times_s) * np.sin(2 * np.pi * 5 * times_s) ** 2
    soundfile.write(path, calls, 250_000)
    slowed = answer(capsys, "match", str(path), "-k", "1", "--expand", "10")["query"]
    assert slowed["duration_s"] == pytest.approx(6)
    assert any("×10" in note for note in slowed["notes"])
    part = answer(
        capsys, "match", str(path), "-k", "1", "--expand", "10", "--start", "1", "--end", "3"
    )
    assert part["query"]["duration_s"] == pytest.approx(2)
    usual = answer(capsys, "match", str(path), "-k", "1")["query"]
    assert any("choose time expansion ×10" in note for note in usual["notes"])
    soundfile.write(path, np.zeros(150_000), 250_000)
    assert main(["match", str(path)]) == 1
    error, hint = capsys.readouterr().err.splitlines()
    assert "nothing to hear" in error
    assert "--expand 10" in hint


@pytest.mark.real_data
def test_the_given_bat_is_answered_with_an_offer(shared, capsys):
    bat = str(shared / "cases" / "bat_500khz.wav")
    assert any("×10" in note for note in answer(capsys, "match", bat, "-k", "1")["query"]["notes"])
    slowed = answer(capsys, "match", bat, "-k", "1", "--expand", "10")["query"]
    assert slowed["duration_s"] == pytest.approx(0.9)


@pytest.fixture
def vggish(stand_in_home, model_folder, checkpoint, pca_file, monkeypatch):
    monkeypatch.setenv("SOUNDALIKE_HOME", str(stand_in_home.root))
    return ["--model", str(checkpoint), "--pca", str(pca_file)]


def test_embed_writes_what_the_ending_says(vggish, sounds, tmp_path, capsys):
    dog = str(sounds / "barks.wav")
    written = {}
    for ending in ("npz", "npy", "csv", "tfrecord"):
        written[ending] = tmp_path / f"dog.{ending}"
        arguments = ["embed", dog, "--out", str(written[ending]), "--start", "1", *vggish]
        assert main(arguments) == 0
    with np.load(written["npz"]) as arrays:
        raw, postprocessed = arrays["embedding"], arrays["postprocessed"]
    assert np.array_equal(np.load(written["npy"]), raw)
    with written["csv"].open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["start_s"] for row in rows[:2]] == ["1.00", "1.96"]
    numbers = [[float(row[f"embedding_{n}"]) for n in range(128)] for row in rows]
    assert np.array_equal(np.array(numbers, np.float32), raw)
    (batch,) = guarded("dog", read_batches(open_files([written["tfrecord"]], lambda _: None)))
    record = SequenceExample.FromString(bytes(batch.record(0)))
    assert len(batch) == 1
    features = record.feature_lists.feature_list["audio_embedding"].feature
    assert [each.bytes_list.value[0] for each in features] == [
        row.tobytes() for row in postprocessed
    ]
    capsys.readouterr()
    found = answer(capsys, "match", str(written["tfrecord"]), "-k", "1", "--rank", "meaning")
    assert found["query"]["patches"] == len(raw)


def test_embed_says_why_a_full_disk_takes_no_embeddings(vggish, sounds, tmp_path, capsys):
    with small_disk(tmp_path / "disk", 4096) as disk:
        arguments = ["embed", str(sounds / "barks.wav"), "--out", str(disk / "dog.npy"), *vggish]
        assert main(arguments) == 1
        error, _ = capsys.readouterr().err.splitlines()
        assert "cannot be written" in error
        assert "None" not in error
        assert list(disk.iterdir()) == []


def test_embed_refuses_an_ending_that_says_nothing(vggish, sounds, tmp_path, capsys):
    out = tmp_path / "dog.xlsx"
    assert main(["embed", str(sounds / "barks.wav"), "--out", str(out), *vggish]) == 1
    error, hint = capsys.readouterr().err.splitlines()
    assert "dog.xlsx" in error
    assert ".tfrecord" in hint
    assert not out.exists()


@pytest.mark.parametrize("proxy", ["socks5://user:secret@127.0.0.1:1080", "SOCKS5H://host:1"])
def test_a_socks_proxy_is_named_as_not_supported(proxy, monkeypatch):
    from core.downloads.http import proxies_to

    for name in ("all_proxy", "http_proxy", "https_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    assert proxies_to("https://example.org/file") == {}
    monkeypatch.setenv("ALL_PROXY", proxy)
    with pytest.raises(DownloadError, match="SOCKS") as caught:
        proxies_to("https://example.org/file")
    assert "secret" not in caught.value.in_full + caught.value.message
    assert proxies_to("http://127.0.0.1:8000/file") == {"http": None, "https": None}
    monkeypatch.setenv("NO_PROXY", "example.org")
    assert proxies_to("https://example.org/file") == {}
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:3128")
    assert proxies_to("https://example.net/file") == {}

"""AudioSet's features become a catalogue while they arrive."""

from __future__ import annotations

import hashlib
import re
from contextlib import ExitStack

import numpy as np
import pytest

from core.catalog.build import tasks
from core.catalog.build.build import build_catalog
from core.catalog.catalog import Catalog
from core.catalog.records import audioset, tfrecord
from core.catalog.replacing import alone
from core.downloads import pinned, room
from core.downloads.download import Patience, part_bytes
from core.errors import (
    Cancelled,
    CatalogError,
    DownloadError,
    DownloadInterruptedError,
    WrongContentError,
)
from core.jobs import Job
from core.paths import DataFolder
from core.setup import install
from core.setup.features import ClipChoice, fetch_features
from core.tagging.noting import noted
from tests.setup.conftest import archive_of, pin
from tests.web_server import body, halting, in_turn, serve, without_ranges

QUICK = Patience(attempts=2, first_wait_s=0.01, silence_s=5.0)


@pytest.fixture(autouse=True)
def small_parts(monkeypatch):
    monkeypatch.setattr(tasks, "PART_BYTES", 1 << 19)
    monkeypatch.setattr(tfrecord, "BLOCK_BYTES", 1 << 18)


@pytest.fixture
def data(tmp_path):
    return DataFolder(tmp_path / "data")


@pytest.fixture
def expected(small_archive, tmp_path):
    path = tmp_path / "expected.tar.gz"
    path.write_bytes(small_archive)
    return build_catalog(tmp_path / "expected", "audioset", [path], noting=noted)


def fetch(data, choice=None, job=None):
    return fetch_features(data, choice or ClipChoice(), job or Job(), patience=QUICK)[0]


def same(one: Catalog, other: Catalog) -> bool:
    return one.manifest.files == other.manifest.files and np.array_equal(one.clips, other.clips)


def new_clips(stages):
    """Return what was told of how many clips were read now."""
    told = [stage.split(", ", 1)[-1] for stage in stages if stage.endswith("new clips read")]
    return [int(re.search(r"([\d,]+) new", text)[1].replace(",", "")) for text in told]


def names(folder):
    paths = folder.iterdir() if folder.exists() else []
    return sorted(path.name for path in paths if path.suffix != ".lock")


def test_all_of_it_and_nothing_else_is_left(server, data, expected):
    told = []
    catalog = fetch(data, job=Job(lambda *report: told.append(report)))
    assert same(catalog, expected)
    assert catalog.path == data.catalogs / "audioset"
    assert names(data.catalogs) == ["audioset"]
    assert names(data.files) == []
    assert server.asked == [("features.tar.gz", "")]
    assert any(stage.startswith("Fetching AudioSet: ") for stage, _ in told)
    fractions = [fraction for _, fraction in told if fraction is not None]
    assert fractions == sorted(fractions)
    fetch(data)  # it is there: nothing is asked for
    assert len(server.asked) == 1


def test_the_archive_is_kept_on_request(server, data, expected, small_archive):
    fetch(data, ClipChoice(keeps_archive=True))
    assert names(data.files) == ["features.tar.gz"]
    assert (data.files / "features.tar.gz").read_bytes() == small_archive
    assert len(server.asked) == 1
    some = fetch(data, ClipChoice(include=("Dog",)))
    assert some.path.name == "audioset-dog"
    assert 0 < len(some) < len(expected)
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    "order",
    [
        ("bal_train", "eval", "unbal_train"),
        ("eval", "unbal_train", "bal_train"),
        ("unbal_train", "bal_train", "eval"),
        ("mixed",),
    ],
    ids=" ".join,
)
def test_balanced_clips_alone_in_any_order(features, server, data, monkeypatch, order):
    archive = archive_of(features, order, 60)
    server.files["features.tar.gz"] = archive
    pin(monkeypatch, "FEATURES", archive, is_exact=False)
    whole = fetch(data)
    splits = {"bal_train": 0, "eval": 0}
    for split in splits:
        path = data.root / f"{split}.tar.gz"
        path.write_bytes(archive_of(features, (split,), 60))
        splits[split] = len(build_catalog(data.root / split, "audioset", [path]))
    monkeypatch.setattr(audioset, "N_CLIPS", splits)
    catalog = fetch(data, ClipChoice(is_balanced=True))
    assert catalog.path.name == "audioset-balanced"
    # The stand-ins for eval are other clips than those of bal_train.
    assert len(catalog) == sum(splits.values()) < len(whole)


def test_what_is_behind_the_balanced_clips_is_not_fetched(
    features, server, data, monkeypatch, tmp_path
):
    """The second half never comes, and is not missed."""
    counts = {}
    for split in ("bal_train", "eval"):
        path = tmp_path / f"{split}.tar.gz"
        path.write_bytes(archive_of(features, (split,), 60))
        counts[split] = len(build_catalog(tmp_path / split, "audioset", [path]))
    monkeypatch.setattr(audioset, "N_CLIPS", counts)
    archive = archive_of(features, ("bal_train", "eval", "unbal_train"), 60)
    server.files["features.tar.gz"] = archive
    pin(monkeypatch, "FEATURES", archive, is_exact=False)
    server.behaviour = halting(len(archive) * 3 // 4)
    catalog = fetch(data, ClipChoice(is_balanced=True))
    assert len(catalog) == sum(counts.values())
    assert names(data.files) == []
    assert len(server.asked) == 1


@pytest.mark.parametrize("way", [serve, without_ranges], ids=["ranges", "no ranges"])
def test_a_connection_that_breaks_goes_on_in_the_middle(server, data, expected, way):
    server.behaviour = in_turn(
        lambda request, content: way(request, content, 1_000_000),
        lambda request, content: way(request, content, 1_500_000),
        way,
    )
    assert same(fetch(data), expected)
    assert [span for _, span in server.asked][1:2] == ["bytes=1000000-"]


def test_a_cancelled_set_up_goes_on_from_what_came(server, data, expected):
    server.behaviour = halting(1_500_000)
    job = Job(lambda *_: part_bytes(data.files, pinned.FEATURES) < 1_500_000 or job.cancel())
    with pytest.raises(Cancelled):
        fetch(data, job=job)
    assert names(data.catalogs) == [".audioset.parts"]
    server.behaviour, server.n_sent = serve, 0
    stages = []
    assert same(fetch(data, job=Job(lambda stage, _: stages.append(stage))), expected)
    assert server.n_sent == pinned.FEATURES.size - 1_500_000
    read = new_clips(stages)
    assert 0 < read[-1] < len(expected)
    assert names(data.catalogs) == ["audioset"]
    assert names(data.files) == []


def test_without_room_for_the_archive_it_is_not_kept_meanwhile(server, data, expected, monkeypatch):
    free = ClipChoice().room_bytes + 100_000_000
    for module in ("core.downloads.room", "core.setup.features"):
        monkeypatch.setattr(f"{module}.free_bytes", lambda _: free)
    pin(monkeypatch, "FEATURES", server.files["features.tar.gz"])
    monkeypatch.setattr(
        "core.setup.features.free_bytes",
        lambda _: ClipChoice().room_bytes + pinned.FEATURES.size - 1,
    )
    seen = []
    server.behaviour = halting(1_500_000)
    parts = data.catalogs / ".audioset.parts"
    job = Job(lambda *_: len(list(parts.glob("*.part"))) < 2 or job.cancel())
    with pytest.raises(Cancelled):
        fetch(data, job=job)
    assert names(data.files) == []
    server.behaviour, server.n_sent = serve, 0
    catalog = fetch(data, job=Job(lambda stage, _: seen.append(stage)))
    assert same(catalog, expected)
    # All of it came again, but not all was decoded again.
    assert server.n_sent == pinned.FEATURES.size
    read = new_clips(seen)
    assert read[-1] < len(expected)


@pytest.mark.parametrize("spoilt", ["in the middle", "at the end", "another archive"])
def test_wrong_bytes_leave_nothing_and_the_right_ones_come_next(
    server, data, expected, features, small_archive, spoilt
):
    wrong = bytearray(small_archive)
    if spoilt == "another archive":
        wrong = bytearray(archive_of(features, ("eval", "bal_train", "unbal_train")))
    else:
        wrong[len(wrong) // 2 if spoilt == "in the middle" else -1] ^= 1
    server.files["features.tar.gz"] = bytes(wrong)
    with pytest.raises((CatalogError, WrongContentError)):
        fetch(data)
    assert names(data.catalogs) == []
    assert names(data.files) == []
    server.files["features.tar.gz"] = small_archive
    assert same(fetch(data), expected)


def test_bytes_that_became_wrong_while_they_were_kept_are_thrown_away(server, data, expected):
    server.behaviour = halting(1_500_000)
    job = Job(lambda *_: part_bytes(data.files, pinned.FEATURES) < 1_500_000 or job.cancel())
    with pytest.raises(Cancelled):
        fetch(data, job=job)
    part = data.files / ".features.tar.gz.part"
    part.write_bytes(part.read_bytes()[:700_000] + b"zeros" * 10_000)
    server.behaviour = serve
    assert same(fetch(data), expected)


@pytest.mark.parametrize("mistake", ["class name", "no clip left", "another build"])
def test_an_error_that_is_not_the_archives_leaves_what_came(
    server, data, expected, small_archive, mistake
):
    """A mistyped class, or a build that another program is at, costs no gigabytes."""
    part = data.files / ".features.tar.gz.part"
    part.parent.mkdir(parents=True)
    part.write_bytes(small_archive[:1_500_000])
    choices = {
        "class name": ClipChoice(include=("Dgo",)),
        "no clip left": ClipChoice(include=("Dog",), exclude=("Animal",)),
        "another build": ClipChoice(),
    }
    choice = choices[mistake]
    with ExitStack() as held:
        if mistake == "another build":
            held.enter_context(alone(data.catalogs / choice.name))
        with pytest.raises(CatalogError, match=r"no class|No clip|Another program"):
            fetch(data, choice)
    kept = small_archive if mistake == "no clip left" else small_archive[:1_500_000]
    assert part.read_bytes() == kept
    server.n_sent = 0
    assert same(fetch(data), expected)
    assert server.n_sent == len(small_archive) - len(kept)


@pytest.mark.parametrize(
    ("behaviour", "kind", "words"),
    [
        (body(b"<html>", Content_Type="text/html"), DownloadError, "web page"),
        (body(b"short"), DownloadError, "has 5 bytes"),
        (body(b"", 404), DownloadError, "404"),
        (body(b"", 503, Retry_After="3600"), DownloadInterruptedError, "peace"),
        (body(b"", 302, Location="https://evil.example/"), DownloadError, "evil.example"),
    ],
    ids=["login page", "short", "missing", "busy", "elsewhere"],
)
def test_what_is_no_archive_is_one_clear_error(server, data, behaviour, kind, words):
    server.behaviour = behaviour
    with pytest.raises(kind, match=words):
        fetch(data)
    assert names(data.catalogs) == []


def test_a_login_page_after_a_break_costs_nothing(server, data, expected):
    server.behaviour = in_turn(
        lambda request, content: serve(request, content, 1_500_000),
        body(b"<html>", Content_Type="text/html"),
    )
    with pytest.raises(DownloadError, match="web page"):
        fetch(data)
    server.behaviour, server.n_sent = serve, 0
    assert same(fetch(data), expected)
    assert server.n_sent == pinned.FEATURES.size - 1_500_000


def test_no_room_is_said_before_anything_is_asked(server, data, monkeypatch):
    monkeypatch.setattr(room, "free_bytes", lambda _: 1_000_000_000)
    with pytest.raises(DownloadError, match=r"needs 3\.2 GB, and 1\.0 GB are free"):
        fetch(data)
    assert server.asked == []


def test_another_choice_has_another_name_however_long():
    names = ("Dog", "Cat", "Horse", "Cattle, bovinae", "Pig", "Goat", "Sheep", "Chicken, rooster")
    long = [ClipChoice(include=(*names, "Turkey", "Gobble", last)) for last in ("Duck", "Goose")]
    assert len({choice.name for choice in long}) == 2
    assert len(long[0].name) == 80
    assert long[0].name == ClipChoice(include=long[0].include).name
    assert ClipChoice(include=names[:2], exclude=("Music",)).name == "audioset-dog-cat-no-music"


def test_an_archive_that_is_on_this_machine_already(
    server, data, expected, small_archive, tmp_path
):
    mine = tmp_path / "holiday.zip"
    mine.write_bytes(small_archive)
    lines = install.import_files(data, [mine], Job(), ClipChoice(exclude=("Music",)))
    assert lines[0].startswith("features.tar.gz: ")
    assert names(data.catalogs) == ["audioset-no-music"]
    install.import_files(data, [mine])
    assert same(Catalog.open(data.catalogs / "audioset"), expected)
    mine.write_bytes(small_archive[:-1] + b"!")
    with pytest.raises(DownloadError, match=hashlib.sha256(mine.read_bytes()).hexdigest()):
        install.import_files(data, [mine])


def test_what_is_missing_is_told_with_its_size(server, data):
    model, archive = install.missing(data)
    assert (model.what, archive.what) == ("model", "features")
    assert model.n_bytes == sum(file.size for file in pinned.FILES)
    assert "4.0" in archive.licence
    fetch(data)
    assert [item.what for item in install.missing(data)] == ["model"]

"""What others have named is shown, not obeyed: by a terminal, a spreadsheet or a player."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import numpy as np
import pytest

from core.__main__ import main
from core.catalog.build.build import write_catalog
from core.catalog.catalog import Catalog
from core.catalog.clips import Clips
from core.catalog.export import export
from core.catalog.manifest import MANIFEST, ModelIdentity
from core.cli.output import match_table, plain, table
from core.match_lists import Listed, as_table, save
from core.paths import DataFolder
from core.types import CatalogInfo, Match, Matches, Query, Tag
from core.vggish.model import MANIFEST_FILE, ModelManifest
from tests.resealed import reseal

EVIL = "a\x1b[2J\x1b]0;t\x07\x9b31m\nb\r\u202egnp\u2028c\x7f\u200b\U000e0001"
OBEYED = ("\x1b", "\x07", "\x9b", "\r", "\u202e", "\u2028", "\x7f", "\u200b")


def is_harmless(text: str) -> bool:
    return all(sign.isprintable() for line in text.split("\n") for sign in line)


@pytest.fixture
def catalog(tmp_path: Path) -> Catalog:
    """A catalogue all of whose texts want something."""
    clips = Clips.from_lists(
        [b"-abcdefghij", b"abcdefghijk"],
        [(0, 10), (10, 20)],
        [[0], []],
        [np.full((2, 128), n, np.uint8) for n in (3, 200)],
        [True, True],
    )
    folder = tmp_path / "catalog"
    write_catalog(folder, [clips], "audioset", ModelIdentity("M", "m-1"), "here")
    content = json.loads((folder / MANIFEST).read_text())
    content["model"] = {"name": EVIL, "id": EVIL}
    content["created"] = EVIL
    content["sources"][0] |= {"name": EVIL, "added": EVIL, "include": [EVIL], "exclude": [EVIL]}
    (folder / MANIFEST).write_text(json.dumps(content))
    reseal(folder)
    return Catalog.open(folder)


def test_a_catalogues_texts_are_not_obeyed(
    catalog: Catalog, own_data_folder: Path, capsys: pytest.CaptureFixture[str]
):
    data = DataFolder.default()
    data.catalogs.mkdir()
    catalog.path.rename(data.catalogs / "mine")
    folder = data.models / "m"
    folder.mkdir(parents=True)
    ModelManifest(EVIL, EVIL, EVIL, agreement=0.5).save(folder)
    for arguments in (["info"], ["info", str(data.catalogs / "mine")], ["classes", "--catalog"]):
        given = [*arguments, str(data.catalogs / "mine")] if "--catalog" in arguments else arguments
        for options in ([], ["--json"]):
            assert main([*given, *options]) == 0
            output = capsys.readouterr()
            assert is_harmless(output.out + output.err)
            if options and arguments != ["classes", "--catalog"]:
                assert json.loads(output.out)["models"][0]["name"] == EVIL


def test_an_answers_texts_are_not_obeyed():
    match = Match(1, EVIL, 0, 10, (EVIL,), 0.5, EVIL)
    info = CatalogInfo(EVIL, EVIL, 1, EVIL, (EVIL,))
    answer = Matches(
        Query(EVIL, np.zeros((1, 128), np.uint8), 1.0, (EVIL,), heard=(Tag(EVIL, 0.5, EVIL),)),
        info,
        (match,),
    )
    text = match_table(answer)
    assert is_harmless(text)
    assert len(text.split("\n")) == 7
    assert is_harmless(table(("name",), [(EVIL,)]))
    assert not any(sign in plain(EVIL) for sign in OBEYED)
    assert is_harmless(plain("\ud800"))


@pytest.mark.parametrize(
    "changes",
    [
        {"name": 5},
        {"name": None},
        {"agreement": "x"},
        {"agreement": float("nan")},
        {"source": "a\0b"},
        {"model_id": []},
        {"is_released": "no"},
        {"source": None},
        {"source_state": [[1, float("inf")]]},
        {"source_state": [[1]]},
    ],
)
def test_a_models_manifest_of_odd_values_is_left_out(
    own_data_folder: Path, capsys: pytest.CaptureFixture[str], changes: dict
):
    folder = DataFolder.default().models / "m"
    folder.mkdir(parents=True)
    ModelManifest("m-1", "Mine", "mine.ckpt").save(folder)
    content = json.loads((folder / MANIFEST_FILE).read_text()) | changes
    (folder / MANIFEST_FILE).write_text(json.dumps(content))
    assert main(["info"]) == 0
    assert "No model has been prepared" in capsys.readouterr().out


def test_a_models_manifest_that_is_nested_deeply_is_left_out(
    own_data_folder: Path, capsys: pytest.CaptureFixture[str]
):
    folder = DataFolder.default().models / "m"
    folder.mkdir(parents=True)
    (folder / MANIFEST_FILE).write_text("[" * 200_000)
    assert main(["info"]) == 0
    assert "No model has been prepared" in capsys.readouterr().out


FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\ta", "\ra", "\na", " =1", "＝1+1", "\u00a0-1"]


@pytest.mark.parametrize("text", FORMULAS)
def test_no_cell_is_a_formula(tmp_path: Path, text: str):
    match = Match(1, text, 0, 10, (text, "b"), -0.5, text)
    listed = [Listed(match, text, text)]
    save(tmp_path / "x.csv", "x", listed)
    data = (tmp_path / "x.csv").read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    (row,) = csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""))
    assert row["similarity"] == "-0.5"  # a number is no formula
    for column in ("title", "channel", "labels", "video_id", "url"):
        assert row[column].startswith("'"), column
        assert text in row[column]
    cells = as_table(listed)[0].splitlines()[1].split("\t")
    usual = ("=", "+", "-", "@", "＝", "\t")
    assert not any(cell.startswith(usual) for cell in (*cells[2:5], *cells[8:]))


def test_an_export_is_exact(catalog: Catalog, tmp_path: Path):
    export(catalog, tmp_path / "x.csv")
    data = (tmp_path / "x.csv").read_bytes()
    rows = list(csv.DictReader(io.StringIO(data.decode("ascii"))))
    assert [row["video_id"] for row in rows] == ["-abcdefghij", "abcdefghijk"]


def test_a_playlist_has_one_line_for_each_thing(tmp_path: Path):
    url = "https://www.youtube.com/watch?v=abcdefghijk&t=0s"
    evil = "http://evil.example"
    listed = [
        Listed(Match(1, f"a\n{evil}", 0, 10, (), 0.5, url), f"b\r{evil}"),
        Listed(Match(2, "b", 0, 10, ("c\u2028d",), 0.5, f"http://x\n{evil}")),
        Listed(Match(3, f"b\x85{evil}", 0, 10, (), 0.5, url)),
    ]
    save(tmp_path / "x.m3u", f"dog\n#EXTM3U\n{evil}", listed)
    lines = (tmp_path / "x.m3u").read_text(encoding="utf-8").splitlines()
    assert [line[:8] for line in lines] == ["#EXTM3U", "#PLAYLIS", *["#EXTINF:", "https://"] * 2]
    assert [line for line in lines if not line.startswith("#")] == [url, url]

"""Lists of matches as files, as a table and as a playlist."""

from __future__ import annotations

import csv
import json
import os
from html.parser import HTMLParser
from pathlib import Path

import pytest

from core.errors import SoundalikeError
from core.match_lists import Listed, as_table, html_page, playlist_link, save
from core.types import Match, NoLink, watch_url, youtube_id_of

EVIL = '<script>alert("1")</script>'


def listed() -> list[Listed]:
    first = Match(1, "-0RWZT-miFs", 30, 40, ("Dog", "Bark, loud"), 0.98765432, "", 34.0, 2.0)
    first = first.linked(first.video_id)
    second = Match(2, "ab3d", 0, 0, (EVIL,), -0.25, "", no_link=NoLink.GONE)
    third = Match(3, "id000000003", 3600, 3610, (), 0.5, watch_url("id000000003", 3600))
    return [
        Listed(first, "=cmd|' /C calc'!A0", "\tMe\nand my dog"),
        Listed(second, f"Ünïcödé {EVIL}"),
        Listed(third),
    ]


def test_csv_is_read_back_and_has_no_formulas(tmp_path: Path) -> None:
    save(tmp_path / "list.csv", "Sounds like a dog", listed())
    with (tmp_path / "list.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["rank"] for row in rows] == ["1", "2", "3"]
    assert rows[0]["title"] == "'=cmd|' /C calc'!A0"
    assert rows[0]["labels"] == "Dog | Bark, loud"
    assert rows[0]["video_id"] == "'-0RWZT-miFs"
    assert rows[0]["channel"] == "'\tMe\nand my dog"
    assert rows[0]["similarity"] == "0.987654"
    assert rows[0]["best_second"] == "34.0" and rows[2]["best_second"] == ""
    assert rows[1]["title"] == f"Ünïcödé {EVIL}"


def test_json_has_the_path_of_a_file_whose_name_is_no_text(tmp_path: Path) -> None:
    path = os.fsdecode(b"/sounds/B\xe4r \xe9\x9f\xb3.wav")
    save(tmp_path / "list.json", "dog", [Listed(Match(1, "0", 0, 1, (), 0.5, "", path=path))])
    (found,) = json.loads((tmp_path / "list.json").read_text(encoding="utf-8"))["matches"]
    assert found["path"] == path


def test_json_has_what_the_command_line_has_and_titles(tmp_path: Path) -> None:
    save(tmp_path / "list.json", "Sounds like a dog", listed())
    found = json.loads((tmp_path / "list.json").read_text(encoding="utf-8"))
    assert found["query"] == "Sounds like a dog"
    first, second, third = found["matches"]
    assert first == {
        "rank": 1,
        "video_id": "-0RWZT-miFs",
        "start_s": 30,
        "end_s": 40,
        "labels": ["Dog", "Bark, loud"],
        "similarity": 0.987654,
        "url": "https://www.youtube.com/watch?v=-0RWZT-miFs&t=34s",
        "best_second": 34.0,
        "query_second": 2.0,
        "title": "=cmd|' /C calc'!A0",
        "channel": "\tMe\nand my dog",
    }
    assert second["no_link"] == "video gone"
    assert "title" not in third


def test_m3u_has_the_videos_that_have_a_link(tmp_path: Path) -> None:
    save(tmp_path / "list.m3u", "Sounds like\na dog", listed())
    lines = (tmp_path / "list.m3u").read_text(encoding="utf-8").splitlines()
    assert lines == [
        "#EXTM3U",
        "#PLAYLIST:Sounds like a dog",
        "#EXTINF:10,=cmd|' /C calc'!A0",
        "https://www.youtube.com/watch?v=-0RWZT-miFs&t=34s",
        "#EXTINF:10,id000000003",
        "https://www.youtube.com/watch?v=id000000003&t=3600s",
    ]


class Page(HTMLParser):
    """Collects tags, addresses and text; fails where tags do not match."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.addresses: list[str] = []
        self.text = ""
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.addresses += [value or "" for name, value in attrs if name in ("href", "src")]
        if tag not in ("meta", "img", "br"):
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def test_the_page_is_whole_and_nothing_in_it_is_markup() -> None:
    page = Page(html_page(f"Like {EVIL}", listed(), b"\x89PNG"))
    assert "script" not in page.tags
    assert page.text.count(EVIL) == 4  # title, heading, the video's title, its label
    assert page.addresses == [
        "data:image/png;base64,iVBORw==",
        "https://www.youtube.com/watch?v=-0RWZT-miFs&t=34s",
        "https://i.ytimg.com/vi/-0RWZT-miFs/mqdefault.jpg",
        "https://www.youtube.com/watch?v=-0RWZT-miFs&t=34s",
        "https://www.youtube.com/watch?v=id000000003&t=3600s",
        "https://i.ytimg.com/vi/id000000003/mqdefault.jpg",
        "https://www.youtube.com/watch?v=id000000003&t=3600s",
    ]
    assert "0:30–0:40" in page.text and "whole video" in page.text and "video gone" in page.text
    assert "img" not in Page(html_page("Nothing", [])).tags


def test_an_address_that_is_not_youtubes_is_no_link() -> None:
    evil = Match(1, "x", 0, 10, (), 0.5, "javascript:alert(1)?v=id000000003x")
    assert Page(html_page("Evil", [Listed(evil)])).addresses == []


def test_a_table_for_a_spreadsheet() -> None:
    text, page = as_table(listed())
    lines = [line.split("\t") for line in text.splitlines()]
    assert len(lines) == 4 and {len(line) for line in lines} == {11}
    assert lines[1][2:4] == ["'=cmd|' /C calc'!A0", "Me and my dog"]
    assert Page(page).tags == {"meta", "table", "tr", "td"}


def test_a_playlist_has_at_most_fifty_different_videos() -> None:
    assert playlist_link([]) == ""
    assert playlist_link([one.match for one in listed()]) == (
        "https://www.youtube.com/watch_videos?video_ids=-0RWZT-miFs,id000000003"
    )
    many = [Match(n, "", 0, 10, (), 0.5, watch_url(f"id{n % 60:09}", 0)) for n in range(1, 200)]
    assert playlist_link(many).count(",") == 49


def test_another_ending_or_a_missing_folder_is_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(SoundalikeError, match="ends in none of"):
        save(tmp_path / "list.exe", "", [])
    with pytest.raises(SoundalikeError, match="cannot be written"):
        save(tmp_path / "nowhere" / "list.csv", "", [])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://www.youtube.com/watch?v=-0RWZT-miFs&t=30s", "-0RWZT-miFs"),
        ("", ""),
        ("https://www.youtube.com/watch?v=short&t=1s", ""),
        ("https://www.youtube.com/watch?v=../../../etc&t=1s", ""),
        ("https://example.com/watch?v=-0RWZT-miFs", ""),
    ],
)
def test_the_id_is_that_of_the_link(url: str, expected: str) -> None:
    assert youtube_id_of(url) == expected

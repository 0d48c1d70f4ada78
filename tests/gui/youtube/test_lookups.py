"""Titles and thumbnails: every answer YouTube may give, the cache, and politeness."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QDeadlineTimer, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QStyleOptionViewItem
from pytestqt.qtbot import QtBot

from core.types import Match, watch_url
from gui import theme
from gui.results.delegates import TALL_ROW, VideoDelegate
from gui.results.look_up_questions import TROUBLE, LookUpQuestions
from gui.results.model import Column, Row
from gui.results.painted_rows import PaintedRows
from gui.results.panel import ResultsPanel
from gui.widgets.banner import Banner
from gui.workers import Worker
from gui.youtube import LARGE, politeness
from gui.youtube.cache import Cache, Known
from gui.youtube.cache_worker import decoded
from gui.youtube.look_ups import LookUps
from gui.youtube.permission import LookUpPermission
from gui.youtube.politeness import Politeness
from gui.youtube.services import Services, Standing, Video, one_line, read_title
from tests.gui.youtube.youtube_server import HUGE, MARKUP, YoutubeServer, jpeg, serving, title

DAY_S = 86_400


@pytest.fixture
def youtube(monkeypatch: pytest.MonkeyPatch) -> Iterator[YoutubeServer]:
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(politeness, "FIRST_WAIT_S", 0.05)
    with serving() as server:
        yield server


Make = Callable[..., LookUps]


@pytest.fixture
def make(qtbot: QtBot, tmp_path: Path, youtube: YoutubeServer) -> Iterator[Make]:
    made: list[tuple[LookUps, Worker]] = []

    def look_ups(
        is_allowed: bool | None = True,
        cache: str = "cache.sqlite",
        timeout_s: float = 1.0,
        services: Services | Network | None = None,
    ) -> LookUps:
        worker, permission = Worker("look-ups"), LookUpPermission(is_allowed)
        whole = services or youtube.services
        these = LookUps(tmp_path / cache, worker, permission, whole, timeout_s=timeout_s)  # type: ignore[arg-type]
        made.append((these, worker))
        return these

    yield look_ups
    for these, worker in made:
        these.close()
        worker.close()
        assert worker.wait(QDeadlineTimer(5000))
        these.deleteLater()


def key(begin: str) -> str:
    return begin.ljust(11, "_")


def look_up(qtbot: QtBot, look_ups: LookUps, begin: str) -> Video:
    look_ups.want([(key(begin), 56)])
    qtbot.waitUntil(lambda: look_ups.video(key(begin)) is not None)
    found = look_ups.video(key(begin))
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("begin", "expected"),
    [
        ("ok", Video(Standing.ALIVE, "Title of ok_________", "A channel")),
        ("401", Video(Standing.NOT_EMBEDDABLE)),
        ("403", Video(Standing.PRIVATE)),
        ("forb", Video(Standing.PRIVATE)),
        ("404", Video(Standing.GONE)),
        ("429", Video(Standing.ALIVE, "Later", "A channel")),
        ("500", Video(Standing.ALIVE, "After 500", "A channel")),
        ("home", Video(Standing.ALIVE, "Title of home_______", "A channel")),
        ("utf8", Video(Standing.ALIVE, "caf� ��", "é")),
        ("mark", Video(Standing.ALIVE, MARKUP, "<i>me</i>")),
        ("ctrl", Video(Standing.ALIVE, "a b c d e", "x y")),
        ("long", Video(Standing.ALIVE, "x" * 299 + "…", "A channel")),
    ],
)
def test_what_youtube_says_is_understood(
    qtbot: QtBot, make: Make, begin: str, expected: Video
) -> None:
    assert look_up(qtbot, make(), begin) == expected


@pytest.mark.parametrize(
    "begin",
    ["html", "h401", "h404", "deep", "list", "none", "away", "loop", "huge", "drip"],
)
def test_what_is_no_answer_of_youtubes_is_not_believed(
    qtbot: QtBot, make: Make, youtube: YoutubeServer, begin: str
) -> None:
    with ExitStack() as stack:
        other = stack.enter_context(serving())
        youtube.elsewhere = other.address
        look_ups = make()
        look_ups.want([(key(begin), 56)])
        # Three tries each for title and picture, then peace.
        state = look_ups.states[key(begin)]
        qtbot.waitUntil(lambda: state.n_titles == 3 and not state.needs_picture)
        assert look_ups.video(key(begin)) is None
        youtube.release.set()
        assert other.asked == []
        # No body was taken whole; what the buffers hold is up to the system.
        assert youtube.n_huge_bytes < HUGE // 2


def test_who_does_not_answer_is_asked_again_later_and_more_seldom(
    qtbot: QtBot, make: Make, youtube: YoutubeServer
) -> None:
    look_ups = make(timeout_s=0.1)
    look_ups.want([(key("hang"), 56)])
    qtbot.waitUntil(lambda: sum("/vi/" in path for path in youtube.asked) == 5)
    assert look_ups.states[key("hang")].n_pictures == 0
    assert look_ups.thumbnails.n_failures >= 4
    assert look_ups.video(key("hang")) is None


def test_a_network_that_comes_back_is_used(
    qtbot: QtBot, make: Make, youtube: YoutubeServer
) -> None:
    look_ups = make()
    right = look_ups.services
    look_ups.services = Services("http://127.0.0.1:1/oembed", "http://127.0.0.1:1/vi")
    look_ups.want([(key("ok"), 56)])
    qtbot.waitUntil(lambda: look_ups.titles.n_failures == 5)
    look_ups.services = right
    qtbot.waitUntil(lambda: look_ups.image(key("ok"), 56) is not None)
    assert youtube.asked


def test_a_picture_comes_scaled_and_large(qtbot: QtBot, make: Make) -> None:
    look_ups = make()
    look_ups.want([(key("ok"), 56), (key("ok"), LARGE)])
    qtbot.waitUntil(lambda: look_ups.image(key("ok"), LARGE) is not None)
    small, large = look_ups.image(key("ok"), 56), look_ups.image(key("ok"), LARGE)
    assert small is not None and large is not None
    assert (small.width(), small.height()) == (100, 56)
    assert (large.width(), large.height()) == (320, 180)
    assert abs(small.pixelColor(50, 20).blue() - 0xA0) < 6


@pytest.mark.parametrize(("begin", "n_tries"), [("p404", 1), ("pbig", 3), ("pbad", 3)])
def test_what_is_no_picture_is_not_shown(
    qtbot: QtBot, make: Make, youtube: YoutubeServer, begin: str, n_tries: int
) -> None:
    look_ups = make()
    look_up(qtbot, look_ups, begin)
    state = look_ups.states[key(begin)]
    qtbot.waitUntil(lambda: state.n_pictures == n_tries)
    qtbot.waitUntil(lambda: state.has_picture is False)
    n_asked = len(youtube.asked)
    qtbot.wait(100)
    assert look_ups.image(key(begin), 56) is None
    # On a busy machine, questions that were not answered in time come on top.
    assert (state.n_pictures, len(youtube.asked)) == (n_tries, n_asked)


def test_a_removed_video_is_asked_for_no_picture(
    qtbot: QtBot, make: Make, youtube: YoutubeServer
) -> None:
    look_up(qtbot, make(), "404")
    qtbot.wait(100)
    assert len(youtube.asked) == 1


def test_nothing_is_fetched_before_it_is_allowed(
    qtbot: QtBot, make: Make, youtube: YoutubeServer
) -> None:
    look_ups = make(is_allowed=False)
    look_ups.want([(key("ok"), 56)])
    qtbot.waitUntil(lambda: look_ups.states[key("ok")].has_picture is False)
    assert youtube.asked == []
    look_ups.permission.adopt(True)
    qtbot.waitUntil(lambda: look_ups.image(key("ok"), 56) is not None)


def test_forbidding_breaks_off(qtbot: QtBot, make: Make, youtube: YoutubeServer) -> None:
    look_ups = make()
    look_ups.want([(key("hang"), 56)])
    qtbot.waitUntil(lambda: bool(youtube.asked))
    look_ups.permission.adopt(False)
    look_ups.want([(key("ok"), 56)])
    qtbot.wait(100)
    assert len(youtube.asked) == 1
    look_ups.permission.adopt(True)
    qtbot.waitUntil(lambda: look_ups.video(key("ok")) is not None)


def test_at_most_four_at_once_and_only_what_is_in_sight(
    qtbot: QtBot, make: Make, youtube: YoutubeServer
) -> None:
    youtube.delay_s = 0.05
    look_ups = make()
    look_ups.want([(key(f"a{number}"), 56) for number in range(30)])
    qtbot.waitUntil(lambda: len(youtube.asked) >= 6)
    seen = len(youtube.asked)
    wanted = [key(f"b{number}") for number in range(6)]
    look_ups.want([(one, 56) for one in wanted])
    qtbot.waitUntil(lambda: all(look_ups.image(one, 56) is not None for one in wanted))
    assert youtube.most_at_once == 4
    assert len(youtube.asked) <= seen + 4 + 2 * len(wanted)


def test_what_was_looked_up_is_there_without_a_network(
    qtbot: QtBot, make: Make, youtube: YoutubeServer
) -> None:
    first = make()
    for begin in ("ok", "404", "p404"):
        look_up(qtbot, first, begin)
    first.want([(key("ok"), 56)])
    qtbot.waitUntil(lambda: first.image(key("ok"), 56) is not None)
    n_asked = len(youtube.asked)
    second = make(is_allowed=False)
    second.recall([key("ok"), key("404"), key("p404"), key("new")])
    qtbot.waitUntil(lambda: second.video(key("404")) is not None)
    assert second.video(key("404")) == Video(Standing.GONE)
    assert second.video(key("ok")) == first.video(key("ok"))
    assert second.video(key("new")) is None
    second.want([(key("ok"), 56)])
    qtbot.waitUntil(lambda: second.image(key("ok"), 56) is not None)
    # And with a network, nothing that is fresh is asked for again.
    third = make()
    third.want([(key("ok"), 56), (key("404"), 56)])
    qtbot.waitUntil(lambda: third.image(key("ok"), 56) is not None)
    qtbot.wait(100)
    assert len(youtube.asked) == n_asked


def test_a_cache_that_cannot_be_written_hides_nothing(
    qtbot: QtBot, make: Make, tmp_path: Path, youtube: YoutubeServer
) -> None:
    (tmp_path / "file").write_text("no folder")
    look_ups = make(cache="file/cache.sqlite")
    look_up(qtbot, look_ups, "ok")
    qtbot.waitUntil(lambda: look_ups.image(key("ok"), 56) is not None)
    qtbot.wait(50)
    assert len(youtube.asked) == 2


def test_images_that_were_let_go_are_read_again(
    qtbot: QtBot, make: Make, youtube: YoutubeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gui.youtube.look_ups.MOST_IMAGE_BYTES", 3 * 100 * 56 * 4)
    look_ups = make()
    ids = [key(f"a{number}") for number in range(6)]
    for one in (*ids, *ids):
        look_ups.want([(one, 56)])
        qtbot.waitUntil(lambda one=one: look_ups.image(one, 56) is not None)
        assert look_ups.n_images <= 3
    assert len(youtube.asked) == 2 * len(ids)


def test_the_window_shows_what_youtube_says_and_nothing_as_markup(
    qtbot: QtBot, make: Make, youtube: YoutubeServer
) -> None:
    begins = ("ok", "mark", "401", "403", "404", "html")
    found = tuple(
        Match(rank, key(begin), 30, 40, ("Dog",), 0.5, watch_url(key(begin), 30))
        for rank, begin in enumerate(begins, 1)
    )
    look_ups = make(is_allowed=None)
    panel = ResultsPanel(look_ups.permission)
    qtbot.addWidget(panel)
    panel.resize(1200, 700)
    panel.show()
    panel.use_look_ups(look_ups)
    panel.show_matches("Sounds like a dog", found)
    qtbot.wait(100)
    assert youtube.asked == [], "nobody has answered the question yet"
    look_ups.permission.adopt(True)
    model = panel.table.model()

    def titles() -> list[str]:
        return [model.index(row, Column.VIDEO).data() for row in range(model.rowCount())]

    expected = [
        "Title of ok_________",
        MARKUP,
        key("401"),
        "Private or removed",
        "Removed",
        key("html"),
    ]
    qtbot.waitUntil(lambda: titles() == expected)
    qtbot.waitUntil(lambda: look_ups.image(key("ok"), LARGE) is not None)
    panel.table.selectRow(1)
    assert panel.details.title.text() == MARKUP
    assert panel.details.title.textFormat() == Qt.TextFormat.PlainText
    qtbot.waitUntil(lambda: look_ups.image(key("mark"), LARGE) is not None)
    panel.grab()
    assert all(path.startswith(("/oembed?", "/vi/")) for path in youtube.asked)


class Network:
    """A way to YouTube that may be cut; see `Services`."""

    def __init__(self, services: Services) -> None:
        self.services, self.is_up = services, False

    def title_address(self, youtube_id: str) -> str:
        whole = self.services.title_address(youtube_id)
        return whole if self.is_up else "http://127.0.0.1:1/oembed"

    def thumbnail_address(self, youtube_id: str) -> str:
        whole = self.services.thumbnail_address(youtube_id)
        return whole if self.is_up else "http://127.0.0.1:1/vi"


@pytest.fixture
def network(youtube: YoutubeServer) -> Network:
    return Network(youtube.services)


def shown_panel(qtbot: QtBot, look_ups: LookUps, ids: list[str]) -> tuple[ResultsPanel, Banner]:
    """Return a panel that is allowed to look up, with videos of these ids, and what asks."""
    panel, banner = ResultsPanel(look_ups.permission), Banner()
    for part in (panel, panel.details):
        qtbot.addWidget(part)
        part.resize(1200, 700)
        part.show()
    qtbot.addWidget(banner)
    look_ups.failing_changed.connect(panel.show_failing)
    LookUpQuestions(banner, look_ups.permission, look_ups, panel.table.setFocus)
    panel.use_look_ups(look_ups)
    look_ups.permission.adopt(True)
    matches = [
        Match(rank, youtube_id, 30, 40, ("Dog",), 0.5, watch_url(youtube_id, 30))
        for rank, youtube_id in enumerate(ids, 1)
    ]
    panel.show_matches("Sounds like a dog", tuple(matches))
    return panel, banner


def test_without_a_network_one_line_says_so_and_the_rows_are_as_without_look_ups(
    qtbot: QtBot, make: Make, network: Network
) -> None:
    look_ups = make(is_allowed=False, services=network)
    ids = [key("ok"), key("utf8")]
    panel, banner = shown_panel(qtbot, look_ups, ids)
    table = panel.table
    assert banner.message == ""
    qtbot.waitUntil(lambda: "could not be fetched" in banner.message, timeout=20_000)
    assert table.rowHeight(0) == theme.ROW_HEIGHT
    assert not panel.details.picture.isVisible()
    network.is_up = True
    banner.action.click()
    qtbot.waitUntil(lambda: look_ups.video(ids[1]) is not None, timeout=20_000)
    # What was asked in vain before may still end so.
    qtbot.waitUntil(lambda: banner.message == "", timeout=20_000)
    qtbot.waitUntil(lambda: table.rowHeight(0) == TALL_ROW, timeout=20_000)
    qtbot.waitUntil(
        lambda: look_ups.image(ids[0], table.results.image_height) is not None, timeout=20_000
    )


def test_a_line_about_look_ups_that_fail_ends_them_too(
    qtbot: QtBot, make: Make, network: Network
) -> None:
    look_ups = make(is_allowed=False, services=network)
    _, banner = shown_panel(qtbot, look_ups, [key("ok")])
    qtbot.waitUntil(lambda: banner.message == TROUBLE, timeout=20_000)
    with qtbot.waitSignal(look_ups.permission.changed) as answered:
        banner.other.click()
    assert answered.args == [False]
    assert banner.message == ""
    assert not look_ups.permission.is_given


def test_answers_of_no_use_are_told_of_after_the_third(qtbot: QtBot, make: Make) -> None:
    _, banner = shown_panel(qtbot, make(is_allowed=False), [key("html")])
    qtbot.waitUntil(lambda: banner.message == TROUBLE, timeout=20_000)


def test_an_id_is_never_cut(qtbot: QtBot, make: Make) -> None:
    # Where the labels have no column of their own they give way.
    panel, _ = shown_panel(qtbot, make(is_allowed=False), [key("ok")])
    option = QStyleOptionViewItem()
    option.font = panel.table.font()
    option.fontMetrics = panel.table.fontMetrics()
    drawn: list[str] = []

    class Painter(QPainter):
        def drawText(self, *arguments: object) -> None:  # type: ignore[override]
            drawn.append(str(arguments[-1]))

    for width in (130, 160, 200, 600):
        for labels in (("Dog",), ("Domestic animals, pets", "Bark", "Canidae, dogs, wolves")):
            drawn.clear()
            match = Match(1, "-0RWZT-miFs", 30, 40, labels, 0.5, watch_url("-0RWZT-miFs", 30))
            rows = PaintedRows()
            delegate = VideoDelegate(rows)
            delegate.shows_labels = True
            picture = QImage(width, theme.ROW_HEIGHT, QImage.Format.Format_RGB32)
            painter = Painter(picture)
            painted = rows.of(option, Row(match, None, None))
            delegate.paint_in(painter, picture.rect(), painted)
            painter.end()
            assert drawn[-1] == "-0RWZT-miFs"


# The cache


class Clock:
    def __init__(self) -> None:
        self.now_s = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now_s


@pytest.mark.parametrize(
    ("video", "picture", "days"),
    [
        (Video(Standing.ALIVE, "a", "b"), b"jpeg", 30),
        (Video(Standing.NOT_EMBEDDABLE), b"jpeg", 30),
        (Video(Standing.PRIVATE), b"", 7),
        (Video(Standing.GONE), b"", 7),
    ],
)
def test_answers_grow_old_but_are_still_shown(
    tmp_path: Path, video: Video, picture: bytes, days: int
) -> None:
    clock = Clock()
    cache = Cache(tmp_path / "new" / "cache.sqlite", now_s=clock)
    cache.write({"x": video}, {"x": picture})
    clock.now_s += days * DAY_S - 1
    assert cache.read(["x"], True) == {"x": Known(video, True, picture, True)}
    clock.now_s += 2
    assert cache.read(["x", "y"], True) == {"x": Known(video, False, picture, False)}
    assert cache.read(["x"], False) == {"x": Known(video)}
    clock.now_s -= 1000 * DAY_S  # the clock was wrong when it was asked
    assert cache.read(["x"], True) == {"x": Known(video, False, picture, False)}


def test_the_oldest_go_where_there_is_too_much(tmp_path: Path) -> None:
    clock = Clock()
    path = tmp_path / "cache.sqlite"
    cache = Cache(path, most_bytes=100_000, now_s=clock)
    for number in range(100):
        clock.now_s += 1
        cache.write({f"v{number}": Video(Standing.ALIVE)}, {f"v{number}": bytes([number]) * 5000})
    kept = cache.read([f"v{number}" for number in range(100)], True)
    with_picture = [name for name, known in kept.items() if known.jpeg is not None]
    assert with_picture == [f"v{number}" for number in range(100 - len(with_picture), 100)]
    assert 8 <= len(with_picture) <= 19
    assert len(kept) == 100  # titles cost little and stay
    assert path.stat().st_size < 250_000


@pytest.mark.parametrize("damage", [b"this is no database, but it is long enough" * 100, b""])
def test_a_damaged_cache_is_begun_anew(tmp_path: Path, damage: bytes) -> None:
    path = tmp_path / "cache.sqlite"
    path.write_bytes(damage)
    cache = Cache(path)
    for _ in range(2):
        cache.write({"x": Video(Standing.GONE)}, {})
    assert cache.read(["x"], True)["x"].video == Video(Standing.GONE)


@pytest.mark.parametrize(
    "change", ["videos SET standing = 'nonsense'", f"pictures SET jpeg = {2**40}"]
)
def test_a_row_that_makes_no_sense_costs_only_the_cache(tmp_path: Path, change: str) -> None:
    path = tmp_path / "cache.sqlite"
    Cache(path).write({"x": Video(Standing.GONE)}, {"x": b"\xff\xd8\xff"})
    with sqlite3.connect(path) as db:
        db.execute(f"UPDATE {change}")
    db.close()
    assert Cache(path).read(["x"], True) == {}
    assert not path.exists()


def test_a_size_that_makes_no_sense_costs_only_the_cache(tmp_path: Path) -> None:
    path = tmp_path / "cache.sqlite"
    Cache(path).write({}, {"x": b"\xff\xd8\xff"})
    with sqlite3.connect(path) as db:
        db.execute("UPDATE pictures SET n_bytes = 9e999")
    db.close()
    Cache(path).write({}, {"y": b"\xff\xd8\xff"})
    assert not path.exists()


def test_windows_share_a_cache(tmp_path: Path) -> None:
    path = tmp_path / "cache.sqlite"

    def fill(begin: str) -> None:
        for number in range(20):
            Cache(path).write({f"{begin}{number}": Video(Standing.ALIVE, begin)}, {})

    threads = [threading.Thread(target=fill, args=(begin,)) for begin in "ab"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ids = [f"{begin}{number}" for begin in "ab" for number in range(20)]
    assert len(Cache(path).read(ids, False)) == 40


# Politeness and reading


def test_a_server_in_trouble_is_asked_ever_more_seldom() -> None:
    clock = Clock()
    server = Politeness(4, clock)
    assert server.allows(3) and not server.allows(4)
    waits = []
    for _ in range(12):
        server.failed()
        waits.append(server.wait_s)
        assert not server.allows(0)
        clock.now_s += server.wait_s + 0.001
        assert server.allows(0) and not server.allows(1)
    assert waits[:4] == pytest.approx([2, 4, 8, 16])
    assert waits[-1] == pytest.approx(15 * 60)
    server.succeeded()
    assert server.allows(3)
    server.failed(wanted_wait_s=120)
    assert server.wait_s == pytest.approx(120)
    server.failed(wanted_wait_s=1e9)
    assert server.wait_s == pytest.approx(24 * 3600)
    server.forgive()
    assert server.allows(3)


@given(st.integers(0, 599), st.binary(max_size=300))
def test_any_answer_can_be_read(status: int, body: bytes) -> None:
    video = read_title(status, body)
    assert video is None or video.title == one_line(video.title)


@given(st.text(max_size=1000))
def test_any_text_becomes_one_line(text: str) -> None:
    line = one_line(text)
    assert len(line) <= 300
    assert line == one_line(line)
    assert "\n" not in line and "\u202e" not in line
    found = read_title(200, title(text))
    assert found is not None and found.title == line


def test_a_picture_of_another_shape_is_cut_not_squeezed() -> None:
    image = decoded(jpeg(width=480, height=360), 56)
    assert image is not None and (image.width(), image.height()) == (100, 56)
    assert decoded(b"\xff\xd8\xff\xe0nonsense", 56) is None

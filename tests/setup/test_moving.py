"""The data folder moves: at once by the command line, or as planned, at the next start."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from core.__main__ import main
from core.downloads import room
from core.errors import Cancelled, DownloadError
from core.jobs import Job
from core.library import Library
from core.paths import MOVED_FROM, MOVED_TO, MOVING_HERE, PLANNED_MOVE, DataFolder
from core.setup.copying import copy_content
from core.setup.folder_lock import alone_in, in_use
from core.setup.move_mark import FolderContent
from core.setup.moving import move
from core.setup.planned_move import cancel_move, carry_out, has_work, plan_move, planned_move
from core.setup.stored_items import storage
from tests.conftest import PROJECT, as_root, small_disk
from tests.setup.kill_a_move import contents, filled, lies_at
from tests.waiting import wait_until

LIFE = "my life's work"
ROOM = 1 << 27


@pytest.fixture
def data(own_data_folder: Path, tmp_path: Path) -> DataFolder:
    """A data folder with files, links, an empty folder and a history."""
    return filled(own_data_folder, tmp_path / "elsewhere")


def halfway(stage: str, done: float | None) -> None:
    if done is not None and done > 0.5:
        raise Cancelled


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_the_command_moves_at_once_and_back(data, tmp_path, capsys):
    before, target = contents(data.root), tmp_path / "disk" / "sounds"
    assert main(["files", "move", str(target)]) == 0
    assert f"The data is in {target} now." in capsys.readouterr().out
    assert DataFolder.default().root == target
    assert contents(target) == lies_at(before, data.root, target)
    assert names(data.root) == {MOVED_TO}
    assert "left-behind" not in {item.key for item in storage(DataFolder(target))}
    assert main(["files", "move", str(data.root)]) == 0
    assert DataFolder.default() == data
    assert contents(data.root) == before


def test_history_and_models_know_where_their_files_are_now(data, tmp_path):
    moved = move(data, tmp_path / "new")
    paths = {past.name: past.path for past in Library(moved.library).history()}
    assert paths["mine.flac"] == str(moved.recordings / "mine.flac")
    assert paths["else.wav"] == str(tmp_path / "elsewhere" / "else.wav")
    assert str(moved.files / "x.ckpt") in (moved.models / "m" / "manifest.json").read_text()


def test_files_that_look_like_the_programs_own_move_as_well(data, tmp_path):
    """Only what lies at the top, and has the very names, stays."""
    mine = ["catalogs/moved-to", "files/Cargo.lock", "own.lock", "models/.x.partial", ".hidden"]
    for name in mine:
        (data.root / name).write_text(LIFE)
    moved = move(data, tmp_path / "new")
    assert [(moved.root / name).read_text() for name in mine] == [LIFE] * len(mine)
    assert names(data.root) == {MOVED_TO}


def refused(data: DataFolder, target: Path, words: str) -> None:
    """Say the same at once, when it is planned, and whatever happened since."""
    before = contents(data.root)
    for attempt in (move, plan_move):
        with pytest.raises(DownloadError, match=words):
            attempt(data, target)
    assert planned_move(data) is None
    assert contents(data.root) == before
    assert DataFolder.default() == data


def test_a_place_that_is_not_empty_or_inside_is_refused(data, tmp_path):
    foreign = tmp_path / "foreign"
    foreign.mkdir()
    (foreign / "thesis.odt").write_text(LIFE)
    refused(data, foreign, "is not empty")
    refused(data, foreign / "thesis.odt", "is no folder")
    refused(data, foreign / "thesis.odt" / "below", "Not a directory")
    refused(data, data.root / "inside", "lie within each other")
    refused(data, data.root.parent, "lie within each other")
    (tmp_path / "link").symlink_to(data.root / "catalogs")
    refused(data, tmp_path / "link" / "x", "lie within each other")
    assert names(foreign) == {"thesis.odt"}
    assert (foreign / "thesis.odt").read_text() == LIFE


def test_a_place_that_may_not_be_written_is_refused(data, tmp_path):
    with small_disk(tmp_path / "disk", ROOM) as disk:
        as_root("mount", "-o", "remount,ro", str(disk))
        refused(data, disk / "new", "Read-only file system")


def test_a_place_without_room_is_refused(data, tmp_path, monkeypatch):
    monkeypatch.setattr(room, "free_bytes", lambda _: 1_000)
    refused(data, tmp_path / "new", "no room for the data folder")
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("was_there", [False, True])
def test_another_disk_that_fills_up_stops_a_move_and_nothing_is_lost(
    data, tmp_path, monkeypatch, was_there
):
    """The room is there when it is asked for, and gone while the data is copied."""
    before = contents(data.root)
    monkeypatch.setattr(room, "free_bytes", lambda _: 1 << 50)
    with small_disk(tmp_path / "disk", 150_000) as disk:
        if was_there:
            (disk / "sounds").mkdir()
        with pytest.raises(DownloadError, match="No space left on device") as raised:
            move(data, disk / "sounds")
        assert "make room there" in raised.value.hint
        assert [str(path.relative_to(disk)) for path in disk.rglob("*")] == ["sounds"] * was_there
        assert contents(data.root) == before
        assert DataFolder.default() == data
        # Planned, it is tried again until there is room.
        plan_move(data, disk / "sounds")
        with pytest.raises(DownloadError, match="No space left on device"):
            carry_out(data)
        assert names(disk / "sounds") == {MOVING_HERE}
        as_root("mount", "-o", "remount,size=16m", str(disk))
        assert contents(carry_out(data).root).keys() == before.keys()
        assert DataFolder.default().root == disk / "sounds"


def test_a_cancelled_move_loses_nothing_and_can_be_done_again(data, tmp_path):
    before, target = contents(data.root), tmp_path / "new"
    with pytest.raises(Cancelled):
        move(data, target, Job(halfway))
    assert not target.exists()
    assert contents(data.root) == before
    assert DataFolder.default() == data
    (data.recordings / "mine.flac").unlink()
    assert contents(move(data, target).root).keys() == before.keys() - {"recordings/mine.flac"}


def test_back_again_after_a_cancelled_move_the_way_still_leads_there(data, tmp_path):
    first, target = data, tmp_path / "new"
    moved = move(first, target)
    with pytest.raises(Cancelled):
        move(moved, first.root, Job(halfway))
    assert DataFolder.default() == moved
    assert names(first.root) <= {MOVED_TO, MOVED_FROM}
    # Killed between its last two steps, a move has left two folders that lead to each other.
    before = contents(moved.root)
    (target / MOVED_TO).write_text(str(first.root))
    assert contents(DataFolder.default().root) == before


def test_what_was_put_where_the_data_was_before_is_not_overwritten(data, tmp_path):
    """Such as by a start while the disk with the data was not there."""
    moved = move(data, tmp_path / "new")
    data.recordings.mkdir()
    (data.recordings / "mine.flac").write_text(LIFE)
    with pytest.raises(DownloadError, match="is not empty"):
        move(moved, data.root)
    assert (data.recordings / "mine.flac").read_text() == LIFE
    assert DataFolder.default() == moved


def test_a_disk_without_links_is_refused_and_no_link_is_dropped(data, tmp_path, monkeypatch):
    def no_links(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    before = contents(data.root)
    monkeypatch.setattr(os, "symlink", no_links)
    with pytest.raises(DownloadError, match="takes no links"):
        move(data, tmp_path / "new")
    assert contents(data.root) == before
    assert not (tmp_path / "new").exists()


def test_data_that_changes_meanwhile_is_not_left_behind(data, tmp_path):
    def write(stage: str, done: float | None) -> None:
        (data.recordings / "new.flac").write_text(LIFE)

    with pytest.raises(DownloadError, match="changed while it was copied"):
        move(data, tmp_path / "new", Job(write))
    assert (data.recordings / "new.flac").read_text() == LIFE
    assert DataFolder.default() == data


def test_a_folder_that_cannot_be_read_is_not_left_behind(data, tmp_path, monkeypatch):
    scan = os.scandir

    def scandir(path: str) -> object:
        if str(path).endswith("recordings"):
            raise PermissionError(13, "Permission denied", path)
        return scan(path)

    monkeypatch.setattr(os, "scandir", scandir)
    with pytest.raises(DownloadError, match="Permission denied"):
        move(data, tmp_path / "new")
    assert DataFolder.default() == data


# Planned


def test_a_planned_move_is_done_at_the_next_start(data, tmp_path):
    before, target = contents(data.root), tmp_path / "disk" / "sounds"
    assert not has_work(data)
    assert plan_move(data, target) == target
    assert contents(data.root) == before
    assert DataFolder.default() == data
    assert planned_move(data) == target
    assert has_work(data)
    stages = []
    moved = carry_out(data, Job(lambda stage, done: stages.append((stage, done))))
    assert moved.root == target == DataFolder.default().root
    fractions = [done for _, done in stages]
    assert fractions == sorted(fractions)
    assert contents(target).keys() == before.keys()
    assert names(data.root) == {MOVED_TO}
    assert not has_work(moved)
    assert MOVING_HERE not in names(target)


@pytest.mark.parametrize("was_there", [False, True])
def test_a_planned_move_is_undone(data, tmp_path, was_there):
    before, target = contents(data.root), tmp_path / "new"
    if was_there:
        target.mkdir()
    plan_move(data, target)
    cancel_move(data)
    cancel_move(data)
    assert target.exists() == was_there
    assert not was_there or names(target) == set()
    assert not has_work(data)
    assert contents(data.root) == before


def test_another_place_may_be_chosen_instead(data, tmp_path):
    first, second = tmp_path / "first", tmp_path / "second"
    plan_move(data, first)
    plan_move(data, second)
    assert not first.exists()
    with pytest.raises(DownloadError):
        plan_move(data, data.root / "inside")
    assert planned_move(data) == second
    assert main(["files", "move", str(first)]) == 0
    assert not second.exists()
    assert not has_work(DataFolder.default())


def test_a_planned_move_that_is_cancelled_is_not_tried_again(data, tmp_path):
    before, target = contents(data.root), tmp_path / "new"
    plan_move(data, target)
    with pytest.raises(Cancelled):
        carry_out(data, Job(halfway))
    assert not has_work(data)
    assert not target.exists()
    assert contents(data.root) == before


def test_a_disk_that_is_gone_at_the_next_start_may_come_back(data, tmp_path):
    before, mounted = contents(data.root), tmp_path / "disk"
    with small_disk(mounted, ROOM) as disk:
        plan_move(data, disk / "sounds")
    for _ in range(2):  # its mount point is still there, and on the wrong disk
        with pytest.raises(DownloadError, match="that folder is not there") as raised:
            carry_out(data)
        assert "Connect the disk" in raised.value.hint
    assert list(mounted.iterdir()) == []
    assert contents(data.root) == before
    assert planned_move(data) == mounted / "sounds"
    plan_move(data, tmp_path / "another")
    assert contents(carry_out(data).root).keys() == before.keys()


def test_what_came_into_the_place_meanwhile_stays_as_it_is(data, tmp_path):
    target = tmp_path / "new"
    plan_move(data, target)
    (target / "library.sqlite").write_text(LIFE)
    with pytest.raises(DownloadError, match="is not empty"):
        carry_out(data)
    cancel_move(data)
    assert names(target) == {"library.sqlite"}
    assert (target / "library.sqlite").read_text() == LIFE


ENDLESS = b'{"sources": [], "is_new": true, "copied": {"files": {"a": [1e999, 1]}, "folders": []}}'


@pytest.mark.parametrize(
    "content", [b"", b"x", b"[]", b'{"sources": 1}', b"[" * 100_000, b"\xff", b"{}", ENDLESS]
)
def test_a_mark_that_makes_no_sense_is_none(data, tmp_path, content):
    target = tmp_path / "new"
    plan_move(data, target)
    (target / MOVING_HERE).write_bytes(content)
    with pytest.raises(DownloadError, match="is not there"):
        carry_out(data)
    assert contents(carry_out_again(data, target).root)


def carry_out_again(data: DataFolder, target: Path) -> DataFolder:
    plan_move(data, target)
    return carry_out(data)


def test_a_mark_that_leads_out_of_its_folder_removes_nothing(data, tmp_path):
    target, mine = tmp_path / "new", tmp_path / "thesis.odt"
    mine.write_text(LIFE)
    plan_move(data, target)
    text = (target / MOVING_HERE).read_text()
    for name in ("../thesis.odt", str(mine)):
        (target / MOVING_HERE).write_text(
            text.replace('"files": {}', f'"files": {{"{name}": [1, 2]}}')
        )
        with pytest.raises(DownloadError, match="is not there"):
            carry_out(data)
    cancel_move(data)
    assert mine.read_text() == LIFE


def test_a_file_that_became_a_link_after_it_was_copied(tmp_path):
    old, new = tmp_path / "old", tmp_path / "new"
    for folder in (old, new):
        folder.mkdir()
    (tmp_path / "large").write_text(LIFE)
    (old / "model").symlink_to(tmp_path / "large")
    (new / "model").write_text(LIFE)
    copy_content(old, new, FolderContent.of(old), Job())
    assert (new / "model").readlink() == tmp_path / "large"


@pytest.mark.parametrize(
    "content", [b"", b"relative", b"/a\0b", b"/" + b"y" * 100_000, b"/dev/null"]
)
def test_a_plan_that_makes_no_sense_moves_nothing(data, content):
    before = contents(data.root)
    (data.root / PLANNED_MOVE).write_bytes(content)
    if has_work(data):
        with pytest.raises(DownloadError, match="is not there"):
            carry_out(data)
        cancel_move(data)
    assert contents(data.root) == before
    assert DataFolder.default() == data


# Several programs

HOLD = """
import sys
from core.paths import DataFolder
from core.setup.folder_lock import in_use
with in_use(DataFolder.default()):
    print("holds", flush=True)
    sys.stdin.read()
"""


def test_data_that_another_program_uses_is_not_moved(data, tmp_path, capsys):
    before, target = contents(data.root), tmp_path / "new"
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD],
        cwd=PROJECT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with holder:
        assert holder.stdout.readline() == "holds\n"
        plan_move(data, target)
        with pytest.raises(DownloadError, match="Another Soundalike is using the data"):
            carry_out(data)
        assert main(["files", "move", str(tmp_path / "at-once")]) == 1
        assert "Another Soundalike is using the data" in capsys.readouterr().err
        assert main(["files", "list"]) == 0, "others may use it, too"
        assert contents(data.root) == before
        holder.kill()
    assert carry_out(data).root == target


def test_who_comes_while_the_data_is_moved_waits_and_finds_it(data, tmp_path):
    stages: list[str] = []
    with alone_in(data.root):
        waiter = subprocess.Popen(
            [sys.executable, "-c", HOLD], cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )

        def give_up(stage: str, done: float | None) -> None:
            stages.append(stage)
            raise Cancelled

        with pytest.raises(Cancelled), in_use(data, Job(give_up)):
            pass
        assert stages == ["Waiting for another Soundalike that moves the data"]
        shutil.copytree(data.root, tmp_path / "new", symlinks=True)
        (data.root / MOVED_TO).write_text(str(tmp_path / "new"))
    with waiter:
        assert waiter.stdout.readline() == b"holds\n"
        with pytest.raises(DownloadError), alone_in(tmp_path / "new"):
            pass
        waiter.kill()


def test_without_a_folder_or_a_right_to_write_there_is_nothing_to_hold(tmp_path):
    gone = DataFolder(tmp_path / "gone")
    with in_use(gone) as found:
        assert found == gone
    assert not gone.root.exists()


# Killed


@pytest.mark.slow
@pytest.mark.parametrize("how", ["new", "back", "planned"])
def test_a_move_that_is_killed_at_any_moment_loses_nothing(tmp_path, how):
    """Before each of its changes to a file system; see `tests/setup/kill_a_move.py`."""
    with small_disk(tmp_path / "disk", ROOM) as disk:  # in memory, which is faster
        done = subprocess.run(
            [sys.executable, "-m", "tests.setup.kill_a_move", str(disk / "trials"), how],
            cwd=PROJECT,
            capture_output=True,
            text=True,
            timeout=500,
        )
    assert done.returncode == 0, done.stdout + done.stderr
    n_kills, n_before, n_after = map(int, done.stdout.split())
    assert n_kills == n_before + n_after
    assert min(n_before, n_after) >= 10


@pytest.mark.slow
def test_a_move_that_is_killed_while_it_copies_goes_on_from_there(data, tmp_path):
    target = tmp_path / "new"
    for number in range(8):
        (data.recordings / f"{number}.flac").write_bytes(os.urandom(4_000_000))
    before = contents(data.root)
    command = [sys.executable, "-m", "core", "files", "move", str(target)]
    with subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.DEVNULL) as program:
        wait_until((target / "recordings" / "3.flac").is_file)
        program.kill()
    assert contents(data.root) == before
    there = [path for path in target.rglob("?.flac") if not path.name.startswith(".")]
    written = {path: path.stat().st_ino for path in there}
    assert len(written) >= 4
    moved = move(DataFolder.default(), target)
    assert contents(moved.root).keys() == before.keys()
    assert {path: path.stat().st_ino for path in there} == written, "they were not copied again"

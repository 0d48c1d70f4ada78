"""Files are written whole or not at all, whatever their name leads to."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from core.atomic import written_whole
from tests.conftest import PROJECT

WRITER = """
import sys
from pathlib import Path
from core.atomic import written_whole
with written_whole(Path(sys.argv[1])) as file:
    file.write(b"half")
    file.flush()
    print("writing", flush=True)
    sys.stdin.readline()
"""


def write(path, content=b"new"):
    with written_whole(path) as file:
        file.write(content)


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_a_file_is_replaced_and_keeps_its_permissions(tmp_path):
    path = tmp_path / "list.csv"
    write(path, b"old")
    path.chmod(0o640)
    write(path)
    assert path.read_bytes() == b"new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert names(tmp_path) == ["list.csv"]


def test_an_error_leaves_what_was_there(tmp_path):
    path = tmp_path / "list.csv"
    write(path, b"old")
    with pytest.raises(RuntimeError), written_whole(path) as file:
        file.write(b"half")
        raise RuntimeError
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["list.csv"]


@pytest.mark.parametrize("begin", ["", "a", "ab"])
def test_a_long_name_is_not_cut_within_a_letter(tmp_path, begin):
    path = tmp_path / (begin + "音" * 80)
    with written_whole(path) as file:
        assert os.path.basename(file.name).encode().decode().count("音") > 60  # noqa: PTH119
        file.write(b"new")
    assert names(tmp_path) == [path.name]


@pytest.mark.parametrize("is_there", [True, False])
def test_a_link_is_followed(tmp_path, is_there):
    (tmp_path / "far").mkdir()
    goal, link = tmp_path / "far" / "goal.csv", tmp_path / "link.csv"
    if is_there:
        goal.write_bytes(b"old")
    link.symlink_to("far/goal.csv")
    write(link)
    assert link.is_symlink()
    assert goal.read_bytes() == b"new"
    assert names(tmp_path) == ["far", "link.csv"]
    assert names(goal.parent) == ["goal.csv"]


def test_a_pipe_is_written_to(tmp_path):
    path = tmp_path / "pipe.csv"
    os.mkfifo(path)
    read = []
    reader = threading.Thread(target=lambda: read.append(path.read_bytes()))
    reader.start()
    write(path)
    reader.join()
    assert read == [b"new"]
    assert stat.S_ISFIFO(path.stat().st_mode)
    assert names(tmp_path) == ["pipe.csv"]


def test_a_device_is_written_to_and_may_be_full():
    write(Path("/dev/null"))
    assert stat.S_ISCHR(Path("/dev/null").stat().st_mode)
    with pytest.raises(OSError, match="No space left"):
        write(Path("/dev/full"))
    assert stat.S_ISCHR(Path("/dev/full").stat().st_mode)


def test_an_open_file_of_ones_own_is_written_to(tmp_path):
    with (tmp_path / "out").open("w+b") as out:
        write(Path(f"/dev/fd/{out.fileno()}"))
        out.seek(0)
        assert out.read() == b"new"


@pytest.mark.parametrize("name", ["n" * 255, "ü" * 127, "\udcff\udcfe.csv", "a*[b].csv"])
def test_odd_names(tmp_path, name):
    write(tmp_path / name)
    assert names(tmp_path) == [name]


@pytest.fixture
def writer(tmp_path):
    """A program that is in the middle of writing list.csv."""
    path = tmp_path / "list.csv"
    program = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path)],
        cwd=PROJECT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert program.stdout.readline() == b"writing\n"
    yield program
    program.kill()
    program.communicate()


def test_what_a_killed_program_left_is_removed_by_the_next(writer, tmp_path):
    writer.send_signal(signal.SIGKILL)
    writer.wait()
    assert len(names(tmp_path)) == 1
    write(tmp_path / "list.csv.bak")
    assert len(names(tmp_path)) == 2, "another file's leftovers stay"
    write(tmp_path / "list.csv")
    assert names(tmp_path) == ["list.csv", "list.csv.bak"]


def test_what_another_program_is_writing_stays(writer, tmp_path):
    write(tmp_path / "list.csv")
    assert len(names(tmp_path)) == 2
    writer.communicate(b"\n")
    assert writer.returncode == 0
    assert (tmp_path / "list.csv").read_bytes() == b"half"
    assert names(tmp_path) == ["list.csv"]

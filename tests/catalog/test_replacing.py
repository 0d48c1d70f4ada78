"""What is left when builds are killed, meet each other, or meet other people's files."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from core.catalog.build.build import write_catalog
from core.catalog.catalog import Catalog
from core.catalog.clips import Clips
from core.catalog.manifest import ModelIdentity
from core.errors import CatalogError

PROJECT = Path(__file__).parents[2]
MODEL = ModelIdentity("Mine", "mine-1")


def clips(n_clips: int) -> Clips:
    ids = [f"video{row:06}".encode() for row in range(n_clips)]
    frames = [np.full((1, 128), row % 256, np.uint8) for row in range(n_clips)]
    return Clips.from_lists(ids, [(0, 10)] * n_clips, [[0]] * n_clips, frames, [True] * n_clips)


def build(folder: Path, n_clips: int) -> Catalog:
    return write_catalog(folder, [clips(n_clips)], "audioset", MODEL, "here")


def beside(folder: Path) -> set[str]:
    return {path.name for path in folder.parent.iterdir()} - {folder.name, "soundalike-home"}


# In folder after folder a child of this program builds 3 clips and then 50 over them. The child
# kills itself at step 1, 2, 3 and so on of the latter, until there is no such step; the program
# prints how many there were. Steps are all calls that change something on the disk.
KILLED = """
import os, pathlib, shutil, signal, sys
import numpy as np
import pyarrow.parquet
from core.catalog.build import build
from core.catalog.build import merge
from core.catalog import replacing
from tests.catalog.test_replacing import MODEL, clips

step, die_at = 0, 0

def counted(function):
    def call(*arguments, **options):
        global step
        step += 1
        if step == die_at:
            os.kill(os.getpid(), signal.SIGKILL)
        return function(*arguments, **options)
    return call

pathlib.Path.rename = counted(pathlib.Path.rename)
pathlib.Path.mkdir = counted(pathlib.Path.mkdir)
pathlib.Path.write_text = counted(pathlib.Path.write_text)
os.fsync = counted(os.fsync)
shutil.rmtree = counted(shutil.rmtree)
merge.NpyFile.append = counted(merge.NpyFile.append)
merge.ClipsTable.append = counted(merge.ClipsTable.append)
merge.clip_directions = counted(merge.clip_directions)

status = signal.SIGKILL
while status == signal.SIGKILL:
    die_at += 1
    folder = pathlib.Path(sys.argv[1], f"catalog{die_at}")
    child = os.fork()
    if not child:
        chosen, die_at = die_at, 0
        build.write_catalog(folder, [clips(3)], "audioset", MODEL, "here")
        step, die_at = 0, chosen
        both = clips(50)
        halves = [both.take(np.arange(25)), both.take(np.arange(25, 50))]
        build.write_catalog(folder, halves, "audioset", MODEL, "here")
        os._exit(0)
    status = os.waitpid(child, 0)[1]
assert status == 0, status
print(die_at - 1)
"""


def run(code: str, *arguments: str | Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=PROJECT,
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
    )


@pytest.mark.slow
def test_a_kill_at_any_step_leaves_a_whole_catalogue(tmp_path: Path):
    with run(KILLED, tmp_path) as program:
        n_steps = int(program.communicate()[0])
    assert n_steps > 12
    found = []
    for step in range(1, n_steps + 1):
        folder = tmp_path / f"catalog{step}"
        found.append(len(Catalog.open(folder, verify=True)))
        # The next build works, and cleans up after the dead one.
        assert len(build(folder, 4)) == 4
        assert not any(name.startswith(f".{folder.name}.") for name in beside(folder))
    assert found == sorted(found)
    assert set(found) == {3, 50}


def test_kills_at_moments_that_nobody_chose(tmp_path: Path):
    folder = tmp_path / "catalog"
    build(folder, 3)
    code = (
        "import sys, pathlib; from tests.catalog.test_replacing import build\n"
        "while True:\n"
        "    for n in (3, 50): print(len(build(pathlib.Path(sys.argv[1]), n)), flush=True)"
    )
    rng = np.random.default_rng()
    for _ in range(4):
        with run(code, folder) as program:
            for _ in range(int(rng.integers(1, 10))):
                program.stdout.readline()
            program.kill()
        assert len(Catalog.open(folder, verify=True)) in (3, 50)


def test_after_a_kill_between_the_renames_the_old_one_opens_in_place(tmp_path: Path):
    folder = tmp_path / "catalog"
    build(folder, 3)
    folder.rename(tmp_path / ".catalog.previous")
    assert len(Catalog.open(folder)) == 3
    assert not folder.exists()
    with pytest.raises(CatalogError, match="No clip"):
        write_catalog(folder, [], "audioset", MODEL, "here")
    assert len(Catalog.open(folder)) == 3
    assert len(build(folder, 4)) == 4
    assert beside(folder) == set()


def test_an_open_catalogue_survives_its_replacement(tmp_path: Path):
    folder = tmp_path / "catalog"
    old = build(folder, 3)
    build(folder, 50)
    assert old.clip(2).video_id == "video000002"
    assert old.frames[2, 0] == 2
    assert len(Catalog.open(folder)) == 50


def test_opening_while_another_is_put_in_place_finds_the_new_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    from core.catalog import catalog

    folder = tmp_path / "catalog"
    build(folder, 3)
    real, calls = catalog.check_files, []

    def replaced_meanwhile(*arguments: object) -> None:
        calls.append(1)
        if len(calls) == 1:
            monkeypatch.setattr(catalog, "check_files", real)
            build(folder, 50)
            monkeypatch.setattr(catalog, "check_files", replaced_meanwhile)
        real(*arguments)

    monkeypatch.setattr(catalog, "check_files", replaced_meanwhile)
    assert len(Catalog.open(folder)) == 50


def test_two_programs_cannot_build_into_one_folder(tmp_path: Path):
    folder = tmp_path / "catalog"
    build(folder, 3)
    code = (
        "import sys, pathlib\n"
        "from core.catalog.build.build import write_catalog\n"
        "from tests.catalog.test_replacing import MODEL, clips\n"
        "def batches():\n"
        "    print('building', flush=True)\n"
        "    sys.stdin.readline()\n"
        "    yield clips(50)\n"
        "write_catalog(pathlib.Path(sys.argv[1]), batches(), 'audioset', MODEL, 'here')"
    )
    with run(code, folder) as other:
        assert other.stdout.readline() == "building\n"
        with pytest.raises(CatalogError, match="Another program is building"):
            build(folder, 4)
        assert len(Catalog.open(folder)) == 3
        other.communicate("go on\n")
    assert other.returncode == 0
    assert len(Catalog.open(folder)) == 50
    assert beside(folder) == set()


def test_the_lock_ends_with_the_build_even_if_it_fails(tmp_path: Path):
    def failing() -> Iterator[Clips]:
        yield clips(2)
        raise RuntimeError

    folder = tmp_path / "catalog"
    with pytest.raises(RuntimeError):
        write_catalog(folder, failing(), "audioset", MODEL, "here")
    assert not folder.exists()
    assert beside(folder) == set()
    assert len(build(folder, 3)) == 3


@pytest.mark.parametrize(
    "names",
    [["thesis.txt"], ["frames.npy", "labels.npy"], ["catalog.json", "thesis.txt"], ["sub/x"]],
)
def test_other_peoples_folders_are_left_alone(tmp_path: Path, names: list[str]):
    folder = tmp_path / "mine"
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("precious")
    with pytest.raises(CatalogError, match="is not a catalogue, so it is left as it is"):
        build(folder, 3)
    assert all((folder / name).read_text() == "precious" for name in names)
    assert beside(folder) == set()


@pytest.mark.parametrize("name", [".DS_Store", "Thumbs.db", "desktop.ini"])
def test_what_file_managers_leave_in_a_folder_is_not_in_the_way(tmp_path: Path, name: str):
    folder = tmp_path / "catalog"
    folder.mkdir()
    for n_clips in (3, 50):
        (folder / name).write_bytes(b"where the icons are")
        assert len(build(folder, n_clips)) == n_clips


def test_files_put_into_the_folder_during_the_build_are_not_lost(tmp_path: Path):
    folder = tmp_path / "catalog"
    build(folder, 3)

    def batches() -> Iterator[Clips]:
        yield clips(50)
        (folder / "thesis.txt").write_text("precious")

    with pytest.raises(CatalogError, match="left as it is"):
        write_catalog(folder, batches(), "audioset", MODEL, "here")
    assert (folder / "thesis.txt").read_text() == "precious"
    assert len(Catalog.open(folder)) == 3


def test_a_file_in_the_way_is_left_alone(tmp_path: Path):
    (tmp_path / "catalog").write_text("precious")
    with pytest.raises(CatalogError, match="is not a catalogue"):
        build(tmp_path / "catalog", 3)
    assert (tmp_path / "catalog").read_text() == "precious"
    with pytest.raises(CatalogError, match="cannot be written"):
        build(tmp_path / "catalog" / "deeper", 3)


def test_empty_folders_damaged_catalogues_and_missing_parents_are_filled(tmp_path: Path):
    (tmp_path / "empty").mkdir()
    assert len(build(tmp_path / "empty", 3)) == 3
    assert len(build(tmp_path / "new" / "deep" / "down", 3)) == 3
    (tmp_path / "empty" / "catalog.json").write_text("{")
    (tmp_path / "empty" / "frames.npy").unlink()
    assert len(build(tmp_path / "empty", 4)) == 4


def test_a_link_to_a_folder_stays_a_link(tmp_path: Path):
    build(tmp_path / "real", 3)
    (tmp_path / "link").symlink_to(tmp_path / "real")
    assert len(build(tmp_path / "link", 4)) == 4
    assert (tmp_path / "link").is_symlink()
    assert len(Catalog.open(tmp_path / "real")) == 4

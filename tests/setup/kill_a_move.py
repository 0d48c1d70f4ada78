"""Kills a move of the data folder before each of its changes to a file system, and looks after it.

``python -m tests.setup.kill_a_move FOLDER new|back|planned`` prints how many kills there were, and
how many before and after the switch; it fails where something is lost.
"""

from __future__ import annotations

import itertools
import json
import os
import shutil
import signal
import sys
from pathlib import Path

import numpy as np

from core.library import Library
from core.library_types import PastSearch
from core.paths import LOCK, MOVED_FROM, MOVED_TO, MOVING_HERE, PLANNED_MOVE, DataFolder
from core.setup.moving import finish, move
from core.setup.planned_move import carry_out, has_work, plan_move
from core.types import Query

CHANGES = {"os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.symlink", "os.utime"}
OWN = {MOVED_TO, MOVED_FROM, MOVING_HERE, PLANNED_MOVE, LOCK}


def filled(root: Path, elsewhere: Path) -> DataFolder:
    """Make a data folder with files, links of all kinds, an empty folder, a model, a history."""
    data = DataFolder(root)
    for folder in (data.catalogs / "audioset", data.files, data.models / "m", data.recordings):
        folder.mkdir(parents=True)
    (data.root / "empty").mkdir()
    (elsewhere / "big").mkdir(parents=True)
    (elsewhere / "big" / "frames.npy").write_bytes(bytes(100))
    (elsewhere / "else.wav").write_bytes(b"else")
    (data.catalogs / "big").symlink_to(elsewhere / "big")
    (data.files / "note").symlink_to(os.path.relpath(elsewhere / "else.wav", data.files))
    (data.files / "here").symlink_to("x.ckpt")
    (data.files / "gone").symlink_to(elsewhere / "unplugged")
    (data.files / "x.ckpt").write_bytes(os.urandom(70_000))
    (data.catalogs / "audioset" / "frames.npy").write_bytes(os.urandom(50_000))
    manifest = {"source": str(data.files / "x.ckpt")}
    (data.models / "m" / "manifest.json").write_text(json.dumps(manifest))
    (data.recordings / "mine.flac").write_bytes(os.urandom(60_000))
    library = Library(data.library)
    for path in (data.recordings / "mine.flac", elsewhere / "else.wav"):
        query = Query(path.name, np.zeros((1, 128), np.uint8), 1.0)
        library.remember(PastSearch(name=path.name, path=str(path)), query)
    return data


def contents(root: Path) -> dict[str, object]:
    """Return what is there: files' bytes, where links lead, folders, and paths in the history."""
    found: dict[str, object] = {}
    for path in root.rglob("*"):
        name = str(path.relative_to(root))
        if name in OWN or path.suffix == ".partial" or name.startswith("library.sqlite-"):
            continue
        if path.is_symlink():
            found[name] = os.path.normpath(path.parent / path.readlink())
        elif name == "library.sqlite":
            found[name] = "\n".join(
                past.path for past in sorted(Library(path).history(), key=lambda past: past.name)
            )
        elif path.name == "manifest.json":
            found[name] = json.loads(path.read_text())["source"]
        else:
            found[name] = path.read_bytes() if path.is_file() else None
    return found


def lies_at(found: dict[str, object], old: Path, new: Path) -> dict[str, object]:
    """Return contents as they are after a move from one folder to another."""
    return {
        name: value.replace(str(old), str(new)) if isinstance(value, str) else value
        for name, value in found.items()
    }


def killed(data: DataFolder, target: Path, is_planned: bool, number: int) -> bool:
    """Move in a child that is killed before its so-manieth change; return whether it was."""
    child = os.fork()
    if child == 0:
        counter = itertools.count()

        def count(event: str, arguments: tuple[object, ...]) -> None:
            is_writing = event == "open" and isinstance(arguments[2], int) and arguments[2] & 0x3
            if (event in CHANGES or is_writing) and next(counter) == number:
                os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(count)
        if is_planned:
            carry_out(data)
        else:
            move(data, target)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0
    return os.WIFSIGNALED(status)


def renew(places: tuple[Path, Path], saved: Path) -> None:
    """Put everything back as it was before a trial, in the same place: paths are absolute."""
    for place in places:
        shutil.rmtree(place, ignore_errors=True)
        if (saved / place.name).exists():
            shutil.copytree(saved / place.name, place, symlinks=True)


def gone_on(now: DataFolder, target: Path, is_planned: bool) -> DataFolder:
    """Go on as the next start does, or the command when it is given again."""
    if now.root == target:
        finish(now)
        return now
    return carry_out(now) if is_planned else move(now, target)


def check_whole(expected: dict[str, object], source: Path, target: Path, number: int) -> None:
    assert contents(target) == lies_at(expected, source, target), (number, "lost")
    assert [path.name for path in source.iterdir()] == [MOVED_TO], number
    assert {path.name for path in target.rglob("*")} & OWN <= {MOVED_FROM, LOCK}, number
    partial = list(target.rglob(".*.partial"))
    assert not partial, (number, partial)
    assert not has_work(DataFolder(target)), number


def main(folder: Path, how: str) -> None:
    home, other = filled(folder / "home", folder / "elsewhere").root, folder / "disk" / "sounds"
    if how == "back":
        move(DataFolder(home), other)
    for place in (home, other):
        if place.exists():
            shutil.copytree(place, folder / "saved" / place.name, symlinks=True)
    n_before = n_after = 0
    for number in itertools.count():
        renew((home, other), folder / "saved")
        source, target = DataFolder(home).followed(), home if how == "back" else other
        before = contents(source.root)
        if how == "planned":
            plan_move(source, target)
        if not killed(source, target, how == "planned", number):
            check_whole(before, source.root, target, number)
            break
        now = DataFolder(home).followed()
        if now == source:
            n_before += 1
            assert contents(now.root) == before, (number, "changed")
        else:
            n_after += 1
        now = gone_on(now, target, how == "planned")
        assert DataFolder(home).followed() == now, number
        check_whole(before, source.root, target, number)
    print(number, n_before, n_after)  # noqa: T201


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])

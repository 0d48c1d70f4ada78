"""How much of the program the tests run: python .ci/measure_coverage.py [TESTS…]; `make coverage`.

The tests run in a copy of the project, folder by folder, in an environment in which every Python is
traced, that of each process that a test starts, too. What cannot be seen from outside is changed in
the copy alone: a thread of Qt's is not traced unless it asks for it, and the process that decodes
containers is given the time, and the right, to write down what it ran. Bodies of compiled loops
cannot be seen at all: `core/kernels` is counted as if nothing had run them.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import venv
from collections import Counter
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
WORK = PROJECT / "build" / "coverage"
TREE, DATA, PYTHON = WORK / "tree", WORK / "data", WORK / "environment" / "bin" / "python"
SETTINGS = f"""[run]
data_file = {DATA / "coverage"}
parallel = true
sigterm = true
patch = _exit
source =
    {TREE / "core"}
    {TREE / "gui"}
"""
TRACED = "import coverage; coverage.process_startup()\n"
CHANGES = {
    "gui/workers.py": ("        _give_way()\n", "        sys.settrace(threading.gettrace())\n"),
    "core/audio/container_child.py": (
        "    for name, most in bounds.items():\n",
        "    bounds = {}\n",
    ),
    "core/audio/container.py": (
        "        self._process.kill()\n        self._process.wait()\n",
        "        for pipe in (self._process.stdin, self._process.stdout):\n"
        "            with suppress(OSError):\n                pipe.close()\n"
        "        with suppress(subprocess.TimeoutExpired):\n            self._process.wait(10)\n",
    ),
}
"""Per file a place, and what is put before it."""


def prepare() -> None:
    """Make the environment and the copy anew."""
    shutil.rmtree(WORK, ignore_errors=True)
    DATA.mkdir(parents=True)
    venv.create(PYTHON.parent.parent, symlinks=True)
    ours = sysconfig.get_path("purelib")
    theirs = sysconfig.get_path("purelib", vars={"base": str(PYTHON.parent.parent)})
    Path(theirs, "traced.pth").write_text(f"{ours}\n{TRACED}")
    files = subprocess.check_output(["git", "ls-files", "-z"], cwd=PROJECT, text=True)
    for name in filter(None, files.split("\0")):
        place = TREE / name
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(PROJECT / name, place)
    for name, (place, added) in CHANGES.items():
        text = (TREE / name).read_text()
        if place not in text:
            raise SystemExit(f"{name} has no {place!r} any more: mend CHANGES.")
        (TREE / name).write_text(text.replace(place, added + place, 1))
    (WORK / "settings").write_text(SETTINGS)


def folders() -> list[str]:
    """Return the tests in pieces, so that a crash costs one of them."""
    found = {path.parent for path in (TREE / "tests").rglob("test_*.py")}
    return sorted(str(path.relative_to(TREE)) for path in found)


def run(piece: str) -> None:
    """Run the tests that lie in a folder, not those in folders in it; say how they ended."""
    tests = sorted((TREE / piece).glob("test_*.py")) or [TREE / piece]
    environment = {
        **os.environ,
        "COVERAGE_PROCESS_START": str(WORK / "settings"),
        "SOUNDALIKE_TEST_DATA": os.environ.get(
            "SOUNDALIKE_TEST_DATA", str(PROJECT.parent / "shared" / "data")
        ),
    }
    command = [PYTHON, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-o", "timeout=1800", *tests]
    done = subprocess.run(command, cwd=TREE, env=environment, capture_output=True, text=True)
    (WORK / f"{piece.replace('/', '-')}.log").write_text(done.stdout + done.stderr)
    print(f"{piece}: {(done.stdout.splitlines() or [''])[-1]}", flush=True)


def report() -> None:
    """Print a row for each room, and for both packages."""
    import coverage

    found = coverage.Coverage(config_file=str(WORK / "settings"))
    found.combine([str(DATA)], keep=True)
    n_lines: Counter[str] = Counter()
    n_missed: Counter[str] = Counter()
    for path in (path for part in ("core", "gui") for path in (TREE / part).rglob("*.py")):
        _, lines, _, missed, _ = found.analysis2(str(path))
        folders = path.relative_to(TREE).parent.parts
        for row in ("/".join(folders[:2]), f"all of {folders[0]}"):
            n_lines[row] += len(lines)
            n_missed[row] += len(missed)
    print("| room | lines | run |\n|---|---|---|")
    for row in sorted(n_lines):
        share = 1 - n_missed[row] / max(n_lines[row], 1)
        print(f"| `{row}` | {n_lines[row]:,} | {100 * share:.1f} % |")


def main() -> None:
    """Run what is named, or all, and report."""
    prepare()
    for piece in sys.argv[1:] or folders():
        run(piece)
    report()


if __name__ == "__main__":
    main()

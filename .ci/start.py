"""Start the window; where there is no display, do the same job on the command line."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT))

from main import has_display  # noqa: E402 - it lies one folder up


def main(arguments: list[str]) -> int:
    """Return the exit status of the program that was started."""
    os.environ["PYTHONPATH"] = str(PROJECT)
    core = [sys.executable, "-m", "core"]
    if has_display():
        return subprocess.call([sys.executable, str(PROJECT / "main.py"), *arguments])
    print(
        "No display here, so this is the command line. To see the window, run `make run` "
        "in a desktop session, or over `ssh -X`.",
        flush=True,
    )
    with tempfile.TemporaryDirectory() as folder:
        if not arguments:
            arguments = [str(Path(folder) / "example.wav")]
            status = subprocess.call([*core, "example", *arguments])
            if status:
                return status
        return subprocess.call([*core, "match", "-k", "10", *arguments])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Where the self-contained program starts: both programs, and every process of theirs.

Python is no program of its own there. What the program starts as ``sys.executable -P SCRIPT …``
or ``-c CODE`` is answered here, as Python would; `multiprocessing.freeze_support` takes the
processes of pools and their helpers out first.
"""

from __future__ import annotations

import ctypes.util
import multiprocessing
import os
import runpy
import sys
from pathlib import Path

FOLDER = Path(getattr(sys, "_MEIPASS", Path(__file__).parent))
"""Where the libraries lie."""


def main() -> None:
    """Do what the process was started for."""
    _find_own_libraries_first()
    _restore_environment()
    multiprocessing.freeze_support()
    option, arguments = (sys.argv[1:2] or [""])[0], sys.argv[2:]
    if option == "-P":
        sys.argv = arguments
        runpy.run_path(arguments[0], run_name="__main__")
    elif option == "-c":
        sys.argv = ["-c", *arguments[1:]]
        exec(arguments[0], {"__name__": "__main__"})
    else:
        _keep_compiled_code_with_the_data()
        _begin()


def _find_own_libraries_first() -> None:
    """Have packages that ask for a library of the system by its name find the folder's."""
    of_the_system = ctypes.util.find_library

    def found(name: str) -> str | None:
        own = sorted(FOLDER.glob(f"lib{name}.so*"))
        return str(own[0]) if own else of_the_system(name)

    ctypes.util.find_library = found


def _restore_environment() -> None:
    """Let programs that this one opens, such as a browser, find the system's libraries again.

    This process has looked already where PyInstaller's start sent it.
    """
    if getattr(sys, "frozen", False):
        before = os.environ.pop("LD_LIBRARY_PATH_ORIG", None)
        os.environ.pop("LD_LIBRARY_PATH", None)
        if before is not None:
            os.environ["LD_LIBRARY_PATH"] = before


def _keep_compiled_code_with_the_data() -> None:
    """Have Numba write there: not beside the program, nor where it stays when both are gone."""
    if "NUMBA_CACHE_DIR" not in os.environ:
        from core.paths import DataFolder

        os.environ["NUMBA_CACHE_DIR"] = str(DataFolder.default().cache / "compiled")


def _begin() -> None:
    if Path(sys.argv[0]).stem == "soundalike-window":
        from main import run

        run()
    else:
        from core.__main__ import run

        run()


main()

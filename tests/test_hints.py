"""Who sits before the window is told of buttons, who sits at a terminal of commands."""

from __future__ import annotations

import ast
import pickle
from pathlib import Path

import pytest

from core.errors import DownloadError, SoundalikeError
from tests.conftest import PROJECT

OF_THE_TERMINAL = ("python -m core", "SOUNDALIKE_HOME")
ONLY_ON_THE_TERMINAL = ("__main__.py", "commands.py", "file_commands.py")


def calls(path: Path) -> list[ast.Call]:
    tree = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    return [node for node in tree if isinstance(node, ast.Call)]


def errors(folder: str) -> list[tuple[str, list[str]]]:
    """Return the place, and what each argument says, of all errors that a folder's code makes."""
    return [
        (f"{path.name}:{call.lineno}", list(map(ast.unparse, call.args)))
        for path in sorted((PROJECT / folder).rglob("*.py"))
        for call in calls(path)
        if path.name not in ONLY_ON_THE_TERMINAL and getattr(call.func, "id", "").endswith("Error")
    ]


def test_errors_that_name_a_command_say_the_windows_way_too():
    told = 0
    for place, arguments in errors("core"):
        if len(arguments) > 1 and any(word in arguments[1] for word in OF_THE_TERMINAL):
            told += 1
            assert len(arguments) == 3, f"{place}: {arguments[1]}"
            assert not any(word in arguments[2] for word in OF_THE_TERMINAL), place
    assert told >= 10


def test_the_window_itself_names_no_command():
    for path in (PROJECT / "gui").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                assert not any(word in node.value for word in OF_THE_TERMINAL), path.name


@pytest.mark.parametrize("window_hint", ["", "Press “Set up…”."])
def test_both_hints_come_back_from_another_process(window_hint: str):
    error = pickle.loads(pickle.dumps(DownloadError("It is gone.", "Run: x", window_hint)))
    assert isinstance(error, SoundalikeError)
    assert (error.message, error.hint) == ("It is gone.", "Run: x")
    assert error.in_full == f"It is gone. {window_hint or 'Run: x'}"

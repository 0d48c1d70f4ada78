"""A report says where the program broke, and nothing of whose sounds it was about."""

from __future__ import annotations

import logging
import re
from pathlib import Path

import pytest

from core.errors import AudioFileError
from core.log_lines import LEFT_OUT, last_lines, without_names


def logged(path: Path, error: Exception) -> list[str]:
    """Return what the window's log says of an error."""
    handler = logging.FileHandler(path, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(name)s: %(message)s"))
    log = logging.getLogger("gui.workers")
    log.addHandler(handler)
    try:
        raise error
    except Exception:
        log.exception("Work in the background broke")
    finally:
        log.removeHandler(handler)
        handler.close()
    return last_lines(path, 100)


@pytest.mark.parametrize(
    "error",
    [
        FileNotFoundError(2, "No such file or directory", "/home/anna/My diary/secret song.wav"),
        OSError("cannot open C:\\Users\\Anna\\secret song.wav"),
        ValueError("secret song.wav: too short"),
        ValueError("no sound in “secret song”"),
        AudioFileError("My secret song is silent.", "Record Anna again."),
    ],
)
def test_names_and_folders_are_left_out(tmp_path: Path, error: Exception) -> None:
    lines = logged(tmp_path / "window.log", error)
    assert re.search("secret", "\n".join(lines))
    text = "\n".join(without_names(lines))
    assert not re.search("(?i)secret|anna|diary|home|users", text)
    assert LEFT_OUT in text
    assert type(error).__name__ in text
    assert "gui.workers: Work in the background broke" in text
    assert "tests/test_log_lines.py" in text  # where it broke, by its place in the program
    assert "raise error" in text
    assert str(Path(__file__).parent) not in text


def test_what_names_nothing_stays(tmp_path: Path) -> None:
    lines = logged(tmp_path / "window.log", IndexError("index 5 is out of bounds for size 3"))
    assert "IndexError: index 5 is out of bounds for size 3" in without_names(lines)


def test_code_that_is_nowhere_known_has_no_place() -> None:
    lines = ['  File "/home/anna/secret/x.py", line 3, in go', "    run()"]
    assert without_names(lines) == ['  File "…", line 3, in go', "    run()"]


def test_more_lines_of_a_message_are_no_source() -> None:
    lines = ['  File "/x.py", line 3, in go', "    run()", "    /home/anna"]
    assert without_names(lines)[2] == LEFT_OUT


def test_only_the_end_of_a_long_log_is_read(tmp_path: Path) -> None:
    path = tmp_path / "window.log"
    path.write_text("\n".join(f"line {n}" for n in range(100_000)))
    assert last_lines(path, 3) == ["line 99997", "line 99998", "line 99999"]
    assert last_lines(path, 10**9)[0].startswith("line ")
    assert last_lines(tmp_path / "none", 3) == []

"""Where answers go: any terminal, full disks, closed outputs, and Ctrl-C at any moment."""

from __future__ import annotations

import io
import json
import os
import resource
import signal
import subprocess
import sys

import numpy as np
import pytest
import soundfile

from core.__main__ import main
from core.errors import SoundalikeError, unforeseen
from tests.conftest import PROJECT

SLEEPY = """
import signal, sys, time
signal.signal(signal.SIGINT, signal.default_int_handler)
from importlib.abc import MetaPathFinder
class Slow(MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name == {module!r}:
            print("importing", flush=True)
            for _ in range(600):
                time.sleep(0.1)  # a signal that comes just before a sleep does not end it
sys.meta_path.insert(0, Slow())
import runpy
sys.argv = [{program!r}, "info"]
runpy.run_{kind}({program!r}, run_name="__main__")
"""


def run(*arguments: str, **options) -> subprocess.CompletedProcess[bytes]:
    """Run the command line, with buffers as usual, whatever the tests were started with."""
    environment = {**os.environ, **options.pop("env", {})}
    environment.pop("PYTHONUNBUFFERED", None)
    command = [sys.executable, "-m", "core", *arguments]
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options}
    return subprocess.run(command, cwd=PROJECT, env=environment, **options)


@pytest.mark.parametrize("arguments", [["info"], ["info", "--json"], ["--help"], ["files"]])
def test_a_full_disk_is_one_clear_error(arguments):
    with open("/dev/full", "wb") as full:  # noqa: PTH123
        done = run(*arguments, stdout=full)
    assert done.returncode == 1
    first, second = done.stderr.decode().splitlines()
    assert first.startswith("error: The answer cannot be written to the standard output: No space")
    assert second.startswith("hint: ")


def test_a_closed_output_is_one_clear_error_and_nothing_else_is_printed_into(tmp_path):
    done = run("info", stdout=None, preexec_fn=lambda: os.close(1))
    assert done.returncode == 1
    assert b"cannot be written to the standard output: it is closed" in done.stderr
    # What is opened next gets no standard stream's number.
    out = tmp_path / "bark.wav"
    done = run("example", str(out), stdout=None, preexec_fn=lambda: (os.close(1), os.close(0)))
    assert done.returncode == 1
    assert soundfile.info(out).duration > 1, "what was asked for is done"


@pytest.mark.parametrize("name", ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"])
def test_standard_output_by_its_name_gets_what_is_written(name, tmp_path):
    done = run("example", name)
    assert done.returncode == 0, done.stderr
    assert soundfile.info(io.BytesIO(done.stdout)).duration > 1
    out = tmp_path / "kept.wav"
    with out.open("wb") as file:
        assert run("example", name, stdout=file).returncode == 0
    assert soundfile.info(out).duration > 1


def test_a_closed_error_output_hides_nothing_but_errors():
    assert run("info", preexec_fn=lambda: os.close(2)).returncode == 0
    assert run("match", "nothing.wav", preexec_fn=lambda: os.close(2)).returncode == 1


@pytest.mark.parametrize("encoding", ["ascii", "cp932", "latin-1", "utf-8"])
def test_any_terminal_takes_any_text(encoding, tmp_path):
    home = tmp_path / "数据·Ä"
    done = run("info", env={"PYTHONIOENCODING": encoding, "SOUNDALIKE_HOME": str(home)})
    assert done.returncode == 0, done.stderr
    text = done.stdout.decode(encoding)
    assert "No model has been prepared in " in text
    if encoding == "ascii":
        assert r"\u6570\u636e-\xc4" in text
    done = run("info", str(home), "--json", env={"PYTHONIOENCODING": encoding})
    assert done.returncode == 1
    done = run("info", "--json", env={"PYTHONIOENCODING": encoding, "SOUNDALIKE_HOME": str(home)})
    assert json.loads(done.stdout.decode(encoding)) == {
        "catalog": None,
        "models": [],
        "catalogs": [],
    }


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such names")
@pytest.mark.parametrize("encoding", ["ascii", "utf-8"])
def test_a_name_that_is_not_utf8(tmp_path, encoding):
    path = os.fsencode(tmp_path) + b"/na\xffme.wav"
    done = run("match", path, env={"PYTHONIOENCODING": encoding})
    assert done.returncode == 1
    assert rb"na\udcffme.wav" in done.stderr
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("program", "kind", "module"),
    [("core", "module", "core.cli.commands"), ("main.py", "path", "core.options"),
     ("core", "module", "core.setup.inventory")],
)  # fmt: skip
def test_interrupting_the_start_ends_with_130_and_no_traceback(program, kind, module):
    script = SLEEPY.format(program=program, kind=kind, module=module)
    started = subprocess.Popen(
        [sys.executable, "-c", script],
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert started.stdout.readline() == b"importing\n"
    started.send_signal(signal.SIGINT)
    _, errors = started.communicate(timeout=60)
    assert started.returncode == 130
    assert errors == b"interrupted\n"


def test_want_of_memory_says_so(tmp_path, model_folder, stand_in_home, checkpoint, pca_file):
    sound, limit = tmp_path / "long.wav", 600_000_000
    soundfile.write(sound, np.full(16_000 * 60, 0.1, np.float32), 16_000)
    done = run(
        *("embed", str(sound), "--out", str(tmp_path / "out.npz")),
        *("--model", str(checkpoint), "--pca", str(pca_file)),
        env={"SOUNDALIKE_HOME": str(stand_in_home.root)},
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (limit, limit)),
    )
    assert done.returncode == 1
    assert b"error: There is not enough memory for this.\nhint: " in done.stderr
    assert b"Traceback" not in done.stderr
    assert [path.name for path in tmp_path.glob("*.npz")] == []


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        RuntimeError("std::bad_alloc"),
        RuntimeError("can't start new thread"),
        OSError(12, "Cannot allocate memory"),
        ImportError("x.so: failed to map segment from shared object"),
    ],
)
def test_all_ways_to_say_that_memory_is_short(error):
    told = unforeseen(error)
    assert isinstance(told, SoundalikeError)
    assert told.message == "There is not enough memory for this."


def test_other_accidents_are_named():
    assert "KeyError: 'x'" in unforeseen(KeyError("x")).message


@pytest.mark.parametrize(
    ("started_as", "named"),
    [("/usr/bin/soundalike", "soundalike"), ("core/__main__.py", "python -m core")],
)
def test_commands_are_named_as_the_program_was_started(
    started_as, named, tmp_path, monkeypatch, capsys
):
    monkeypatch.setattr(sys, "argv", [started_as])
    soundfile.write(tmp_path / "sine.wav", np.sin(np.arange(16_000) * 0.4), 16_000)
    assert main(["match", str(tmp_path / "sine.wav"), "--listener", "vggish"]) == 1
    assert f"hint: Fetch it ({named} files fetch), or leave" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(["--help"])
    assert capsys.readouterr().out.startswith(f"usage: {named} ")

"""Nothing but the program itself writes to standard output, whatever a library prints."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

from core.cli.own_output import own_output
from tests.conftest import PROJECT


def noisy(path: Path, rate_hz: int) -> Path:
    """Write a file that makes libsndfile print, as some of an old sampler's do."""
    soundfile.write(path, np.sin(np.arange(3000) / 10) / 2, rate_hz, "PCM_16", format="SDS")
    data = bytearray(path.read_bytes())
    data[21::127] = bytes(len(data[21::127]))  # the first byte of each packet
    path.write_bytes(bytes(data))
    return path


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Python as people do: unbuffered, libraries would hold nothing back until the end."""
    environment = {name: text for name, text in os.environ.items() if name != "PYTHONUNBUFFERED"}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=PROJECT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_file_is_noisy(tmp_path: Path):
    code = "import sys, soundfile; soundfile.SoundFile(sys.argv[1]).read()"
    assert run("-c", code, str(noisy(tmp_path / "a.sds", 500))).stdout.startswith("Error")


def test_what_a_library_prints_is_not_an_answer(tmp_path: Path):
    done = run("-m", "core", "match", str(noisy(tmp_path / "a.sds", 500)), "--json")
    assert (done.returncode, done.stdout) == (1, "")
    lines = done.stderr.splitlines()
    assert [line.partition(":")[0] for line in lines] == ["error", "hint"]
    assert "500 Hz" in lines[0]


_JSON = """
import json, os, subprocess, sys, threading
from pathlib import Path
from core.cli.own_output import own_output
from core.audio.reader import load
path = Path(sys.argv[1])
with own_output():
    found = []
    threads = [threading.Thread(target=lambda: found.append(load(path))) for _ in range(4)]
    [thread.start() for thread in threads]
    for number in (1, 2):
        os.write(number, b"noise")
    subprocess.run([sys.executable, "-c", "print('a child')"], check=True)
    [thread.join() for thread in threads]
    print(json.dumps([len(each.samples) for each in found]))
    print("of the program", file=sys.stderr)
print("afterwards")
sys.stdout.flush()
os.write(1, b"also afterwards")
"""


def test_threads_and_children_write_nothing_either(tmp_path: Path):
    done = run("-c", _JSON, str(noisy(tmp_path / "a.sds", 44_100)))
    answer, *after = done.stdout.splitlines()
    assert json.loads(answer) == [1088] * 4
    assert sorted(after) == ["afterwards", "also afterwards"]
    assert done.stderr == "of the program\n"


def test_an_error_on_the_way_loses_nothing(tmp_path: Path):
    code = (
        "import sys\nfrom core.cli.own_output import own_output\n"
        "try:\n    with own_output():\n        print('half', end='')\n        raise ValueError\n"
        "except ValueError:\n    print(' and half')\n    print('told', file=sys.stderr)"
    )
    done = run("-c", code)
    assert (done.stdout, done.stderr) == ("half and half\n", "told\n")


@pytest.mark.parametrize("closing", ["1>&-", "2>&-", "1>&- 2>&-"])
def test_streams_that_are_closed_stay_so(closing: str):
    code = "from core.cli.own_output import own_output\nwith own_output():\n    pass"
    done = subprocess.run(
        ["bash", "-c", f'"$0" -c "$1" {closing}', sys.executable, code], cwd=PROJECT, check=False
    )
    assert done.returncode == 0


def test_a_stream_that_a_test_put_there_is_used(capsys: pytest.CaptureFixture[str]):
    with own_output():
        sys.stdout.write("told\n")
    assert capsys.readouterr().out == "told\n"


@pytest.mark.real_data
@pytest.mark.parametrize("name", ["stdout.caf", "stdout.sds"])
def test_files_that_made_libraries_print(shared: Path, name: str):
    code = (
        "import sys; from pathlib import Path; from core.cli.own_output import own_output\n"
        "from core.audio.reader import load; from core.errors import SoundalikeError\n"
        "with own_output():\n"
        "    try:\n        load(Path(sys.argv[1]))\n    except SoundalikeError:\n        pass\n"
        "    print('{}')"
    )
    done = run("-c", code, str(shared / "cases" / name))
    assert (done.returncode, done.stdout, done.stderr) == (0, "{}\n", "")

"""The set-up on the command line is killed at random moments, and a disk is full at every stage."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from core.catalog.build.build import build_catalog
from core.catalog.catalog import Catalog
from core.paths import DataFolder
from core.tagging.noting import noted
from core.vggish.model import MANIFEST_FILE, installed
from tests.conftest import PROJECT, as_root, small_disk
from tests.setup.run_command import BEGUN
from tests.waiting import wait_until
from tests.web_server import serve, web_server

pytestmark = pytest.mark.slow


def command(folder: Path, *arguments: str) -> list[str]:
    return [sys.executable, "-m", "tests.setup.run_command", str(folder), *arguments]


def run(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(folder, *arguments),
        cwd=PROJECT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=240,
    )


def killed(folder: Path, after_s: float, *arguments: str) -> None:
    """Start a command, and so long after it has begun, kill it and all that it started."""
    begun = folder / BEGUN
    begun.unlink(missing_ok=True)
    with subprocess.Popen(
        command(folder, *arguments), cwd=PROJECT, start_new_session=True, stdout=subprocess.DEVNULL
    ) as program:
        wait_until(begun.exists)
        time.sleep(after_s)
        os.killpg(program.pid, signal.SIGKILL)


def names(folder: Path) -> list[str]:
    paths = folder.iterdir() if folder.exists() else []
    return sorted(path.name for path in paths if path.suffix != ".lock")


@pytest.fixture
def official(small_archive, tmp_path):
    folder = tmp_path / "official"
    folder.mkdir()
    (folder / "features.tar.gz").write_bytes(small_archive)
    return folder


def at_leisure(request, content):
    """Send four megabytes in about a second."""
    whole = request.send

    def send(body):
        for begin in range(0, len(body), 1 << 17):
            whole(body[begin : begin + (1 << 17)])
            time.sleep(0.03)

    request.send = send
    serve(request, content)


def test_fetching_features_survives_a_kill_at_any_moment(
    official, small_archive, own_data_folder, monkeypatch, tmp_path
):
    source = official / "features.tar.gz"
    expected = build_catalog(tmp_path / "expected", "audioset", [source], noting=noted)
    data, moments = DataFolder(own_data_folder), random.Random(6)
    n_finished = n_unfinished = 0
    with web_server({"features.tar.gz": small_archive}) as server:
        server.behaviour = at_leisure
        monkeypatch.setenv("SOUNDALIKE_MIRROR", server.address)
        for _ in range(8):
            killed(official, moments.uniform(0.1, 1.8), "files", "fetch", "features")
            seen = names(data.catalogs)
            # Nothing or all: a catalogue that has its name is whole.
            n_unfinished += ".audioset.parts" in seen
            if "audioset" in seen:
                assert Catalog.open(data.catalogs / "audioset", verify=True)
                n_finished += 1
                shutil.rmtree(data.root)
        answer = run(official, "files", "fetch", "features")
    assert answer.returncode == 0, answer.stderr
    assert "clips in" in answer.stdout
    catalog = Catalog.open(data.catalogs / "audioset", verify=True)
    assert catalog.manifest.files["frames.npy"] == expected.manifest.files["frames.npy"]
    assert np.array_equal(catalog.clips, expected.clips)
    assert names(data.files) == []
    assert names(data.catalogs) == ["audioset"]
    assert n_unfinished >= 2


@pytest.mark.timeout(400)
def test_setting_up_the_model_survives_a_kill_at_any_moment(
    checkpoint, pca_file, own_data_folder, monkeypatch, tmp_path
):
    official = tmp_path / "official"
    official.mkdir()
    os.link(checkpoint, official / "vggish_model.ckpt")
    shutil.copy(pca_file, official / "vggish_pca_params.npz")
    data, moments = DataFolder(own_data_folder), random.Random(66)
    files = {path.name: path.read_bytes() for path in official.iterdir()}
    with web_server(files) as server:
        monkeypatch.setenv("SOUNDALIKE_MIRROR", server.address)
        for after_s in (0.1, moments.uniform(0.1, 1), *(moments.uniform(1, 7) for _ in range(2))):
            killed(official, after_s, "files", "fetch")
            for name in ("vggish_model.ckpt", "vggish_pca_params.npz"):
                if (data.files / name).exists():
                    assert (data.files / name).stat().st_size == len(files[name])
            for folder in data.models.glob("[!.]*"):
                assert (folder / MANIFEST_FILE).is_file()
        asked = len(server.asked)
        answer = run(official, "files", "fetch")
        assert answer.returncode == 0, answer.stderr
        assert "1 kHz sine, embedding: " in answer.stdout
        assert len(server.asked) <= asked + 2
    assert (data.files / "vggish_model.ckpt").read_bytes() == files["vggish_model.ckpt"]
    assert len(installed(data.models)) == 1
    assert names(data.files) == ["vggish_model.ckpt", "vggish_pca_params.npz"]
    assert [name for name in names(data.models) if name.startswith(".")] == []


FULL = """
import sys
from core.downloads import room
from core.setup import features
room._SPARE_BYTES = 0
room.free_bytes = features.free_bytes = lambda folder: 1 << 50  # the disk fills up later
import runpy
runpy.run_module("tests.setup.run_command", run_name="__main__")
"""


def test_a_disk_that_is_full_at_any_stage_is_one_clear_error(
    official, small_archive, monkeypatch, tmp_path
):
    """From no room at all to nearly enough; and with enough, it goes on."""
    with web_server({"features.tar.gz": small_archive}) as server:
        monkeypatch.setenv("SOUNDALIKE_MIRROR", server.address)
        outcomes = []
        needed = len(small_archive) + 6_000_000
        for share in (0.001, 0.1, 0.3, 0.5, 0.65, 0.8, 0.9):
            with small_disk(tmp_path / "disk", int(needed * share)) as disk:
                monkeypatch.setenv("SOUNDALIKE_HOME", str(disk / "home"))
                script = [sys.executable, "-c", FULL, str(official), "files", "fetch", "features"]
                answer = subprocess.run(
                    script, cwd=PROJECT, capture_output=True, text=True, timeout=240
                )
                data = DataFolder(disk / "home")
                outcomes.append(answer.returncode)
                if answer.returncode == 0:
                    assert Catalog.open(data.catalogs / "audioset", verify=True)
                    continue
                assert answer.returncode == 1
                lines = answer.stderr.splitlines()
                assert len(lines) == 2, answer.stderr
                assert "No space left on device" in lines[0]
                assert "audioset" not in names(data.catalogs)
                assert not any("building" in name for name in names(data.catalogs))
                # Room is made, and the same command finishes.
                as_root("mount", "-o", f"remount,size={needed * 4}", str(disk))
                again = subprocess.run(
                    script, cwd=PROJECT, capture_output=True, text=True, timeout=240
                )
                assert again.returncode == 0, again.stderr
                assert Catalog.open(data.catalogs / "audioset", verify=True)
        assert outcomes.count(1) >= 4


def test_a_full_disk_while_the_model_comes_is_one_clear_error(
    checkpoint, pca_file, monkeypatch, tmp_path
):
    official = tmp_path / "official"
    official.mkdir()
    os.link(checkpoint, official / "vggish_model.ckpt")
    shutil.copy(pca_file, official / "vggish_pca_params.npz")
    files = {path.name: path.read_bytes() for path in official.iterdir()}
    with web_server(files) as server:
        monkeypatch.setenv("SOUNDALIKE_MIRROR", server.address)
        # Half the checkpoint; and the checkpoint with half the converted network.
        for n_bytes, stage in ((150_000_000, "files"), (430_000_000, "model")):
            with small_disk(tmp_path / "disk", n_bytes) as disk:
                monkeypatch.setenv("SOUNDALIKE_HOME", str(disk / "home"))
                script = [sys.executable, "-c", FULL, str(official), "files", "fetch"]
                answer = subprocess.run(
                    script, cwd=PROJECT, capture_output=True, text=True, timeout=240
                )
                assert answer.returncode == 1
                lines = answer.stderr.splitlines()
                assert len(lines) == 2, answer.stderr
                assert stage in lines[0]
                assert "No space left on device" in lines[0]
                data = DataFolder(disk / "home")
                assert list(data.models.glob("[!.]*")) == []
                assert (data.files / "vggish_model.ckpt").exists() == (stage == "model")

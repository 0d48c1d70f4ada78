"""What every test stands on: data made here, a data folder of its own, and no silent skips."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import hypothesis
import numpy as np
import pytest

from core.audio.logmel import log_mel
from core.audio.reader import load
from core.catalog.build.build import build_catalog
from core.catalog.catalog import Catalog
from core.jobs import Job
from core.paths import DataFolder
from core.vggish.convert import converted
from tests import made_data
from tests.record_writers import write_archive
from tests.virtual_microphone import VirtualMicrophone, serving_microphone

PROJECT = Path(__file__).resolve().parent.parent
REAL_DATA = Path(os.environ.get("SOUNDALIKE_TEST_DATA") or PROJECT.parent / "shared" / "data")
IN_CI = os.environ.get("CI") == "true"
NO_DATA = f"they need the real records of AudioSet and YouTube-8M, and {REAL_DATA} is no folder"


# On a busy machine any input may take longer than the usual 200 ms.
hypothesis.settings.register_profile("any machine", deadline=None)
hypothesis.settings.load_profile("any machine")

# Started in the background (`nohup make test &`), this process ignores Ctrl-C, and so would every
# program that a test starts to interrupt it.
signal.signal(signal.SIGINT, signal.default_int_handler)


SLOW_FIXTURES = {"checkpoint", "screen", "stage", "two_workers", "virtual_microphone"}
"""TensorFlow, a cluster, another window, and sound in its own time."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Refuse tests that read real records and are not marked so; mark those that are slow."""
    for item in items:
        fixtures = set(getattr(item, "fixturenames", ()))
        if "shared" in fixtures and not is_of_real_data(item):
            raise pytest.UsageError(f"{item.nodeid} uses real records: mark it real_data")
        if fixtures & SLOW_FIXTURES:
            item.add_marker("slow")


def is_of_real_data(item: pytest.Item) -> bool:
    return item.get_closest_marker("real_data") is not None


def pytest_runtest_setup(item: pytest.Item) -> None:
    if is_of_real_data(item) and not REAL_DATA.is_dir():
        (pytest.fail if IN_CI else pytest.skip)(NO_DATA)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item):
    """Turn every other skip into a failure: a test that did not run proves nothing."""
    outcome = yield
    report = outcome.get_result()
    is_expected = is_of_real_data(item) and NO_DATA in str(report.longrepr)
    if report.skipped and not is_expected and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped: {report.longrepr}"


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say in one line how many tests did not run, and why."""
    if skipped := terminalreporter.stats.get("skipped"):
        terminalreporter.write_line(f"{len(skipped)} tests were skipped: {NO_DATA}.")


@pytest.fixture(scope="session")
def shared() -> Path:
    """Return the folder with real AudioSet and YouTube-8M records and reference outputs."""
    return REAL_DATA


@pytest.fixture(autouse=True)
def own_data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give each test, and each program it starts, a data folder of its own."""
    home = tmp_path / "soundalike-home"
    monkeypatch.setenv("SOUNDALIKE_HOME", str(home))
    return home


@pytest.fixture
def virtual_microphone(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[VirtualMicrophone]:
    """A real microphone without hardware; see `tests/virtual_microphone.py`."""
    with serving_microphone(tmp_path_factory.mktemp("pulse"), monkeypatch) as microphone:
        yield microphone


def write_checkpoints(*wanted: str | Path, seed: int = 0) -> None:
    """Write seeded VGGish checkpoints, wrong on request; see `tests/write_checkpoint.py`.

    Parameters
    ----------
    *wanted : str or Path
        For each its version (V1 or V2), its path, and what is wrong with it (empty: nothing).
    """
    subprocess.run(
        [sys.executable, "-m", "tests.write_checkpoint", str(seed), *map(str, wanted)],
        check=True,
        cwd=PROJECT,
        capture_output=True,
    )


@pytest.fixture(scope="session")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A V1 single-file checkpoint with the stand-in weights that the real reference outputs use."""
    path = tmp_path_factory.mktemp("checkpoint") / "vggish_model.ckpt"
    write_checkpoints("V1", path, "")
    return path


@pytest.fixture(scope="session")
def pca_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """PCA parameters in the layout of Google's."""
    return made_data.write_pca(tmp_path_factory.mktemp("pca") / "vggish_pca_params.npz")


@pytest.fixture(scope="session")
def sounds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the sounds of `made_data.write_sounds`."""
    return made_data.write_sounds(tmp_path_factory.mktemp("sounds"))


@pytest.fixture(scope="session")
def patches(sounds: Path) -> np.ndarray:
    """Patches of several sounds, float32 (N, 96, 64)."""
    names = ("barks.wav", "rain.wav", "typing.wav")
    return np.concatenate([log_mel(load(sounds / name)).patches for name in names])


@pytest.fixture(scope="session")
def stand_in_home(tmp_path_factory):
    """A data folder in which the stand-in checkpoint lies converted; tests only read it."""
    return DataFolder(tmp_path_factory.mktemp("stand-in"))


@pytest.fixture(scope="session")
def models(stand_in_home):
    return stand_in_home.models


@pytest.fixture(scope="session")
def model_folder(checkpoint, pca_file, models, patches):
    """The stand-in checkpoint, converted: once for all tests."""
    return converted(checkpoint, pca_file, models, lambda: patches, Job())


@pytest.fixture(scope="session")
def features(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive in the layout of AudioSet's, with `made_data.N_CLIPS` clips."""
    path = tmp_path_factory.mktemp("features") / "features.tar.gz"
    return write_archive(path, made_data.audioset_members())


@pytest.fixture(scope="session")
def made_catalog(features: Path, tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    """The catalogue of that archive; tests must not change it."""
    return build_catalog(tmp_path_factory.mktemp("made") / "catalog", "audioset", [features])


@pytest.fixture(scope="session")
def youtube8m_shards(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the shards of `made_data.write_youtube8m`."""
    return made_data.write_youtube8m(tmp_path_factory.mktemp("youtube8m"))


@pytest.fixture(scope="session")
def real_features(shared: Path) -> Path:
    """The archive with 23,135 real AudioSet clips."""
    return shared / "audioset" / "features-sample.tar.gz"


@pytest.fixture(scope="session")
def real_catalog(real_features: Path, tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    """The catalogue of the real clips; tests must not change it."""
    return build_catalog(tmp_path_factory.mktemp("real") / "catalog", "audioset", [real_features])


@contextmanager
def small_disk(path: Path, n_bytes: int) -> Iterator[Path]:
    """A disk of its own with so much room."""
    path.mkdir(exist_ok=True)
    as_root("mount", "-t", "tmpfs", "-o", f"mode=1777,size={n_bytes}", "tmpfs", str(path))
    try:
        yield path
    finally:
        as_root("umount", "-l", str(path))


def as_root(*arguments: str) -> None:
    sudo = [] if os.geteuid() == 0 else ["sudo", "-n"]
    subprocess.run([*sudo, *arguments], check=True)

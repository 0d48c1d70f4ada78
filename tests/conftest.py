"""What every test stands on: the shared data, a data folder of its own, and no silent skips."""

from __future__ import annotations

from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent
SHARED = PROJECT.parent / "shared"


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item):
    """Turn every skip into a failure: a test that did not run proves nothing."""
    outcome = yield
    report = outcome.get_result()
    if report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped: {report.longrepr}"


@pytest.fixture(scope="session")
def shared() -> Path:
    """Return the folder with real AudioSet and YouTube-8M records, sounds and reference outputs."""
    data = SHARED / "data"
    assert data.is_dir(), f"{data} is missing: the tests need the real records that lie there"
    return data


@pytest.fixture(autouse=True)
def own_data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give each test, and each program it starts, a data folder of its own."""
    home = tmp_path / "soundalike-home"
    monkeypatch.setenv("SOUNDALIKE_HOME", str(home))
    return home

"""Addresses of network shares are opened where GNOME has mounted them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QUrl
from PySide6.QtWidgets import QApplication

from core.errors import AudioFileError
from gui.search.state import State
from gui.widgets.drops import local_paths
from tests.gui.conftest import App, write_wav

MOUNTS = (
    "smb-share:server=nas.local,share=sounds",
    "smb-share:server=nas.local,share=caf%C3%A9,user=ada",
    "sftp:host=server.org,user=ada",
    "sftp:host=server.org,port=2222,user=bob",
    "dav:host=cloud.org,ssl=true,prefix=%2Fremote.php%2Fdav",
    "dav:host=cloud.org,ssl=false",
    "smb-share:server=%5Bfe80::1%5D,share=six",
)


@pytest.fixture
def mounts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    for name in MOUNTS:
        (tmp_path / "gvfs" / name).mkdir(parents=True)
    return tmp_path / "gvfs"


def dropped(address: str) -> list[Path]:
    mime = QMimeData()
    mime.setUrls([QUrl(address)])
    return local_paths(mime)


@pytest.mark.parametrize(
    ("address", "mount", "inner"),
    [
        ("smb://nas.local/sounds/dogs/a%20b.wav", 0, "dogs/a b.wav"),
        ("smb://NAS.local/Sounds/x.wav", 0, "x.wav"),
        ("smb://nas.local/sounds", 0, ""),
        ("smb://home;ada@nas.local/caf%C3%A9/%23.wav", 1, "#.wav"),
        ("sftp://ada@server.org/home/ada/x.wav", 2, "home/ada/x.wav"),
        ("sftp://server.org:2222/srv/x.wav", 3, "srv/x.wav"),
        ("davs://cloud.org/remote.php/dav/x.wav", 4, "x.wav"),
        ("dav://cloud.org/x.wav", 5, "x.wav"),
        ("smb://[fe80::1]/six/x.wav", 6, "x.wav"),
    ],
)
def test_an_address_becomes_a_path(mounts: Path, address: str, mount: int, inner: str) -> None:
    assert dropped(address) == [mounts / MOUNTS[mount] / inner]


@pytest.mark.parametrize(
    "address",
    [
        "smb://nas.local/other/x.wav",
        "smb://nas/sounds/x.wav",
        "smb://nas.local/sounds/../../secret.wav",
        "smb://bob@nas.local/caf%C3%A9/x.wav",
        "sftp://eve@server.org/x.wav",
        "davs://cloud.org/elsewhere/x.wav",
        "ftp://server.org/x.wav",
    ],
)
def test_what_is_not_mounted_is_said_with_the_way_out(mounts: Path, address: str) -> None:
    with pytest.raises(AudioFileError, match="is not open on this computer") as told:
        dropped(address)
    assert "file manager" in told.value.hint


def test_without_gnome_there_are_no_mounts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    with pytest.raises(AudioFileError, match=r"nas\.local"):
        dropped("smb://nas.local/sounds/x.wav")


def test_a_pasted_address_is_matched(app: App, mounts: Path) -> None:
    write_wav(mounts / MOUNTS[0] / "dog.wav", np.sin(np.arange(20_000)))
    QApplication.clipboard().setText("smb://nas.local/sounds/dog.wav\n")
    app.window.commands.paste.trigger()
    app.wait_for(lambda: app.session.state is State.RESULTS)
    assert app.window.windowTitle().startswith("dog.wav")
    QApplication.clipboard().setText("smb://nas.local/nothing/dog.wav")
    app.window.commands.paste.trigger()
    app.wait_for(lambda: "is not open on this computer" in app.window.banner.message)

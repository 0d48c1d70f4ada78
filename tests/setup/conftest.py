"""A small AudioSet and a checkpoint that is taken for the released one, served on loopback."""

from __future__ import annotations

import hashlib
import io
import itertools
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.downloads import pinned
from core.downloads.pinned import PinnedFile
from tests.web_server import WebServer, web_server

N_SHARDS = 400


def archive_of(features: Path, order: tuple[str, ...], n_shards: int = N_SHARDS) -> bytes:
    """Return an archive with some of the sample's shards, folder by folder; "mixed" mixes all."""
    found: dict[str, list[tuple[str, bytes]]] = {"bal_train": [], "unbal_train": []}
    with tarfile.open(features) as archive:
        for member in archive:
            split = Path(member.name).parent.name
            if member.isreg() and len(found[split]) < n_shards:
                found[split].append((member.name, archive.extractfile(member).read()))
    # The sample has no eval; some balanced shards stand in for it.
    shards = found["bal_train"]
    found["eval"] = [(n.replace("bal_train", "eval"), data) for n, data in shards[n_shards // 2 :]]
    found["bal_train"] = shards[: n_shards // 2]
    members = [member for split in order if split != "mixed" for member in found[split]]
    if order == ("mixed",):
        members = sorted(
            itertools.chain(*found.values()), key=lambda member: hashlib.md5(member[1]).digest()
        )
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz", compresslevel=1) as packed:
        for name, data in members:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            packed.addfile(info, io.BytesIO(data))
    return file.getvalue()


@pytest.fixture(scope="session")
def small_archive(features: Path) -> bytes:
    """Balanced, evaluation and unbalanced shards, in this order: 3 MB."""
    return archive_of(features, ("bal_train", "eval", "unbal_train"))


def pin(monkeypatch: pytest.MonkeyPatch, name: str, content: bytes, is_exact: bool = True) -> None:
    """Let a content be the official one."""
    known: PinnedFile = getattr(pinned, name)
    digest = hashlib.sha256(content).hexdigest()
    file = PinnedFile(known.name, len(content), digest, known.url, is_exact)
    monkeypatch.setattr(pinned, name, file)


@pytest.fixture
def server(small_archive: bytes, monkeypatch: pytest.MonkeyPatch) -> Iterator[WebServer]:
    """Serves the small archive as if it were the official one."""
    pin(monkeypatch, "FEATURES", small_archive, is_exact=False)
    with web_server({"features.tar.gz": small_archive}) as server:
        monkeypatch.setenv("SOUNDALIKE_MIRROR", server.address)
        yield server

"""Encrypted servers: the system's certificates count, and no others."""

from __future__ import annotations

import pytest

from core.downloads import store
from core.downloads.mirrors import Mirror
from core.errors import DownloadError
from core.jobs import Job
from tests.downloads.test_store import CONTENT, PINNED, QUICK
from tests.web_server import Certificate, web_server


@pytest.fixture
def certificate(tmp_path):
    return Certificate.made(tmp_path)


@pytest.fixture
def address(certificate):
    with web_server({"file.bin": CONTENT}, certificate) as server:
        yield server.address


def test_a_certificate_that_the_system_does_not_know_is_refused_at_once(address, tmp_path):
    with pytest.raises(DownloadError, match="certificate is not one that this machine trusts"):
        store.fetch(tmp_path / "files", Job(), [PINNED], Mirror.parse(address), QUICK)
    assert not (tmp_path / "files" / "file.bin").exists()


def test_one_that_the_system_trusts_is_accepted(address, certificate, tmp_path, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.chain))
    store.fetch(tmp_path / "files", Job(), [PINNED], Mirror.parse(address), QUICK)
    assert (tmp_path / "files" / "file.bin").read_bytes() == CONTENT

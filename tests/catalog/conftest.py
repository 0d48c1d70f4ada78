"""The real sample, read once by protobuf and built once into a catalogue."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.catalog.build import build_catalog
from core.catalog.store import Catalog
from tests.catalog.records import clips_of_archive


@pytest.fixture(scope="session")
def features(shared: Path) -> Path:
    """Return the archive with 23,135 real AudioSet clips."""
    return shared / "audioset" / "features-sample.tar.gz"


@pytest.fixture(scope="session")
def oracle(features: Path) -> list:
    """Return every clip of the sample as protobuf reads it."""
    return clips_of_archive(features)


@pytest.fixture(scope="session")
def real_catalog(features: Path, tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    """Return the catalogue of the whole sample; tests must not change it."""
    return build_catalog(tmp_path_factory.mktemp("real") / "catalog", "audioset", [features])

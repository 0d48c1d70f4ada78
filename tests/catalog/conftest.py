"""The real sample, read once by protobuf."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.catalog.records import clips_of_archive


@pytest.fixture(scope="session")
def oracle(features: Path) -> list:
    """Return every clip of the sample as protobuf reads it."""
    return clips_of_archive(features)

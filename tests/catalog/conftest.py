"""The real sample, read once by protobuf."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.catalog.records import clips_of_archive, quickly_framed, records_of


@pytest.fixture(scope="session")
def oracle(features: Path) -> list:
    """Return every clip of the sample as protobuf reads it."""
    return clips_of_archive(features)


@pytest.fixture(scope="session")
def shards(features: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sixty shards of 300 real clips each."""
    folder = tmp_path_factory.mktemp("shards")
    records = [record for _, record in records_of(features)]
    for number in range(60):
        part = records[number * 300 : (number + 1) * 300]
        data = b"".join(map(quickly_framed, part))
        (folder / f"{number:02}.tfrecord").write_bytes(data)
    return folder

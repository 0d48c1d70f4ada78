"""An AudioSet read once by protobuf, and in shards of one size."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.record_writers import clips_of_archive, quickly_framed, records_of

N_SHARDS, CLIPS_A_SHARD = 48, 60
N_IN_SHARDS = N_SHARDS * CLIPS_A_SHARD


@pytest.fixture(scope="session")
def oracle(features: Path) -> list:
    """Return every clip of the made archive as protobuf reads it."""
    return clips_of_archive(features)


@pytest.fixture(scope="session")
def real_oracle(real_features: Path) -> list:
    """Return every clip of the real archive as protobuf reads it."""
    return clips_of_archive(real_features)


@pytest.fixture(scope="session")
def shards(features: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Shards of as many clips each."""
    folder = tmp_path_factory.mktemp("shards")
    records = [record for _, record in records_of(features)]
    for number in range(N_SHARDS):
        part = records[number * CLIPS_A_SHARD : (number + 1) * CLIPS_A_SHARD]
        data = b"".join(map(quickly_framed, part))
        (folder / f"{number:02}.tfrecord").write_bytes(data)
    return folder

"""Videos of YouTube-8M, built once."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.catalog.build.build import build_catalog
from core.catalog.catalog import Catalog


@pytest.fixture(scope="session")
def video_catalog(youtube8m_shards: Path, tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    """The catalogue of four version 2 shards, with pictures; tests must not change it."""
    path = tmp_path_factory.mktemp("videos") / "catalog"
    return build_catalog(path, "youtube8m", [youtube8m_shards / "v2_video"], visual=True)


@pytest.fixture
def videos(video_catalog: Catalog) -> list[str]:
    """Return the option that names the catalogue of videos on a command line."""
    return ["--catalog", str(video_catalog.path)]

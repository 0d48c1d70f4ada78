from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

import core.kernels
from core.search.scan import Scanner
from tests.conftest import PROJECT
from tests.search.sounds import clip_search, frame_search

NOWHERE_TO_CACHE = """
import numba.core.caching as caching
def refuse(self):
    raise OSError("read-only")
caching._CacheLocator.ensure_cache_path = refuse
from core.search.scan import Scanner
scanner = Scanner()
scanner.compile().join()
print(scanner.kernels is not None)
scanner.close()
"""

SMALL = """
import sys
from pathlib import Path
from core.catalog.catalog import Catalog
from core.search.matcher import Matcher
from core.options import Comparison
from core.types import Query
matcher = Matcher(Catalog.open(Path(sys.argv[1])))
matcher.prepare()
query = Query("own", matcher.catalog.clip(0).frames, 10.0)
by_mean, by_frames = (matcher.matches(query, 3, by=by).matches for by in Comparison)
print(len(by_mean), len(by_frames))
print([name for name in ("numba", "llvmlite", "scipy", "sklearn", "pandas") if name in sys.modules])
matcher.close()
"""


def printed(program: str, *arguments: str) -> list[str]:
    return subprocess.run(
        [sys.executable, "-c", program, *arguments],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()


@pytest.mark.slow
def test_it_compiles_also_where_nothing_can_be_cached():
    assert printed(NOWHERE_TO_CACHE) == ["True"]


def test_a_small_catalogue_is_searched_without_a_compiler(made_catalog):
    assert printed(SMALL, str(made_catalog.path)) == ["3 3", "[]"]


def test_numpy_goes_on_where_nothing_compiles(monkeypatch, caplog):
    monkeypatch.setitem(sys.modules, "core.kernels.compiled", None)
    monkeypatch.delattr(core.kernels, "compiled", raising=False)
    scanner = Scanner()
    scanner.compile().join()
    assert scanner.kernels is None
    assert "cannot be compiled" in caplog.text
    clips = [np.full((2, 128), value, np.uint8) for value in (10, 200)]
    assert clip_search(clips, scanner).top_k(clips[1], 1)[0].tolist() == [1]
    scanner.close()


def test_the_code_may_become_ready_between_two_searches(scanners):
    """Both ways to compute give one answer, also with what the other has kept."""
    rng = np.random.default_rng(2)
    clips = list(rng.integers(0, 256, (500, 3, 128), dtype=np.uint8))
    scanner = Scanner()
    searches = clip_search(clips, scanner), frame_search(clips, scanner)
    query = clips[5]
    before = searches[0].top_k(query, 20), searches[1].top_k(query, 20)
    scanner.compile().join()
    after = searches[0].top_k(query, 20), searches[1].top_k(query, 20)
    scanner.close()
    assert before[0][0].tolist() == after[0][0].tolist()
    assert before[0][1].tolist() == after[0][1].tolist()
    assert before[1].rows.tolist() == after[1].rows.tolist()
    assert before[1].similarities.tolist() == after[1].similarities.tolist()

from __future__ import annotations

from collections.abc import Iterator

import pytest

from core.search.scan import Scanner


@pytest.fixture(scope="session")
def scanners() -> Iterator[dict[bool, Scanner]]:
    """A scanner that computes with NumPy, and one (True) that computes with compiled code."""
    found = {False: Scanner(), True: Scanner()}
    found[True].compile().join()
    assert found[True].kernels is not None
    yield found
    for scanner in found.values():
        scanner.close()

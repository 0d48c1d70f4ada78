"""The licences shown are those of what is installed, with their texts."""

from __future__ import annotations

from importlib import metadata

import pytest

from core.errors import Cancelled
from core.jobs import Job
from core.licences import licences, own_file
from tests.conftest import PROJECT


def test_the_program_comes_first_with_its_licence_and_its_notice():
    first = licences(Job())[0]
    assert first.name == "Soundalike"
    assert "Apache License" in first.text
    assert "CC BY-SA 4.0" in first.text
    assert own_file("NOTICE") == (PROJECT / "NOTICE").read_text(encoding="utf-8")


def test_what_the_program_runs_on_is_listed_with_versions_and_texts():
    found = {each.name.casefold().replace("_", "-"): each for each in licences(Job())}
    for name in ("numpy", "pyside6-essentials", "qtawesome", "urllib3", "soundfile"):
        assert found[name].version == metadata.version(name)
        assert found[name].licence
    assert "Redistribution and use" in found["numpy"].text
    assert len(found["numpy"].licence) < 100
    # Through others, and not only what is named itself.
    assert "cffi" in found
    names = list(found)[1:]
    assert names == sorted(names)


def test_what_only_tests_need_is_not_part_of_it():
    found = {each.name.casefold() for each in licences(Job())}
    assert not found & {"pytest", "mypy", "ruff", "hypothesis", "vulture"}


def test_a_self_contained_program_says_what_else_is_in_it(tmp_path, monkeypatch):
    (tmp_path / "libsndfile1.txt").write_text("GNU Lesser General Public License")
    monkeypatch.setattr("core.licences.BUNDLED", tmp_path)
    last = licences(Job())[-1]
    assert (last.name, last.text) == ("libsndfile1", "GNU Lesser General Public License")


def test_reading_can_be_given_up():
    job = Job()
    job.cancel()
    with pytest.raises(Cancelled):
        licences(job)


KNOWN_LICENCES = (
    *("apache", "bsd", "mit", "mpl-2.0", "psf-2.0", "lgpl", "isc", "zlib", "unlicense"),
    *("hpnd", "python software foundation", "mozilla"),
)


def test_each_package_says_a_licence_that_lets_it_be_used_here():
    """One without a name must carry its text."""
    for each in licences(Job()):
        named = any(word in each.licence.casefold() for word in KNOWN_LICENCES)
        assert named or (not each.licence and "Apache" in each.text), each.name

"""What is heard when in all files of a catalogue, from the tags that it keeps."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from core.catalog.catalog import Catalog
from core.catalog.packed_tags import classes_of, unpacked
from core.errors import Cancelled, CatalogError
from core.jobs import Job
from core.sounds.catalog_tags import NO_CLASS, CatalogTags
from tests.sounds.conftest import write_long


@pytest.fixture(scope="module")
def tags(built) -> CatalogTags:
    return CatalogTags.of(built.catalog)


def test_every_file_has_a_row_in_the_order_of_paths_and_of_time(tags, sounds):
    paths = [file.path for file in tags.files]
    assert paths == sorted(paths, key=str.casefold)
    assert set(np.unique(tags.file).tolist()) == set(range(len(paths)))
    assert str(sounds.resolve() / "below" / "long.wav") in paths
    assert np.all(np.diff(tags.file) >= 0)
    same = np.diff(tags.file) == 0
    assert np.all(np.diff(tags.start_s)[same] >= 0)


def test_what_has_no_clip_says_why_and_is_left_out_of_what_is_told(tags):
    reasons = {Path(file.path).name: file.reason for file in tags.files if file.reason}
    assert reasons["empty.flac"] == "It is empty."
    assert reasons["silence.wav"] == "Nothing is to be heard in it."
    assert set(reasons) == {"empty.flac", "silence.wav", "damaged.wav"}
    told = [Path(file.path).name for file, _ in tags.by_file()]
    assert set(told).isdisjoint(reasons)
    assert len(told) == len(tags.files) - 3
    for row in np.flatnonzero(tags.label == NO_CLASS).tolist():
        assert tags.span(row) is None


def test_clips_that_follow_each_other_are_one_span_of_what_is_in_all_of_them(tags, built):
    """Rain of 25.5 s is two clips, the second one longer: what both have is heard throughout."""
    catalog = built.catalog
    place = next(i for i, file in enumerate(tags.files) if file.path.endswith("long.wav"))
    key = tags.files[place].key
    rows = catalog.find(key).tolist()
    assert len(rows) > 1
    clips = [catalog.clip(row) for row in rows]
    in_all = set.intersection(*(set(clip.labels) for clip in clips))
    spans = [tags.span(row) for row in np.flatnonzero(tags.file == place).tolist()]
    whole = {span.label for span in spans if (span.start_s, span.end_s) == (0.0, clips[-1].end_s)}
    assert whole == in_all
    assert sum(len(clip.labels) for clip in clips) >= len(spans)
    scores = unpacked(np.asarray(catalog.tags[rows]), 527)
    for span in spans:
        index = catalog.class_indices([span.label])
        known = [c for c in index if c in classes_of(catalog.tags[rows])]
        best = max((scores[:, c].max() for c in known), default=0)
        assert 0 < span.score <= 1
        assert not known or span.score <= best + 1e-6


def test_files_of_equal_content_and_of_several_folders_have_rows_each(update, tmp_path):
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        write_long(tmp_path / name / "rain.wav", 12)
    shutil.copy(tmp_path / "one" / "rain.wav", tmp_path / "one" / "again.wav")
    report = update(tmp_path / "mine", tmp_path / "one", tmp_path / "two")
    told = {file.inner: spans for file, spans in CatalogTags.of(report.catalog).by_file()}
    assert [*told] == ["one/again.wav", "one/rain.wav", "two/rain.wav"]
    assert told["one/again.wav"] == told["one/rain.wav"]
    assert told["one/rain.wav"]


def test_some_rows_are_told_alone(tags):
    heard = np.flatnonzero(tags.label != NO_CLASS)
    some = heard[[0, -1]]
    told = [(file.path, spans) for file, spans in tags.by_file(some)]
    assert told == [(tags.files[tags.file[row]].path, [tags.span(row)]) for row in some.tolist()]
    assert [*tags.by_file(some[:0])] == []


def test_it_can_be_cancelled_and_is_of_own_sounds_alone(built, made_catalog):
    job = Job()
    job.cancel()
    with pytest.raises(Cancelled):
        CatalogTags.of(built.catalog, job)
    with pytest.raises(CatalogError, match="is no catalogue of own sounds"):
        CatalogTags.of(made_catalog)


def test_it_keeps_no_file_of_the_catalogue_open(update, tmp_path):
    (tmp_path / "one").mkdir()
    write_long(tmp_path / "one" / "rain.wav", 12)
    tags = CatalogTags.of(update(tmp_path / "mine", tmp_path / "one").catalog)
    for name in ("file", "label", "start_s", "end_s", "score"):
        array = getattr(tags, name)
        while array is not None:
            assert not isinstance(array, np.memmap)
            array = array.base
    assert Catalog.open(tmp_path / "mine")

"""What the tagger says of clips is noted when a catalogue is built, and used when it is asked."""

from __future__ import annotations

import json
from pathlib import Path

import google_crc32c
import numpy as np
import pytest

from core.catalog.balanced import balanced_catalog
from core.catalog.build.build import build_catalog
from core.catalog.catalog import Catalog
from core.catalog.classes import HEARD
from core.catalog.counted_labels import class_index
from core.catalog.counting import count_classes, label_quality
from core.catalog.manifest import MANIFEST, CatalogManifest
from core.catalog.packed_tags import HEARD_FROM, classes_of, packed, strengths_of
from core.errors import CatalogError
from core.options import CatalogKind, Filter, Ranking
from core.search.matcher import Matcher
from core.setup.selection import described
from core.tagging.noting import noted, sure_scores
from core.tagging.tagger import Tagger
from core.tagging.words import word_query
from core.vectors import mean_frames

VIDEOS, AUDIOSET = CatalogKind.YOUTUBE8M, CatalogKind.AUDIOSET


@pytest.fixture(scope="module")
def videos(youtube8m_shards: Path, tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    out = tmp_path_factory.mktemp("tags") / "videos"
    return build_catalog(out, VIDEOS, [youtube8m_shards / "v2_video"], noting=noted)


@pytest.fixture(scope="module")
def clips(features: Path, tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    return build_catalog(
        tmp_path_factory.mktemp("sure") / "clips", AUDIOSET, [features], noting=noted
    )


def scores_of(catalog: Catalog) -> np.ndarray:
    frames = mean_frames(np.asarray(catalog.frames), catalog.clips["n_frames"])
    return np.concatenate([Tagger().tags(frame[None]).whole[None] for frame in frames])


def files_of(catalog: Catalog) -> dict[str, bytes]:
    return {
        file.name: file.read_bytes() for file in catalog.path.iterdir() if file.suffix == ".npy"
    }


def test_videos_get_the_tags_of_their_means(videos):
    scores = scores_of(videos)
    expected = packed(scores)
    assert (strengths_of(videos.tags) - strengths_of(expected).astype(int)).max() <= 1
    assert (classes_of(videos.tags)[:, 0] == scores.argmax(1)).mean() > 0.99
    assert Ranking.MEANING in described(videos).rankings


def test_labels_are_sure_where_the_score_is_high_for_the_class(clips):
    owners = np.repeat(np.arange(len(clips)), np.diff(clips.label_offsets))
    labels = np.asarray(clips.label_indices)
    margin = scores_of(clips)[owners, labels] - sure_scores()[labels]
    clear = np.abs(margin) > 1e-5
    assert (clips.is_sure == (margin >= 0))[clear].all()
    quality = label_quality(clips)
    assert sum(each.n_labels for each in quality) == len(labels)
    assert sum(each.n_sure for each in quality) == clips.is_sure.sum()
    assert [each.quality for each in quality] == sorted(each.quality for each in quality)


@pytest.mark.parametrize("kind", [VIDEOS, AUDIOSET])
def test_any_number_of_workers_and_an_older_catalogue_give_the_same(
    videos, clips, features, youtube8m_shards, tmp_path, kind
):
    source, usual = (youtube8m_shards / "v2_video", videos) if kind is VIDEOS else (features, clips)
    two = build_catalog(tmp_path / "two", kind, [source], workers=2, noting=noted)
    assert files_of(two) == files_of(usual)
    # One that an older program built still opens, and gets what it lacks when more is added.
    shard = sorted(source.iterdir())[0] if kind is VIDEOS else source
    old = build_catalog(tmp_path / "old", kind, [shard])
    assert not {"tags.npy", "sure.npy"} & set(old.manifest.files)
    more = source if kind is VIDEOS else changed_name(features, tmp_path)
    added = build_catalog(tmp_path / "old", kind, [more], noting=noted)
    assert (
        files_of(added)["tags.npy" if kind is VIDEOS else "sure.npy"]
        == (files_of(usual)["tags.npy" if kind is VIDEOS else "sure.npy"])
    )


def changed_name(archive: Path, folder: Path) -> Path:
    other = folder / "again.tar.gz"
    other.write_bytes(archive.read_bytes())
    return other


def test_videos_are_found_by_words_and_filtered_by_what_is_heard(videos):
    matcher = Matcher(videos)
    best = int(classes_of(videos.tags)[0, 0])
    name = videos.label_name(HEARD + best)
    assert name.endswith(" (heard)")
    plain = name.removesuffix(" (heard)")
    found = matcher.matches(word_query(plain), len(videos), ranking=Ranking.MEANING).matches
    assert len(found) == len(videos)
    values = [match.meaning for match in found]
    assert values == sorted(values, reverse=True)
    assert values[0] > 0.3
    heard = (classes_of(videos.tags) == best) & (strengths_of(videos.tags) >= HEARD_FROM)
    only = Filter(include=(name,))
    rows = matcher.matches(word_query(plain), len(videos), only, ranking=Ranking.MEANING).matches
    below = videos.class_indices([name])
    assert {match.row for match in rows} >= set(np.flatnonzero(heard.any(axis=1)).tolist())
    counted = {each.name: each for each in count_classes(videos).values()}[name]
    assert counted.n_all == len(rows) == int(class_index(videos).clips_of(below).sum())
    query = matcher.clip_query(found[0].video_id, found[0].row)
    again = matcher.matches(query, 3, ranking=Ranking.BOTH).matches
    assert query.tags is not None
    assert (again[0].row, round(again[0].sound, 6)) == (found[0].row, 1)


def test_only_sure_labels_are_as_if_there_were_no_others(clips):
    matcher, sure = Matcher(clips), np.asarray(clips.is_sure)
    owners = np.repeat(np.arange(len(clips)), np.diff(clips.label_offsets))
    labels = np.asarray(clips.label_indices)
    assert 0 < sure.sum() < len(sure)

    def rows(filters: Filter) -> set[int]:
        query = word_query("animal")
        found = matcher.matches(query, len(clips), filters, ranking=Ranking.MEANING).matches
        return {match.row for match in found}

    assert rows(Filter(only_sure=True)) == set(owners[sure].tolist())
    index = int(labels[np.flatnonzero(sure)[0]])
    name = clips.label_name(index)
    below = np.isin(labels, list(clips.class_indices([name])))
    assert rows(Filter((name,), only_sure=True)) == set(owners[below & sure].tolist())
    without = set(owners[sure].tolist()) - set(owners[below].tolist())
    assert rows(Filter((), (name,), only_sure=True)) == without


def test_the_catalogue_in_the_box_knows_its_sure_labels():
    catalog = balanced_catalog()
    assert 0.6 < catalog.is_sure.mean() < 0.8
    assert described(catalog).knows_sure_labels


def test_what_an_older_catalogue_lacks_is_said(youtube8m_shards, made_catalog, tmp_path):
    old = build_catalog(tmp_path / "old", VIDEOS, [youtube8m_shards / "v2_video"])
    assert described(old).rankings == (Ranking.SOUND,)
    for catalog in (old, made_catalog):
        with pytest.raises(CatalogError, match="does not know which of its labels are sure"):
            Matcher(catalog).matches(word_query("dog"), 3, Filter(only_sure=True))
    with pytest.raises(CatalogError, match="no class 'Bark'"):
        old.class_indices(["Bark"])


@pytest.mark.parametrize("name", ["tags.npy", "sure.npy"])
def test_damage_is_noticed_at_opening(videos, clips, tmp_path, name):
    whole = files_of(videos if name == "tags.npy" else clips)[name]
    odd = {"a class": whole[:-2] + b"\xff\xff", "cut": whole[:-1], "a flag": whole[:-1] + b"\x07"}
    del odd["a flag" if name == "tags.npy" else "a class"]
    for number, content in enumerate(odd.values()):
        folder = tmp_path / str(number)
        copied(videos if name == "tags.npy" else clips, folder, name, content)
        with pytest.raises(CatalogError, match=name):
            Catalog.open(folder)


def copied(catalog: Catalog, folder: Path, name: str, content: bytes) -> None:
    """Copy a catalogue with another file, and a manifest whose checksums are right."""
    folder.mkdir()
    for file in catalog.path.iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    (folder / name).write_bytes(content)
    manifest = CatalogManifest.from_json((folder / MANIFEST).read_text())
    manifest.files[name] = (len(content), f"{google_crc32c.value(content):08x}")
    (folder / MANIFEST).write_text(manifest.to_json())
    assert json.loads((folder / MANIFEST).read_text())["files"][name][0] == len(content)

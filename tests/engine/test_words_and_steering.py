"""Words as a query, and queries steered by words, on the catalogue in the box."""

from __future__ import annotations

import dataclasses
import itertools

import numpy as np
import pytest

from core.catalog.build.build import write_catalog
from core.catalog.clips import Clips
from core.catalog.manifest import ModelIdentity
from core.catalog.ontology import Ontology
from core.engine import Engine
from core.errors import CatalogError
from core.options import CatalogKind, Filter, Options, Ranking
from core.paths import DataFolder
from core.tagging.steering import Steer, TagChange
from core.tagging.tagger import Tagger
from core.types import Matches, Query

N_QUERIES = 20


@pytest.fixture
def engine(own_data_folder):
    engine = Engine(DataFolder(own_data_folder))
    yield engine
    engine.close()


def named(label: str) -> set[str]:
    ontology = Ontology.load()
    return {ontology.name(index) for index in ontology.resolve([label])}


def share(answer: Matches, label: str) -> float:
    wanted = named(label)
    return sum(bool(wanted & set(match.labels)) for match in answer.matches) / len(answer.matches)


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("dog barking", {"Dog", "Bark"}),
        ("rain on a roof", {"Rain on surface"}),
        ("thunder and rain", {"Thunder", "Rain"}),
        ("meow", {"Meow"}),
        ("crowd", {"Crowd"}),
    ],
)
def test_words_find_clips_that_people_labelled_so(engine, text, labels):
    answer = engine.find(text, 10)
    assert answer.ranking is Ranking.MEANING
    assert answer.is_close
    assert [match.rank for match in answer.matches] == list(range(1, 11))
    assert all(labels <= set(match.labels) for match in answer.matches)
    assert all(match.sound is None and match.meaning is not None for match in answer.matches)


def test_clips_of_equal_labels_are_in_the_order_of_what_the_tagger_hears(engine):
    answer, catalog, tagger = engine.find("rain on a roof", 30), engine.catalog(), Tagger()
    index = Ontology.load().node("Rain on surface").index
    found = [
        (-match.similarity, -float(tagger.tags(catalog.clip(match.row).frames).scores[0, index]))
        for match in answer.matches
    ]
    assert len({similarity for similarity, _ in found}) < len(found)
    for one, other in itertools.pairwise(found):
        assert one[0] < other[0] or (one[0] == other[0] and one[1] <= other[1] + 1e-4)
    # The first few are the first of many.
    assert [each.row for each in engine.find("rain on a roof", 5).matches] == [
        each.row for each in answer.matches[:5]
    ]


def test_words_obey_filters_and_are_a_query_like_any_other(engine):
    without = Filter(exclude=("Rain",))
    answer = engine.find("thunder", 10, without)
    assert share(answer, "Rain") == 0
    again = engine.search(answer.query, 10, without)
    assert {match.similarity for match in again.matches} == {
        match.similarity for match in answer.matches
    }
    moved = engine.refine(answer.query, answer.matches[:1], ())
    assert share(engine.search(moved, 10), "Thunder") == 1
    steered = engine.steer(answer.query, [TagChange("Rain", Steer.LESS)])
    assert share(engine.search(steered, 10), "Rain") == 0
    assert engine.with_best_seconds(answer) == answer
    with pytest.raises(CatalogError, match="no sound to compare"):
        engine.search(answer.query, ranking=Ranking.SOUND)


def test_no_class_and_no_clip(engine):
    with pytest.raises(CatalogError, match="No class of sounds"):
        engine.find("xyzzy")
    assert engine.find("meow", filters=Filter(exclude=("Animal",), include=("Meow",))).matches == ()
    assert engine.find_classes("mio") == []
    assert engine.find_classes("meo") == ["Meow"]


def test_a_catalogue_without_audiosets_labels_cannot_be_asked_by_words(
    own_data_folder, video_catalog
):
    engine = Engine(DataFolder(own_data_folder), Options(catalog=video_catalog.path))
    with pytest.raises(CatalogError, match="cannot be ranked by meaning"):
        engine.find("dog")


def heard_queries(engine: Engine) -> list[Query]:
    """Return what the tagger hears in some real clips."""
    catalog, tagger = engine.catalog(), Tagger()
    rows = np.random.default_rng(3).choice(len(catalog), N_QUERIES, replace=False)
    clips = [catalog.clip(int(row)) for row in rows]
    return [
        Query(clip.video_id, clip.frames, 10.0, tags=tagger.tags(clip.frames).whole)
        for clip in clips
    ]


@pytest.mark.parametrize("label", ["Speech", "Rain", "Dog"])
def test_more_and_less_of_a_class_change_its_share_among_real_clips(engine, label):
    shares = {}
    queries = heard_queries(engine)
    for steer in (None, Steer.MORE, Steer.LESS):
        changes = [] if steer is None else [TagChange(label, steer)]
        answers = [engine.search(engine.steer(query, changes)) for query in queries]
        shares[steer] = np.mean([share(answer, label) for answer in answers])
    assert shares[Steer.LESS] == 0
    assert shares[Steer.MORE] > max(0.8, shares[None] + 0.2)


def test_a_video_is_steered_by_its_labels(engine):
    video_id = engine.find("dog barking", 1).matches[0].video_id
    plain = engine.similar(video_id)
    assert share(plain, "Dog") == 1
    assert share(engine.similar(video_id, changes=[TagChange("Dog", Steer.LESS)]), "Dog") == 0


def test_what_was_steered_stays_so_when_it_is_refined(engine):
    query = engine.steer(heard_queries(engine)[0], [TagChange("Speech", Steer.LESS)])
    matches = engine.search(query).matches
    refined = engine.refine(query, matches[:2], ())
    assert share(engine.search(refined), "Speech") == 0
    assert share(engine.search(dataclasses.replace(refined, direction=None)), "Speech") == 0


def test_embeddings_ask_a_catalogue_of_other_weights_by_meaning_or_not_at_all(
    own_data_folder, tmp_path
):
    file = tmp_path / "one.npz"
    np.savez(file, postprocessed=np.full((1, 128), 9, np.uint8))
    clips = [(CatalogKind.AUDIOSET, b"abcdefghijk"), (CatalogKind.YOUTUBE8M, b"nR4i")]
    for kind, video_id in clips:
        frames = [np.full((2, 128), 3, np.uint8)]
        clip = Clips.from_lists(
            [video_id], [(0, 10)], [[0]], frames, [kind == CatalogKind.AUDIOSET]
        )
        write_catalog(tmp_path / kind, [clip], kind, ModelIdentity("Other", "m-1"), "here")

    def asked(kind: CatalogKind, ranking: Ranking = Ranking.BOTH) -> Matches:
        engine = Engine(DataFolder(own_data_folder), Options(catalog=tmp_path / kind))
        (query,) = engine.embedding_queries(file)
        return engine.search(query, ranking=ranking)

    answer = asked(CatalogKind.AUDIOSET)
    assert answer.ranking is Ranking.MEANING
    assert answer.catalog.has_released_frames
    assert answer.catalog.clip_rankings == tuple(Ranking)
    with pytest.raises(CatalogError, match="cannot be ranked by sound"):
        asked(CatalogKind.AUDIOSET, Ranking.SOUND)
    with pytest.raises(CatalogError, match="not made by VGGish's trained weights"):
        asked(CatalogKind.YOUTUBE8M)

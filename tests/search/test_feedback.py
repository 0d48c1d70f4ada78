"""Why a clip matched, how close that is, and searching on from what is liked."""

from __future__ import annotations

import numpy as np
import pytest

from core.audio.reader import load
from core.engine import Engine
from core.errors import Cancelled
from core.jobs import Job
from core.options import Options, Ranking
from core.search.feedback import (
    Calibration,
    Closeness,
    common_labels,
    frame_similarities,
    refined,
)
from core.types import Match, Query


@pytest.fixture
def engine(stand_in_home, checkpoint, pca_file, made_catalog, model_folder):
    engine = Engine(stand_in_home, Options(checkpoint, pca_file, made_catalog.path))
    yield engine
    engine.close()


def match(rank: int, *labels: str) -> Match:
    return Match(rank, f"id{rank:09}", 0, 10, labels, 1 - rank / 100, "")


def unit_means(catalog, rows) -> np.ndarray:
    found = []
    for row in rows:
        mean = (catalog.clip(int(row)).frames.astype(np.float64) - 127).mean(axis=0)
        found.append(mean / np.linalg.norm(mean))
    return np.array(found)


def test_the_share_of_random_pairs_is_that_of_all_pairs(made_catalog):
    rows = np.random.default_rng(1).choice(len(made_catalog), 1500, replace=False)
    means = unit_means(made_catalog, rows)
    all_pairs = (means @ means.T)[np.triu_indices(len(means), 1)]
    calibration = Calibration.of(made_catalog, "mean")
    for similarity in (-0.1, 0.0, 0.2, 0.4, 0.6):
        expected = np.mean(all_pairs >= similarity)
        error = 4 * np.sqrt(expected * (1 - expected) / 20_000) + 0.01 * expected
        assert calibration.share(similarity) == pytest.approx(expected, abs=error + 0.002)
    assert calibration.share(-1.1) == 1.0
    assert calibration.share(1.1) == 0.0
    again = Calibration.of(made_catalog, "mean")
    assert np.array_equal(again.similarities, calibration.similarities)


def test_frames_are_judged_among_frames(made_catalog):
    by_means, by_frames = (Calibration.of(made_catalog, by) for by in ("mean", "frames"))
    assert np.median(by_frames.similarities) > np.median(by_means.similarities) + 0.05


def test_similarities_have_words():
    calibration = Calibration(np.linspace(0, 1, 10_001, dtype=np.float32))
    assert [calibration.closeness(value) for value in (0.9996, 0.995, 0.95, 0.5)] == [
        Closeness.VERY_CLOSE,
        Closeness.CLOSE,
        Closeness.LOOSE,
        Closeness.NONE,
    ]


def test_a_catalogue_of_one_clip_is_judged_too(tmp_path):
    from core.catalog.build.build import write_catalog
    from core.catalog.clips import Clips
    from core.catalog.manifest import ModelIdentity

    frames = np.full((10, 128), 200, np.uint8)
    clips = Clips.from_lists([b"abcdefghijk"], [(0.0, 10.0)], [[0]], [frames], [True])
    catalog = write_catalog(tmp_path / "one", [clips], "audioset", ModelIdentity("a", "b"))
    for by in ("mean", "frames"):
        assert Calibration.of(catalog, by).share(0.5) == 1.0


def test_pairs_of_frames_are_cosines(made_catalog):
    one, other = made_catalog.clip(3).frames, made_catalog.clip(4).frames[:7]
    found = frame_similarities(one, other)
    assert found.shape == (len(one), 7)
    for i in range(len(one)):
        for j in range(7):
            a, b = one[i].astype(float) - 127, other[j].astype(float) - 127
            expected = a @ b / (np.linalg.norm(a) * np.linalg.norm(b))
            assert found[i, j] == pytest.approx(expected, abs=1e-6)
    silent = np.full((2, 128), 127, np.uint8)
    assert not frame_similarities(silent, other).any()


def test_the_best_pair_is_what_matching_by_frames_found(engine, sounds):
    answer = engine.match(load(sounds / "barks.wav"), 5, by="frames")
    for found in answer.matches:
        pairs = engine.compare(answer.query, found)
        row, column = np.unravel_index(np.argmax(pairs), pairs.shape)
        assert found.best_second == found.start_s + column
        assert found.query_second == pytest.approx(row * 0.96)
        assert pairs.max(axis=1).mean() == pytest.approx(found.sound, abs=1e-5)


def test_matches_of_whole_sounds_are_opened_at_their_best_second(engine, sounds):
    dog = load(sounds / "barks.wav")
    answer = engine.match(dog, 25)
    assert all(found.best_second is None for found in answer.matches)
    pointed = engine.with_best_seconds(answer)
    assert [found.row for found in pointed.matches] == [found.row for found in answer.matches]
    for found in pointed.matches:
        pairs = engine.compare(answer.query, found)
        row, column = np.unravel_index(np.argmax(pairs), pairs.shape)
        assert (found.best_second, found.query_second) == (found.start_s + column, row * 0.96)
        assert found.url.endswith(f"{found.video_id}&t={int(found.best_second)}s")
    by_seconds = engine.match(dog, 5, by="frames")
    assert engine.with_best_seconds(by_seconds).matches == by_seconds.matches
    job = Job()
    job.cancel()
    with pytest.raises(Cancelled):
        engine.with_best_seconds(answer, job)


def test_labels_in_common_are_counted_among_the_ten_nearest():
    dogs = [match(rank, "Dog", "Bark") for rank in range(1, 8)]
    others = [match(rank, "Speech") for rank in range(8, 20)]
    assert common_labels(dogs + others) == "Dog, Bark (7 of the 10 nearest)"
    assert common_labels([match(1, "Dog", "Yip"), match(2, "Dog"), match(3, "Dog")]) == (
        "Dog (3 of the 3 nearest)"
    )
    assert common_labels([match(1, "Dog"), match(2, "Cat")]) == ""
    assert common_labels([]) == ""
    # Of equally frequent ones the nearest counts; a label given twice counts once.
    mixed = [match(1, "A", "A"), match(2, "B"), match(3, "B"), match(4, "A")]
    assert common_labels(mixed) == "A (2 of the 4 nearest)"


def test_rocchio_is_the_textbooks_formula():
    random = np.random.default_rng(0)
    query, *rest = random.integers(-900, 900, (6, 128))
    more, less = rest[:3], rest[3:]

    def unit(vector):
        return vector / np.linalg.norm(vector)

    wanted = np.mean([unit(vector) for vector in more], axis=0)
    unwanted = np.mean([unit(vector) for vector in less], axis=0)
    expected = unit(unit(query) + 0.75 * wanted - 0.15 * unwanted)
    assert np.allclose(unit(refined(query, more, less)), expected, atol=1e-6)
    assert np.allclose(unit(refined(query, [], [])), unit(query), atol=1e-6)


def test_what_is_liked_and_what_is_like_it_moves_up(engine, made_catalog, sounds):
    answer = engine.match(load(sounds / "barks.wav"), 200, ranking=Ranking.SOUND)
    liked, unliked = answer.matches[150], answer.matches[0]
    query = engine.refine(answer.query, [liked], [unliked])
    again = engine.search(query, 200, ranking=Ranking.SOUND)
    ranks = {found.video_id: found.rank for found in again.matches}
    assert ranks[liked.video_id] < 20
    assert ranks.get(unliked.video_id, 999) > 1
    direction = query.direction / np.linalg.norm(query.direction)
    exact = unit_means(made_catalog, [found.row for found in again.matches]) @ direction
    assert [found.similarity for found in again.matches] == pytest.approx(exact.tolist(), abs=1e-9)
    further = engine.refine(query, [liked], [])
    nearer = engine.search(further, 5, ranking=Ranking.SOUND)
    assert nearer.matches[0].similarity > again.matches[0].similarity


def test_a_match_knows_its_row(engine, made_catalog):
    clip = made_catalog.clip(777)
    best = engine.search(Query("own", clip.frames, 10.0), 1).matches[0]
    assert made_catalog.clip(best.row).video_id == best.video_id

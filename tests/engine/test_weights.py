"""Videos that sound and look alike, on real records of YouTube-8M."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.__main__ import main
from core.engine import Engine
from core.errors import CatalogError
from core.options import Comparison, Filter, Options, Weights
from core.paths import DataFolder
from tests.record_writers import Example, raw_records


@pytest.fixture
def engine(video_catalog, tmp_path):
    engine = Engine(DataFolder(tmp_path / "home"), Options(catalog=video_catalog.path))
    yield engine
    engine.close()


def cosines(rows: np.ndarray, row: int) -> np.ndarray:
    """Return the cosines of all rows with one, in float64, one after the other."""
    wide = rows.astype(np.float64)
    return np.array(
        [wide[row] @ other / np.linalg.norm(wide[row]) / np.linalg.norm(other) for other in wide]
    )


@pytest.mark.parametrize("shares", [(0.7, 0.3), (0.0, 1.0), (0.02, 0.98), (1.0, 0.0)])
@pytest.mark.parametrize("row", [0, 1201])
def test_the_ranking_is_the_weighted_sum_over_all_videos(engine, video_catalog, shares, row):
    audio = cosines(video_catalog.frames.astype(float) - 127, row)  # a frame a video
    visual = cosines(video_catalog.visual, row)
    sums = shares[0] * audio + shares[1] * visual
    sums[row] = -2
    answer = engine.similar(video_catalog.clip(row).video_id, 50, weights=Weights(*shares))
    found = [int(video_catalog.find(match.video_id)[0]) for match in answer.matches]
    assert found == np.argsort(-sums, kind="stable")[:50].tolist()
    assert [match.similarity for match in answer.matches] == pytest.approx(sums[found], abs=1e-12)


def test_the_8_bits_rank_as_the_records_own_numbers_do(engine, video_catalog, youtube8m_shards):
    """How near the kept 320 components, in 8 bits, come to all 1,024 as they were released."""
    folder = youtube8m_shards / "v2_video"
    rgb = np.array(
        [
            Example.FromString(record).features.feature["mean_rgb"].float_list.value
            for shard in sorted(folder.glob("*.tfrecord"))
            for record in raw_records(shard.read_bytes())
        ]
    )
    shared_with_exact = []
    for row in range(0, len(rgb), 400):
        expected = cosines(rgb, row)
        expected[row] = -2
        best = set(np.argsort(-expected)[:10].tolist())
        answer = engine.similar(video_catalog.clip(row).video_id, 10, weights=Weights(0, 1))
        found = {int(video_catalog.find(match.video_id)[0]) for match in answer.matches}
        shared_with_exact.append(len(best & found) / 10)
    assert np.mean(shared_with_exact) > 0.7


def test_weights_and_filters(engine, video_catalog):
    video_id, weights = video_catalog.clip(5).video_id, Weights(0.5, 0.5)
    everything = engine.similar(video_id, len(video_catalog), weights=weights).matches
    assert len(everything) == len(video_catalog) - 1
    filters = Filter(include=("Game", "Concert"), exclude=("Musician",))
    filtered = engine.similar(video_id, 20, filters, weights=weights).matches
    passing = [
        match.video_id
        for match in everything
        if {"Game", "Concert"} & set(match.labels) and "Musician" not in match.labels
    ]
    assert [match.video_id for match in filtered] == passing[:20]


def test_sound_alone_is_the_plain_search(engine, video_catalog):
    video_id = video_catalog.clip(9).video_id
    plain = engine.similar(video_id, 30)
    assert engine.similar(video_id, 30, weights=Weights(audio=2)).matches == plain.matches


def test_frames_have_no_weights(engine, video_catalog):
    with pytest.raises(ValueError, match="as wholes"):
        engine.similar(video_catalog.clip(0).video_id, by=Comparison.FRAMES, weights=Weights(1, 1))


def test_the_command_line_states_the_weights(video_catalog, videos, capsys):
    video_id = video_catalog.clip(0).video_id
    command = ["similar", video_id, "-k", "3", "--offline", *videos]
    assert main([*command, "--weights", "audio=7, visual=3", "--json"]) == 0
    query = json.loads(capsys.readouterr().out)["query"]
    assert query["weights"] == pytest.approx({"audio": 0.7, "visual": 0.3})
    assert query["notes"] == ["Compared by sound (70%) and pictures (30%)."]
    assert main([*command, "--weights", "visual=1"]) == 0
    assert "Compared by sound (0%) and pictures (100%)." in capsys.readouterr().out
    assert main([*command, "--json"]) == 0
    assert "weights" not in json.loads(capsys.readouterr().out)["query"]


def test_a_catalogue_without_pictures_is_one_clear_error(made_catalog, capsys):
    video_id = made_catalog.clip(0).video_id
    where = ["--catalog", str(made_catalog.path)]
    # An id may begin with a minus sign, so it comes last.
    assert main(["similar", *where, "--weights", "audio=0.7,visual=0.3", "--", video_id]) == 1
    output = capsys.readouterr()
    assert output.out == ""
    message, hint = output.err.splitlines()
    assert "does not know what its videos look like" in message
    assert "--visual" in hint
    assert main(["similar", *where, "--weights", "audio=1", "-k", "1", "--", video_id]) == 0
    with pytest.raises(CatalogError, match="look like"):
        Engine(DataFolder(made_catalog.path), Options(catalog=made_catalog.path)).similar(
            video_id, weights=Weights(0, 1)
        )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "write audio=A,visual=V"), ("0.7", "write audio=A"),
        ("audio=1,smell=1", "write audio"),
        ("audio=1,audio=1", "at most once"), ("audio=", "no number"), ("audio=1,", "write audio"),
        ("audio=one", "'one' is no number"), ("audio=nan,visual=1", "a number from 0 on"),
        ("audio=inf", "a number from 0 on"), ("audio=-1,visual=2", "a number from 0 on"),
        ("audio=0,visual=0", "above 0"),
    ],
)  # fmt: skip
def test_weights_that_make_no_sense_are_wrong_usage(text, words, capsys):
    with pytest.raises(SystemExit) as raised:
        main(["similar", "abcd", f"--weights={text}"])
    assert raised.value.code == 2
    assert words in capsys.readouterr().err


def test_weights_with_frames_are_wrong_usage(capsys):
    with pytest.raises(SystemExit) as raised:
        main(["similar", "abcd", "--weights", "audio=1,visual=1", "--match", "frames"])
    assert raised.value.code == 2
    assert "not allowed with argument" in capsys.readouterr().err


positive = st.floats(0, allow_nan=False, allow_infinity=False)


@given(st.tuples(positive, positive).filter(any))
def test_weights_are_shares_of_one(given_weights):
    weights = Weights(*given_weights)
    assert weights.audio + weights.visual == pytest.approx(1, abs=1e-15)
    audio, visual = given_weights
    assert weights.audio * visual == pytest.approx(weights.visual * audio, rel=1e-9)
    assert 0 <= weights.audio <= 1
    assert 0 <= weights.visual <= 1

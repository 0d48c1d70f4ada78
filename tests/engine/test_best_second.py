"""Links open at the second that sounds most alike, on the command line as in the window."""

from __future__ import annotations

import json

import numpy as np
import pytest

from core.__main__ import main
from core.catalog.build.build import build_catalog
from core.engine import Engine
from core.options import Options
from core.paths import DataFolder
from core.types import watch_url
from tests.record_writers import clip_record, write_shard

N_CLIPS = 60


@pytest.fixture
def catalog(tmp_path):
    """Clips of noise; the clip of number n has the sound of the first one's start at second n."""
    random = np.random.default_rng(0)
    special = random.integers(0, 256, 128, np.uint8)
    records = []
    for number in range(N_CLIPS):
        frames = random.integers(90, 166, (10, 128)).astype(np.uint8)
        frames[number % 10] = special
        video_id = f"video{number:06}".encode()
        records.append(clip_record(video_id, 30.0, 40.0, (0,), frames))
    records.append(clip_record(b"lonelyframe", 30.0, 31.0, (0,), [special]))
    source = write_shard(tmp_path / "records.tfrecord", records)
    return build_catalog(tmp_path / "catalog", "audioset", [source])


def links(capsys, catalog, *more: str) -> list[dict]:
    arguments = ["similar", "video000000", "-k", "100", "--catalog", str(catalog.path), *more]
    assert main([*arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)["matches"]


def test_the_command_line_opens_a_match_where_the_window_does(capsys, catalog, own_data_folder):
    engine = Engine(DataFolder(own_data_folder), Options(catalog=catalog.path))
    in_window = engine.with_best_seconds(engine.similar("video000000", 100)).matches
    found = links(capsys, catalog)
    assert len(found) == N_CLIPS
    assert [match["url"] for match in found] == [match.url for match in in_window]
    for match in found:
        assert (match["start_s"], match["end_s"]) == (
            (30.0, 31.0) if match["video_id"] == "lonelyframe" else (30.0, 40.0)
        )
        # Of a single frame no second is the best: its start.
        number = 0 if match["video_id"] == "lonelyframe" else int(match["video_id"][5:]) % 10
        assert match["url"] == watch_url(match["video_id"], 30 + number)
    by_frames = links(capsys, catalog, "--match", "frames")
    assert {m["url"] for m in by_frames if m["video_id"] != "lonelyframe"} == {
        m["url"] for m in found if m["video_id"] != "lonelyframe"
    }
    assert main(["similar", "video000000", "-k", "5", "--catalog", str(catalog.path)]) == 0
    table = capsys.readouterr().out
    assert all(match["url"] in table for match in found[:5])

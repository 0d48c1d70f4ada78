"""A catalogue whose numbers do not fit is refused at opening, at any size; nothing crashes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.catalog import manifest as manifest_module
from core.catalog.arrays import clip_dtype
from core.catalog.build.build import write_catalog
from core.catalog.catalog import Catalog
from core.catalog.clips import Clips
from core.catalog.manifest import MANIFEST, ModelIdentity
from core.catalog.structure import check_structure
from core.errors import CatalogError
from core.options import Comparison
from core.search.matcher import Matcher
from core.types import Query
from tests.resealed import reseal

N_CLIPS = 40


def written(folder: Path, kind: str = "audioset") -> Catalog:
    rng = np.random.default_rng(0)
    clips = Clips.from_lists(
        [b"%011d" % row for row in range(N_CLIPS)],
        [(10.0 * row, 10.0 * row + 10) for row in range(N_CLIPS)],
        [[row % 527] * (row % 3) for row in range(N_CLIPS)],
        [rng.integers(0, 256, (1 + row % 10, 128), np.uint8) for row in range(N_CLIPS)],
        [True] * N_CLIPS,
    )
    return write_catalog(folder, [clips], kind, ModelIdentity("Mine", "mine-1"), "here")


@pytest.fixture
def catalog(tmp_path: Path) -> Catalog:
    return written(tmp_path / "catalog")


HUGE = 2**62
CHANGES = {
    "no frames": ("n_frames", 0),
    "fewer than no frames": ("n_frames", -1),
    "most frames": ("n_frames", 2**31 - 1),
    "fewer than no labels": ("n_labels", -1),
    "most labels": ("n_labels", 2**31 - 1),
    "frames far away": ("first_frame", HUGE),
    "frames before the first": ("first_frame", -1),
    "labels far away": ("first_label", -HUGE),
    "no start": ("start_s", np.nan),
    "no end": ("end_s", np.nan),
    "a start that is never reached": ("start_s", np.inf),
    "an end that is never reached": ("end_s", np.inf),
    "a start before the video's": ("start_s", -1),
    "an end before the start": ("end_s", 0.0),
    "an id with a line break": ("video_id", b"abcdefghi\nj"),
    "an id with an escape": ("video_id", b"abc\x1b[2Jabc"),
    "an id that is no ASCII": ("video_id", b"abcdefghi\xc3\xa9"),
    "an id that begins a formula": ("video_id", b"=1+1abcdefg"),
    "an id with a gap": ("video_id", b"abcde\0ghijk"),
    "a short id of YouTube": ("video_id", b"abcde"),
    "no id": ("video_id", b""),
}


@pytest.mark.parametrize("row", [0, 17, N_CLIPS - 1])
@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_numbers_that_do_not_fit_are_refused(catalog: Catalog, change: tuple, row: int):
    column, value = change
    clips = np.load(catalog.path / "clips.npy")
    clips[column][max(row, 1) if column == "end_s" else row] = value
    np.save(catalog.path / "clips.npy", clips)
    reseal(catalog.path)
    with pytest.raises(CatalogError, match=r"clips\.npy"):
        Catalog.open(catalog.path)


@pytest.mark.parametrize(("kind", "first_unknown"), [("audioset", 527), ("youtube8m", 4800)])
def test_labels_outside_the_vocabulary_are_refused(tmp_path: Path, kind: str, first_unknown: int):
    folder = written(tmp_path / "catalog", kind).path
    labels = np.load(folder / "labels.npy")
    for label, is_known in ((-1, False), (first_unknown, False), (first_unknown - 1, True)):
        labels[3] = label
        np.save(folder / "labels.npy", labels)
        reseal(folder)
        if is_known:
            Catalog.open(folder).category_counts()
        else:
            with pytest.raises(CatalogError, match=r"labels\.npy"):
                Catalog.open(folder)


def test_ids_of_several_lengths_are_sound(tmp_path: Path):
    ids = [b"nR4i", b"0", b"abcdefghijk", b"-" * 64]
    frames = [np.zeros((1, 128), np.uint8)] * 4
    youtube = [False, False, True, False]
    clips = Clips.from_lists(ids, [(0, 0)] * 4, [[]] * 4, frames, youtube)
    write_catalog(tmp_path / "out", [clips], "youtube8m", ModelIdentity("Mine", "mine-1"))
    catalog = Catalog.open(tmp_path / "out")
    assert [catalog.clip(row).video_id.encode() for row in range(4)] == ids


@pytest.mark.parametrize(
    ("name", "array"),
    [
        ("frames.npy", lambda a: np.asfortranarray(a)),
        ("vectors.npy", lambda a: np.asfortranarray(a)),
        ("clips.npy", lambda a: a.astype(clip_dtype(500))),
        ("clips.npy", lambda a: a.astype([(n, a.dtype[n]) for n in reversed(a.dtype.names)])),
        ("labels.npy", lambda a: a.astype(">i2")),
        ("labels.npy", lambda a: np.array(7, "<i2")),
    ],
)
def test_an_array_of_another_layout_is_refused(catalog: Catalog, name: str, array):
    np.save(catalog.path / name, array(np.load(catalog.path / name)))
    reseal(catalog.path)
    with pytest.raises(CatalogError, match=name):
        Catalog.open(catalog.path)


@pytest.mark.parametrize("magic", [b"\x80\x04.", b"PK\x03\x04", b"", b"\x93NUMPY\x01\x00\xff\xff{"])
def test_a_file_that_is_no_array_is_refused(catalog: Catalog, magic: bytes):
    (catalog.path / "labels.npy").write_bytes(magic + b"(" * 300)
    reseal(catalog.path)
    with pytest.raises(CatalogError, match=r"labels\.npy"):
        Catalog.open(catalog.path)


@pytest.mark.parametrize("text", ["[" * 100_000, '{"a":' * 100_000, "9" * 5000])
def test_a_manifest_that_no_parser_likes_is_refused(catalog: Catalog, text: str):
    (catalog.path / MANIFEST).write_text(text)
    with pytest.raises(CatalogError, match=MANIFEST):
        Catalog.open(catalog.path)


_FLIPS = """
import sys
from pathlib import Path
import numpy as np
from core.catalog import manifest
from core.catalog.catalog import Catalog
from core.errors import CatalogError
from core.search.matcher import Matcher
from core.options import Comparison, Filter
from core.types import Query
from tests.resealed import reseal

manifest.VERIFIED_AT_OPENING_BYTES = 0
folder, name = Path(sys.argv[1]), sys.argv[2]
data = (folder / name).read_bytes()
asked = np.full((3, 128), 200, np.uint8)
n_refused = n_used = 0
first = Matcher(Catalog.open(folder))
first.compile().join()
for bit in range(int(sys.argv[3]), 8 * len(data), int(sys.argv[4])):
    changed = bytearray(data)
    changed[bit // 8] ^= 1 << bit % 8
    (folder / name).write_bytes(changed)
    try:
        matcher = Matcher(Catalog.open(folder))
    except CatalogError:
        n_refused += 1
        continue
    matcher.compile().join()
    for by in ("mean", Comparison.FRAMES):
        matcher.matches(Query("a", asked, 3.0), 50, Filter(("Speech",)) if bit % 2 else None, by)
    matcher.close()
    n_used += 1
first.close()
(folder / name).write_bytes(data)
print(n_refused, n_used)
"""


@pytest.mark.parametrize(("name", "step"), [("clips.npy", 13), ("labels.npy", 3)])
def test_one_flipped_bit_never_ends_the_process(catalog: Catalog, name: str, step: int):
    """In a process of its own, with the compiled search, and no checksum to help."""
    done = subprocess.run(
        [sys.executable, "-c", _FLIPS, str(catalog.path), name, "0", str(step)],
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[2],
        check=False,
    )
    assert done.returncode == 0, done.stderr
    n_refused, n_used = map(int, done.stdout.split())
    assert n_refused > 100
    assert n_used > 10


def test_a_file_that_changes_after_opening_does_not_lead_a_search_astray(
    catalog: Catalog, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(manifest_module, "VERIFIED_AT_OPENING_BYTES", 0)
    opened = Catalog.open(catalog.path)
    changed = np.load(catalog.path / "clips.npy", mmap_mode="r+")
    query = Query("a", np.full((2, 128), 200, np.uint8), 2.0)
    matcher = Matcher(opened)
    matcher.compile().join()
    before = matcher.matches(query, 5, by=Comparison.FRAMES).matches
    changed["n_frames"][:] = 2**30
    changed["first_frame"][:] = 2**40
    assert [each.row for each in matcher.matches(query, 5, by=Comparison.FRAMES).matches] == [
        each.row for each in before
    ]
    matcher.close()
    late = Matcher(opened.__class__(*(getattr(opened, name) for name in opened.__match_args__)))
    late.compile().join()
    with pytest.raises(CatalogError, match="has changed"):
        late.matches(query, 5, by=Comparison.FRAMES)
    late.close()


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_what_is_let_through_stays_within_its_arrays(data):
    n_clips = data.draw(st.integers(1, 6))
    clips = np.zeros(n_clips, clip_dtype(11))
    numbers = st.sampled_from([-(2**31), -1, 0, 1, 2, 3, 2**31 - 1])
    clips["n_frames"] = data.draw(st.lists(numbers, min_size=n_clips, max_size=n_clips))
    clips["n_labels"] = data.draw(st.lists(numbers, min_size=n_clips, max_size=n_clips))
    for what in ("frame", "label"):
        counts = clips[f"n_{what}s"].astype(np.int64)
        clips[f"first_{what}"] = np.cumsum(counts) - counts
    clips["video_id"] = b"abcdefghijk"
    total = int(clips["n_frames"].sum())
    n_labels = max(0, min(100, int(clips["n_labels"].sum())))
    labels = np.zeros(n_labels, np.int16)
    try:
        check_structure(Path("x"), clips, labels, total, 527)
    except CatalogError:
        return
    assert (clips["n_frames"] >= 1).all()
    assert clips["first_frame"][-1] + clips["n_frames"][-1] == total
    assert (clips["n_labels"] >= 0).all()
    assert clips["first_label"][-1] + clips["n_labels"][-1] == n_labels

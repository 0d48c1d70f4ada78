"""Choose the clips of `starter.csv` from AudioSet's balanced training set.

python resources/make_starter.py BALANCED_TRAIN_SEGMENTS.CSV

For each class that the demo can synthesise: the clips whose labels say least besides the class
and what is above or below it in the ontology.
"""

from __future__ import annotations

import csv
import io
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from core.catalog.ontology import Ontology  # noqa: E402 - the project need not be installed
from core.demo.recipes import RECIPES  # noqa: E402

CLIPS_A_CLASS = 6
HEAD = (
    "# Clips of AudioSet's balanced training set (Google, CC BY 4.0, research.google.com/audioset):"
    " video id, span and labels are AudioSet's; the sound is what the demo synthesises instead.\n"
)

Row = tuple[str, float, float, tuple[int, ...]]


def read_segments(path: Path) -> list[Row]:
    """Return video id, start, end and class indices of every row of a segment list."""
    ontology = Ontology.load()
    rows: list[Row] = []
    with path.open(encoding="utf-8", newline="") as file:
        lines = (line for line in file if not line.startswith("#"))
        for video_id, start_s, end_s, ids in csv.reader(lines, skipinitialspace=True):
            nodes = [ontology.node(key).index for key in ids.split(",")]
            labels = tuple(sorted(index for index in nodes if index is not None))
            rows.append((video_id, float(start_s), float(end_s), labels))
    return rows


def choose(rows: list[Row]) -> list[tuple[Row, str]]:
    """Return the chosen rows, each with the class that is synthesised; no row is taken twice."""
    ontology = Ontology.load()
    taken: set[str] = set()
    chosen = []
    for name in RECIPES:
        node = ontology.node(name)
        above = {
            each.index for each in ontology.nodes.values() if node.index in ontology.below(each)
        }
        family = above | ontology.resolve([name])

        def rank(row: Row, family: set[int | None] = family) -> tuple[int, int, str]:
            strangers = sum(index not in family for index in row[3])
            return strangers, len(row[3]), row[0]

        fitting = (row for row in rows if node.index in row[3] and row[0] not in taken)
        for row in sorted(fitting, key=rank)[:CLIPS_A_CLASS]:
            taken.add(row[0])
            chosen.append((row, name))
    return chosen


def to_csv(chosen: list[tuple[Row, str]]) -> str:
    """Return the text of the starter list."""
    text = io.StringIO(HEAD)
    text.seek(0, io.SEEK_END)
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("video_id", "start_s", "end_s", "labels", "sound"))
    for (video_id, start_s, end_s, labels), sound in chosen:
        writer.writerow((video_id, start_s, end_s, " ".join(map(str, labels)), sound))
    return text.getvalue()


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    table = to_csv(choose(read_segments(Path(sys.argv[1]))))
    Path(__file__).with_name("starter.csv").write_text(table, encoding="utf-8")

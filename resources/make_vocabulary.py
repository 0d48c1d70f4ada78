"""Make `youtube8m.csv` from YouTube-8M's vocabulary.

python resources/make_vocabulary.py VOCABULARY.csv

Only facts are taken: each label's number, name and verticals (its groups). Descriptions and all
else are left out.
"""

from __future__ import annotations

import csv
import io
import sys
from pathlib import Path

HEAD = (
    "# Labels of YouTube-8M, version 2 (Google, CC BY 4.0, research.google.com/youtube8m): "
    "number, name and verticals, from vocabulary.csv.\n"
)
UNKNOWN = "(Unknown)"
"""What the vocabulary says where a label has no vertical."""


def make_vocabulary(path: Path) -> str:
    """Return the text of the compact table, one label a line."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = [(int(row["Index"]), row["Name"], _verticals(row)) for row in csv.DictReader(file)]
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(sorted(rows))
    return HEAD + text.getvalue()


def _verticals(row: dict[str, str]) -> str:
    found = [row[f"Vertical{number}"] for number in (1, 2, 3)]
    return "|".join(name for name in found if name not in ("", UNKNOWN))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    table = make_vocabulary(Path(sys.argv[1]))
    Path(__file__).with_name("youtube8m.csv").write_text(table, encoding="utf-8")

"""Make `ontology.json` from AudioSet's official tables.

python resources/make_ontology.py ONTOLOGY.json CLASS_LABELS_INDICES.csv

ONTOLOGY.json is github.com/audioset/ontology's; the class list is AudioSet's own. Only facts are
taken: ids, names, class indices and children; descriptions and examples are left out.
"""

from __future__ import annotations

import csv
import json
import sys
from pathlib import Path

ATTRIBUTION = (
    "Derived from the AudioSet Ontology (Google, CC BY-SA 4.0, github.com/audioset/ontology) and "
    "AudioSet's class list (Google, CC BY 4.0, research.google.com/audioset). This table is "
    "available under CC BY-SA 4.0."
)


def make_ontology(ontology: Path, classes: Path) -> str:
    """Return the text of the compact table, one node a line."""
    with classes.open(encoding="utf-8", newline="") as file:
        indices = {row["mid"]: int(row["index"]) for row in csv.DictReader(file)}
    nodes = [
        [node["id"], node["name"], indices.get(node["id"]), node["child_ids"]]
        for node in json.loads(ontology.read_text(encoding="utf-8"))
    ]
    lines = ",\n".join(json.dumps(node, ensure_ascii=False) for node in nodes)
    return (
        f'{{"attribution": {json.dumps(ATTRIBUTION)},\n'
        f'"columns": ["id", "name", "class index", "child ids"],\n"nodes": [\n{lines}\n]}}\n'
    )


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    table = make_ontology(Path(sys.argv[1]), Path(sys.argv[2]))
    Path(__file__).with_name("ontology.json").write_text(table, encoding="utf-8")

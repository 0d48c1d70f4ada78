"""Each class of the program has a name of its own, so that a search finds one place."""

from __future__ import annotations

import ast
from collections import defaultdict

from tests.conftest import PROJECT


def test_each_class_name_stands_once():
    places = defaultdict(list)
    for folder in ("core", "gui"):
        for path in sorted((PROJECT / folder).rglob("*.py")):
            for node in ast.parse(path.read_text(encoding="utf-8")).body:
                if isinstance(node, ast.ClassDef):
                    places[node.name].append(str(path.relative_to(PROJECT)))
    assert len(places) > 200
    assert {name: found for name, found in places.items() if len(found) > 1} == {}

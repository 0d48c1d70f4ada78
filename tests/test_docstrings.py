"""A docstring begins with a noun or a verb, not with a question."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tests.conftest import PROJECT

QUESTIONS = frozenset(("What", "Who", "How", "Which", "Whoever", "Where", "When", "Why"))
DOCUMENTED = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def first_words() -> Iterator[tuple[str, str]]:
    """Yield where each docstring of a class or function is, and its first word."""
    for package in ("core", "gui"):
        for path in sorted((PROJECT / package).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, DOCUMENTED) and (text := ast.get_docstring(node)):
                    place = f"{path.relative_to(PROJECT)}:{node.lineno} {node.name}"
                    yield place, text.split(maxsplit=1)[0]


def test_docstrings_begin_with_a_noun_or_a_verb():
    found = list(first_words())
    assert len(found) > 1000
    assert [place for place, word in found if word in QUESTIONS] == []

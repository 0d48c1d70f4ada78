"""Tests reach into nothing private: what they need is a parameter or a public name."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

TESTS = Path(__file__).parent
PUBLIC = {"_asdict", "_exit", "_field_defaults", "_fields", "_make", "_replace"}
"""Of named tuples, and of `os`."""

BY_NAME = {"delattr", "getattr", "hasattr", "setattr"}


def is_private(name: object) -> bool:
    is_name = isinstance(name, str) and name.startswith("_") and name.isidentifier()
    return is_name and not name.endswith("__") and name not in PUBLIC


def private_uses(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield line and name of each private name of something other than self or cls."""
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(value=ast.Name(id="self" | "cls")):
                pass
            case ast.Attribute(attr=name) if is_private(name):
                yield node.lineno, name
            case ast.Attribute(attr="__class__" as name, ctx=ast.Store()):
                # Of a Qt object it leaves a pointer behind that leads nowhere, and later a crash.
                yield node.lineno, name
            case ast.ImportFrom(names=names):
                yield from ((node.lineno, each.name) for each in names if is_private(each.name))
            case ast.Call(
                func=ast.Attribute(attr=called) | ast.Name(id=called),
                args=[_, ast.Constant(name), *_],
            ) if called in BY_NAME and is_private(name):
                yield node.lineno, name
            case ast.Call(func=ast.Attribute(attr=called), args=[ast.Constant(str(path)), *_]) if (
                called in BY_NAME and is_private(path.rpartition(".")[2])
            ):
                yield node.lineno, path.rpartition(".")[2]


def test_what_is_private_is_found():
    code = (
        "a._b\nself._c\nx._replace(y=1)\nfrom m import _d\n"
        "patch.setattr(m, '_e', 1)\npatch.setattr('m._i', 1)\n"
        "getattr(m, '_f')\na.__doc__\nself.g._h\na.__class__ = b.__class__"
    )
    found = sorted(private_uses(ast.parse(code)))
    assert found[:6] == [(1, "_b"), (4, "_d"), (5, "_e"), (6, "_i"), (7, "_f"), (9, "_h")]
    assert found[6:] == [(10, "__class__")]


def test_no_test_reaches_into_what_is_private():
    found = [
        f"{path.relative_to(TESTS)}:{line}: {name}"
        for path in sorted(TESTS.rglob("*.py"))
        for line, name in private_uses(ast.parse(path.read_text("utf-8")))
    ]
    assert not found, "\n".join(found)

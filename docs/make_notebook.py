"""Make ``docs/research.ipynb`` of ``docs/research.md``: ``python docs/make_notebook.py``.

Prose becomes Markdown cells, Python blocks become code cells, and what they print, or the picture
below them, their output. The tests run the page and compare the two.
"""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path
from typing import Any

DOCS = Path(__file__).resolve().parent
PAGE, NOTEBOOK = DOCS / "research.md", DOCS / "research.ipynb"

_PART = re.compile(
    r"^```python\n(?P<code>.*?)^```\n(?:\n```text\n(?P<printed>.*?)^```\n)?"
    r"(?:\n!\[(?P<title>[^]]*)\]\((?P<picture>[^)]+)\)\n)?",
    re.MULTILINE | re.DOTALL,
)


def notebook() -> dict[str, Any]:
    """Return the notebook (nbformat 4.5) of the page."""
    text, cells, at = PAGE.read_text(encoding="utf-8"), [], 0
    for part in _PART.finditer(text):
        cells.append(_cell("markdown", text[at : part.start()], len(cells)))
        cells.append(_cell("code", part["code"], len(cells)))
        cells[-1] |= {"execution_count": None, "outputs": list(_outputs(part))}
        at = part.end()
    cells.append(_cell("markdown", text[at:], len(cells)))
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return {
        "cells": cells,
        "metadata": {"kernelspec": kernel, "language_info": {"name": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def _cell(kind: str, source: str, number: int) -> dict[str, Any]:
    lines = source.strip("\n").splitlines(keepends=True)
    return {"cell_type": kind, "id": f"cell-{number}", "metadata": {}, "source": lines}


def _outputs(part: re.Match[str]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    if part["printed"]:
        lines = part["printed"].splitlines(keepends=True)
        found.append({"name": "stdout", "output_type": "stream", "text": lines})
    if part["picture"]:
        picture = base64.b64encode((DOCS / part["picture"]).read_bytes()).decode()
        data = {"image/png": picture, "text/plain": [part["title"]]}
        found.append({"data": data, "metadata": {}, "output_type": "display_data"})
    return found


if __name__ == "__main__":
    NOTEBOOK.write_text(json.dumps(notebook(), indent=1, ensure_ascii=False) + "\n", "utf-8")

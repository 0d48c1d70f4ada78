"""The code in the documentation runs, and prints what the documentation says."""

from __future__ import annotations

import contextlib
import io
import json
import re
import shlex

import pyqtgraph
import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QImage

from core.__main__ import main
from core.cli.parser import parsed
from docs import make_notebook
from tests.conftest import PROJECT

BLOCK = re.compile(r"^```(python|text)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def printed(text: str) -> list[tuple[str, str]]:
    """Run a page's Python blocks in turn; return what each should print, and what it did."""
    found: list[tuple[str, str]] = []
    names: dict[str, object] = {}
    for kind, content in BLOCK.findall(text):
        if kind == "python":
            output = io.StringIO()
            with contextlib.redirect_stdout(output):
                exec(compile(content, "the documentation", "exec"), names)
            found.append(("", output.getvalue()))
        else:
            found[-1] = (content, found[-1][1])
    return found


@pytest.mark.real_data
def test_the_dataframe_page(real_catalog, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "my-catalog").symlink_to(real_catalog.path, target_is_directory=True)
    blocks = printed((PROJECT / "docs" / "dataframe.md").read_text("utf-8"))
    assert len(blocks) == 7
    for expected, actual in blocks:
        assert actual == expected
    assert {"clips.parquet", "clips.csv"} <= {path.name for path in tmp_path.iterdir()}


@pytest.mark.real_data
def test_the_research_page_and_its_notebook(
    real_catalog, tmp_path, monkeypatch, own_data_folder, qapp
):
    monkeypatch.chdir(tmp_path)
    for name in ("background", "foreground", "antialias"):  # the page changes them
        monkeypatch.setitem(pyqtgraph.CONFIG_OPTIONS, name, pyqtgraph.getConfigOption(name))
    (tmp_path / "my-catalog").symlink_to(real_catalog.path, target_is_directory=True)
    blocks = printed((PROJECT / "docs" / "research.md").read_text("utf-8"))
    assert len(blocks) == 5
    for expected, actual in blocks:
        assert actual == expected
    assert QImage(str(tmp_path / "alike.png")).size() == QSize(800, 500)
    assert json.loads(make_notebook.NOTEBOOK.read_text("utf-8")) == make_notebook.notebook()


def test_code_of_the_notebook_is_that_of_the_page():
    cells = [each for each in make_notebook.notebook()["cells"] if each["cell_type"] == "code"]
    text = make_notebook.PAGE.read_text("utf-8")
    code = [content for kind, content in BLOCK.findall(text) if kind == "python"]
    assert ["".join(each["source"]) + "\n" for each in cells] == code


PAGES = [
    PROJECT / "README.md",
    PROJECT / "CONTRIBUTING.md",
    *sorted((PROJECT / "docs").glob("*.md")),
]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_and_pictures_lead_somewhere(page):
    links = re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text("utf-8"))
    missing = {link for link in links if ":" not in link and not (page.parent / link).exists()}
    # `make bench` writes that one.
    assert {link for link in missing if not link.endswith("performance.md")} == set()


def test_the_video_of_the_page_is_in_the_catalogue_that_comes_along(own_data_folder, capsys):
    page = (PROJECT / "docs" / "command_line.md").read_text("utf-8")
    (video_id,) = re.findall(r"^python -m core similar (\S+) +#", page, re.MULTILINE)
    assert main(["similar", video_id, "-k", "1"]) == 0
    assert "AudioSet, balanced" in capsys.readouterr().out


def test_every_command_of_the_pages_is_one():
    n_commands = 0
    for page in PAGES:
        for block in re.findall(r"^```sh\n(.*?)^```$", page.read_text("utf-8"), re.M | re.S):
            for line in re.findall(r"^python -m core (.+)$", block, re.MULTILINE):
                words = shlex.split(line, comments=True)
                if ">" in words:  # the shell's
                    words = words[: words.index(">")]
                assert parsed(words).command is not None, line
                n_commands += 1
    assert n_commands > 25

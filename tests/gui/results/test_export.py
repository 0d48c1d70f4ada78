"""The list of matches as a file, on the clipboard, on paper and as a playlist."""

from __future__ import annotations

import csv
from datetime import datetime
from pathlib import Path

import pytest
from PySide6.QtCore import QBuffer, QIODevice, QSize, Qt
from PySide6.QtGui import QColor, QGuiApplication, QImage, QPageSize
from PySide6.QtPrintSupport import QPrinter
from pytestqt.qtbot import QtBot

from core.jobs import Job
from core.types import Match, watch_url
from gui.results.controller import LIST_KINDS
from gui.results.export import MatchExport
from gui.results.model import Column
from gui.results.panel import ResultsPanel
from gui.youtube.permission import LookUpPermission


@pytest.fixture
def panel(qtbot: QtBot) -> ResultsPanel:
    made = ResultsPanel(LookUpPermission())
    qtbot.addWidget(made)
    found = tuple(
        Match(n, f"id{n:09}", 0, 10, ("Dog",), 1 - n / 100, watch_url(f"id{n:09}", 0))
        for n in range(1, 61)
    )
    made.show_matches("Sounds like a dog", found)
    return made


def test_a_file_has_the_rows_as_they_are_sorted(panel: ResultsPanel, tmp_path: Path) -> None:
    panel.table.sortByColumn(Column.RANK, Qt.SortOrder.DescendingOrder)
    work = MatchExport(panel).saving(tmp_path / "list.csv")
    panel.show_matches("Something else", ())
    work(Job())
    with (tmp_path / "list.csv").open(encoding="utf-8-sig", newline="") as file:
        assert [int(row["rank"]) for row in csv.DictReader(file)] == list(range(60, 0, -1))


def test_every_kind_of_file_can_be_written(panel: ResultsPanel, tmp_path: Path) -> None:
    for ending in LIST_KINDS:
        MatchExport(panel).saving(tmp_path / f"list.{ending}", b"\x89PNG")(Job())
        assert "id000000060" in (tmp_path / f"list.{ending}").read_text(encoding="utf-8")


def test_the_table_is_copied_as_text_and_as_a_table(panel: ResultsPanel) -> None:
    MatchExport(panel).copy_table()
    mime = QGuiApplication.clipboard().mimeData()
    assert mime.text().splitlines()[1].split("\t")[8] == "id000000001"
    assert "<td>id000000001</td>" in mime.html()


def test_the_playlist_has_what_is_selected(panel: ResultsPanel) -> None:
    assert MatchExport(panel).playlist().endswith("video_ids=id000000001")
    panel.table.selectAll()
    assert MatchExport(panel).playlist().count(",") == 49


@pytest.mark.parametrize("paper", [QPageSize.PageSizeId.A4, QPageSize.PageSizeId.A6])
@pytest.mark.parametrize("size", [(3000, 400), (200, 100)])
def test_a_page_has_all_of_the_spectrogram_and_says_whose_it_is(
    panel: ResultsPanel, tmp_path: Path, paper: QPageSize.PageSizeId, size: tuple[int, int]
) -> None:
    from PySide6.QtPdf import QPdfDocument

    picture = QImage(*size, QImage.Format.Format_RGB32)
    picture.fill(QColor("black"))
    edge = size[0] // 20
    for left, color in ((0, "#00ff00"), (size[0] - edge, "#ff0000")):
        for x in range(left, left + edge):
            for y in range(size[1]):
                picture.setPixelColor(x, y, QColor(color))
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    picture.save(buffer, "PNG")  # type: ignore[call-overload]
    printer = QPrinter()
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    printer.setPageSize(QPageSize(paper))
    path = tmp_path / "list.pdf"
    printer.setOutputFileName(str(path))
    name = "A very long name of a sound " * 5 + "x" * 60 + "<b>.wav"
    MatchExport(panel).print_on(printer, bytes(buffer.data().data()), name)
    document = QPdfDocument()
    document.load(str(path))
    n_pages = document.pageCount()
    pages = [document.getAllText(page).text() for page in range(n_pages)]
    text = "".join("".join(pages).split())
    assert "".join(name.split()) in text
    assert f"{datetime.now():%B%Y,}" in text
    shown = [document.render(page, QSize(600, 850)) for page in range(min(n_pages, 2))]
    document.close()
    seen = [page.pixelColor(x, y) for page in shown for x in range(600) for y in range(0, 850, 4)]
    # Pictures in such a file lose a little of their colours.
    assert any(color.green() > 200 and color.red() < 60 and color.blue() < 60 for color in seen)
    assert any(color.red() > 200 and color.green() < 60 and color.blue() < 60 for color in seen)


def test_the_list_is_printed(panel: ResultsPanel, tmp_path: Path) -> None:
    printer = QPrinter()
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    printer.setOutputFileName(str(tmp_path / "list.pdf"))
    MatchExport(panel).print_on(printer)
    pdf = (tmp_path / "list.pdf").read_bytes()
    assert pdf.startswith(b"%PDF") and pdf.count(b"/Type /Page\n") >= 2

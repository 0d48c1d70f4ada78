"""The rows of the table of tags: sorted, filtered, added to, by Qt's contract."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPersistentModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester

from core.tagging.spans import TagSpan
from core.types import Match
from gui.tag_table import model as table_model
from gui.tag_table.model import TagTableModel
from gui.tag_table.row_model import ROW_ROLE, TagColumn
from gui.tag_table.rows import NOTHING, TaggedSound

DOWN = Qt.SortOrder.DescendingOrder
MATCH = Match(1, "abcdefghijk", 30.0, 40.0, ("Dog", "Bark"), 0.87, "")
WEAKER = replace(MATCH, labels=("Rain",), similarity=0.5)

B = TaggedSound(
    Path("/sounds/b.wav"),
    [TagSpan("Dog", 0.0, 0.96, 0.4), TagSpan("Bark", 0.96, 2.88, 0.9)],
    best=WEAKER,
)
A = TaggedSound(Path("/sounds/A <b>.wav"), [TagSpan("Rain", 61.5, 62.0, 0.6)], best=MATCH)
BROKEN = TaggedSound(Path("/sounds/broken.wav"), trouble="broken.wav is not sound.")
QUIET = TaggedSound(Path("/sounds/quiet.wav"))


@pytest.fixture
def model() -> TagTableModel:
    made = TagTableModel()
    QAbstractItemModelTester(made, QAbstractItemModelTester.FailureReportingMode.Fatal, made)
    made.add([TaggedSound(each.path, each.spans, best=each.best) for each in (B, A)])
    made.add([BROKEN, QUIET])
    return made


def texts(model: TagTableModel, column: TagColumn) -> list[str]:
    return [model.index(row, column).data() for row in range(model.rowCount())]


def test_a_row_says_what_was_heard_when_and_what_it_is_like(model: TagTableModel) -> None:
    assert texts(model, TagColumn.FILE) == [
        *("b.wav", "b.wav", "A <b>.wav", "broken.wav", "quiet.wav")
    ]
    assert texts(model, TagColumn.TIME) == [
        "0:00.0–0:00.9",
        "0:00.9–0:02.8",
        "1:01.5–1:02.0",
        "",
        "",
    ]
    assert texts(model, TagColumn.TAG) == [
        *("Dog", "Bark", "Rain", "broken.wav is not sound.", "Nothing was recognised")
    ]
    assert texts(model, TagColumn.STRENGTH) == ["0.40", "0.90", "0.60", "", ""]
    assert texts(model, TagColumn.MATCH) == ["0.50 Rain", "0.50 Rain", "0.87 Bark, Dog", "", ""]
    tip = model.index(2, TagColumn.FILE).data(Qt.ItemDataRole.ToolTipRole)
    assert tip == "<p>/sounds/A &lt;b&gt;.wav</p>"  # a file's name is never markup


@pytest.mark.parametrize(
    ("column", "labels"),
    [
        (TagColumn.FILE, ["Rain", "Dog", "Bark"]),
        (TagColumn.TIME, ["Dog", "Bark", "Rain"]),
        (TagColumn.TAG, ["Bark", "Dog", "Rain"]),
        (TagColumn.STRENGTH, ["Dog", "Rain", "Bark"]),
        (TagColumn.MATCH, ["Dog", "Bark", "Rain"]),
    ],
)
def test_each_column_sorts_both_ways(
    model: TagTableModel, column: TagColumn, labels: list[str]
) -> None:
    def heard() -> list[str]:
        return [row.label for row in model.shown if row.span is not None]

    index = QPersistentModelIndex(model.index(1, TagColumn.TAG))
    model.sort(column)
    assert heard() == labels
    assert index.data() == "Bark"  # what is selected stays so
    model.sort(column, DOWN)
    keys = {"Dog": "b.wav", "Bark": "b.wav", "Rain": "A <b>.wav"}
    if column in (TagColumn.FILE, TagColumn.MATCH):  # alike rows stay as they came
        assert [keys[label] for label in heard()] == [keys[label] for label in reversed(labels)]
        assert heard().index("Dog") < heard().index("Bark")
    else:
        assert heard() == labels[::-1]
    model.sort(-1)
    assert heard() == ["Dog", "Bark", "Rain"]


@pytest.mark.parametrize(
    ("text", "least", "only", "labels"),
    [
        ("", 0.0, None, ["Dog", "Bark", "Rain", "broken.wav is not sound.", NOTHING]),
        ("RAIN", 0.0, None, ["Rain"]),
        ("b.wav bark", 0.0, None, ["Bark"]),
        ("not sound", 0.0, None, ["broken.wav is not sound."]),
        ("", 0.5, None, ["Bark", "Rain"]),
        ("", 0.0, B.path, ["Dog", "Bark"]),
        ("rain", 0.7, None, []),
    ],
)
def test_words_strength_and_sound_filter(
    model: TagTableModel, text: str, least: float, only: Path | None, labels: list[str]
) -> None:
    model.want(text, least, only)
    assert [row.label for row in model.shown] == labels
    assert model.n_rows == 5
    assert model.n_sounds == 4


def test_what_comes_later_is_filtered_and_sorted_in(model: TagTableModel) -> None:
    model.want("", 0.5)
    model.sort(TagColumn.STRENGTH)
    spans = [TagSpan("Owl", 0.0, 1.0, 0.7), TagSpan("Wind", 1.0, 2.0, 0.1)]
    model.add([TaggedSound(Path("/sounds/c.wav"), spans)])
    assert [row.label for row in model.shown] == ["Rain", "Owl", "Bark"]


def test_a_sound_that_is_heard_again_keeps_its_place(model: TagTableModel) -> None:
    model.add([TaggedSound(B.path, [TagSpan("Cat", 0.0, 1.0, 0.5)])])
    assert texts(model, TagColumn.TAG)[:2] == ["Cat", "Rain"]
    assert model.n_rows == 4


def test_the_best_match_of_the_seconds_of_a_row(model: TagTableModel) -> None:
    model.set_best(B.path, 0.96, 2.88, MATCH)
    model.set_best(Path("/elsewhere"), 0.0, 1.0, MATCH)
    assert texts(model, TagColumn.MATCH)[:2] == ["0.50 Rain", "these seconds: 0.87 Bark, Dog"]
    model.set_whole_best(B.path, None)
    assert texts(model, TagColumn.MATCH)[:2] == ["", "these seconds: 0.87 Bark, Dog"]


def test_there_is_a_most_of_rows(model: TagTableModel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table_model, "MOST_ROWS", 5)
    model.add([TaggedSound(Path("/sounds/c.wav"), A.spans)])
    assert texts(model, TagColumn.FILE)[0] == "A <b>.wav"  # the oldest has gone
    assert model.n_rows == 4
    model.clear()
    assert (model.rowCount(), model.n_rows, model.n_sounds) == (0, 0, 0)


def test_the_model_keeps_qts_contract(qtmodeltester, model: TagTableModel) -> None:
    qtmodeltester.check(model)
    assert model.index(0, TagColumn.TAG).data(ROW_ROLE) is model.shown[0]
    assert model.place_of(model.shown[3]) == 3

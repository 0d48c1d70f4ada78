"""Choosing classes: the tree, its search field, presets."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QModelIndex, QPoint, Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from core.catalog.build.build import build_catalog
from core.catalog.catalog import Catalog
from core.catalog.counting import ClassCount, count_classes, walk
from core.options import Filter
from gui.filters.model import (
    CHOICE_ROLE,
    COUNT_ROLE,
    WORDS_ROLE,
    ClassChoice,
    FilterModel,
    FoundClasses,
)
from gui.filters.pane import FilterPane
from gui.search.options import SearchOptions

FATAL = QAbstractItemModelTester.FailureReportingMode.Fatal


def node(key: str, n_all: int, *child_ids: str, name: str = "") -> ClassCount:
    return ClassCount(key, name or key.title(), 0, n_all, child_ids)


SMALL = {
    each.id: each
    for each in (
        node("music", 50),
        node("animal", 70, "dog", "cat", "wild"),
        node("dog", 20, "howl"),
        node("howl", 5, name="<b>Howl</b> & co"),
        node("cat", 30),
        node("wild", 9, "howl"),
        node("nothing", 0, "none of it"),
        node("none of it", 0),
    )
}


@pytest.fixture
def pane(qtbot: QtBot) -> FilterPane:
    made = FilterPane(SearchOptions())
    qtbot.addWidget(made)
    made.set_counts(SMALL)
    made.resize(made.sizeHint())
    made.show()
    qtbot.waitExposed(made)
    return made


def test_only_sure_labels_is_a_box_where_the_catalogue_knows(qtbot: QtBot, pane: FilterPane):
    options, box = pane.options, pane.only_sure
    assert not box.isEnabled()
    options.offer((), knows_sure_labels=True)
    options.change(filters=Filter(("Dog",)))
    assert box.isEnabled()
    qtbot.mouseClick(box, Qt.MouseButton.LeftButton, pos=QPoint(8, box.height() // 2))
    assert options.filters == Filter(("Dog",), only_sure=True) == options.possible.filters
    # Classes may be chosen beside it, and another catalogue may not know: what was chosen is kept.
    pane.model.choose("cat", ClassChoice.WITHOUT)
    options.offer(())
    assert options.possible.filters == Filter(("Dog",), ("cat",))
    assert not box.isChecked()
    options.offer((), knows_sure_labels=True)
    assert box.isChecked()
    options.change(filters=Filter(("Dog",), ("cat",)))
    assert not box.isChecked()


def lines(model: FilterModel | FoundClasses, parent: QModelIndex | None = None) -> list[str]:
    """Return the tree as text, one class a line."""
    parent = parent or QModelIndex()
    found = []
    for row in range(model.rowCount(parent)):
        index = model.index(row, 0, parent)
        found.append(f"{index.data()} {index.data(COUNT_ROLE)}")
        found += ["  " + line for line in lines(model, index)]
    return found


def index_of(pane: FilterPane, *path: int) -> QModelIndex:
    index = QModelIndex()
    for row in path:
        index = pane.found.index(row, 0, index)
    return index


def click(qtbot: QtBot, pane: FilterPane, index: QModelIndex) -> None:
    pane.tree.scrollTo(index)
    at = pane.tree.visualRect(index).center()
    qtbot.mouseClick(pane.tree.viewport(), Qt.MouseButton.LeftButton, pos=at)


def test_the_models_keep_qts_contract(qtmodeltester, qtbot: QtBot) -> None:
    model = FilterModel(SearchOptions())
    proxy = FoundClasses(model)
    testers = [QAbstractItemModelTester(each, FATAL) for each in (model, proxy)]
    for counts in ({}, SMALL, {}, SMALL):
        model.set_counts(counts)
        model.options.change(filters=Filter(("Dog",), ("Music",)))
        assert len(lines(model)) == len(lines(proxy)) == (7 if counts else 0)
    for text in ("howl", "", "q", ""):
        proxy.setFilterFixedString(text)
    model.choose("Dog", ClassChoice.WITHOUT)
    qtmodeltester.check(model)
    qtmodeltester.check(proxy)
    assert testers


def test_the_tree_shows_larger_classes_first_and_none_without_clips(pane: FilterPane) -> None:
    assert lines(pane.model) == [
        "Animal 70",
        "  Cat 30",
        "  Dog 20",
        "    <b>Howl</b> & co 5",
        "  Wild 9",
        "    <b>Howl</b> & co 5",
        "Music 50",
    ]


def test_nodes_are_made_when_they_are_looked_at(made_catalog: Catalog) -> None:
    model = FilterModel(SearchOptions())
    counts = count_classes(made_catalog)
    model.set_counts(counts)
    assert model.rowCount() == 7
    assert all(model.hasChildren(model.index(row, 0)) for row in range(7))
    # Numbered as they are made: the root, seven nodes, and only now the first below one of them.
    assert model.index(0, 0, model.index(6, 0)).internalId() == 8
    assert [line.strip() for line in lines(model)] == [
        f"{each.name} {each.n_all}" for _, each in walk(counts)
    ]


def test_a_click_chooses_only_then_without_then_all(qtbot: QtBot, pane: FilterPane) -> None:
    dog = index_of(pane, 0, 1)
    pane.tree.expand(index_of(pane, 0))
    said: list[Filter] = []
    pane.options.changed.connect(lambda values: said.append(values.filters))
    for _ in range(3):
        click(qtbot, pane, dog)
    assert said == [Filter(("Dog",)), Filter((), ("Dog",)), Filter()]
    # The arrow unfolds, and chooses nothing.
    rect = pane.tree.visualRect(index_of(pane, 0, 1))
    place = QPoint(rect.left() - pane.tree.indentation() // 2, rect.center().y())
    qtbot.mouseClick(pane.tree.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert pane.tree.isExpanded(index_of(pane, 0, 1))
    assert len(said) == 3
    # Two quick clicks are two clicks.
    at = pane.tree.visualRect(dog).center()
    for send in (qtbot.mouseClick, qtbot.mouseDClick, qtbot.mouseRelease):
        send(pane.tree.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert said[-1] == Filter((), ("Dog",))


def test_the_keyboard_chooses_too(qtbot: QtBot, pane: FilterPane) -> None:
    pane.tree.setFocus()
    pane.tree.setCurrentIndex(index_of(pane, 1))
    for key in (Qt.Key.Key_Space, Qt.Key.Key_Space, Qt.Key.Key_Up, Qt.Key.Key_Space):
        qtbot.keyClick(pane.tree, key)
    assert pane.options.filters == Filter(("Animal",), ("Music",))
    qtbot.keyClick(pane.tree, Qt.Key.Key_Right)
    assert pane.tree.isExpanded(index_of(pane, 0))


def test_a_choice_is_said_in_words_and_holds_below(pane: FilterPane) -> None:
    pane.options.change(filters=Filter(("animal",), ("Dog", "Not here")))
    states = [index_of(pane, *path).data(WORDS_ROLE) for path in ((0,), (0, 0), (0, 1), (0, 1, 0))]
    assert states == ["only", "(only)", "without", "(without)"]
    spoken = index_of(pane, 0, 1).data(Qt.ItemDataRole.AccessibleTextRole)
    assert spoken == "Dog, 20 clips, without"
    # A class with two places in the tree has one state, but what is above each counts, too.
    assert index_of(pane, 0, 2, 0).data(WORDS_ROLE) == "(only)"
    pane.model.choose("<b>Howl</b> & co", ClassChoice.ONLY)
    assert index_of(pane, 0, 2, 0).data(CHOICE_ROLE) is ClassChoice.ONLY
    assert index_of(pane, 0, 1, 0).data(CHOICE_ROLE) is ClassChoice.ONLY
    assert pane.options.filters.exclude == ("Dog", "Not here")
    assert "<" not in index_of(pane, 0, 1, 0).data(Qt.ItemDataRole.ToolTipRole)


def test_the_search_shows_matches_with_what_is_above_them(qtbot: QtBot, pane: FilterPane) -> None:
    qtbot.keyClicks(pane.search, "HOW")
    assert lines(pane.found) == [
        "Animal 70",
        "  Dog 20",
        "    <b>Howl</b> & co 5",
        "  Wild 9",
        "    <b>Howl</b> & co 5",
    ]
    assert pane.tree.isExpanded(index_of(pane, 0, 0))
    assert pane.nothing.isHidden()
    click(qtbot, pane, index_of(pane, 0, 0, 0))
    assert pane.options.filters == Filter(("<b>Howl</b> & co",))
    qtbot.keyClicks(pane.search, "q")
    assert lines(pane.found) == []
    assert pane.nothing.isVisible()
    pane.search.clear()
    assert len(lines(pane.found)) == 7


def texts(menu: QMenu) -> list[str]:
    menu.aboutToShow.emit()
    return [action.text() for action in menu.actions() if not action.isSeparator()]


def test_presets_are_applied_kept_and_removed(qtbot: QtBot, pane: FilterPane) -> None:
    said: list[object] = []
    pane.options.changed.connect(lambda values: said.append(values.filters))
    pane.preset_saved.connect(lambda name, filters: said.append((name, filters)))
    pane.preset_removed.connect(said.append)
    menu = pane.preset.menu()
    assert texts(menu) == ["Everything", "Animals without music", "Keep this filter as…"]
    assert menu.actions()[0].isChecked()
    assert not menu.actions()[-1].isEnabled()
    menu.actions()[1].trigger()
    animals = Filter(("Animal",), ("Music",))
    assert pane.options.filters == animals
    pane.save_preset("  My\nown & ")
    pane.save_preset(" ")
    assert texts(menu)[2] == "My own &&"
    menu.actions()[0].trigger()
    texts(menu)
    menu.actions()[2].trigger()
    pane.remove_preset("My own &")
    assert said == [animals, ("My own &", animals), Filter(), animals, "My own &"]
    assert "My own &&" not in texts(menu)
    for name in ("Wet", "alarms"):
        pane.save_preset(name)
    assert list(pane.presets) == ["alarms", "Wet"]
    pane.set_presets({"Old": Filter(("Gone",))})
    assert texts(menu)[2] == "Old"
    # What a catalogue has no classes for is not offered.
    pane.set_counts({"music": SMALL["music"]})
    texts(menu)
    assert [action.isEnabled() for action in menu.actions()[:3]] == [True, False, True]


def test_a_name_for_a_preset_is_asked_for(qtbot: QtBot, pane: FilterPane) -> None:
    from PySide6.QtWidgets import QInputDialog

    pane.options.change(filters=Filter(("Dog",)))
    texts(pane.preset.menu())
    pane.preset.menu().actions()[-1].trigger()
    dialog = pane.findChild(QInputDialog)
    assert dialog is not None
    dialog.setTextValue("Everything")
    dialog.accept()
    assert pane.presets == {}
    again = pane.findChildren(QInputDialog)[-1]
    assert again.isVisible()
    assert again.labelText() == "“Everything” comes with the program. Another name:"
    again.setTextValue("Dogs")
    again.accept()
    assert pane.presets == {"Dogs": Filter(("Dog",))}


def test_verticals_of_videos_are_a_tree(youtube8m_shards, tmp_path, qtbot: QtBot) -> None:
    videos = build_catalog(tmp_path / "v2", "youtube8m", [youtube8m_shards / "v2_video"])
    pane = FilterPane(SearchOptions())
    qtbot.addWidget(pane)
    pane.set_counts(count_classes(videos))
    assert pane.found.rowCount() > 20
    top = index_of(pane, 0)
    pane.model.cycle(pane.found.mapToSource(top))
    below = index_of(pane, 0, 0)
    assert below.data(WORDS_ROLE) == "(only)"
    pane.model.cycle(pane.found.mapToSource(below))
    # Both names are ones that the catalogue's filter knows.
    assert videos.class_indices(pane.options.filters.include)
    assert below.data(COUNT_ROLE) > 0


def test_every_name_of_the_tree_is_a_filter(made_catalog: Catalog) -> None:
    for count in count_classes(made_catalog).values():
        if count.n_all:
            assert made_catalog.class_indices([count.name])


def test_every_change_is_told_at_once(made_catalog: Catalog, pane: FilterPane) -> None:
    pane.set_counts(count_classes(made_catalog))
    told: list[Filter] = []
    pane.options.changed.connect(lambda values: told.append(values.filters))
    for row in range(7):
        pane.model.cycle(pane.model.index(row, 0))
        assert len(told) == row + 1
        assert len(told[-1].include) == row + 1

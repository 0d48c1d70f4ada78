"""What lies among the catalogues of a data folder, however it came there, and removing it."""

from __future__ import annotations

import os
import sys

import pytest

from core.catalog.catalog import Catalog
from core.catalog.replacing import beside
from core.errors import CatalogError
from core.options import CatalogKind
from core.paths import DataFolder
from core.setup import inventory
from core.setup.stored_items import remove
from tests.catalog.test_replacing import build


@pytest.fixture
def data(tmp_path):
    return DataFolder(tmp_path / "data")


def names(data):
    return [entry.name for entry in inventory.catalogs(data)]


def left(data):
    return sorted(path.name for path in data.catalogs.iterdir() if path.suffix != ".lock")


def test_one_that_a_kill_left_under_its_hidden_name_is_removed(data):
    build(data.catalogs / "mine", 3)
    (data.catalogs / "mine").rename(beside(data.catalogs / "mine", "previous"))
    assert names(data) == ["mine"]
    assert remove(data, "catalog:mine")[0] > 0
    assert left(data) == []


def test_what_a_kill_left_of_an_earlier_removal_is_not_in_the_way(data):
    build(data.catalogs / "mine", 3)
    removing = beside(data.catalogs / "mine", "removing")
    removing.mkdir()
    (removing / "frames.npy").write_text("half of it")
    remove(data, "catalog:mine")
    assert left(data) == []


@pytest.mark.parametrize("is_there", [True, False], ids=["there", "unplugged"])
def test_of_a_linked_one_only_the_link_is_removed(data, tmp_path, is_there):
    real = tmp_path / "disk" / "real"
    if is_there:
        build(real, 3)
    data.catalogs.mkdir(parents=True)
    (data.catalogs / "linked").symlink_to(real)
    remove(data, "catalog:linked")
    assert left(data) == []
    assert real.parent.exists() == is_there
    if is_there:
        assert [path.name for path in real.parent.iterdir()] == ["real"]
        assert len(Catalog.open(real)) == 3


def test_a_file_among_them_can_be_removed(data):
    data.catalogs.mkdir(parents=True)
    (data.catalogs / "Thumbs.db").write_bytes(b"1234")
    assert remove(data, "catalog:Thumbs.db") == [4]
    assert left(data) == []


def test_one_whose_name_ends_as_hidden_ones_do_is_listed_once(data):
    build(data.catalogs / "my.previous", 3)
    assert names(data) == ["my.previous"]


@pytest.mark.skipif(sys.platform == "win32", reason="there, names are text")
def test_one_whose_name_is_no_text_can_be_chosen(data):
    name = os.fsdecode(b"caf\xe9")
    build(data.catalogs / name, 3)
    build(data.catalogs / "larger", 30)
    inventory.choose(data, [name])
    assert inventory.chosen_catalog(data) == data.catalogs / name


def test_one_that_may_not_be_looked_into_is_damaged_and_hides_no_other(data, monkeypatch):
    build(data.catalogs / "mine", 3)
    build(data.catalogs / "root's", 3)

    def refused(path, needed):
        if path.name == "root's":
            raise PermissionError(13, "Permission denied")
        return path

    monkeypatch.setattr(inventory, "readable_folder", refused)
    kinds = {entry.name: entry.kind for entry in inventory.catalogs(data)}
    assert kinds == {"mine": "audioset", "root's": CatalogKind.DAMAGED}


def test_nothing_is_removed_where_one_of_several_names_is_wrong(data):
    for name in ("one", "two"):
        build(data.catalogs / name, 3)
    with pytest.raises(CatalogError, match="nothing called 'catalog:three'"):
        remove(data, "catalog:one", "catalog:three")
    assert names(data) == ["one", "two"]
    assert len(remove(data, "catalog:one", "catalog:two")) == 2
    assert names(data) == []

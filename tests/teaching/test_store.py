"""The folder of taught classes, and files that come from elsewhere."""

from __future__ import annotations

import os
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from core.errors import ModelError
from core.teaching.store import ENDING, TaughtClasses, read_class, write_class
from core.teaching.taught_class import MOST_FILE_BYTES, TaughtClass
from core.teaching.training import taught
from tests.conftest import small_disk
from tests.teaching.conftest import MODEL, Space


@pytest.fixture(scope="module")
def learned() -> TaughtClass:
    space = Space()
    return taught("our gate", MODEL, space.examples(3, True), space.background)


@pytest.fixture
def classes(tmp_path: Path) -> TaughtClasses:
    return TaughtClasses(tmp_path / "taught")


def test_classes_are_kept_found_in_any_case_and_removed(
    classes: TaughtClasses, learned: TaughtClass, tmp_path: Path
):
    assert classes.all() == []
    classes.save(learned)
    classes.save(replace(learned, name="Ärger"))
    again = TaughtClasses(tmp_path / "taught")
    assert [each.name for each in again.all()] == ["our gate", "Ärger"]
    assert again.named("OUR  gate").name == "our gate"
    again.remove("our gate")
    assert [each.name for each in classes.all()] == ["Ärger"]
    with pytest.raises(ModelError, match="No class “our gate” was taught"):
        classes.remove("our gate")


def test_another_case_of_the_name_takes_the_place(classes: TaughtClasses, learned: TaughtClass):
    classes.save(learned)
    classes.save(replace(learned, name="Our Gate"))
    assert [each.name for each in classes.all()] == ["Our Gate"]


def test_a_file_that_a_person_put_there_is_replaced_and_removed_as_others_are(
    classes: TaughtClasses, learned: TaughtClass, tmp_path: Path
):
    classes.save(replace(learned, name="another"))
    for number in range(2):
        write_class(learned, tmp_path / "taught" / f"copy {number}{ENDING}")
    classes.save(replace(learned, threshold=2.0))
    assert [each.threshold for each in classes.all() if each.name == learned.name] == [2.0]
    write_class(learned, tmp_path / "taught" / f"copy{ENDING}")
    classes.remove(learned.name)
    assert [each.name for each in classes.all()] == ["another"]


def test_an_example_from_a_file_whose_name_is_no_text_is_kept(
    classes: TaughtClasses, learned: TaughtClass
):
    source = os.fsdecode(b"B\xe4r \xe9\x9f\xb3.wav")
    classes.save(replace(learned, examples=(replace(learned.examples[0], source=source),)))
    assert classes.named(learned.name).examples[0].source == source


def test_names_that_a_file_system_confuses_are_kept_apart(
    classes: TaughtClasses, learned: TaughtClass
):
    names = ["a/b", "a\\b", "a b", "../a", "…", "con", "x" * 60]
    for name in names:
        classes.save(replace(learned, name=name))
    assert sorted(each.name for each in classes.all()) == sorted(names)


def test_nobody_else_sees_them(classes: TaughtClasses, learned: TaughtClass, tmp_path: Path):
    classes.save(learned)
    if os.name == "posix":
        assert stat.S_IMODE((tmp_path / "taught").stat().st_mode) == 0o700


def test_a_damaged_file_is_named_and_keeps_nobody_from_the_others(
    classes: TaughtClasses, learned: TaughtClass, tmp_path: Path
):
    classes.save(learned)
    damaged = tmp_path / "taught" / f"x{ENDING}"
    damaged.write_text("{")
    assert [each.name for each in classes.all()] == ["our gate"]
    assert [damaged.name in str(fault) for fault in classes.faults()] == [True]
    damaged.unlink()
    assert classes.faults() == []


def test_files_that_are_no_class_are_one_error(tmp_path: Path):
    large = tmp_path / "large.json"
    large.write_bytes(b" " * (MOST_FILE_BYTES + 1))
    os.mkfifo(tmp_path / "pipe")
    for path in (large, tmp_path / "none", tmp_path, tmp_path / "pipe"):
        with pytest.raises(ModelError):
            read_class(path)


def test_a_full_disk_keeps_the_class_as_it_was(tmp_path: Path, learned: TaughtClass):
    with small_disk(tmp_path / "disk", 16_384) as disk:
        write_class(learned, disk / "a.json")
        before = (disk / "a.json").read_bytes()
        (disk / "filler").write_bytes(b"x" * (16_384 - len(before) - 4_096 * 2))
        many = replace(learned, examples=learned.examples * 40)
        with pytest.raises(ModelError, match="cannot be written"):
            write_class(many, disk / "a.json")
        assert (disk / "a.json").read_bytes() == before
        assert sorted(path.name for path in disk.iterdir()) == ["a.json", "filler"]

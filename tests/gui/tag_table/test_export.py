"""The table in files: the same that the command `tags` writes."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from core.__main__ import main
from core.audio.examples import example
from core.audio.reader import AudioFile
from core.audio.writing import save_wav
from core.engine import Engine
from core.errors import SoundalikeError
from core.jobs import Job
from core.options import Filter
from core.paths import DataFolder
from core.tag_tables import RAVEN_ENDING, raven_text
from core.tagging.spans import TagSpan
from core.types import Matches
from gui.search.answers import Answer
from gui.tag_table.collector import TagCollector
from gui.tag_table.export import LABELS, of_rows, write_labels, write_table
from gui.tag_table.rows import TaggedSound
from gui.workers import Workers

AUDACITY = LABELS["Labels for Audacity…"]


def answer_of(engine: Engine, path: Path) -> Answer:
    audio = AudioFile(path)
    query = engine.query(audio)
    found = engine.search(query, 5, Filter(), Job())
    assert isinstance(found, Matches)
    return Answer(query, found, audio)


def test_the_table_is_what_the_command_prints(
    qtbot: QtBot, tmp_path: Path, own_data_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = []
    for name in ("Siren", "Bell", "Rain"):
        paths.append(tmp_path / f"{name}.wav")
        save_wav(example(name), paths[-1])
    engine, workers = Engine(DataFolder(own_data_folder)), Workers()
    collector = TagCollector(workers["tag table"])
    try:
        for path in paths:
            collector.take(answer_of(engine, path))
        collector.refuse(tmp_path / "gone.wav", SoundalikeError("gone.wav is gone.", "Find it."))
        qtbot.waitUntil(lambda: collector.model.n_sounds == 4)
        assert all(row.best is not None for row in collector.model.shown if row.span is not None)
        for ending in ("csv", "json"):
            table = tmp_path / f"table.{ending}"
            write_table(of_rows(collector.model.shown), table, Job())
            capsys.readouterr()
            assert main(["tags", f"--{ending}", *map(str, paths)]) == 0
            printed = capsys.readouterr().out
            assert table.read_bytes().decode().splitlines() == printed.splitlines()
            assert "Siren" in printed
    finally:
        engine.close()
        workers.close()
        assert workers.wait(10_000)


def sound(path: str, *labels: str) -> TaggedSound:
    spans = [TagSpan(label, start, start + 1.0, 0.5) for start, label in enumerate(labels)]
    return TaggedSound(Path(path), spans)


def test_each_sound_has_its_labels_in_the_order_of_time(tmp_path: Path) -> None:
    first, second = sound("/a/one.wav", "Dog", "Cat"), sound("/a/two.wav", "Owl")
    rows = [*reversed(first.rows()), *second.rows()]
    assert [[span.label for span in sound.spans] for sound in of_rows(rows).sounds()] == [
        *(["Dog", "Cat"], ["Owl"])
    ]
    write_labels(of_rows(rows), tmp_path, *AUDACITY, Job())
    assert (tmp_path / "one.wav.labels.txt").read_text().splitlines()[0].endswith("Dog 0.50")
    write_labels(of_rows(rows), tmp_path, RAVEN_ENDING, raven_text, Job())
    assert (tmp_path / "two.wav.selections.txt").read_text().count("\n") == 2


def test_nothing_is_replaced_and_nothing_is_half_written(tmp_path: Path) -> None:
    (tmp_path / "two.wav.labels.txt").write_text("mine")
    rows = [*sound("/a/one.wav", "Dog").rows(), *sound("/a/two.wav", "Owl").rows()]
    with pytest.raises(SoundalikeError, match=r"two\.wav\.labels\.txt is there already"):
        write_labels(of_rows(rows), tmp_path, *AUDACITY, Job())
    assert [path.name for path in tmp_path.iterdir()] == ["two.wav.labels.txt"]
    rows = [*sound("/a/one.wav", "Dog").rows(), *sound("/b/one.wav", "Owl").rows()]
    with pytest.raises(SoundalikeError, match=r"Two of the files are called one\.wav"):
        write_labels(of_rows(rows), tmp_path, *AUDACITY, Job())

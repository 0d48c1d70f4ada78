"""What was heard when, as other programs read it."""

from __future__ import annotations

import csv
import io
import json

import pytest

from core.errors import SoundalikeError
from core.tag_tables import (
    audacity_text,
    csv_texts,
    is_free,
    json_text,
    raven_text,
    write,
    write_in_folder,
)
from core.tagging.spans import TagSpan

SPANS = (
    TagSpan("Bark", 0.0, 1.92, 0.91234),
    TagSpan("Cattle, bovinae", 3.84, 10.0, 0.5),
)


def test_audacity_reads_start_end_and_text_between_tabs():
    assert audacity_text(SPANS).splitlines() == [
        "0.000000\t1.920000\tBark 0.91",
        "3.840000\t10.000000\tCattle, bovinae 0.50",
    ]
    assert audacity_text(()) == ""


def test_raven_reads_numbered_selections_with_all_columns_of_a_box():
    table = list(csv.DictReader(io.StringIO(raven_text(SPANS)), delimiter="\t"))
    assert [row["Selection"] for row in table] == ["1", "2"]
    assert table[1] == {
        "Selection": "2",
        "View": "Spectrogram 1",
        "Channel": "1",
        "Begin Time (s)": "3.840000",
        "End Time (s)": "10.000000",
        "Low Freq (Hz)": "125",
        "High Freq (Hz)": "7500",
        "Annotation": "Cattle, bovinae",
        "Score": "0.500",
    }
    assert raven_text(()).count("\n") == 1


@pytest.mark.parametrize("name", ["=cmd|' /C calc'!A0.wav", "+1.wav", "-1.wav", "@SUM(1).wav"])
def test_a_spreadsheet_takes_no_files_name_for_a_formula(name):
    text = "".join(csv_texts([("rain, heavy.wav", SPANS), (name, SPANS[:1])]))
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert rows[0] == ["file", "start_s", "end_s", "label", "score"]
    assert rows[1] == ["rain, heavy.wav", "0.00", "1.92", "Bark", "0.912"]
    assert rows[2][3] == "Cattle, bovinae"
    assert rows[3][0].endswith(name)
    assert rows[3][0][0] not in "=+-@"


def test_json_is_one_line_a_sound():
    text = json_text("dog\n.wav", SPANS)
    assert "\n" not in text
    assert json.loads(text) == {
        "file": "dog\n.wav",
        "tags": [
            {"start_s": 0.0, "end_s": 1.92, "label": "Bark", "score": 0.9123},
            {"start_s": 3.84, "end_s": 10.0, "label": "Cattle, bovinae", "score": 0.5},
        ],
    }


def test_a_table_is_written_whole_or_it_is_one_error(tmp_path):
    path = tmp_path / "dog.wav.labels.txt"
    write(path, [audacity_text(SPANS)])
    assert path.read_text() == audacity_text(SPANS)
    with pytest.raises(SoundalikeError, match="cannot be written") as caught:
        write(tmp_path / "none" / "x.txt", [])
    assert caught.value.hint


def test_a_name_that_no_system_takes_is_one_error(tmp_path):
    (tmp_path / "there").touch()
    assert not is_free(tmp_path / "there")
    path = tmp_path / ("x" * 300)
    assert is_free(path)
    with pytest.raises(SoundalikeError, match="cannot be written: File name too long"):
        write_in_folder(path, ["labels"])
    assert sorted(each.name for each in tmp_path.iterdir()) == ["there"]

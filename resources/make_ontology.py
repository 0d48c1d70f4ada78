"""Make `ontology.json` and `class_words.json` from AudioSet's official tables.

python resources/make_ontology.py ONTOLOGY.json CLASS_LABELS_INDICES.csv

ONTOLOGY.json is github.com/audioset/ontology's; the class list is AudioSet's own. Of the ontology,
ids, names, class indices and children are taken; of its descriptions, each class's words, sorted,
with what people also call it (`ALIASES`).
"""

from __future__ import annotations

import csv
import json
import re
import sys
from pathlib import Path

ATTRIBUTION = (
    "Derived from the AudioSet Ontology (Google, CC BY-SA 4.0, github.com/audioset/ontology) and "
    "AudioSet's class list (Google, CC BY 4.0, research.google.com/audioset). This table is "
    "available under CC BY-SA 4.0."
)

ALIASES = {
    "Acoustic guitar": "folk guitar",
    "Ambulance (siren)": "emergency siren",
    "Applause": "ovation",
    "Baby cry, infant cry": "newborn",
    "Baby laughter": "giggling baby",
    "Bark": "woof",
    "Bee, wasp, etc.": "hornet bumblebee",
    "Bird vocalization, bird call, bird song": "birdsong birdcall dawn chorus",
    "Boat, Water vehicle": "yacht",
    "Burping, eructation": "belch",
    "Camera": "shutter photo",
    "Car": "automobile",
    "Cash register": "till",
    "Cat": "kitten kitty",
    "Cattle, bovinae": "cow bull calf",
    "Chatter": "small talk",
    "Chicken, rooster": "hen",
    "Child speech, kid speaking": "toddler",
    "Computer keyboard": "key press typing keys",
    "Crowd": "audience people stadium",
    "Crying, sobbing": "weep child kid",
    "Dog": "puppy hound doggy",
    "Drill": "power drill",
    "Engine": "motor",
    "Engine starting": "ignition",
    "Explosion": "blast detonation",
    "Fart": "flatulence",
    "Female singing": "woman lady girl",
    "Female speech, woman speaking": "lady",
    "Fire": "campfire bonfire fireplace",
    "Fire engine, fire truck (siren)": "firefighters",
    "Fixed-wing aircraft, airplane": "plane jetliner",
    "Frog": "toad",
    "Gunshot, gunfire": "rifle pistol shooting",
    "Hair dryer": "blow dryer",
    "Helicopter": "chopper",
    "Horse": "pony foal",
    "Keyboard (musical)": "keys",
    "Laughter": "laugh haha",
    "Lawn mower": "grass cutting",
    "Male singing": "man guy boy",
    "Male speech, man speaking": "guy",
    "Meow": "miaow mew",
    "Microwave oven": "microwave",
    "Motorcycle": "motorbike",
    "Mouse": "mice",
    "Ocean": "sea surf beach",
    "Piano": "grand upright",
    "Pig": "hog swine piglet",
    "Police car (siren)": "cops",
    "Purr": "purring cat",
    "Rail transport": "railway railroad",
    "Rain on surface": "rain roof window",
    "Ringtone": "phone ringing mobile cell",
    "Screaming": "scream shriek",
    "Sheep": "lamb",
    "Shatter": "breaking glass smash",
    "Singing": "song vocals",
    "Snoring": "snore",
    "Speech": "talking voice spoken",
    "Stream": "brook creek babbling",
    "Subway, metro, underground": "tube",
    "Television": "tv",
    "Thunder": "lightning",
    "Toilet flush": "loo lavatory",
    "Traffic noise, roadway noise": "street road",
    "Train horn": "train hooter",
    "Truck": "lorry",
    "Turkey": "gobbler",
    "Typing": "keystrokes",
    "Vacuum cleaner": "hoover",
    "Vehicle horn, car horn, honking": "hooter beep",
    "Water tap, faucet": "sink running water",
    "Wind": "windy gale",
}
"""Words of our own for classes, by their names."""

_FILLERS = (
    "a about after all also among an and any are as at be been being both but by can caused e each "
    "either especially etc for from g generally has have how i in into is it its itself like made "
    "may more most not of often on one or other over produced s several so some sound sounds such "
    "than that the their them then there these they this those through to typically under up used "
    "using usually very was well when where which while who with without"
)


def make_ontology(ontology: Path, classes: Path) -> str:
    """Return the text of the compact table, one node a line."""
    indices = _indices(classes)
    nodes = [
        [node["id"], node["name"], indices.get(node["id"]), node["child_ids"]]
        for node in json.loads(ontology.read_text(encoding="utf-8"))
    ]
    return _text(["id", "name", "class index", "child ids"], "nodes", nodes)


def make_class_words(ontology: Path, classes: Path) -> str:
    """Return the text of the table of words, one class a line."""
    indices, rows = _indices(classes), []
    for node in json.loads(ontology.read_text(encoding="utf-8")):
        if node["id"] in indices:
            words = set(re.findall(r"[a-z]+", node["description"].lower())) - set(_FILLERS.split())
            described = " ".join(sorted(words))
            rows.append([indices[node["id"]], ALIASES.get(node["name"], ""), described])
    return _text(["class index", "aliases", "words of its description"], "classes", sorted(rows))


def _indices(classes: Path) -> dict[str, int]:
    with classes.open(encoding="utf-8", newline="") as file:
        return {row["mid"]: int(row["index"]) for row in csv.DictReader(file)}


def _text(columns: list[str], name: str, rows: list[list[object]]) -> str:
    lines = ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    attribution = json.dumps(ATTRIBUTION)
    return (
        f'{{"attribution": {attribution},\n"columns": {json.dumps(columns)},\n'
        f'"{name}": [\n{lines}\n]}}\n'
    )


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    tables = {"ontology.json": make_ontology, "class_words.json": make_class_words}
    for file_name, make in tables.items():
        text = make(Path(sys.argv[1]), Path(sys.argv[2]))
        Path(__file__).with_name(file_name).write_text(text, encoding="utf-8")

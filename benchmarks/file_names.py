"""What sounds are called: a weak truth, for want of labels, about what is in them."""

from __future__ import annotations

import re

from core.catalog.ontology import Ontology

_WORDS = {
    "Applause": "applau|clapping", "Bell": r"\bbell", "Bird": "bird(?! ?(guess|whizz|call))",
    "Camera": "camera", "Cat": r"\bcat|meow|kitten", "Cattle, bovinae": r"\bcow|moo(?!n|d)",
    "Cello": "cello", "Chainsaw": "chain.?saw", "Cheering": "cheer", "Clock": "clock|tick.?tock",
    "Cough": "cough", "Cricket": "cricket", "Crow": r"\bcrow(?!d|n|ing)", "Crowd": "crowd",
    "Crowing, cock-a-doodle-doo": "rooster|cock.a|crowing", "Dog": "dog|bark|puppy|woof",
    "Door": "door", "Drum": "drum|snare", "Duck": r"\bduck", "Explosion": "explo",
    "Fire": r"fire(?!work|arm|ball| ?gun|d)|crackl", "Flute": "flute", "Frog": "frog|toad",
    "Glass": "glass", "Guitar": "guitar", "Gunshot, gunfire": "gun(?! ?metal)|rifle|pistol",
    "Harp": r"\bharp(?!si)", "Helicopter": "helicopter|chopper", "Horse": "horse|gallop|neigh",
    "Laughter": "laugh", "Ocean": "ocean|waves|beach|surf", "Organ": r"\borgan", "Owl": r"\bowl",
    "Piano": "piano", "Pig": r"\bpig(?!eon)", "Rain": "rain(?!bow|er|ing |ed)",
    "Saxophone": "sax", "Sheep": "sheep|lamb", "Siren": "siren", "Sneeze": "sneez",
    "Snoring": "snor", "Stream": "stream|brook|river", "Telephone": "phone(?! ?box)|ringtone",
    "Thunder": "thunder", "Train": r"\btrain(?!ing|er)|locomotive", "Trumpet": "trumpet",
    "Typing": "typing", "Violin, fiddle": "violin|fiddle", "Walk, footsteps": "footstep|walk",
    "Waterfall": "waterfall", "Whistling": "whistl(?!e)", "Wind": r"\bwind(?!ow|ing|mill| ?chime)",
}  # fmt: skip


def class_of(path: str) -> int | None:
    """Return the class that a file's name and folder tell of; None for none, or several."""
    text = " ".join(path.lower().split("/")[-2:]).replace("_", " ").replace("-", " ")
    found = {name for name, words in _WORDS.items() if re.search(words, text)}
    return Ontology.load().node(found.pop()).index if len(found) == 1 else None

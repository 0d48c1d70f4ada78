"""All readers, by their names."""

from __future__ import annotations

from tests.fuzz.catalog_readers import CATALOG_READERS
from tests.fuzz.checkpoint_reader import CHECKPOINT_READERS
from tests.fuzz.program_readers import PROGRAM_READERS
from tests.fuzz.sound_readers import SOUND_READERS
from tests.fuzz.text_readers import TEXT_READERS

ALL = (*SOUND_READERS, *CATALOG_READERS, *TEXT_READERS, *PROGRAM_READERS, *CHECKPOINT_READERS)
READERS = {reader.name: reader for reader in ALL}

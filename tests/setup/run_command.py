"""Run the command line with other files in the official ones' place; see `test_kills`.

python -m tests.setup.run_command FOLDER ARGUMENT…

FOLDER holds the files under their official names.
"""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

from core.catalog.build import tasks
from core.catalog.records import tfrecord
from core.downloads import pinned


def pin_all(folder: Path) -> None:
    for name in ("CHECKPOINT", "PCA", "FEATURES"):
        known = getattr(pinned, name)
        path = folder / known.name
        if path.exists():
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            size = path.stat().st_size
            file = pinned.PinnedFile(known.name, size, digest, known.url, known.is_size_exact)
            setattr(pinned, name, file)
    pinned.FILES = (pinned.CHECKPOINT, pinned.PCA)


BEGUN = "begun"
"""A file beside the official ones that is there once the command has begun."""

if __name__ == "__main__":
    pin_all(Path(sys.argv[1]))
    # As many parts of a small archive as of the whole one.
    tasks.PART_BYTES, tfrecord.BLOCK_BYTES = 1 << 19, 1 << 18
    from core.__main__ import main

    (Path(sys.argv[1]) / BEGUN).touch()
    sys.exit(main(sys.argv[2:]))

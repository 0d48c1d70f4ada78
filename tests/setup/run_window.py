"""Run the window with other files in the official ones' place.

python -m tests.setup.run_window FOLDER ARGUMENT…

FOLDER holds the files under their official names.
"""

from __future__ import annotations

import sys
from pathlib import Path

from tests.setup.run_command import pin_all

if __name__ == "__main__":
    pin_all(Path(sys.argv[1]))
    import main

    sys.exit(main.main(sys.argv[2:]))

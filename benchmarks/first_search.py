"""Open a catalogue and search it once: `python -m benchmarks.first_search DIR` prints JSON."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from core.catalog.catalog import Catalog
from core.search.matcher import Matcher
from core.types import Query


def main(path: Path) -> None:
    """Measure the seconds of both, and the peak of resident memory."""
    begun = time.perf_counter()
    matcher = Matcher(Catalog.open(path))
    opened = time.perf_counter()
    matcher.matches(Query("first", matcher.catalog.clip(0).frames, 10.0), 25)
    done = time.perf_counter()
    status = Path("/proc/self/status").read_text()
    peak_kb = int(status.split("VmHWM:")[1].split()[0])
    print(
        json.dumps({"open_s": opened - begun, "search_s": done - opened, "peak_mb": peak_kb / 1024})
    )
    matcher.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))

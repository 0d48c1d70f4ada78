"""All benchmarks beside other ways of doing the same: `make bench`, `make bench-quick`.

python -m benchmarks [--quick] [--only NAME …] [--work DIR]

Without --quick it writes docs/performance.md and its picture; what --only leaves out stays as an
earlier run found it (build/benchmarks.json). Peers are installed by `make bench`, which gives them
an environment of their own. Needs 20 GB in the work folder, and takes about half an hour; --quick
prints smaller cases in three minutes and writes nothing.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from importlib import import_module
from pathlib import Path

from benchmarks import report
from benchmarks.measure import PROJECT

NAMES = (
    *("embedding", "front_end", "process", "search", "build"),
    *("window", "tagging", "sounds", "long_file"),
)
KEPT = PROJECT / "build" / "benchmarks.json"


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only", nargs="+", choices=NAMES, default=NAMES, metavar="NAME")
    parser.add_argument("--work", type=Path, help="a folder that keeps what is made for the next")
    chosen = parser.parse_args()
    sections = {} if chosen.quick else report.load(KEPT)
    with tempfile.TemporaryDirectory() as temporary:
        work = chosen.work or Path(temporary)
        work.mkdir(parents=True, exist_ok=True)
        for name in chosen.only:
            begun_s = time.monotonic()
            section = import_module(f"benchmarks.{name}").measure(work, chosen.quick)
            sections[name] = section
            print(section.markdown, "\n")
            print(f"({name} took {time.monotonic() - begun_s:.0f} s)\n", flush=True)
            if not chosen.quick:
                sections = {each: sections[each] for each in NAMES if each in sections}
                report.keep(KEPT, sections)
    print(report.targets_table(sections))
    if not chosen.quick:
        report.write_page(sections)


if __name__ == "__main__":
    main()

"""Fuzzing by hand: python -m tests.fuzz [READER…] [--count N] [--seconds S] [--seed SEED]."""

from __future__ import annotations

import argparse
import datetime
import os
import sys
from itertools import groupby
from operator import attrgetter
from pathlib import Path

# Processes are forked here: no library may have threads of its own by then.
for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"
os.environ["QT_QPA_PLATFORM"] = "offscreen"
os.environ["SOUNDALIKE_HOME"] = "/nonexistent"

from tests.fuzz.harness import Report, run  # noqa: E402 - these import such libraries
from tests.fuzz.readers import READERS  # noqa: E402

kind_of = attrgetter("kind")


def main() -> int:
    """Return 1 where an input broke the rule."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("reader", nargs="*", choices=[*READERS, []], help="all, if left out")
    parser.add_argument("--count", type=int, default=1 << 40, help="inputs for each reader")
    parser.add_argument("--seconds", type=float, default=60.0, help="time for each reader (60)")
    parser.add_argument("--seed", default=datetime.date.today().isoformat(), help="today")
    parser.add_argument(
        "--first", type=int, default=0, metavar="N", help="number of the first input"
    )
    parser.add_argument("--only", type=int, metavar="N", help="read this input alone")
    parser.add_argument("--keep", type=Path, default=Path("build/fuzz"), metavar="DIR")
    options = parser.parse_args()
    first, count = options.first, options.count
    if options.only is not None:
        first, count = options.only, 1
    n_failures = 0
    for name in options.reader or READERS:
        report = run(READERS[name](), options.seed, first, count, options.seconds, options.keep)
        print(summary(name, options.seed, report), flush=True)
        for kind, failures in groupby(sorted(report.failures, key=kind_of), kind_of):
            found = list(failures)
            print(f"  {len(found)} ×: {kind}\n    {found[0].command}", flush=True)
            if options.only is not None:
                print(found[0].what, flush=True)
        n_failures += len(report.failures)
    return 1 if n_failures else 0


def summary(name: str, seed: str, report: Report) -> str:
    """Return a line on a run."""
    contained = f", {report.n_contained} ended a process of their own" if report.n_contained else ""
    return (
        f"{name}: {report.n_read} inputs of seed {seed}, {report.n_refused} refused{contained}, "
        f"{len(report.failures)} failures; at most {report.most_bytes >> 20} MB, "
        f"the longest {report.longest_s:.2f} s (number {report.longest_number})"
    )


if __name__ == "__main__":
    sys.exit(main())

"""Faults on purpose: python -m tests.faults [FAULT…] [--times N] prints what was lost."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path
from random import Random

for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ[variable] = "1"  # processes are forked here
os.environ["QT_QPA_PLATFORM"] = "offscreen"

from tests.faults import soak  # noqa: E402 - they import what has threads
from tests.faults.kills import KILLS  # noqa: E402
from tests.faults.limits import LIMITS  # noqa: E402

FAULTS = {fault.name: fault for fault in (*KILLS, *LIMITS, *soak.SOAK)}


def main() -> int:
    """Return 1 where something was lost that may not be."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("fault", nargs="*", choices=[*FAULTS, []], help="all, if left out")
    parser.add_argument("--times", type=int, help="tries of each, instead of the usual number")
    parser.add_argument("--seed", default="1")
    parser.add_argument("--share", type=float, default=1.0, help="of the soaks' numbers")
    options = parser.parse_args()
    soak.share = options.share
    print("| what was done | how often | lost | seconds |\n|---|---|---|---|")
    n_failed = 0
    for name in options.fault or FAULTS:
        fault, begun_s, lost = FAULTS[name], time.monotonic(), set()
        n_before = n_failed
        times = options.times or fault.times
        for number in range(times):
            with tempfile.TemporaryDirectory(prefix="soundalike-faults-") as folder:
                try:
                    lost.add(fault.once(Path(folder), Random(f"{options.seed} {name} {number}")))
                except Exception as error:
                    print(f"{name}, try {number}: {type(error).__name__}: {error}", flush=True)
                    n_failed += 1
        words = max(lost - {""}, default="nothing")
        if n_failed > n_before:
            words = f"failed {n_failed - n_before} times"
        took_s = time.monotonic() - begun_s
        print(f"| {fault.words} | {times} | {words} | {took_s:.0f} |", flush=True)
    return 1 if n_failed else 0


if __name__ == "__main__":
    sys.exit(main())

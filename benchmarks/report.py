"""What a benchmark found: tables, figures with what they should be, and ratios to be drawn."""

from __future__ import annotations

import json
import os
import platform
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path

from benchmarks.measure import PROJECT

PAGE, PICTURE = PROJECT / "docs" / "performance.md", PROJECT / "docs" / "images" / "performance.svg"


@dataclass(frozen=True)
class Target:
    """A figure beside what it should be.

    Attributes
    ----------
    what : str
    asked, found : str
        With units.
    is_met : bool
    """

    what: str
    asked: str
    found: str
    is_met: bool

    @classmethod
    def at_least(cls, what: str, asked: float, found: float, unit: str = " ×") -> Target:
        """Return a figure that should not be smaller."""
        return cls(what, f"≥ {asked:g}{unit}", f"{found:,.3g}{unit}", found >= asked)

    @classmethod
    def at_most(cls, what: str, asked: float, found: float, unit: str = " ×") -> Target:
        """Return a figure that should not be larger."""
        return cls(what, f"≤ {asked:g}{unit}", f"{found:,.3g}{unit}", found <= asked)


@dataclass(frozen=True)
class Section:
    """Result of one benchmark.

    Attributes
    ----------
    title, command, about : str
        Heading, what makes it, and what was compared; Markdown.
    tables : list of str
        Markdown.
    targets : list of Target
    ratios : dict of str to float
        How many times as fast as each peer; drawn.
    day, machine : str
    """

    title: str
    command: str
    about: str
    tables: list[str]
    targets: list[Target] = field(default_factory=list)
    ratios: dict[str, float] = field(default_factory=dict)
    day: str = field(default_factory=lambda: date.today().isoformat())
    machine: str = field(default_factory=lambda: machine())

    @property
    def markdown(self) -> str:
        """The section as it stands on the page."""
        parts = [f"## {self.title}", f"`{self.command}`, {self.day}. {self.about}", *self.tables]
        return "\n\n".join(parts)


def machine() -> str:
    """Return what this runs on, in words."""
    name = platform.processor() or platform.machine()
    information = Path("/proc/cpuinfo")
    if information.exists():
        lines = information.read_text().splitlines()
        names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
        name = names[0] if names else name
    return f"{name}, {os.cpu_count()} processors, Python {platform.python_version()}"


def spread(values: Sequence[float], digits: str = ".3g") -> str:
    """Return a median and the range of what was measured."""
    middle = f"{statistics.median(values):{digits}}"
    if len(values) < 2:
        return middle
    return f"{middle} ({min(values):{digits}}–{max(values):{digits}})"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table."""
    lines = [f"| {' | '.join(row)} |" for row in (head, ["---"] * len(head), *rows)]
    return "\n".join(lines)


def load(path: Path) -> dict[str, Section]:
    """Return what was kept of earlier runs, by the names of the benchmarks."""
    if not path.exists():
        return {}
    found = json.loads(path.read_text(encoding="utf-8"))
    return {
        name: Section(**{**each, "targets": [Target(**one) for one in each["targets"]]})
        for name, each in found.items()
    }


def keep(path: Path, sections: Mapping[str, Section]) -> None:
    """Keep sections for a later run of others."""
    path.parent.mkdir(exist_ok=True)
    kept = {name: asdict(section) for name, section in sections.items()}
    path.write_text(json.dumps(kept, indent=1), encoding="utf-8")


def targets_table(sections: Mapping[str, Section]) -> str:
    """Return all figures that were asked for, met or not."""
    rows = [
        [target.what, target.asked, target.found, "met" if target.is_met else "**missed**"]
        + [f"`{section.command}`"]
        for section in sections.values()
        for target in section.targets
    ]
    return table(["figure", "asked", "found", "", "command"], rows)


def write_page(sections: Mapping[str, Section]) -> None:
    """Write docs/performance.md and its picture."""
    machines = sorted({section.machine for section in sections.values()})
    parts = [
        "# Performance",
        "Written by `make bench`, which measures the program beside what people would otherwise "
        "run: the same input, on the same machine, in turns, with medians and, in brackets, the "
        "least and the most that was measured. Ratios within a section come from one run; other "
        f"machines give other milliseconds. Machine: {'; '.join(machines)}. What is not compared "
        "with anything is in [measurements.md](measurements.md).",
        "![Times as fast as others](images/performance.svg)",
        "## Figures that were asked for",
        targets_table(sections),
        *(section.markdown for section in sections.values()),
    ]
    PAGE.write_text("\n\n".join(parts) + "\n", encoding="utf-8")
    draw(sections)


def draw(sections: Mapping[str, Section]) -> None:
    """Draw how many times as fast the program is as each peer."""
    import matplotlib

    matplotlib.use("svg")
    matplotlib.rcParams["svg.hashsalt"] = "soundalike"  # the same ratios, the same file
    matplotlib.rcParams["svg.fonttype"] = "none"  # text stays text
    from matplotlib import pyplot

    found = [pair for section in sections.values() for pair in section.ratios.items()]
    found.reverse()
    names, ratios = [name for name, _ in found], [ratio for _, ratio in found]
    figure, axes = pyplot.subplots(figsize=(9, 0.27 * len(found) + 1), layout="constrained")
    axes.barh(names, [ratio - 1 for ratio in ratios], left=1, color="#2f7f86")
    for place, ratio in enumerate(ratios):
        axes.text(max(ratio, 1) * 1.05, place, f"{ratio:,.3g} ×", va="center", fontsize=8)
    axes.axvline(1, color="#555555", linewidth=1)
    axes.set_xscale("log")
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:,g}")
    axes.set_xlim(min(0.5, *ratios), max(ratios) * 3)
    axes.set_xlabel("times as fast as the other way (logarithmic)")
    axes.tick_params(labelsize=8)
    axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(PICTURE, metadata={"Date": None})

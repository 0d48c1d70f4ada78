"""The commands for catalogues of own sounds: `build sounds`, `update` and `duplicates`."""

from __future__ import annotations

import sys
import time
from argparse import Namespace
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.cli.output import Progress, plain, put, put_json, remark
from core.errors import Cancelled
from core.options import ListenerKind, Options
from core.paths import DataFolder

if TYPE_CHECKING:
    from core.sounds.update import SoundsReport

_MOST_NAMED = 5


def build_sounds(arguments: Namespace) -> None:
    """Make a catalogue of the sounds in folders, or add them to one."""
    _update(arguments, arguments.out, arguments.source)


def update_catalog(arguments: Namespace) -> None:
    """Analyse what is new or has changed in the folders of a catalogue."""
    from core.catalog.catalog import Catalog

    _ = Catalog.open(arguments.catalog).sound_files  # or say that it is none
    _update(arguments, arguments.catalog, ())


def _update(arguments: Namespace, out: Path, folders: Sequence[Path]) -> None:
    from core.sounds.update import update_sounds
    from core.sounds.workers import usual_workers

    data = DataFolder.default()
    # Weights that are named mean VGGish, whatever made the catalogue.
    listener = arguments.listener or (ListenerKind.VGGISH if arguments.model else None)
    options = Options(arguments.model, arguments.pca, out, arguments.engine, listener)
    begun = time.perf_counter()
    try:
        with Progress() as progress:
            report = update_sounds(
                out,
                folders,
                data,
                options,
                has_subfolders=not getattr(arguments, "no_subfolders", False),
                remove_missing=getattr(arguments, "remove_missing", False),
                workers=arguments.workers or usual_workers(data, options),
                job=progress.job,
            )
    except (KeyboardInterrupt, Cancelled):
        sys.stderr.write("What was analysed is kept: the same command goes on from there.\n")
        raise
    _tell(report, out, time.perf_counter() - begun)


def _tell(report: SoundsReport, out: Path, took_s: float) -> None:
    for note in report.notes:
        remark(note)
    for path, reason in report.failed[:_MOST_NAMED]:
        remark(f"{path}: {reason}")
    if len(report.failed) > _MOST_NAMED:
        remark(f"{len(report.failed):,} files cannot be read; info --json lists them all.")
    done = [
        f"{n:,} {what}"
        for n, what in (
            (report.n_analysed - report.n_changed, "analysed"),
            (report.n_changed, "changed"),
            (report.n_resumed, "read before"),
            (report.n_recognised, "recognised by their content"),
            (report.n_removed, "removed"),
            (report.n_missing, "missing"),
            (report.n_returned, "there again"),
            (len(report.failed), "unreadable"),
        )
        if n
    ]
    put(
        f"{report.n_files:,} files ({', '.join(done) or 'nothing has changed'}), "
        f"{len(report.catalog):,} clips in {plain(str(out))} ({took_s:.1f} s)"
    )


def sounds_text(summary: Mapping[str, Any]) -> str:
    """Return what a catalogue of own sounds says of its files."""
    lines = [
        f"{summary['files']:,} files, {summary['hours']:.2f} hours: {summary['analysed']:,} "
        f"analysed, {summary['silent']:,} silent, {summary['unreadable']:,} unreadable, "
        f"{summary['missing']:,} missing"
    ]
    failed = summary["failed"]
    lines += [f"  {plain(each['path'])}: {plain(each['reason'])}" for each in failed[:_MOST_NAMED]]
    if len(failed) > _MOST_NAMED:
        lines.append(f"  … {len(failed) - _MOST_NAMED:,} more; --json lists them all")
    return "\n".join([*lines, ""])


def list_duplicates(arguments: Namespace) -> None:
    """List groups of files that have the same sound in them."""
    from core.catalog.catalog import Catalog
    from core.search.duplicates import duplicate_groups

    catalog = Catalog.open(arguments.catalog)
    with Progress() as progress:
        groups = duplicate_groups(catalog, progress.job)
    if arguments.json:
        put_json(
            {
                "catalog": {"path": str(catalog.path), "clips": len(catalog)},
                "groups": [
                    {
                        "exact": group.is_exact,
                        "similarity": round(group.similarity, 4),
                        "size": len(group.paths),
                        "paths": list(group.paths),
                    }
                    for group in groups
                ],
            }
        )
        return
    n_files = sum(len(group.paths) for group in groups)
    put(f"{len(groups):,} groups of {n_files:,} files")
    for group in groups:
        what = "equal content" if group.is_exact else f"similarity {group.similarity:.3f}"
        put("\n".join(["", f"{len(group.paths)} files, {what}"]))
        for path in group.paths:
            put(f"  {plain(path)}")

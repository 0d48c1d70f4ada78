"""What is done to set up, step by step, and what there is to be done."""

from __future__ import annotations

from collections.abc import Callable

from core.downloads.room import free_bytes
from core.jobs import Job
from core.options import ClipSet
from core.paths import DataFolder
from gui.setup import saved_request
from gui.setup.request import SetUpRequest, SetUpStatus

# The engine's part takes a fifth of a second to import: only the workers do that.


def look(data: DataFolder) -> SetUpStatus:
    """Return what is missing and how much room there is."""
    from core.downloads.pinned import FEATURES
    from core.setup.install import missing

    rooms: dict[ClipSet, int] = {
        clips: SetUpRequest(clips, ("Any",)).choice().room_bytes
        for clips in ClipSet
        if clips != ClipSet.NONE
    }
    found = tuple(missing(data))
    return SetUpStatus(
        found,
        data.root,
        free_bytes(data.root),
        rooms,
        FEATURES.size,
        saved_request.kept(data),
    )


Step = Callable[[Job], list[str]]
"""Returns in words what it has led to."""


def steps(data: DataFolder, request: SetUpRequest) -> list[Step]:
    """Return what is to be done; after each of them the window can switch to what came.

    The request is kept on disk until the last one is done.
    """
    wanted: list[Step] = [lambda job: _fetch_model(data, request, job)]
    if request.paths:
        wanted = [lambda job: _import(data, request, job)]
    elif request.clips != ClipSet.NONE:
        wanted.append(lambda job: _fetch_features(data, request, job))
    return [_kept(data, request, step, step is wanted[-1]) for step in wanted]


def _kept(data: DataFolder, request: SetUpRequest, step: Step, is_last: bool) -> Step:

    def work(job: Job) -> list[str]:
        saved_request.keep(data, request)
        lines = step(job)
        if is_last:
            saved_request.forget(data)
        return lines

    return work


def _fetch_model(data: DataFolder, request: SetUpRequest, job: Job) -> list[str]:
    from core.setup.install import fetch_model

    lines, check = fetch_model(data, job, request.source())
    return lines + check.lines()


def _fetch_features(data: DataFolder, request: SetUpRequest, job: Job) -> list[str]:
    from core.setup.features import fetch_features
    from core.setup.inventory import choose

    catalog, notes = fetch_features(data, request.choice(), job, request.source())
    choose(data, [catalog.path.name])
    name = catalog.path.name
    return [f"{len(catalog):,} clips of AudioSet are in the catalogue {name}", *notes]


def _import(data: DataFolder, request: SetUpRequest, job: Job) -> list[str]:
    from core.setup.install import import_files, install_model
    from core.setup.selection import has_model

    lines = import_files(data, request.paths, job.part(0, 0.6), request.choice())
    if has_model(data):
        lines += install_model(data, job.part(0.6, 1)).lines()
    return lines

"""Running a build's tasks on a Dask cluster, whose machines share the files' folders.

Tasks only write parts, each whole or not at all and always the same: so a task may run twice, on
another worker after one has died, and nothing but numbers travels over the network.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from core.catalog.build.parts import BuildInterruptedError, found_parts
from core.catalog.build.tasks import Task, run_task
from core.catalog.build.workers import Meter, unfinished
from core.errors import CatalogError
from core.jobs import Job

if TYPE_CHECKING:
    from distributed import Client

CONNECT_S = 10
POLL_S = 0.2
LOST_S = 30
"""How long a cluster may be without scheduler or workers before the build gives up."""

_RETRIES = 3


def run_on_cluster(tasks: Sequence[Task], folder: Path, address: str, job: Job) -> None:
    """Make the parts of all tasks; an archive is one task, a folder of shards is many.

    Parameters
    ----------
    tasks : sequence of Task
    folder : Path
        Where the parts go; the workers must see it under the same path, and the sources as well.
    address : str
        The scheduler's, such as "tcp://10.0.0.1:8786".
    job : Job
        Progress and cancelling.

    Raises
    ------
    BuildInterruptedError
        If the scheduler or the workers are gone. What they have done is kept.
    CatalogError
        If `distributed` is not installed or a task fails.
    """
    try:
        import distributed  # noqa: F401
    except ImportError:
        raise CatalogError(
            "Building on a cluster needs the package distributed.",
            "Install it with `pip install soundalike[cluster]`, here and on the cluster.",
        ) from None

    meter = Meter(sum(task.n_bytes for task in tasks), job)
    left = unfinished(tasks, folder, meter)
    with _errors_of_cluster(address):
        asyncio.run(_connect_and_run(address, left, folder.absolute(), meter))


async def _connect_and_run(address: str, tasks: Sequence[Task], folder: Path, meter: Meter) -> None:
    """Run the tasks in an event loop of our own.

    A client that makes its loop itself and finds no scheduler is left to the garbage collector,
    which may close it while another client begins: then both wait for one lock for ever.
    """
    from distributed import Client

    client = Client(address, timeout=CONNECT_S, set_as_default=False, asynchronous=True)
    try:
        await _connected(client, address)
        await _run(client, tasks, folder, meter, address)
    finally:
        await client.close(timeout=CONNECT_S)


async def _connected(client: Client, address: str) -> None:
    try:
        await client
    except ValueError as error:
        raise CatalogError(
            f"{address!r} is no address of a Dask scheduler.",
            "Give it as the scheduler tells it, such as tcp://10.0.0.1:8786.",
        ) from error


async def _run(
    client: Client, tasks: Sequence[Task], folder: Path, meter: Meter, address: str
) -> None:
    futures = [
        client.submit(run_task, task, folder, pure=False, retries=_RETRIES) for task in tasks
    ]
    running = dict(zip(futures, tasks, strict=True))
    idle_s = 0.0
    while running:
        await asyncio.sleep(POLL_S)
        status = {future: future.status for future in running}
        for future in [future for future in running if status[future] != "pending"]:
            if status[future] != "finished":
                await asyncio.wait_for(future.result(), CONNECT_S)  # raises what went wrong
            task = running.pop(future)
            meter.add(_n_records(folder, task), task.n_bytes)
        meter.show()
        is_alive = client.status == "running" and bool(client.scheduler_info()["workers"])
        idle_s = 0.0 if is_alive else idle_s + POLL_S
        if idle_s > LOST_S:
            raise _lost(address)


def _n_records(folder: Path, task: Task) -> int:
    """Return what a finished task has read; its result may be lost with a worker, its parts not."""
    parts = found_parts(folder, task.digest)
    if not (parts and parts[-1].is_last):
        raise CatalogError(
            f"What the cluster's workers write to {folder} does not arrive here.",
            "Build into a folder that all machines share under the same path.",
        )
    return parts[-1].n_read


def _lost(address: str) -> BuildInterruptedError:
    return BuildInterruptedError(
        f"The Dask cluster at {address} does not answer or has no workers.",
        "Start its scheduler and workers, then build again to go on from there.",
    )


@contextmanager
def _errors_of_cluster(address: str) -> Iterator[None]:
    from distributed import KilledWorker
    from distributed.client import FutureCancelledError

    try:
        yield
    except KilledWorker as error:
        raise BuildInterruptedError(
            "Several workers of the cluster have died at one task.",
            "Give them more memory, then build again to go on from there.",
        ) from error
    except (OSError, TimeoutError, asyncio.CancelledError, FutureCancelledError) as error:
        raise _lost(address) from error

"""The worker: newest wins, late messages are dropped, closing ends everything."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QDeadlineTimer
from pytestqt.qtbot import QtBot

from core.errors import AudioFileError, Cancelled, SoundalikeError
from core.jobs import Job
from gui import workers
from gui.workers import Worker


@pytest.fixture
def worker(qtbot: QtBot) -> Iterator[Worker]:
    made = Worker("test")
    yield made
    made.close()
    assert made.wait(QDeadlineTimer(5000))


class Held:
    """Work that goes on until it is let go or cancelled."""

    def __init__(self, result: object = None) -> None:
        self.begun, self.go = threading.Event(), threading.Event()
        self.result, self.was_cancelled = result, False

    def __call__(self, job: Job) -> object:
        self.begun.set()
        while not self.go.wait(0.002):
            if job.is_cancelled:
                self.was_cancelled = True
            job.check()
        return self.result


def test_work_runs_in_the_lane_and_its_result_comes_home(qtbot: QtBot, worker: Worker) -> None:
    seen: list[object] = []
    worker.submit(
        lambda job: threading.get_ident(),
        lambda result: seen.extend((result, threading.get_ident())),
    )
    qtbot.waitUntil(lambda: len(seen) == 2)
    assert seen[1] == threading.get_ident() != seen[0]
    qtbot.waitUntil(lambda: not worker.is_busy)


def test_the_newest_request_wins_and_the_older_is_cancelled(qtbot: QtBot, worker: Worker) -> None:
    seen: list[object] = []
    first = Held("first")
    worker.submit(first, seen.append)
    qtbot.waitUntil(first.begun.is_set)
    for number in range(5):
        worker.submit(lambda job, number=number: number, seen.append)
    qtbot.waitUntil(lambda: not worker.is_busy)
    assert first.was_cancelled
    assert seen == [4]


def test_a_result_that_was_already_on_its_way_is_dropped(qtbot: QtBot, worker: Worker) -> None:
    seen: list[str] = []
    finished = threading.Event()

    def work(job: Job) -> str:
        finished.set()
        return "late"

    worker.submit(work, seen.append)
    assert finished.wait(5)  # without the event loop: the message lies in the queue
    worker.submit(lambda job: "newest", seen.append)
    qtbot.waitUntil(lambda: not worker.is_busy)
    assert seen == ["newest"]


def test_progress_arrives_in_order_and_not_after_cancelling(qtbot: QtBot, worker: Worker) -> None:
    seen: list[tuple[str, float | None]] = []
    begun, go = threading.Event(), threading.Event()

    def work(job: Job) -> None:
        job.report("one", 0.1)
        job.report("two", None)
        begun.set()
        go.wait(5)
        job.report("three", 0.9)

    worker.submit(work, progressed=lambda stage, fraction: seen.append((stage, fraction)))
    qtbot.waitUntil(lambda: len(seen) == 2)
    worker.cancel()
    go.set()
    qtbot.waitUntil(lambda: not worker.is_busy)
    assert seen == [("one", 0.1), ("two", None)]


def test_frequent_progress_is_thinned(qtbot: QtBot, worker: Worker) -> None:
    seen: list[float | None] = []

    def work(job: Job) -> None:
        for step in range(10_000):
            job.report("counting", step / 10_000)

    worker.submit(work, progressed=lambda stage, fraction: seen.append(fraction))
    qtbot.waitUntil(lambda: not worker.is_busy)
    assert 1 <= len(seen) < 100


def test_known_errors_come_home_unchanged(qtbot: QtBot, worker: Worker) -> None:
    errors: list[SoundalikeError] = []
    raised = AudioFileError("Not sound.", "Try another.")

    def work(job: Job) -> None:
        raise raised

    worker.submit(work, failed=errors.append)
    qtbot.waitUntil(lambda: bool(errors))
    assert errors == [raised]


def test_unknown_errors_are_explained_and_logged(
    qtbot: QtBot, worker: Worker, caplog: pytest.LogCaptureFixture
) -> None:
    errors: list[SoundalikeError] = []
    worker.submit(lambda job: 1 / 0, failed=errors.append)
    qtbot.waitUntil(lambda: bool(errors))
    assert "ZeroDivisionError" in errors[0].message
    assert "ZeroDivisionError" in caplog.text
    worker.submit(lambda job: "alive", lambda result: errors.append(result))
    qtbot.waitUntil(lambda: errors[-1] == "alive")


def test_what_must_finish_is_waited_for(qtbot: QtBot, worker: Worker) -> None:
    seen: list[object] = []
    load = Held("loaded")
    worker.submit(load, seen.append, must_finish=True)
    qtbot.waitUntil(load.begun.is_set)
    worker.submit(lambda job: "old", seen.append)
    worker.submit(lambda job: "new", seen.append)
    worker.cancel()
    worker.submit(lambda job: "newest", seen.append)
    assert not load.was_cancelled
    load.go.set()
    qtbot.waitUntil(lambda: not worker.is_busy)
    assert seen == ["loaded", "newest"]


def test_what_must_finish_is_done_in_order_whatever_comes_later(
    qtbot: QtBot, worker: Worker
) -> None:
    seen: list[object] = []
    first = Held("first")
    worker.submit(first, seen.append, must_finish=True)
    qtbot.waitUntil(first.begun.is_set)
    worker.submit(lambda job: "replaced", seen.append)
    worker.submit(lambda job: "second", seen.append, must_finish=True)
    worker.submit(lambda job: "replaced, too", seen.append)
    worker.submit(lambda job: "third", seen.append, must_finish=True)
    worker.cancel()
    worker.submit(lambda job: "last", seen.append)
    first.go.set()
    qtbot.waitUntil(lambda: not worker.is_busy)
    assert seen == ["first", "second", "third", "last"]


def test_closing_while_busy_cancels_and_ends_with_the_last_work(qtbot: QtBot) -> None:
    worker = Worker("test")
    held, seen = Held("never"), []
    worker.submit(held, seen.append, must_finish=True)
    qtbot.waitUntil(held.begun.is_set)
    worker.submit(lambda job: "never", seen.append)
    worker.close(lambda: seen.append("closed"))
    worker.submit(lambda job: "too late", seen.append)
    assert worker.wait(QDeadlineTimer(5000))
    qtbot.wait(10)
    assert held.was_cancelled
    assert seen == ["closed"]


def test_a_stuck_thread_is_left_alone_rather_than_aborting(
    qtbot: QtBot, caplog: pytest.LogCaptureFixture
) -> None:
    worker = Worker("test")
    begun, go = threading.Event(), threading.Event()

    def work(job: Job) -> None:
        begun.set()
        go.wait(20)  # deaf to cancelling, as a driver may be

    worker.submit(work)
    qtbot.waitUntil(begun.is_set)
    worker.close()
    assert not worker.wait(QDeadlineTimer(50))
    assert "does not end" in caplog.text
    del worker
    go.set()
    (thread,) = (each for each in workers.abandoned if each.objectName() == "test")
    assert thread.wait(20_000)  # type: ignore[attr-defined]
    workers.abandoned.clear()


class Noting:
    """Notes in which thread it dies, as a widget would crash in another one than its own."""

    def __init__(self, threads: list[int]) -> None:
        self.threads = threads

    def __del__(self) -> None:
        self.threads.append(threading.get_ident())


@pytest.mark.parametrize("ending", ["result", "error", "cancelled"])
def test_the_windows_thread_lets_go_of_work_and_results(
    qtbot: QtBot, worker: Worker, ending: str
) -> None:
    threads: list[int] = []
    n_times = 200

    def submit() -> None:
        mine = Noting(threads)

        def work(job: Job, mine: Noting = mine) -> Noting:
            if ending == "error":
                raise AudioFileError(f"{mine.threads is threads}", "Again.")
            if ending == "cancelled":
                raise Cancelled
            return Noting(threads)

        worker.submit(work, lambda result: None, lambda error: None)

    interval_s = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)  # the other thread may be quicker at any place
    try:
        for _ in range(n_times):
            submit()
            qtbot.waitUntil(lambda: not worker.is_busy)
    finally:
        sys.setswitchinterval(interval_s)
    assert len(threads) == n_times * (2 if ending == "result" else 1)
    assert set(threads) == {threading.get_ident()}

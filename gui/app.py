"""The program around the window: the application object, the log, and what nobody foresaw."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import QApplication

from core.engine import Engine
from core.errors import SoundalikeError, unforeseen
from core.interrupts import INTERRUPTED, ending_on_interrupt
from core.options import Options
from core.paths import DataFolder
from gui.coordinator import Coordinator
from gui.garbage import GarbageCollector
from gui.main_window import NAME, MainWindow
from gui.player.readiness import is_installed
from gui.settings import Settings, settings_path
from gui.storage.opening import OpenedData, open_data

log = logging.getLogger(__name__)

SWITCH_INTERVAL_S = 0.001


class _Accidents(QObject):
    """Brings what nobody caught, in whatever thread, into the window's thread."""

    happened = Signal(SoundalikeError)

    def watch(self) -> None:
        """Take over from Python, which would only print to a terminal that may not be there."""
        sys.excepthook = self._on_exception
        threading.excepthook = self._on_thread_exception

    def _on_exception(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        log.critical("Unforeseen", exc_info=(kind, error, trace))
        self.happened.emit(error if isinstance(error, SoundalikeError) else unforeseen(error))

    def _on_thread_exception(self, args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None:
            self._on_exception(args.exc_type, args.exc_value, args.exc_traceback)


def run(data: DataFolder, options: Options, first_paths: list[Path]) -> int:
    """Show the window until it is closed; return the exit status."""
    with ExitStack() as held:
        with ending_on_interrupt():
            _make_application()
            opened = open_data(data, held)
        if opened.folder is None:
            return 0
        return _run(opened, opened.folder, options, first_paths)


def _make_application() -> None:
    if is_installed():
        # The player needs it, and only here can it be said; nothing of it is imported yet.
        QApplication.setAttribute(Qt.ApplicationAttribute.AA_ShareOpenGLContexts)
    application = QApplication.instance() or QApplication([NAME])
    assert isinstance(application, QApplication)  # noqa: S101 - there is no other kind here
    application.setApplicationName(NAME)
    application.setApplicationDisplayName(NAME)
    application.setDesktopFileName(NAME.lower())
    # The window waits this long for each turn that another thread's Python code has.
    sys.setswitchinterval(SWITCH_INTERVAL_S)


def _run(opened: OpenedData, data: DataFolder, options: Options, first_paths: list[Path]) -> int:
    with ending_on_interrupt():
        _start_log(data)
        collector = GarbageCollector()
        window = MainWindow()
        settings = Settings(settings_path(data))
        coordinator = Coordinator(window, Engine(data, options), settings, data, first_paths)
        # Once: what is made later may well be garbage when another catalogue is ready.
        coordinator.session.ready.connect(collector.settle, Qt.ConnectionType.SingleShotConnection)
        accidents = _Accidents()
        accidents.happened.connect(coordinator.session.report)
        accidents.watch()
    close_on_interrupt(window)
    _tell_of_move(window, opened)
    window.show()
    status = QApplication.exec()
    _leave_text_only()
    has_ended = coordinator.wait()
    logging.shutdown()
    if not has_ended:
        # A thread stuck in a foreign library would hold up or abort the interpreter's end.
        os._exit(status)
    return status


def _tell_of_move(window: MainWindow, opened: OpenedData) -> None:
    """Say why the data is where it was, though it was to move."""
    if opened.error is not None:
        storage = window.commands.storage
        window.banner.show_trouble(opened.error.in_full, storage.text(), storage.trigger)
    elif opened.is_cancelled:
        window.banner.show_note("Moving was cancelled. The data is where it was.")


def close_on_interrupt(window: MainWindow) -> None:
    """Close the window on Ctrl-C, as its own button does; nothing is lost.

    An exception would not do: it would end in whatever Qt has just called.
    """

    def leave() -> None:
        window.close()
        QApplication.exit(INTERRUPTED)

    # In the background Ctrl-C is ignored, and so it stays.
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, lambda *_: QTimer.singleShot(0, window, leave))


def _leave_text_only() -> None:
    """Copy the text alone of what was copied: PySide would crash on the rest at the very end."""
    clipboard = QApplication.clipboard()
    if clipboard.ownsClipboard():
        clipboard.setText(clipboard.text())


def _start_log(data: DataFolder) -> None:
    """Log to the terminal and to the data folder."""
    handlers: list[logging.Handler] = [logging.StreamHandler()]
    try:
        data.root.mkdir(parents=True, exist_ok=True)
        handlers.append(logging.FileHandler(data.log, encoding="utf-8", delay=True))
    except OSError:
        pass  # the terminal still hears of it
    logging.basicConfig(
        level=logging.WARNING,
        format="%(asctime)s %(name)s: %(message)s",
        handlers=handlers,
    )

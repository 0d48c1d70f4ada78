"""Loading model and catalogue, and switching to others without disturbing a search."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from PySide6.QtCore import QObject, Signal

from core.engine import Engine
from core.errors import SoundalikeError
from core.jobs import Job
from core.types import CatalogInfo
from gui.workers import Worker

LOADING = "Loading the model"
SWITCHING = "Switching to what is there now"

Change: TypeAlias = Callable[[Job], CatalogInfo]
"""Something done to the engine, after which another model or catalogue may answer."""


class EngineLoader(QObject):
    """Loads the engine in the worker that owns it.

    Parameters
    ----------
    engine : Engine
    worker : Worker
    may_switch : callable
        Whether neither a search nor a recording would lose its model.

    Attributes
    ----------
    is_loading : bool
    model_id : str
        Of the model that answers; empty before there is one.

    Signals
    -------
    began : str
        Its stage.
    progressed : str, object
        Stage, and the fraction done or None.
    ready : CatalogInfo
        Model and catalogue are loaded.
    switched : str
        They are others than before; which model answered then. Comes after `ready`.
    failed : SoundalikeError
    """

    began = Signal(str)
    progressed = Signal(str, object)  # float | None
    ready = Signal(CatalogInfo)
    switched = Signal(str)
    failed = Signal(SoundalikeError)

    def __init__(
        self,
        engine: Engine,
        worker: Worker,
        may_switch: Callable[[], bool],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._engine, self._worker, self._may_switch = engine, worker, may_switch
        self.is_loading = False
        self.model_id = ""
        self._changes: list[Change] = []
        worker.busy_changed.connect(self.switch_if_idle)

    def load(self) -> None:
        """Load model and catalogue; a sound that comes meanwhile waits."""
        self._submit(LOADING, self._engine.load, self._on_ready)

    def reload(self, change: Change | None = None) -> None:
        """Switch to what is there now, as soon as nothing is at work.

        Parameters
        ----------
        change : callable, optional
            Done instead, in the worker that the engine belongs to.
        """
        self._changes.append(change or self._engine.reload)
        self.switch_if_idle()

    def switch_if_idle(self) -> None:
        """Do the next change that waits, unless something is at work."""
        if self._changes and not self._worker.is_busy and self._may_switch():
            self._submit(SWITCHING, self._changes.pop(0), self._on_switched)

    def _submit(self, stage: str, change: Change, done: Callable[[CatalogInfo], None]) -> None:
        self.is_loading = True
        self.began.emit(stage)
        self._worker.submit(change, done, self._on_failed, self.progressed.emit, must_finish=True)

    def _on_ready(self, info: CatalogInfo) -> None:
        self.is_loading, self.model_id = False, info.model_key
        self.ready.emit(info)

    def _on_switched(self, info: CatalogInfo) -> None:
        before = self.model_id
        self._on_ready(info)
        self.switched.emit(before)

    def _on_failed(self, error: SoundalikeError) -> None:
        self.is_loading = False
        self.failed.emit(error)

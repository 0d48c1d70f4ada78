"""Adds own sounds and keeps them true, in the background: the window is used meanwhile."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from core.errors import AudioFileError, SoundalikeError
from core.jobs import Job
from core.options import CatalogKind
from core.types import CatalogInfo
from gui import formats
from gui.context import Context
from gui.sounds.building import SoundsOutcome, absent_folders, build, give_up, shown
from gui.sounds.progress import SoundsProgress
from gui.sounds.request import SoundsRequest, forget, keep, kept
from gui.widgets.banner import Choice
from gui.widgets.tables import ask

if TYPE_CHECKING:
    from gui.sounds.add_dialog import AddSoundsDialog
    from gui.sounds.left_out import LeftOutDialog


class SoundsController(QObject):
    """One catalogue is made or updated at a time; what is not done is offered at the next start.

    Parameters
    ----------
    context : Context

    Attributes
    ----------
    progress : SoundsProgress
        For the status line.
    dialog : AddSoundsDialog or None
    left_out : LeftOutDialog or None
        There once they were opened.

    Signals
    -------
    changed
        There are other catalogues than before.
    told : str
        Something on the catalogue that was asked for, in words.
    """

    changed = Signal()
    told = Signal(str)

    def __init__(self, context: Context) -> None:
        super().__init__(context.window)
        self._context, self._session, self._data = context, context.session, context.data
        self._building = context.workers["own sounds"]
        self._looking = context.workers["own catalogues"]
        self._searched: CatalogInfo | None = None
        self._offered: SoundsOutcome | None = None
        self._tells_of_absent = self._goes_on = False
        self._running: SoundsRequest | None = None
        self._unfinished: SoundsRequest | None = None
        self.progress = SoundsProgress()
        self.dialog: AddSoundsDialog | None = None
        self.left_out: LeftOutDialog | None = None
        self.progress.cancel_pressed.connect(self.cancel)
        self.progress.go_on_pressed.connect(self.go_on)
        self.progress.give_up_pressed.connect(self._give_up)
        context.actions.add_sounds.triggered.connect(lambda: self.open(context.window))
        context.session.ready.connect(self.take)
        self._building.busy_changed.connect(self._on_busy)
        self._looking.submit(lambda _: kept(self._data), self._on_kept, must_finish=True)

    @property
    def is_active(self) -> bool:
        """Whether sounds are being analysed."""
        return self._running is not None or self._building.is_busy

    def take(self, info: CatalogInfo) -> None:
        """Take note of which catalogues are searched."""
        self._searched = info
        if self._offered is not None and self._is_searched(self._offered):
            self._context.banner.withdraw(self._offered.said)
            self._offered = None

    def _is_searched(self, outcome: SoundsOutcome) -> bool:
        info = self._searched
        is_other = info is not None and outcome.request.name in info.others
        return is_other or (info is not None and outcome.path == info.path)

    # What a person does

    def open(self, parent: QWidget) -> None:
        """Ask for folders and a name."""
        if self.dialog is None:
            from gui.sounds.add_dialog import AddSoundsDialog

            self.dialog = AddSoundsDialog(parent)
            self.dialog.wanted.connect(self._on_wanted)
            subfolders = self._context.actions.subfolders
            self.dialog.subfolders.setChecked(subfolders.isChecked())
            self.dialog.subfolders.toggled.connect(subfolders.setChecked)
        dialog = self.dialog
        if not dialog.isVisible():
            dialog.begin()
            if self._unfinished is not None and self._unfinished.folders:
                dialog.take(self._unfinished)
        dialog.show_busy(self.is_active)
        self._looking.submit(self._look, lambda found: dialog.show_known(*found), must_finish=True)
        dialog.show()
        dialog.raise_()
        dialog.activateWindow()

    def _look(self, _: Job) -> tuple[dict[str, CatalogKind], bool]:
        from core.setup.inventory import catalogs
        from core.setup.selection import has_model

        return {each.name: each.kind for each in catalogs(self._data)}, has_model(self._data)

    def _on_wanted(self, request: SoundsRequest) -> None:
        if self.dialog is not None:
            self.dialog.close()
        self.start(request)

    def start(self, request: SoundsRequest) -> None:
        """Make or update a catalogue, unless another one is being made."""
        if self.is_active:
            self.told.emit("Other sounds are being analysed. Wait for them, or cancel that first.")
            return
        self._running, self._unfinished = request, None
        self._show(request, "Looking for sounds")
        options = self._context.engine.options
        self.told.emit(f"“{request.name}” is brought up to date. The status line says how far.")

        def work(job: Job) -> SoundsOutcome:
            keep(self._data, request)
            return build(request, self._data, options, job)

        self._building.submit(
            work,
            self._on_done,
            self._on_failed,
            lambda stage, _: self._show(request, stage),
        )

    def update_catalog(self, name: str) -> None:
        """Bring a catalogue up to date with its folders."""
        self.start(SoundsRequest(name))

    def cancel(self) -> None:
        """Stop; what was analysed is kept."""
        running, self._running = self._running, None
        self._goes_on = False
        self._building.cancel()
        if running is not None:
            self._offer(running)
            self._context.say("Stopped: what was analysed is kept, and it goes on from there.")
        elif self._unfinished is not None:
            self._offer(self._unfinished)

    def go_on(self) -> None:
        """Go on with what is not done, once what was cancelled has ended."""
        request = self._unfinished
        if request is None:
            return
        self._goes_on = self._building.is_busy
        if self._goes_on:
            self.progress.report("Stopping")
        else:
            self.start(request)

    def _on_busy(self, is_busy: bool) -> None:
        if self._goes_on and not is_busy:
            self.go_on()

    def _give_up(self) -> None:
        request, self._unfinished = self._unfinished, None
        self.progress.finish()
        if request is not None:
            self._building.submit(
                lambda _: give_up(request, self._data),
                failed=self._context.show_trouble,
                must_finish=True,
            )

    def look_at(self, path: str) -> None:
        """Tell which folders of a catalogue of own sounds are not there."""
        self._looking.submit(lambda _: absent_folders(path), self._on_looked)

    def _on_looked(self, absent: list[str]) -> None:
        if absent:
            folders = ", ".join(map(shown, absent[:3])) + (", …" if absent[3:] else "")
            self.told.emit(f"Not there now: {folders}. Its sounds are kept; update it later.")
        elif self._tells_of_absent:
            self.told.emit("")
        self._tells_of_absent = bool(absent)

    # What the work says

    def _show(self, request: SoundsRequest, stage: str) -> None:
        if self._running is request:
            self.progress.report(f"“{request.name}”: {stage}")

    def _on_kept(self, request: SoundsRequest | None) -> None:
        if request is not None and self._running is None:
            self._offer(request)

    def _offer(self, request: SoundsRequest) -> None:
        self._unfinished = request
        self.progress.offer(f"“{request.name}” is not done")

    def _on_done(self, outcome: SoundsOutcome) -> None:
        self._running = None
        self.progress.finish()
        if self.dialog is not None:
            self.dialog.show_busy(False)
        is_searched = self._is_searched(outcome)
        if is_searched:
            self._session.loader.reload()
        self.changed.emit()
        self.told.emit(outcome.said)
        name = outcome.request.name
        search = Choice("&Search them", partial(self.search, name))
        choices = [search] if outcome.request.folders and not is_searched else []
        if outcome.n_missing and not outcome.request.removes_missing:
            choices.append(Choice("Remove the &missing…", partial(self._ask, outcome)))
        if outcome.left_out:
            choices.append(Choice("Show &which", partial(self._show_left_out, outcome)))
        # What has nothing to be answered is a note: the next search takes it back.
        if choices:
            self._context.banner.offer(outcome.said, *choices[:2])
            self._offered = outcome if search in choices else None
        else:
            self._context.banner.show_note(outcome.said)

    def search(self, name: str) -> None:
        """Search a catalogue from now on."""
        engine = self._context.engine
        self._session.loader.reload(lambda job: engine.choose([name], job))

    def _ask(self, outcome: SoundsOutcome) -> None:
        name = outcome.request.name
        number = formats.count(outcome.n_missing, "missing file", "missing files")
        text = f"Remove {number} from “{name}”? Nothing on the disk is touched."
        request = SoundsRequest(name, removes_missing=True)
        ask(self._context.window, text, "Remove", partial(self.start, request))

    def _show_left_out(self, outcome: SoundsOutcome) -> None:
        if self.left_out is None:
            from gui.sounds.left_out import LeftOutDialog

            self.left_out = LeftOutDialog(self._context.window)
        self.left_out.show_files(outcome.request.name, outcome.left_out)
        self.left_out.show()
        self.left_out.raise_()

    def _on_failed(self, error: SoundalikeError) -> None:
        request, self._running = self._running, None
        self.progress.finish()
        if self.dialog is not None:
            self.dialog.show_busy(False)
        if isinstance(error, AudioFileError):
            forget(self._data)  # the same folders would fail again
        elif request is not None:
            self._offer(request)
        self.told.emit(error.in_full)
        self._context.show_trouble(error)

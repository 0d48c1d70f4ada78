"""Sets up while the window is at work: what is missing is fetched, and switched to at once."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QFileDialog

from core.errors import SoundalikeError
from core.options import ClipSet, ListenerKind
from core.types import CatalogInfo
from gui.context import Context
from gui.setup import saved_request
from gui.setup.dialog import SetUpDialog
from gui.setup.request import SetUpRequest, SetUpStatus
from gui.setup.steps import Step, look, steps

_OFFERED = "Built-in model · Set up…"
_INTERRUPTED = "Setting up was interrupted. What came so far is kept."


class SetUpController(QObject):
    """Joins the dialog, the banner and the status line to the work.

    Parameters
    ----------
    context : Context

    Attributes
    ----------
    is_known : bool
        Whether a person has been told once what can be set up.

    Signals
    -------
    told : str, str
        How far setting up is, or what could be set up, and more of it; empty where all is there.
    move_pressed
        The data is to lie in another folder, or, where that is planned, to stay.
    """

    told = Signal(str, str)
    move_pressed = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__(context.window)
        self._context, self._session, self._data = context, context.session, context.data
        self.fetching, self._looking = context.workers["set-up"], context.workers["stored"]
        self._left: list[Step] = []
        # What has stopped by itself, and what was asked for then.
        self._request = SetUpRequest()
        self._stopped: SetUpRequest | None = None
        self._n_steps = 0
        self._lines: list[str] = []
        self._note = self._offered = ""
        self.is_known = context.remembered.knows_set_up
        self._dialog: SetUpDialog | None = None
        self._target: Path | None = None
        context.actions.set_up.triggered.connect(self.open)

    @property
    def dialog(self) -> SetUpDialog:
        """The dialog, made when it is first wanted."""
        if self._dialog is None:
            self._dialog = dialog = SetUpDialog(self._context.window)
            dialog.started.connect(self.start)
            dialog.paused.connect(self.pause)
            dialog.continued.connect(self.go_on)
            dialog.stopped.connect(self.stop)
            dialog.move_pressed.connect(self.move_pressed)
            dialog.import_pressed.connect(self._ask_for_files)
            dialog.show_planned_move(self._target)
        return self._dialog

    @property
    def is_active(self) -> bool:
        """Whether something is being fetched, or will be when it goes on."""
        return bool(self._left)

    def show_planned_move(self, target: Path | None) -> None:
        """Say where the data moves at the next start."""
        self._target = target
        if self._dialog is not None:
            self._dialog.show_planned_move(target)

    def tell_of_move(self, text: str) -> None:
        """Say why the data cannot be moved."""
        if self._dialog is not None:
            self._dialog.show_result([text])

    def offer(self, info: CatalogInfo) -> None:
        """Offer what could be had in the status line, the first time in the banner, too."""
        banner = self._context.banner
        banner.withdraw(self._note)
        is_built_in = info.is_balanced or info.listener == ListenerKind.BUILT_IN
        self._offered = _OFFERED if is_built_in else ""
        if self.is_active:
            return
        self._rest()
        self._note = " ".join(info.notes)
        if not (banner.is_trouble or banner.has_action) and self._note:
            if not is_built_in:
                banner.show_note(self._note)
            elif not self.is_known:
                banner.show_note(self._note, "Set &up…", self.open)
        self.is_known = self.is_known or is_built_in
        self._looking.submit(lambda _: look(self._data), self._offer_to_go_on)

    def _offer_to_go_on(self, status: SetUpStatus) -> None:
        banner, begun = self._context.banner, status.begun
        is_free = not banner.message or banner.message == self._note
        if begun is not None and not self.is_active and is_free:
            self._note = " ".join((_INTERRUPTED, *status.sentences()))
            banner.show_note(self._note, "&Go on setting up", partial(self.take_up, begun))

    def _rest(self) -> None:
        """Say in the status line what could be set up; nothing where all is there."""
        self.told.emit(self._offered, "Fetch the trained model, and all of AudioSet")

    def open(self) -> None:
        """Show the dialog, with what is missing now."""
        dialog = self.dialog
        if not self.is_active:
            self._look()
        dialog.show()
        dialog.raise_()
        dialog.activateWindow()

    def _look(self) -> None:
        dialog = self.dialog
        self._looking.submit(
            lambda _: look(self._data),
            dialog.show_status,
            lambda error: dialog.show_result([error.in_full]),
        )

    # The work

    def start(self, request: SetUpRequest) -> None:
        """Begin to fetch or import."""
        if self.is_active:
            return
        try:
            request.source()
        except SoundalikeError as error:
            self.dialog.show_result([error.in_full])
            return
        self._stopped, self._left = None, steps(self._data, request)
        self._request = request
        self._n_steps, self._lines = len(self._left), []
        self.dialog.bar.reset()
        self._context.banner.withdraw(self._note)
        self.go_on()

    def take_up(self, request: SetUpRequest) -> None:
        """Go on with what was begun before the program ended."""
        self.dialog.take(request)
        self.start(request)
        self.open()

    def go_on(self) -> None:
        """Do the next step, or the one that was paused or has stopped, as it is chosen now."""
        if self._stopped is not None:
            self.start(self._stopped if self._stopped.paths else self.dialog.request)
            return
        if not self._left:
            return
        self.dialog.show_running()
        self.dialog.show_result(self._lines)
        self._on_progress("Beginning", 0.0)
        self.fetching.submit(self._left[0], self._on_step, self._on_failed, self._on_progress)

    def pause(self) -> None:
        """Stop for now; what came is kept."""
        self.fetching.cancel()
        self.dialog.show_paused()
        self.told.emit("Setting up: paused", "")

    def stop(self) -> None:
        """Give it up; what came is kept all the same."""
        data = self._data
        self.fetching.submit(
            lambda _: saved_request.forget(data), lambda _: self._look(), must_finish=True
        )
        self._left = []
        self._end()

    def _on_progress(self, stage: str, fraction: float | None) -> None:
        number = self._n_steps - len(self._left) + 1
        if self._n_steps > 1:
            stage = f"{number} of {self._n_steps}: {stage}"
        self.dialog.show_progress(stage, fraction)
        share = "" if fraction is None else f" · {fraction:.0%}"
        self.told.emit(f"Setting up{share}", stage)

    def _on_step(self, lines: list[str]) -> None:
        self._left.pop(0)
        self._lines += lines
        self._session.loader.reload()
        if self._left:
            self.go_on()
        else:
            self._end()
            self.dialog.show_result(["All is set up.", *self._lines])

    def _end(self) -> None:
        self._rest()
        self.dialog.show_choosing()
        self.dialog.show_result(self._lines)
        self._look()

    def _on_failed(self, error: SoundalikeError) -> None:
        text = error.in_full
        self._stopped, self._left = self._request, []
        self.dialog.show_trouble("\n".join([text, *self._lines]))
        self.told.emit("Setting up: stopped", "")
        if not self.dialog.isVisible():
            self._context.banner.show_trouble(text, "Set &up…", self.open)

    def _ask_for_files(self) -> None:
        dialog = QFileDialog(self.dialog, "Official files that you have", str(Path.home()))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.filesSelected.connect(self.take_files)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def take_files(self, names: list[str]) -> None:
        """Import files that a person has already."""
        request = self.dialog.request
        clips = ClipSet.ALL if request.clips == ClipSet.NONE else request.clips
        self.start(SetUpRequest(clips, request.classes, paths=tuple(map(Path, names))))

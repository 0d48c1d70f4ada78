"""From a sound file to its picture: sketched, read through, and read again where it is zoomed."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal

from core.audio.pyramid import Pyramid
from core.audio.reader import AudioFile
from core.audio.spectrogram import SKETCH_FROM_S, Overview, detail
from core.errors import SoundalikeError
from core.jobs import Job
from gui.spectrogram.widget import Spectrogram
from gui.spectrogram.zoom import DetailRequest
from gui.workers import Worker

REFRESH_MS = 100
"""How often a picture is drawn anew while its sound is read."""


class SpectrogramLoader(QObject):
    """Draws one sound at a time. Lives in the window's thread; the work is done in two workers.

    Parameters
    ----------
    spectrogram : Spectrogram
    pictures, details : Worker
        Whoever owns them closes them.

    Signals
    -------
    drawn : bool
        The sound is in sight; whether that is all of it, or only a sketch.
    failed : SoundalikeError
        It cannot be read.
    """

    drawn = Signal(bool)
    failed = Signal(SoundalikeError)

    def __init__(
        self,
        spectrogram: Spectrogram,
        pictures: Worker,
        details: Worker,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._spectrogram, self._pictures, self._details = spectrogram, pictures, details
        self._file: AudioFile | None = None
        self._overview: Overview | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(REFRESH_MS)
        self._timer.timeout.connect(spectrogram.refresh)
        spectrogram.detail_wanted.connect(self._on_wanted)

    @property
    def file(self) -> AudioFile | None:
        """The sound that is shown, or being read."""
        return self._file

    def show_file(self, file: AudioFile) -> None:
        """Draw a sound instead of what was there before."""
        self.forget()
        overview = Overview(file.duration_s)
        self._file, self._overview = file, overview
        if file.duration_s >= SKETCH_FROM_S:
            self._pictures.submit(
                lambda job: overview.sketch(file, job), self._on_sketched, self._on_failed
            )
        else:
            self._fill()

    def forget(self) -> None:
        """Stop drawing; what is in sight stays until something else is shown."""
        self._timer.stop()
        self._pictures.cancel()
        self._details.cancel()
        self._file = self._overview = None

    def _on_sketched(self, _: None) -> None:
        if self._overview is not None:
            self._spectrogram.show_sound(self._overview)
            self.drawn.emit(False)
            self._fill()
            self._timer.start()

    def _fill(self) -> None:
        file, overview = self._file, self._overview
        if file is not None and overview is not None:
            self._pictures.submit(
                lambda job: overview.fill(file, job), self._on_filled, self._on_failed
            )

    def _on_filled(self, _: None) -> None:
        if self._overview is None or self._file is None:
            return
        # What a header promises, only reading proves.
        self._overview.end_at(self._file.duration_s)
        if self._timer.isActive():
            self._timer.stop()
            self._spectrogram.refresh()
        else:
            self._spectrogram.show_sound(self._overview)
        self.drawn.emit(True)

    def _on_failed(self, error: SoundalikeError) -> None:
        self.forget()
        self.failed.emit(error)

    def _on_wanted(self, request: DetailRequest) -> None:
        file = self._file
        if file is None or self._spectrogram.picture is not self._overview:
            return  # what is in sight is still another sound
        self._details.submit(
            _reading(file, request),
            lambda found: self._spectrogram.add_detail(request, found),
            lambda error: None,  # the overview stays in sight; filling it tells of the trouble
        )


def _reading(file: AudioFile, request: DetailRequest) -> Callable[[Job], Pyramid]:
    return lambda job: detail(
        file, request.spectrum, request.start_s, request.end_s, request.n_columns, job
    )

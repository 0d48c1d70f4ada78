"""Tags of catalogues of own sounds in the table: which there are, read, jumped to, played."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from core.audio.reader import AudioFile
from core.errors import SoundalikeError
from core.jobs import Job
from core.options import CatalogKind
from core.types import CatalogInfo, Match
from gui.context import Context
from gui.search.state import State
from gui.tag_table.catalog_model import CatalogRow, CatalogTagModel, folded_names
from gui.tag_table.panel import TagTablePanel

if TYPE_CHECKING:
    from core.sounds.catalog_tags import CatalogTags


class CatalogTagController(QObject):
    """Offers the catalogues of own sounds, and shows the tags of one as long as it is looked at.

    Parameters
    ----------
    context : Context
    panel : TagTablePanel
    model : CatalogTagModel
        The one that the panel shows.

    Signals
    -------
    wanted : AudioFile, float, float
        A span of a file, in seconds, is to be seen and matched.
    play_wanted : Match
        A span is to be heard from its file.
    """

    wanted = Signal(AudioFile, float, float)
    play_wanted = Signal(Match)

    def __init__(self, context: Context, panel: TagTablePanel, model: CatalogTagModel) -> None:
        super().__init__(context.window)
        self._context, self._panel, self._model = context, panel, model
        self._reading = context.workers["catalog tags"]
        self._opening = context.workers["tagged files"]
        self._paths: list[Path] = []
        self._searched = ""
        self._shown: Path | None = None
        self._read: Path | None = None
        self._is_chosen = False
        panel.source_chosen.connect(self._on_source)
        panel.catalog_table.chosen.connect(self._jump)
        panel.catalog_table.play_pressed.connect(self._play)
        context.session.ready.connect(self.take)

    def take(self, info: CatalogInfo) -> None:
        """Take note of which catalogue is searched; it may be another than before."""
        self._searched = info.path
        self.refresh()

    def refresh(self) -> None:
        """Look which catalogues there are now; what is shown of one is read anew."""
        self._read = None
        if self._context.actions.tag_table.isChecked():
            self.look()

    def look(self, prefers_shown: bool = False) -> None:
        """Look which catalogues there are, and read the one that is shown.

        Parameters
        ----------
        prefers_shown : bool
            Whether that is to be the one whose matches are shown, if a person has chosen none.
        """
        matched = self._context.session.shown.info
        if prefers_shown and not self._is_chosen and matched is not None:
            self._shown = Path(matched.path)
        data, searched = self._context.data, self._searched

        def find(_: Job) -> list[Path]:
            from core.catalog.catalog import Catalog
            from core.setup.inventory import catalogs

            found = [each.path for each in catalogs(data) if each.kind == CatalogKind.SOUNDS]
            if searched and Path(searched) not in found:  # it was named at the program's start
                with suppress(SoundalikeError):
                    if Catalog.open(Path(searched)).manifest.kind == CatalogKind.SOUNDS:
                        found.insert(0, Path(searched))
            return found

        self._reading.submit(find, self._on_found)

    def show(self, path: Path) -> None:
        """Show the tags of the catalogue in a folder, instead of the matches."""
        self._shown, self._is_chosen = path, True
        if self._context.actions.tag_table.isChecked():
            self.look()
        else:
            self._context.actions.tag_table.setChecked(True)

    def show_opened(self) -> None:
        """Show what was heard in opened sounds."""
        self._shown = None
        self._panel.show_source(0)

    def _on_found(self, paths: list[Path]) -> None:
        self._paths = paths
        place = paths.index(self._shown) + 1 if self._shown in paths else 0
        self._panel.show_sources([path.name for path in paths], place)
        self._show_place(place)

    def _on_source(self, place: int) -> None:
        self._is_chosen = True
        self._panel.show_source(place)
        self._show_place(place)

    def _show_place(self, place: int) -> None:
        self._shown = path = self._paths[place - 1] if place > 0 else None
        if path is None or path == self._read:
            return
        self._read = None
        self._model.set_tags(None, [])
        self._panel.show_reading(True)

        def read(job: Job) -> tuple[Path, CatalogTags, list[str]]:
            from core.catalog.catalog import Catalog
            from core.sounds.catalog_tags import CatalogTags

            tags = CatalogTags.of(Catalog.open(path), job)
            return path, tags, folded_names(tags)

        self._reading.submit(read, self._on_read, self._on_failed)

    def _on_read(self, found: tuple[Path, CatalogTags, list[str]]) -> None:
        self._read, tags, folded = found
        self._panel.show_reading(False)
        self._model.set_tags(tags, folded)

    def _on_failed(self, error: SoundalikeError) -> None:
        self._panel.show_reading(False)
        self._context.show_trouble(error)

    # Rows

    def _jump(self, row: CatalogRow) -> None:
        if self._context.session.state is State.RECORDING:
            self._context.say("Stop the recording first.")
        elif (span := row.span) is not None:
            self._opening.submit(
                lambda job: AudioFile(row.sound.path, job=job),
                lambda audio: self.wanted.emit(audio, span.start_s, span.end_s),
                self._context.show_trouble,
            )

    def _play(self, row: CatalogRow) -> None:
        if (span := row.span) is not None:
            times, path = (span.start_s, span.end_s), str(row.sound.path)
            self.play_wanted.emit(
                Match(0, row.key, *times, (span.label,), span.score, "", path=path)
            )

"""The matches, or what stands there without any; and the details of the current one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QLabel, QStackedWidget, QVBoxLayout, QWidget

from core.search.feedback import Calibration
from core.types import Match, youtube_id_of
from gui import theme
from gui.results.catalog_tabs import CatalogTabs
from gui.results.details_pane import DetailsPane
from gui.results.table import ResultsTable
from gui.widgets.dimming import Dimming
from gui.youtube import LARGE
from gui.youtube.permission import LookUpPermission

if TYPE_CHECKING:
    from gui.results.file_places import FilePlaces
    from gui.results.sound_pictures import SoundPictures
    from gui.youtube.look_ups import LookUps

_NOTHING = "No clip passes these filters. Leave one out to see more."


class ResultsPanel(QWidget):
    """The table of matches, and one sentence where there are none; above them the catalogues.

    Parameters
    ----------
    permission : LookUpPermission
        Whether there may be pictures, for which the rows make room.

    Attributes
    ----------
    tabs : CatalogTabs
    table : ResultsTable
    details : DetailsPane
        Shows the current match; whoever owns this puts it somewhere.
    message : QLabel
    """

    def __init__(self, permission: LookUpPermission, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._permission = permission
        self.table, self.message, self._pages = ResultsTable(), QLabel(), QStackedWidget()
        self.tabs = CatalogTabs()
        self.details = DetailsPane()
        self._veil = Dimming(self.table)
        self._look_ups: LookUps | None = None
        self._pictures: SoundPictures | None = None
        self._are_failing = False
        self.heading = ""
        self.message.setTextFormat(Qt.TextFormat.PlainText)
        self.message.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.message.setWordWrap(True)
        self.message.setMargin(2 * theme.GRID)
        for page in (self.table, self.message):
            self._pages.addWidget(page)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.tabs)
        layout.addWidget(self._pages, 1)
        self.table.chosen_changed.connect(self._show_details)
        permission.changed.connect(self._make_room)
        self._make_room()
        self._follow_palette()

    def use_files(self, files: FilePlaces, pictures: SoundPictures) -> None:
        """Show which of a person's own files are there, and their spectrograms."""
        self._pictures = pictures
        self.table.use_files(files, pictures)
        for changed in (files.changed, pictures.large_changed):
            changed.connect(lambda: self._show_details(self.details.match))

    def show_playing(self, clip: tuple[str, float] | None) -> None:
        """Mark the clip that plays from its file: its key and start."""
        self.table.results.show_playing(clip)
        self.details.show_playing(clip)

    def show_matches(
        self,
        heading: str,
        matches: tuple[Match, ...],
        calibration: Calibration | None = None,
        most: int | None = None,
    ) -> None:
        """Show an answer.

        Parameters
        ----------
        heading : str
            What the answer says, for lists that are taken away.
        matches : tuple of Match
        calibration : Calibration, optional
            What the similarities are judged by.
        most : int, optional
            How many rows to show; further matches take the places of those that are hidden.
        """
        self.set_dimmed(False)
        self.heading = heading
        self.details.calibration = calibration
        self.table.show_matches(matches, most)
        self._make_room()
        if matches:
            self._pages.setCurrentWidget(self.table)
        else:
            self.show_message(_NOTHING)

    def show_message(self, text: str) -> None:
        """Show one sentence instead of the table and the details."""
        self.message.setText(text)
        self.details.show_match(None, None)
        self._pages.setCurrentWidget(self.message)

    def set_dimmed(self, is_dimmed: bool) -> None:
        """Dim an answer that a newer one will replace."""
        self._veil.set_down(is_dimmed)

    @property
    def is_dimmed(self) -> bool:
        """Whether what is shown is about to be replaced."""
        return self._veil.is_down

    # Look-ups

    def use_look_ups(self, look_ups: LookUps) -> None:
        """Show titles and thumbnails, once a person has allowed it."""
        self._look_ups = look_ups
        self.table.use_look_ups(look_ups)
        look_ups.changed.connect(self._on_looked_up)

    def show_failing(self, are_failing: bool) -> None:
        """Take the room of pictures back while they cannot be had."""
        self._are_failing = are_failing
        self._make_room()

    def _make_room(self) -> None:
        has_pictures = self._permission.is_given and not self._are_failing
        has_files = self.table.results.has_files
        self.table.set_tall(has_pictures and not has_files)
        self.details.picture.setVisible(has_pictures or has_files)

    def _on_looked_up(self, ids: list[str]) -> None:
        match = self.details.match
        if match is not None and youtube_id_of(match.url) in ids:
            self._show_details(match)

    def _show_details(self, match: Match | None) -> None:
        if match is not None and match.path:
            picture = None if self._pictures is None else self._pictures.large(match)
            self.details.show_match(match, None, picture, self.table.is_there(match))
            return
        if match is None or self._look_ups is None:
            self.details.show_match(match, None)
            return
        youtube_id = youtube_id_of(match.url)
        video, image = self._look_ups.video(youtube_id), self._look_ups.image(youtube_id, LARGE)
        self.details.show_match(match, video, image)

    def changeEvent(self, event: QEvent) -> None:
        """Follow the palette from light to dark and back."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._follow_palette()

    def _follow_palette(self) -> None:
        quiet = QPalette(self.palette())
        quiet.setColor(QPalette.ColorRole.WindowText, theme.quiet_text(self.palette()))
        self.message.setPalette(quiet)

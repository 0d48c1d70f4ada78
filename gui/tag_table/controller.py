"""Joins the table of tags to the session: what a person does with its rows."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QPushButton

from core.audio.reader import AudioFile
from core.tag_tables import write
from gui import formats
from gui.context import Context
from gui.search.state import State
from gui.tag_table.catalog_controller import CatalogTagController
from gui.tag_table.catalog_model import CatalogTagModel
from gui.tag_table.collector import TagCollector
from gui.tag_table.export import (
    LABELS,
    LabelText,
    Selected,
    of_catalog,
    of_rows,
    write_labels,
    write_table,
)
from gui.tag_table.panel import TagTablePanel
from gui.tag_table.rows import TagRow
from gui.widgets.saving import Saving

_TABLES = {"csv": "Table for spreadsheets", "json": "JSON, a line for each sound"}


class TagTableController(QObject):
    """Joins the panel of the table to the session, playback and files.

    Parameters
    ----------
    context : Context
    collector : TagCollector

    Attributes
    ----------
    panel : TagTablePanel
    catalogs : CatalogTagController
    offer : QPushButton
        Stands in the status line while there is more than one look takes in.

    Signals
    -------
    jumped, played : float, float
        A span of the sound in sight, in seconds, is to be seen, or heard.
    """

    jumped = Signal(float, float)
    played = Signal(float, float)

    def __init__(self, context: Context, collector: TagCollector) -> None:
        super().__init__(context.window)
        self._context, self._session, self._collector = context, context.session, collector
        self._of_catalog = CatalogTagModel(self)
        self.panel = TagTablePanel(collector.model, self._of_catalog)
        self.catalogs = CatalogTagController(context, self.panel, self._of_catalog)
        self.offer = QPushButton()
        self.saving = Saving(context.window)
        self._progress = ""
        self._fill_menu()
        self.offer.setFlat(True)
        self.offer.clicked.connect(self._take_offer)
        table = self.panel.table
        table.chosen.connect(self._jump)
        table.play_pressed.connect(self._play)
        self.panel.cleared.connect(collector.clear)
        self.saving.saved.connect(lambda path: context.say(f"Saved {path.name}"))
        self.saving.failed.connect(context.show_trouble)
        context.session.analysis.opened.connect(self._on_opened)
        context.actions.tag_table.toggled.connect(self._on_toggled)
        self.catalogs.wanted.connect(self._match)
        collector.offered.connect(self._show_offer)
        self._show_offer()
        if context.session.audio is not None:
            self._on_opened(context.session.audio)

    def _on_toggled(self, is_shown: bool) -> None:
        self._show_offer()
        if is_shown:
            self.catalogs.look(prefers_shown=not self._collector.offer)

    def _take_offer(self) -> None:
        self.catalogs.show_opened()
        self._context.actions.tag_table.setChecked(True)

    def _on_opened(self, audio: AudioFile) -> None:
        self.panel.set_sound(audio.path)

    def _show_offer(self) -> None:
        what = self._collector.offer
        self.offer.setText(f"{self._progress or what}: show what was heard when")
        self.offer.setVisible(bool(what) and not self._context.actions.tag_table.isChecked())

    # How far the files are

    def show_progress(self, n_done: int, n_all: int, fraction: float, left_s: float | None) -> None:
        """Say how many files were listened to, and how long the rest will take."""
        said = self._progress = f"{n_done:,} of {formats.count(n_all, 'file', 'files')}"
        self._show_offer()
        if left_s is not None:
            said += f" · {formats.rest(left_s)} left"
        if self.panel.progress.isHidden():
            self.panel.progress.begin(said, True)
        self.panel.progress.report(said, fraction)

    def end_progress(self) -> None:
        """Say that no file waits any more."""
        self._progress = ""
        self._show_offer()
        self.panel.progress.finish()

    # Rows

    def _jump(self, row: TagRow) -> None:
        if row.span is None or row.sound.audio is None:
            return
        if self._session.state is State.RECORDING:
            self._context.say("Stop the recording first.")
            return
        self._match(row.sound.audio, row.span.start_s, row.span.end_s)

    def _match(self, audio: AudioFile, start_s: float, end_s: float) -> None:
        span, seen = (start_s, end_s), self._session.audio
        if seen is None or seen.path != audio.path:
            self._session.match(audio, span)
        elif self._session.span != span or self._session.state is not State.RESULTS:
            self._session.match_span(span)
        self.jumped.emit(*span)

    def _play(self, row: TagRow) -> None:
        if row.span is not None and self._session.state is not State.RECORDING:
            self._jump(row)
            self.played.emit(row.span.start_s, row.span.end_s)

    # Saving

    def _fill_menu(self) -> None:
        menu = self.panel.save
        menu.addAction("Table…").triggered.connect(self._save_table)
        for title, (ending, text) in LABELS.items():
            save = partial(self._save_labels, title.rstrip("…"), ending, text)
            menu.addAction(title).triggered.connect(lambda _=False, save=save: save())

    def _selected(self) -> Selected:
        tags = self._of_catalog.tags
        if self.panel.is_of_catalog and tags is not None:
            return of_catalog(tags, self._of_catalog.rows)
        return of_rows(list(self._collector.model.shown))

    def _save_table(self) -> None:
        selected = self._selected()

        def chosen(path: Path) -> None:
            self.saving.save(
                self._context.workers["files"], path, lambda job: write_table(selected, path, job)
            )

        self._context.dialogs.save("Save the table of tags", "tags", _TABLES, chosen)

    def _save_labels(self, title: str, ending: str, text: LabelText) -> None:
        selected, worker = self._selected(), self._context.workers["files"]

        def into(folder: Path) -> None:
            self.saving.save(
                worker, folder, lambda job: write_labels(selected, folder, ending, text, job)
            )

        if selected.number != 1:
            self._context.dialogs.choose_folder(f"{title}: a file for each sound, in", into)
            return
        (sound,) = selected.sounds()

        def chosen(path: Path) -> None:
            self.saving.save(worker, path, lambda _: write(path, [text(sound.spans)]))

        stem, _, suffix = f"{Path(sound.path).name}{ending}".rpartition(".")
        self._context.dialogs.save(title, stem, {suffix: title}, chosen)

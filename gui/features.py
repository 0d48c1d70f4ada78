"""The features that a first look can do without, built once the window is on the screen.

Importing them takes a third of the window's own time: a worker does that, after the first paint.
"""

from __future__ import annotations

import itertools
from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from core.types import CatalogInfo, Match
from gui.about.controller import AboutController
from gui.context import Context
from gui.history.controller import HistoryController
from gui.history.model import History
from gui.history.queue import Queue
from gui.main_window import MainWindow
from gui.map.pane import MapPane
from gui.playback.controller import PlaybackController
from gui.player.controller import PlayerController
from gui.preferences.choices import Owners
from gui.preferences.controller import PreferencesController
from gui.results.controller import ResultsController
from gui.search.answers import Answer
from gui.settings import Remembered
from gui.setup.controller import SetUpController
from gui.spectrogram.controller import SpectrogramController
from gui.storage.controller import StorageController
from gui.storage.move_controller import MoveController
from gui.tag_table.collector import TagCollector
from gui.tag_table.controller import TagTableController
from gui.tags.controller import TagController
from gui.youtube.services import Services


class Features(QObject):
    """Playback, look-ups, details, the map, history and setting up; here they meet.

    Parameters
    ----------
    context : Context
    window : MainWindow
    sound : SpectrogramController
    history : History
    collector : TagCollector
        What is in the table of tags.
    services : Services, optional
        Where titles and thumbnails are looked up.

    Signals
    -------
    opened : list of Path
        Sounds that a person wants matched.
    """

    opened = Signal(list)

    def __init__(
        self,
        context: Context,
        window: MainWindow,
        sound: SpectrogramController,
        history: History,
        collector: TagCollector,
        services: Services | None,
    ) -> None:
        super().__init__(window)
        self._context, self._window, self._history = context, window, history
        self.playback = PlaybackController(context, window.playback, lambda: sound.selected)
        self.tags = TagController(context, window.tags, lambda: window.spectrogram.span)
        self.tag_table = TagTableController(context, collector)
        self.results = ResultsController(context, window.results, sound.picture, services)
        self.player = PlayerController(context, self._show_details)
        self.map = MapPane(context.workers["map"], context.data.maps)
        self.history = HistoryController(context, history, window.history)
        self.set_up = SetUpController(context)
        self.moving = MoveController(context)
        self.about = AboutController(context)
        options, level = window.options, context.actions.show_level
        owners = Owners(window.appearance, options, window.header.live, level, window.permission)
        self.preferences = PreferencesController(context, owners)
        self.storage = StorageController(context, lambda: self.set_up.is_active, self.moving)
        self._join_playback()
        self._join_tag_table(sound)
        self._join_player()
        self._join_history()
        self._join_map()
        self._join_set_up()
        context.session.ready.connect(self._on_ready)

    def _join_playback(self) -> None:
        spectrogram = self._window.spectrogram
        spectrogram.seeked.connect(self.playback.seek)
        spectrogram.selection.changed.connect(self.playback.forget_place)
        self.playback.moved.connect(spectrogram.set_playhead)
        self.results.pointed.connect(spectrogram.mark)
        self._window.tags.chosen.connect(self._match_tag)
        self.tags.sounding.connect(self._window.header.heard.light)

    def _match_tag(self, start_s: float, end_s: float) -> None:
        spectrogram = self._window.spectrogram
        if spectrogram.can_zoom:
            spectrogram.selection.select(start_s, end_s)
            spectrogram.selection.settle()

    def _join_tag_table(self, sound: SpectrogramController) -> None:
        table = self.tag_table
        self._window.add_tag_table(table.panel, table.offer)
        order = (self._window.results.table, *table.panel.widgets)
        for first, second in itertools.pairwise(order):
            self._window.setTabOrder(first, second)
        table.jumped.connect(lambda start_s, end_s: sound.reveal((start_s, end_s)))
        table.played.connect(lambda start_s, end_s: self.playback.toggle_span((start_s, end_s)))

    def join_queue(self, queue: Queue) -> None:
        """Show how far the sounds are that wait, and let a person give them up."""
        progress = self.tag_table.panel.progress
        queue.progressed.connect(
            lambda p: self.tag_table.show_progress(p.n_done, p.n_all, p.fraction, p.left_s)
        )
        queue.finished.connect(self.tag_table.end_progress)
        progress.cancel_pressed.connect(queue.cancel)

    def _show_details(self) -> bool:
        self._context.actions.details.setChecked(True)
        return True

    def _join_player(self) -> None:
        player, playback, results = self.player, self.playback.playback, self._window.results
        results.details.add_player(player.panel)
        results.details.play_pressed.connect(player.toggle)
        results.table.chosen_changed.connect(player.follow)
        player.shown.connect(results.details.show_player)
        player.began.connect(playback.pause)
        playback.state_changed.connect(player.give_way)
        self._context.actions.play_here.triggered.connect(
            lambda: player.toggle(results.table.chosen())
        )

    def _join_history(self) -> None:
        window, lists = self._window, self.history.lists
        details, filters = window.results.details, window.filter
        self.history.reopened.connect(self.opened)
        self.history.recalled.connect(window.show_sound)
        details.offer_memory()
        details.star_toggled.connect(lists.set_star)
        details.hide_pressed.connect(lambda match: lists.hide(match.video_id))
        lists.stars_changed.connect(details.show_stars)
        lists.hidden_changed.connect(window.results.table.proxy.hide_videos)
        filters.preset_saved.connect(lists.save_preset)
        filters.preset_removed.connect(lists.remove_preset)
        lists.presets_changed.connect(filters.set_presets)
        for signal in (
            self._history.rowsInserted,
            self._history.rowsRemoved,
            self._history.modelReset,
        ):
            signal.connect(self._offer_history)

    def _offer_history(self) -> None:
        self._window.empty.history.setVisible(self._history.rowCount() > 0)

    def _join_map(self) -> None:
        self._window.add_map(self.map)
        self.map.chosen.connect(self._on_map_chosen)
        self.map.failed.connect(self._context.session.report)
        self._window.results.table.chosen_changed.connect(self._on_row)
        self._context.session.answered.connect(self._on_answered)

    def _on_answered(self, answer: Answer) -> None:
        self.map.show_answer(answer.matches)

    def _on_row(self, match: Match | None) -> None:
        if match is not None and match.row >= 0:
            self.map.select(match.row)

    def _on_map_chosen(self, row: int) -> None:
        if not self._window.results.table.select_clip(row):
            session = self._context.session
            video_id = self._context.engine.catalog().clip(row).video_id
            self._context.banner.show_note(
                f"{video_id} is not among the matches.",
                "More like this",
                lambda: session.more_like(video_id),
            )

    def _join_set_up(self) -> None:
        self._window.setting_up.clicked.connect(self.set_up.open)
        self.set_up.told.connect(self._window.show_setting_up)
        self.set_up.move_pressed.connect(lambda: self.moving.toggle(self.set_up.dialog))
        self.set_up.show_planned_move(self.moving.target)
        self.moving.planned.connect(self.set_up.show_planned_move)
        self.moving.failed.connect(self.set_up.tell_of_move)

    # Model and catalogue

    def catch_up(self, info: CatalogInfo | None) -> None:
        """Take up what happened before: the engine was ready, and has answered."""
        if info is not None:
            self._on_ready(info)
            self.storage.take(info)
        self._context.session.tell_again()

    def _on_ready(self, info: CatalogInfo) -> None:
        engine = self._context.engine
        self.map.set_catalog(engine.catalog())
        self._context.workers["counting"].submit(
            engine.class_counts, self._window.filter.set_counts
        )
        self.set_up.offer(info)
        self.about.take(info)

    def remembered(self, values: Remembered) -> Remembered:
        """Return what the next start is to know, with what these features know of it."""
        knows_set_up = self.set_up.is_known
        return replace(values, output=self.playback.output, knows_set_up=knows_set_up)

    def close(self) -> None:
        """Stop; whoever owns the workers closes them."""
        self.player.close()
        self.playback.close()
        self.results.close()
        self.history.close()

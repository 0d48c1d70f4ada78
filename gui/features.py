"""The features that a first look can do without, built once the window is on the screen.

Importing them takes a third of the window's own time: a worker does that, after the first paint.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from core.audio.reader import AudioFile
from core.types import CatalogInfo, Match
from gui.about.controller import AboutController
from gui.context import Context
from gui.history.controller import HistoryController
from gui.history.model import Entry, History
from gui.history.queue import Queue
from gui.main_window import MainWindow
from gui.map.controller import MapController
from gui.playback.controller import PlaybackController
from gui.playback.file_playback import clip_key
from gui.playback.playback import Playback
from gui.player.controller import PlayerController
from gui.preferences.choices import LevelChoice, Owners
from gui.preferences.controller import PreferencesController
from gui.results.controller import ResultsController
from gui.settings import Remembered
from gui.setup.controller import SetUpController
from gui.sounds.controller import SoundsController
from gui.sounds.duplicates_controller import DuplicatesController
from gui.spectrogram.controller import SpectrogramController
from gui.storage.catalog_chooser import CatalogChooser
from gui.storage.controller import StorageController
from gui.storage.move_controller import MoveController
from gui.tag_table.collector import TagCollector
from gui.tag_table.controller import TagTableController
from gui.tags.controller import TagController
from gui.teaching.notice import HeardNotice
from gui.youtube.services import Services

if TYPE_CHECKING:
    from gui.teaching.controller import TeachingController


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
    level : LevelChoice
        Whether the level is shown before recording.
    services : Services, optional
        Where titles and thumbnails are looked up.

    Signals
    -------
    opened : list of Path
        Sounds that a person wants matched.
    built
        All of them are there.
    """

    opened = Signal(list)
    built = Signal()

    def __init__(
        self,
        context: Context,
        window: MainWindow,
        sound: SpectrogramController,
        history: History,
        collector: TagCollector,
        level: LevelChoice,
        services: Services | None,
    ) -> None:
        super().__init__(window)
        self._context, self._window, self._history = context, window, history
        self._sound, self._collector, self._services = sound, collector, services
        self._level = level
        self.teaching: TeachingController | None = None
        self._teaching_page = QWidget()
        self._other: Playback | None = None
        self._closing: list[Callable[[], None]] = []
        # A timer, not `singleShot`, which would go on before the clicks and keys that wait.
        self._next = QTimer(self, singleShot=True)
        self._next.timeout.connect(self.build)
        self._steps = iter(
            (
                self._build_playback,
                self._build_tag_table,
                self._build_results,
                self._build_player,
                self._build_map,
                self._build_history,
                self._build_teaching,
                self._build_set_up,
                self._build_sounds,
                self._build_chooser,
                self._build_storage,
                self._build_preferences,
            )
        )

    def build(self) -> None:
        """Build one feature after the other; between two of them the window answers."""
        step = next(self._steps, None)
        if step is None:
            self._context.session.ready.connect(self._on_ready)
            self._context.session.shown.changed.connect(self._count)
            self.built.emit()
        else:
            step()
            self._next.start()

    def _build_playback(self) -> None:
        context, window, sound = self._context, self._window, self._sound
        self.playback = PlaybackController(context, window.playback, lambda: sound.selected)
        self._closing.append(self.playback.close)
        self.tags = TagController(context, window.tags, lambda: window.spectrogram.span)
        spectrogram = self._window.spectrogram
        spectrogram.seeked.connect(self.playback.seek)
        spectrogram.selection.changed.connect(self.playback.forget_place)
        self.playback.moved.connect(spectrogram.set_playhead)
        self._window.tags.chosen.connect(self._match_tag)
        self.tags.sounding.connect(self._window.header.heard.light)

    def _match_tag(self, start_s: float, end_s: float) -> None:
        spectrogram = self._window.spectrogram
        if spectrogram.can_zoom:
            spectrogram.selection.select(start_s, end_s)
            spectrogram.selection.settle()

    def _build_tag_table(self) -> None:
        sound = self._sound
        self.tag_table = table = TagTableController(self._context, self._collector)
        self._window.add_tag_table(table.panel, table.offer)
        order = (self._window.results.table, *table.panel.widgets)
        for first, second in itertools.pairwise(order):
            self._window.setTabOrder(first, second)
        table.jumped.connect(lambda start_s, end_s: sound.reveal((start_s, end_s)))
        table.played.connect(lambda start_s, end_s: self.playback.toggle_span((start_s, end_s)))
        table.catalogs.play_wanted.connect(self.playback.toggle_file)

    def _build_results(self) -> None:
        self.results = ResultsController(
            self._context, self._window.results, self._sound.picture, self._services
        )
        self._closing.append(self.results.close)
        self.results.pointed.connect(self._window.spectrogram.mark)

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

    def _build_player(self) -> None:
        self.player = PlayerController(self._context, self._show_details)
        self._closing.append(self.player.close)
        player, playback, results = self.player, self.playback.playback, self._window.results
        results.details.add_player(player.panel)
        self.results.play_wanted.connect(self._play)
        self.playback.files.changed.connect(self._on_file)
        results.table.stop_pressed.connect(self.playback.files.stop)
        results.table.chosen_changed.connect(player.follow)
        player.shown.connect(results.details.show_player)
        player.began.connect(playback.pause)
        player.began.connect(self.playback.files.stop)
        playback.state_changed.connect(player.give_way)

    def _play(self, match: Match) -> None:
        """Play a match where it is: a file here, a video in the player."""
        if match.path:
            self.playback.toggle_file(match)
        else:
            self.player.toggle(match)

    def _on_file(self, match: Match | None) -> None:
        self._window.results.show_playing(None if match is None else clip_key(match))
        self.player.give_way(match is not None)

    def _build_history(self) -> None:
        self.history = HistoryController(self._context, self._history, self._window.history)
        self._closing.append(self.history.close)
        window, lists = self._window, self.history.lists
        details, filters = window.results.details, window.filter
        self.history.reopened.connect(self.opened)
        self.history.recalled.connect(window.show_sound)
        window.history.save_wanted.connect(self._save_entry)
        details.offer_memory()
        details.star_toggled.connect(lists.set_star)
        details.hide_pressed.connect(lambda match: lists.hide(match.video_id))
        lists.stars_changed.connect(details.show_stars)
        lists.hidden_changed.connect(window.results.table.proxy.hide_videos)
        filters.preset_saved.connect(lists.save_preset)
        filters.preset_removed.connect(lists.remove_preset)
        lists.presets_changed.connect(filters.set_presets)
        kept = self._history
        for signal in (kept.rowsInserted, kept.rowsRemoved, kept.modelReset):
            signal.connect(self._offer_history)

    def _save_entry(self, entry: Entry) -> None:
        taken = entry.answer.audio if entry.answer is not None else entry.past
        track, expansion = (1, 1) if taken is None else (taken.track, taken.expansion)
        self._sound.sounds.save_file(entry.path, entry.given_name, track, expansion)

    def _offer_history(self) -> None:
        self._window.empty.history.setVisible(self._history.rowCount() > 0)

    def _build_map(self) -> None:
        table = self._window.results.table
        self.map = MapController(self._context, table.select_clip)
        self._window.add_map(self.map.pane)
        table.chosen_changed.connect(self.map.select)

    def _build_teaching(self) -> None:
        self._window.add_teaching(self._teaching_page)
        HeardNotice(self._context)
        self._context.actions.teach.toggled.connect(self._on_teach)

    def _on_teach(self, is_shown: bool) -> None:
        if not is_shown:
            return
        if self.teaching is None:
            from gui.teaching.controller import TeachingController

            table = self._window.results.table
            self.teaching = teaching = TeachingController(self._context, table.selected)
            teaching.play_wanted.connect(self._play)
            layout = QVBoxLayout(self._teaching_page)
            layout.setContentsMargins(0, 0, 0, 0)
            layout.addWidget(teaching.panel)
            table.selectionModel().selectionChanged.connect(lambda *_: teaching.show_what())
        self.teaching.read()

    def _build_set_up(self) -> None:
        self.set_up = SetUpController(self._context)
        self.moving = MoveController(self._context)
        self._window.setting_up.clicked.connect(self.set_up.open)
        self.set_up.told.connect(self._window.show_setting_up)
        self.set_up.move_pressed.connect(lambda: self.moving.toggle(self.set_up.dialog))
        self.set_up.show_planned_move(self.moving.target)
        self.moving.planned.connect(self.set_up.show_planned_move)
        self.moving.failed.connect(self.set_up.tell_of_move)

    def _build_sounds(self) -> None:
        self.sounds = SoundsController(self._context)
        self.duplicates = DuplicatesController(self._context)
        self._window.statusBar().addPermanentWidget(self.sounds.progress, 1)
        self.duplicates.played.connect(self._preview)

    def _preview(self, audio: AudioFile | None) -> None:
        """Play another sound than the one in sight, whose player rests meanwhile."""
        main = self.playback.playback
        if self._other is None:
            self._other = other = Playback(self._context.workers["previews"], self)
            self._closing.append(other.close)
            other.state_changed.connect(self.duplicates.show_playing)
            other.failed.connect(self.duplicates.fail)
        self._other.stop()
        if audio is not None:
            main.pause()
            self._other.set_device(self.playback.output)
            self._other.set_volume(self._window.playback.volume.value() / 100)
            self._other.play(audio)

    def _build_chooser(self) -> None:
        self._chooser = CatalogChooser(self._window)

    def _build_storage(self) -> None:
        sounds, chooser = self.sounds, self._chooser
        self.storage = StorageController(
            self._context, lambda: self.set_up.is_active or sounds.is_active, self.moving, chooser
        )
        chooser.add_pressed.connect(lambda: sounds.open(chooser))
        chooser.update_pressed.connect(sounds.update_catalog)
        chooser.duplicates_pressed.connect(lambda name: self.duplicates.open(name, chooser))
        chooser.own_selected.connect(sounds.look_at)
        sounds.told.connect(chooser.message.setText)
        chooser.tags_pressed.connect(self._show_tags)
        sounds.changed.connect(self.storage.refresh)
        sounds.changed.connect(self.tag_table.catalogs.refresh)

    def _show_tags(self, path: Path) -> None:
        self._chooser.close()
        self.tag_table.catalogs.show(path)

    def _build_preferences(self) -> None:
        context, window = self._context, self._window
        self.about = AboutController(context)
        owners = Owners(
            *(window.appearance, window.options, window.header.live),
            *(context.actions.show_level, self._level, window.permission),
        )
        self.preferences = PreferencesController(context, owners)

    # Model and catalogue

    def catch_up(self, info: CatalogInfo | None) -> None:
        """Take up what happened before: the engine was ready, and has answered."""
        if info is not None:
            self._on_ready(info)
            self._count()
            self.map.show_catalog()
            self.storage.take(info)
            self.sounds.take(info)
            self.tag_table.catalogs.take(info)
        session = self._context.session
        if session.answer is not None:
            session.answered.emit(session.answer)

    def _on_ready(self, info: CatalogInfo) -> None:
        self.set_up.offer(info)
        self.about.take(info)

    def _count(self) -> None:
        """Count the classes of the catalogue whose matches are shown."""
        counting, engine = self._context.workers["counting"], self._context.session.shown.engine
        counting.submit(engine.class_counts, self._window.filter.set_counts)

    def remembered(self, values: Remembered) -> Remembered:
        """Return what the next start is to know, with what these features know of it."""
        knows_set_up = self.set_up.is_known
        return replace(values, output=self.playback.output, knows_set_up=knows_set_up)

    def close(self) -> None:
        """Stop, also half built; whoever owns the workers closes them."""
        self._steps = iter(())
        for close in self._closing:
            close()

"""Everything that can be done, with its name and its keys; buttons and menus show these."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget


class Actions(QObject):
    """The window's actions; the window says what each one does."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        standard = QKeySequence.StandardKey
        self.record = self._add("Record or stop", ["Ctrl+R"], "Record, or stop and match")
        self.record_computer = self._add(
            "Record this computer", ["Ctrl+Shift+R"], "Record what this computer is playing"
        )
        self.show_level = self._add(
            "Show the level before recording", [], "Listen to the input while nothing is recorded"
        )
        self.show_level.setCheckable(True)
        self.pre_roll = self._add(
            "Keep the five seconds before Record",
            [],
            "While the level is shown, let recordings begin five seconds earlier",
        )
        self.pre_roll.setCheckable(True)
        self.open = self._add("Open sound files…", standard.Open)
        self.open_folder = self._add("Open a folder…", ["Ctrl+Shift+O"])
        self.subfolders = self._add(
            "Look into subfolders", [], "Open the sounds in the folders of a folder, too"
        )
        self.subfolders.setCheckable(True)
        self.subfolders.setChecked(True)
        self.paste = self._add("Open what was copied", standard.Paste, "Open the copied files")
        self.save = self._add("Save the sound…", standard.Save, "Save the sound, or its selection")
        self.save_picture = self._add("Save the spectrogram…", ["Ctrl+Shift+S"])
        self.save_embedding = self._add("Save the embedding…", ["Ctrl+E"])
        self.play = self._add("Play or pause", ["P"], "Play or pause the selection, or all of it")
        self.loop = self._add("Loop", ["L"], "Play it again and again")
        self.loop.setCheckable(True)
        self.output_menu = QMenu("Play on", window)
        self.track_menu = QMenu("Sound track", window)
        self.track_menu.setEnabled(False)
        self.slow_down = self._add(
            "Slow down ×10", [], "Take the sound ten times slower and lower, as bats are heard"
        )
        self.slow_down.setCheckable(True)
        self.slow_down.setEnabled(False)
        self.match_selection = self._add("Match the selection", ["Ctrl+Shift+M"])
        self.match_all = self._add("Match all", ["Ctrl+Shift+A"], "Match all of the sound")
        self.cancel = self._add("Cancel", ["Esc"], "Cancel what is being done, or close a message")
        self.open_link = self._add("Open the link in the browser", ["Ctrl+Return", "Ctrl+Enter"])
        self.play_here = self._add(
            "Play here, or close the player",
            ["Ctrl+Shift+P"],
            "Play the video at this second, in the details",
        )
        self.copy_link = self._add("Copy the link", standard.Copy)
        self.more = self._add("More like this", ["Ctrl+M"], "Find what sounds like this video")
        self.nearer = self._add(
            "More like these", ["Ctrl++", "Ctrl+="], "Search on towards the selected matches"
        )
        self.farther = self._add(
            "Less like these", ["Ctrl+-"], "Search on away from the selected matches"
        )
        self.playlist = self._add("Open all selected", ["Ctrl+Shift+Return"], "As one playlist")
        self.copy_table = self._add("Copy the list", ["Ctrl+Shift+C"], "For a spreadsheet")
        self.save_list = self._add("Save the list…", ["Ctrl+Shift+L"])
        self.print_list = self._add("Print the list…", standard.Print)
        self.find = self._add(
            "Find by words", ["Ctrl+L"], "Type what is heard, such as dog barking"
        )
        self.map = self._add("Map", ["Ctrl+J"], "Show or hide the map of the catalogue")
        self.filter = self._add("Filter…", ["Ctrl+F"], "Show or hide the classes to filter by")
        self.tag_table = self._add(
            "Table of tags", ["Ctrl+T"], "Show what was heard when, instead of the matches"
        )
        self.tag_table.setIconText("Tags")
        self.teach = self._add(
            "Teach a class…", ["Ctrl+G"], "Teach a sound of your own by saying yes or no"
        )
        self.teach.setIconText("Teach")
        self.details = self._add("Details", ["Ctrl+I"], "Show or hide what is known of a match")
        self.hide_gone = self._add("Hide videos that are gone", [])
        self.hide_gone.setCheckable(True)
        self.show_hidden = self._add("Show hidden videos again", [])
        self.show_hidden.setEnabled(False)
        self.look_ups = self._add("Look up titles and thumbnails", [], "Ask YouTube for them")
        self.look_ups.setCheckable(True)
        self.back = self._add("Back", ["Alt+Left"], "Go back to the matches before")
        self.forward = self._add("Forward", ["Alt+Right"], "Go again to the matches after these")
        self.history = self._add("History", ["Ctrl+H"], "Show or hide the history")
        for page in (
            *(self.filter, self.history, self.details, self.map),
            *(self.tag_table, self.teach),
        ):
            page.setCheckable(True)
        self.set_up = self._add("Set up…", ["Ctrl+Shift+U"], "Fetch the trained model and AudioSet")
        self.add_sounds = self._add(
            "Add my sounds…", [], "Make a catalogue of sounds of your own, to be searched"
        )
        self.catalogs = self._add(
            "Catalogues…", ["Ctrl+Shift+K"], "Choose which catalogues are searched"
        )
        self.storage = self._add(
            "Storage…", ["Ctrl+Shift+W"], "See what the program keeps, where, and remove some of it"
        )
        self.next_part = self._add(
            "Next part of the window", ["F6"], "Go on to the next part of the window"
        )
        self.inputs = self._add("Look for inputs again", ["F5"])
        self.shortcuts = self._add("Keyboard shortcuts", ["F1"])
        # Where the platform has no keys for it, those that most programs have.
        has_keys = bool(QKeySequence.keyBindings(standard.Preferences))
        self.preferences = self._add(
            "Preferences…", standard.Preferences if has_keys else ["Ctrl+,"]
        )
        self.copy_details = self._add(
            "Copy details for a report",
            [],
            "Copy versions and the last lines of the log, without names of files",
        )
        self.licences = self._add("Open-source licences…", [])
        self.about = self._add("About Soundalike", [], "See its version, and whose work is in it")
        self.quit = self._add("Quit", ["Ctrl+Q"])
        # Where macOS has these in the program's own menu.
        self.preferences.setMenuRole(QAction.MenuRole.PreferencesRole)
        self.about.setMenuRole(QAction.MenuRole.AboutRole)
        self.quit.setMenuRole(QAction.MenuRole.QuitRole)
        waiting = (self.back, self.forward, self.match_selection)
        for action in (*self.for_a_row, *self.for_a_sound, *waiting):
            action.setEnabled(False)

    def show_steps(self, can_go_back: bool, can_go_forward: bool) -> None:
        """Offer to go where one can go."""
        self.back.setEnabled(can_go_back)
        self.forward.setEnabled(can_go_forward)

    def suit_files(self, are_files: bool) -> None:
        """Name what is done with a match after files or videos; hide what files do not have."""
        for action, of_video, of_file in (
            (self.open_link, "Open the link in the browser", "Show in folder"),
            (self.copy_link, "Copy the link", "Copy the path"),
            (self.play_here, "Play here, or close the player", "Play the clip, or stop it"),
        ):
            action.setText(of_file if are_files else of_video)
        what = "clip from its file" if are_files else "video at this second, in the details"
        self.play_here.setToolTip(f"Play the {what}")
        self.more.setToolTip(f"Find what sounds like this {'sound' if are_files else 'video'}")
        for action in (self.playlist, self.hide_gone):
            action.setVisible(not are_files)

    @property
    def for_a_row(self) -> list[QAction]:
        """Actions on one match."""
        return [
            self.open_link,
            self.play_here,
            self.copy_link,
            self.more,
            self.nearer,
            self.farther,
            self.playlist,
            self.copy_table,
            self.save_list,
            self.print_list,
        ]

    @property
    def for_a_sound(self) -> list[QAction]:
        """Actions on the sound in sight."""
        return [self.play, self.match_all, self.save, self.save_picture, self.save_embedding]

    def _add(
        self, text: str, keys: list[str] | QKeySequence.StandardKey, meaning: str = ""
    ) -> QAction:
        action = QAction(text, self._window)
        if isinstance(keys, list):
            action.setShortcuts([QKeySequence(key) for key in keys])
        else:
            action.setShortcuts(keys)
        action.setToolTip(meaning or text.rstrip("…"))
        self._window.addAction(action)
        return action

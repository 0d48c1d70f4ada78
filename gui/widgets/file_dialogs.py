"""Asking for files: to open, and to save."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QStandardPaths, Qt, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from core.audio.sound_file import SUFFIXES

_MOST_BYTES = 200
"""Of a name that is suggested: disks take 255, endings included."""


class FileDialogs(QObject):
    """The dialogs of one window; none of them holds up anything else.

    Attributes
    ----------
    folder : str
        Where they begin: where a person opened or saved something last; empty before that.

    Signals
    -------
    opened : list of Path
        Files, or one folder.
    """

    opened = Signal(list)

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self.folder = ""

    def open_files(self) -> None:
        """Ask for sound files."""
        endings = " ".join(f"*.{ending}" for ending in sorted(SUFFIXES))
        dialog = QFileDialog(self._window, "Open sound files", self.folder)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.setNameFilters([f"Sound files ({endings})", "All files (*)"])
        dialog.filesSelected.connect(self._on_opened)
        _show(dialog)

    def open_file(self, title: str, kind: str, ending: str, chosen: Callable[[Path], None]) -> None:
        """Ask for one file of a kind, and call back with it."""
        dialog = QFileDialog(self._window, title, self.folder)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilters([f"{kind} (*.{ending})", "All files (*)"])
        dialog.fileSelected.connect(lambda name: chosen(Path(name)))
        _show(dialog)

    def open_folder(self) -> None:
        """Ask for a folder of sounds."""
        dialog = QFileDialog(self._window, "Open a folder of sounds", self.folder)
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.filesSelected.connect(self._on_opened)
        _show(dialog)

    def save(
        self, title: str, name: str, kinds: dict[str, str], chosen: Callable[[Path], None]
    ) -> None:
        """Ask where to save; a file that is there is asked for again by the dialog itself.

        Parameters
        ----------
        title : str
        name : str
            Suggested, without its ending.
        kinds : dict of str
            Endings such as "wav" and what they are called; the first one is the default.
        chosen : callable
            Called with the place.
        """
        folder = self.folder or _usual_folder(is_sound=bool(SUFFIXES & kinds.keys()))
        usual = next(iter(kinds))
        # With its ending: Qt would take what follows a dot of the name for one, and replace it.
        dialog = QFileDialog(self._window, title, str(Path(folder) / f"{_plain(name)}.{usual}"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        filters = {f"{meaning} (*.{ending})": ending for ending, meaning in kinds.items()}
        dialog.setNameFilters(list(filters))
        dialog.setDefaultSuffix(usual)

        def follow(chosen_filter: str) -> None:
            # Qt's own dialog does the same; a system's may leave the name as it is.
            ending = filters[chosen_filter]
            dialog.setDefaultSuffix(ending)
            path = Path(next(iter(dialog.selectedFiles()), ""))
            if path.suffix.lstrip(".") in kinds:
                dialog.selectFile(str(path.with_suffix(f".{ending}")))

        dialog.filterSelected.connect(follow)
        dialog.fileSelected.connect(lambda path: self._on_saved(Path(path), chosen))
        _show(dialog)

    def choose_folder(self, title: str, chosen: Callable[[Path], None]) -> None:
        """Ask for a folder to save in, and call back with it."""
        dialog = QFileDialog(self._window, title, self.folder or _usual_folder(is_sound=False))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.fileSelected.connect(lambda path: chosen(Path(path)))
        _show(dialog)

    def _on_opened(self, names: list[str]) -> None:
        paths = [Path(name) for name in names]
        if paths:
            self.folder = str(paths[0].parent)
            self.opened.emit(paths)

    def _on_saved(self, path: Path, chosen: Callable[[Path], None]) -> None:
        self.folder = str(path.parent)
        chosen(path)


def _show(dialog: QFileDialog) -> None:
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.open()


def _usual_folder(is_sound: bool) -> str:
    """Return where a person would look for what is saved, as long as they have chosen nothing."""
    places = QStandardPaths.StandardLocation
    for place in (
        places.MusicLocation if is_sound else places.DocumentsLocation,
        places.HomeLocation,
    ):
        folder = QStandardPaths.writableLocation(place)
        if Path(folder).is_dir():
            return folder
    return ""


def _plain(name: str) -> str:
    """Return a name without what a file's name may not have."""
    kept = "".join(char if char.isalnum() or char in " -_.()" else "_" for char in name)
    return kept.encode()[:_MOST_BYTES].decode(errors="ignore")

"""The row under the spectrogram: select of it, match it, see it in another way."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QWidget,
)

from core.audio.frequency import FrequencyView
from gui import theme
from gui.spectrogram.spans import Span
from gui.spectrogram.time_edit import TimeEdit
from gui.spectrogram.view_choices import VIEW_NAMES, ViewChoices
from gui.spectrogram.view_menus import ColorMenu, ViewMenu
from gui.spectrogram.widget import Spectrogram
from gui.widgets.menu_button import MenuButton

_BUTTON = 4 * theme.GRID
_MORE = "▾"


class SpectrogramToolbar(QWidget):
    """Belongs to one spectrogram, whose selection, choices and read-out it shows.

    Parameters
    ----------
    spectrogram : Spectrogram
    first : QWidget
        Stands at the left.

    Attributes
    ----------
    start, end : TimeEdit
        The selection's edges.
    """

    def __init__(
        self, spectrogram: Spectrogram, first: QWidget, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._spectrogram, self._first = spectrogram, first
        self.start = TimeEdit("Start of the selection", "Empty while nothing is selected.")
        self.end = TimeEdit("End of the selection", "Empty while nothing is selected.")
        self.view = _menu_button("View")
        self.colors = _menu_button("Colours")
        self.view_menu, self.color_menu = ViewMenu(self), ColorMenu(self)
        self.read_out = _ReadOut()
        self._build()
        self._join()
        self._on_selection(None)
        self._on_choices(spectrogram.choices)

    def _build(self) -> None:
        self.view.setMenu(self.view_menu)
        self.view.setToolTip("How frequencies are laid out")
        self.colors.setToolTip("Colours, range of levels, and marks of the patches")
        self.colors.setText(f"Colours {_MORE}")
        widest = max(VIEW_NAMES.values(), key=self.view.fontMetrics().horizontalAdvance)
        self.view.setText(f"{widest} {_MORE}")
        self.view.setMinimumWidth(self.view.sizeHint().width())
        self.colors.setMenu(self.color_menu)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.GRID, theme.GRID // 2, 2 * theme.GRID, theme.GRID // 2)
        row.setSpacing(theme.GRID // 2)
        groups: tuple[tuple[QWidget, ...], ...] = (
            (self._first,),
            (self.start, QLabel("–"), self.end),
            (self.view, self.colors),
        )
        for group in groups:
            for widget in group:
                if not isinstance(widget, QLabel):
                    widget.setFixedHeight(_BUTTON)
                row.addWidget(widget)
            row.addSpacing(theme.GRID)
        row.addWidget(self.read_out, 1)

    def _join(self) -> None:
        spectrogram = self._spectrogram
        self.start.entered.connect(self._on_start)
        self.end.entered.connect(self._on_end)
        for edit in (self.start, self.end):
            edit.rejected.connect(self.read_out.say)
        self.view_menu.chosen.connect(self._on_view)
        self.color_menu.chosen.connect(spectrogram.choose)
        self.color_menu.aboutToShow.connect(self._show_range)
        spectrogram.pointed.connect(self.read_out.say)
        spectrogram.choices_changed.connect(self._on_choices)
        spectrogram.selection.changed.connect(self._on_selection)

    @property
    def widgets(self) -> tuple[QWidget, ...]:
        """Stops of the Tab key, in its order."""
        return self.start, self.end, self.view, self.colors

    def set_sound_ready(self, is_ready: bool) -> None:
        """Allow what needs a whole sound, or do not."""
        for widget in (self.start, self.end):
            widget.setEnabled(is_ready)

    def _on_start(self, time_s: float) -> None:
        self._spectrogram.selection.set_start(time_s)
        self._take_times()

    def _on_end(self, time_s: float) -> None:
        self._spectrogram.selection.set_end(time_s)
        self._take_times()

    def _take_times(self) -> None:
        self._spectrogram.selection.settle()
        self._on_selection(self._spectrogram.selection.span)
        self.read_out.say("")

    def _on_selection(self, span: Span | None) -> None:
        self.start.show_time(span[0] if span else None)
        self.end.show_time(span[1] if span else None)

    def _on_view(self, view: FrequencyView) -> None:
        self._spectrogram.choose(replace(self._spectrogram.choices, view=view))

    def _on_choices(self, choices: ViewChoices) -> None:
        self.view.setText(f"{VIEW_NAMES[choices.view]} {_MORE}")
        self.view_menu.show_choices(choices)
        self._show_range()

    def _show_range(self) -> None:
        self.color_menu.show_choices(self._spectrogram.choices, *self._spectrogram.range_db)


class _ReadOut(QLabel):
    """Values under the cursor, at the right; it takes the room that is left."""

    def __init__(self) -> None:
        super().__init__()
        self._text = ""
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.setFont(theme.scaled_font(self, 0.85))
        self.setAccessibleName("Under the cursor")
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.setMinimumWidth(8 * theme.GRID)

    def say(self, text: str) -> None:
        """Show a text, cut where there is no room for it."""
        self._text = text
        self.setToolTip(text)
        self.resizeEvent(None)

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Cut the text anew."""
        cut = self.fontMetrics().elidedText(
            self._text, Qt.TextElideMode.ElideRight, self.contentsRect().width()
        )
        self.setText(cut)


def _menu_button(name: str) -> MenuButton:
    button = MenuButton()
    button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
    button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    button.setAccessibleName(name)
    return button

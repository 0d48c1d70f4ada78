"""The selected match at length, and what can be done with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QGuiApplication, QImage, QPalette, QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from core.search.feedback import Calibration
from core.types import Match, youtube_id_of
from gui import formats, theme
from gui.results.button_names import button_names
from gui.results.large_thumbnail import LargeThumbnail
from gui.results.match_words import (
    address_of,
    channel_of,
    compared,
    parts_of,
    span_of,
    title_of,
    unlabelled,
)
from gui.results.reason import FoldedReason
from gui.widgets.elided import Elided
from gui.widgets.palette_widget import PaletteWidget

if TYPE_CHECKING:
    from gui.youtube.services import Video

WIDTH = 36 * theme.GRID
LEAST_WIDTH = 32 * theme.GRID
_LEAST_PICTURE = 8 * theme.GRID


class DetailsPane(PaletteWidget):
    """Details of one match: a video, or one of a person's own files.

    Signals
    -------
    open_pressed, play_pressed, more_pressed : Match
        A person wants to watch it in the browser or see it in its folder, to play it here (or no
        more), or to find what sounds like it.
    copied : str
        What was copied, for the status line.
    star_toggled : Match, bool
    hide_pressed : Match
        These two appear after `offer_memory`.
    """

    open_pressed = Signal(Match)
    play_pressed = Signal(Match)
    more_pressed = Signal(Match)
    copied = Signal(str)
    star_toggled = Signal(Match, bool)
    hide_pressed = Signal(Match)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.match: Match | None = None
        self.calibration: Calibration | None = None
        self._is_starred = self._has_player = False
        self._playing: tuple[str, float] | None = None
        self._stars: frozenset[tuple[str, float]] = frozenset()
        self.picture = LargeThumbnail()
        self.title, self.channel = QLabel(), QLabel()
        self.labels, self.span = QLabel(), QLabel()
        self.similarity, self.address = QLabel(), Elided()
        self.open, self.play = QPushButton("Open"), QPushButton()
        self.more = QPushButton("More like this")
        self.copy_link, self.copy_id = QToolButton(), QToolButton()
        self.star, self.hide_video = QToolButton(), QToolButton()
        self.reason = FoldedReason()
        self._whole, self._parts, self._area = QVBoxLayout(self), QVBoxLayout(), QScrollArea()
        self.first_row, self._second_row = QWidget(), QWidget()
        self._player: QWidget | None = None
        self._build()
        self._follow_palette()
        self.show_match(None, None)

    def _build(self) -> None:
        self.setAccessibleName("Details")
        self.title.setFont(theme.scaled_font(self, 1.25, bold=True))
        names = ("Title", "Channel", "Labels", "Time", "Similarity", "Address")
        for label, name in zip(self._texts, names, strict=True):
            # Text from the network is never read as markup.
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setAccessibleName(name)
            if label is not self.address:
                label.setWordWrap(True)
                label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        for label in (self.span, self.similarity):
            label.setFont(theme.scaled_font(self, 1.0))
        self.address.setFont(theme.scaled_font(self, 0.85))
        content = QWidget()
        self._parts.setContentsMargins(theme.GRID, theme.GRID, theme.GRID, theme.GRID)
        self._parts.setSpacing(theme.GRID)
        for widget in (self.picture, *self._texts, self.reason):
            self._parts.addWidget(widget)
        self._parts.addStretch(1)
        content.setLayout(self._parts)
        self._area.setWidget(content)
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._build_buttons()
        for widget in (self._area, self.first_row, self._second_row):
            self._whole.addWidget(widget)
        self._whole.setStretchFactor(self._area, 1)
        self.setMinimumWidth(LEAST_WIDTH)

    @property
    def _texts(self) -> tuple[QLabel, ...]:
        return (
            self.title,
            self.channel,
            self.labels,
            self.span,
            self.similarity,
            self.address,
        )

    def _build_buttons(self) -> None:
        first, second = QHBoxLayout(self.first_row), QHBoxLayout(self._second_row)
        for row in (first, second):
            row.setContentsMargins(theme.GRID, 0, theme.GRID, 0)
            row.setSpacing(theme.GRID // 2)
        first.addWidget(self.play, 1)
        first.addWidget(self.open, 1)
        second.addWidget(self.more, 1)
        for button, name in (
            (self.copy_link, "Copy the link"),
            (self.copy_id, "Copy the video’s id"),
            (self.star, "Star"),
            (self.hide_video, "Hide this video"),
        ):
            button.setToolTip(name)
            button.setAccessibleName(name)
            button.setAutoRaise(True)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.setIconSize(QSize(theme.ICON_SIZE, theme.ICON_SIZE))
            second.addWidget(button)
        for each in self.buttons:
            each.setFixedHeight(theme.ROW_HEIGHT)
        self.star.setCheckable(True)
        self.offer_memory(False)
        self.open.clicked.connect(lambda: self.open_pressed.emit(self.match))
        self.play.clicked.connect(lambda: self.play_pressed.emit(self.match))
        self.more.clicked.connect(lambda: self.more_pressed.emit(self.match))
        self.copy_link.clicked.connect(self._copy_link)
        self.copy_id.clicked.connect(self._copy_id)
        self.star.clicked.connect(self._on_star)
        self.hide_video.clicked.connect(lambda: self.hide_pressed.emit(self.match))

    @property
    def buttons(self) -> tuple[QPushButton | QToolButton, ...]:
        """All buttons, in the order of the Tab key."""
        return (
            self.play,
            self.open,
            self.more,
            self.copy_link,
            self.copy_id,
            self.star,
            self.hide_video,
        )

    def sizeHint(self) -> QSize:
        """Return the width of a thumbnail that tells something."""
        return QSize(WIDTH, 40 * theme.GRID)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave room for words below the thumbnail."""
        super().resizeEvent(event)
        self._share_room()

    def _share_room(self) -> None:
        """Leave to a player what it needs: the less important gives way first."""
        most = max(_LEAST_PICTURE, self.height() // 2 - 6 * theme.GRID)
        self.picture.limit(0 if self._has_player else most)
        row = theme.ROW_HEIGHT + theme.GRID
        left = self.height() - row - theme.GRID
        if self._has_player and self._player is not None:
            left -= self._player.heightForWidth(self.width())
        self._second_row.setVisible(not self._has_player or left >= row)
        self._area.setVisible(not self._has_player or left >= 2 * row + theme.GRID)
        gap = theme.GRID if left >= 0 else 0
        self._whole.setContentsMargins(0, 0, 0, gap)
        self._whole.setSpacing(gap)

    def offer_memory(self, is_offered: bool = True) -> None:
        """Show the buttons for what is remembered of a video."""
        self.star.setVisible(is_offered)
        self.hide_video.setVisible(is_offered)

    def add_player(self, widget: QWidget) -> None:
        """Put what plays a match above all else: a scrolled pane cannot hold it."""
        self._player = widget
        self._whole.insertWidget(0, widget)

    def show_player(self, is_shown: bool) -> None:
        """Show what plays instead of the thumbnail, or not."""
        self._has_player = is_shown
        if self._player is not None:
            self._player.setVisible(is_shown)
        self._share_room()
        self._follow_palette()

    def show_match(
        self,
        match: Match | None,
        video: Video | None,
        image: QImage | None = None,
        is_there: bool = True,
    ) -> None:
        """Show another match, or what has become known of this one, also that its file is away."""
        self.match = match
        for button in self.buttons:
            button.setEnabled(match is not None)
        self.picture.show_image(image, match is not None and bool(match.path))
        self.show_star(match is not None and (match.video_id, match.start_s) in self._stars)
        if match is None:
            for label in self._texts:
                label.setText("")
            self.title.setText("No match is selected")
            self._name_buttons()
            return
        for button in (self.open, self.play):
            button.setEnabled(bool(match.url) or bool(match.path and is_there))
        self.copy_link.setEnabled(bool(match.url or match.path))
        self._name_buttons()
        self.title.setText(title_of(match, video))
        self.channel.setText(channel_of(match, video, is_there))
        self.channel.setVisible(bool(self.channel.text()))
        self.labels.setText(formats.labels_line(match.labels) or unlabelled(match).capitalize())
        self.span.setText(span_of(match).capitalize())
        self.similarity.setText(self._words(match))
        self.address.setText(address_of(match))
        self.address.setToolTip(self.address.text() if match.path else match.url)

    def show_playing(self, clip: tuple[str, float] | None) -> None:
        """Take note of which clip plays from its file: its key and start."""
        self._playing = clip
        self._name_buttons()

    @property
    def _plays(self) -> bool:
        match = self.match
        return match is not None and self._playing == (match.video_id, match.start_s)

    def _name_buttons(self) -> None:
        names = button_names(self.match)
        self.copy_id.setVisible(self.match is None or not self.match.path)
        self.open.setText(names.open)
        self.open.setToolTip(names.open_tip)
        self.play.setToolTip(names.play_tip)
        self.more.setToolTip(names.more_tip)
        for button, name in ((self.copy_link, names.copy), (self.hide_video, names.hide)):
            button.setToolTip(name)
            button.setAccessibleName(name)
        self._follow_palette()

    def show_stars(self, stars: frozenset[tuple[str, float]]) -> None:
        """Take note of the clips that have a star: video id and start of each."""
        self._stars = stars
        match = self.match
        self.show_star(match is not None and (match.video_id, match.start_s) in stars)

    def show_star(self, is_starred: bool) -> None:
        """Show whether the match is starred."""
        self._is_starred = is_starred
        self.star.setChecked(is_starred)
        self.star.setToolTip("Take the star away" if is_starred else "Star")
        self.star.setAccessibleName(self.star.toolTip())
        self._follow_palette()

    def _words(self, match: Match) -> str:
        parts = f"Similarity: {parts_of(match) or formats.similarity(match.similarity)}"
        if self.calibration is None or match.sound is None:
            return parts
        closeness = self.calibration.closeness(match.sound).value.capitalize()
        share = self.calibration.share(match.sound)
        return f"{closeness} in sound: {compared(share)}\n{parts}"

    def _copy_link(self) -> None:
        if self.match is not None:
            QGuiApplication.clipboard().setText(self.match.path or self.match.url)
            self.copied.emit("Path copied" if self.match.path else "Link copied")

    def _copy_id(self) -> None:
        if self.match is not None:
            QGuiApplication.clipboard().setText(
                youtube_id_of(self.match.url) or self.match.video_id
            )
            self.copied.emit("Id copied")

    def _on_star(self, is_starred: bool) -> None:
        if self.match is not None:
            clip = {(self.match.video_id, self.match.start_s)}
            self.show_stars(self._stars | clip if is_starred else self._stars - clip)
            self.star_toggled.emit(self.match, is_starred)

    def _follow_palette(self) -> None:
        palette = self.palette()
        quiet = QPalette(palette)
        quiet.setColor(QPalette.ColorRole.WindowText, theme.quiet_text(palette))
        for label in (self.channel, self.address):
            label.setPalette(quiet)
        star = "star-fill" if self._is_starred else "star"
        is_file = self.match is not None and bool(self.match.path)
        play, play_icon = button_names(self.match).play, "play"
        if self._has_player:
            play, play_icon = "Close player", "x"
        elif self._plays:
            play, play_icon = "Stop", "stop-fill"
        self.play.setText(play)
        for button, name in (
            (self.play, play_icon),
            (self.open, "folder-open" if is_file else "arrow-square-out"),
            (self.more, "magnifying-glass"),
            (self.copy_link, "link"),
            (self.copy_id, "hash"),
            (self.star, star),
            (self.hide_video, "eye-slash"),
        ):
            button.setIcon(theme.icon(name, palette))

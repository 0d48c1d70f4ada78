"""Where a clip plays, above the details of its row; knows nothing of Chromium."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QColor, QHideEvent, QPalette, QResizeEvent
from PySide6.QtWidgets import QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from gui import theme

LEAST_HEIGHT = 25 * theme.GRID
"""YouTube asks for a player of at least 200 pixels each way
(https://developers.google.com/youtube/iframe_api_reference#Requirements)."""


class PlayerPanel(QWidget):
    """A stage of 16:9 for a video, or for one sentence about why there is none.

    Signals
    -------
    browser_pressed
        A person would rather watch it in the browser.
    left_sight
        It was hidden, with what plays in it.
    """

    browser_pressed = Signal()
    left_sight = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.sentence = QLabel()
        self.open = QPushButton("Open in browser")
        self._words, self._whole = QWidget(), QVBoxLayout(self)
        self._build()
        self.hide()

    def _build(self) -> None:
        self.setAccessibleName("Player")
        # As dark as the video to come, so that nothing flashes.
        self.setAutoFillBackground(True)
        dark = QPalette()
        dark.setColor(QPalette.ColorRole.Window, QColor(Qt.GlobalColor.black))
        dark.setColor(QPalette.ColorRole.WindowText, QColor(Qt.GlobalColor.white))
        self.setPalette(dark)
        self.open.setPalette(QPalette())
        self.sentence.setTextFormat(Qt.TextFormat.PlainText)
        self.sentence.setWordWrap(True)
        self.sentence.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.sentence.setContentsMargins(2 * theme.GRID, 0, 2 * theme.GRID, 0)
        self.open.setToolTip("Open the video at this second in the browser")
        self.open.setFixedHeight(theme.ROW_HEIGHT)
        self.open.clicked.connect(self.browser_pressed)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        words = QVBoxLayout(self._words)
        words.setSpacing(theme.GRID)
        words.addStretch(1)
        words.addWidget(self.sentence)
        words.addWidget(self.open, 0, Qt.AlignmentFlag.AlignHCenter)
        words.addStretch(1)
        self._whole.setContentsMargins(0, 0, 0, 0)
        self._whole.addWidget(self._words)

    def sizeHint(self) -> QSize:
        """Return a size of which YouTube's player makes good use."""
        return QSize(36 * theme.GRID, LEAST_HEIGHT)

    def show_waiting(self) -> None:
        """Say that the player is on its way."""
        self._say("Loading the player…", has_way_out=False)

    def show_trouble(self, sentence: str) -> None:
        """Say why it does not play, and offer the browser."""
        self._say(sentence, has_way_out=True)

    def show_view(self, view: QWidget) -> None:
        """Show what plays, which goes by itself when it is deleted."""
        self._words.hide()
        self._whole.addWidget(view)

    def _say(self, sentence: str, has_way_out: bool) -> None:
        self.sentence.setText(sentence)
        self.open.setVisible(has_way_out)
        self._words.show()

    @property
    def has_room(self) -> bool:
        """Whether all that YouTube asks for is in sight; asked before something covers it."""
        return self.visibleRegion().boundingRect().height() >= LEAST_HEIGHT

    def heightForWidth(self, width: int) -> int:
        """Return the height of 16:9, or what YouTube asks for at least."""
        return max(LEAST_HEIGHT, round(width * 9 / 16))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the shape."""
        super().resizeEvent(event)
        if event.oldSize().width() != event.size().width():
            self.setFixedHeight(self.heightForWidth(self.width()))

    def hideEvent(self, event: QHideEvent) -> None:
        """Tell that nobody sees it any more; a minimised window may go on playing."""
        super().hideEvent(event)
        if not event.spontaneous():
            self.left_sight.emit()

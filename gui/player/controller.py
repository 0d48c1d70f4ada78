"""Playing a match here: what plays, when it pauses, and why it does not play."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from core.errors import SoundalikeError
from core.types import Match
from gui.context import Context
from gui.player.page import Addresses, PlayedClip, clip_of, page_of
from gui.player.page_server import PageServer
from gui.player.panel import PlayerPanel
from gui.player.readiness import browser_kind
from gui.search.state import State

if TYPE_CHECKING:
    from gui.player.browser import Browser

PATIENCE_MS = 20_000
"""A player that has not come by then is not coming."""

UNREACHABLE = "YouTube cannot be reached at the moment."
BROKEN = "The player broke off."
NO_ROOM = "There is no room to play a video: make the window larger, or fold other panes away."
_PLAYING = "1"

# https://developers.google.com/youtube/iframe_api_reference#onError
ERRORS = {
    "2": "YouTube does not accept this video’s id.",
    "5": "This video cannot be played here.",
    "100": "This video is gone, or private.",
    "101": "This video may be watched on YouTube only.",
    "150": "This video may be watched on YouTube only.",
    "153": "YouTube was not told who shows this video, and refuses to play it here.",
}


class PlayerController(QObject):
    """Plays one match at a time in the details pane.

    Nothing is asked of YouTube, and nothing of Qt WebEngine imported, before a person presses
    "Play here". The video pauses when its row is left, and ends when a recording begins, which
    would hear it.

    Parameters
    ----------
    context : Context
    make_room : callable
        Unfolds the pane that `panel` is in; returns whether there is room for it.

    Attributes
    ----------
    panel : PlayerPanel
    addresses : Addresses
        Where YouTube's player comes from.
    browser : Browser or None
        What plays now.

    Signals
    -------
    shown : bool
        Whether the panel is to be seen.
    began
        The video sounds: nothing else should.
    """

    shown = Signal(bool)
    began = Signal()

    def __init__(self, context: Context, make_room: Callable[[], bool]) -> None:
        super().__init__(context.window)
        self._context, self._make_room = context, make_room
        self._browse = context.external.browse
        self.addresses = Addresses()
        self.panel = PlayerPanel()
        self.browser: Browser | None = None
        self.kind: type[Browser] | None = None
        self._server: PageServer | None = None
        self._clip: PlayedClip | None = None
        self._address = ""
        self.has_played = False
        self.patience = QTimer(self)
        self.patience.setSingleShot(True)
        self.patience.setInterval(PATIENCE_MS)
        self.patience.timeout.connect(lambda: self._fail(UNREACHABLE))
        self.panel.browser_pressed.connect(lambda: self._browse(self._address))
        self.panel.left_sight.connect(self._on_out_of_sight)
        context.session.state_changed.connect(self._on_state)

    def toggle(self, match: Match | None) -> None:
        """Play a match, or stop it where it is the one that plays."""
        if match is None:
            return
        clip = clip_of(match)
        if clip is not None and clip == self._clip and self.panel.isVisible():
            self.stop()
        elif clip is None:
            reason = match.no_link or "its address is not known"
            self._context.banner.show_note(f"This video cannot be played: {reason}.")
        elif self._context.session.state is State.RECORDING:
            self._context.banner.show_note("Stop recording first: it would hear the video.")
        elif not self._make_room():
            self._offer_browser(NO_ROOM, match.url)
        else:
            self._play(clip, match.url)

    def stop(self) -> None:
        """Stop, and show the details alone."""
        self._release()
        self._clip = None
        self.shown.emit(False)

    def close(self) -> None:
        """Stop for good."""
        self.stop()

    def _play(self, clip: PlayedClip, address: str) -> None:
        self.stop()
        self._clip, self._address = clip, address
        self.panel.show_waiting()
        self.shown.emit(True)
        if self.kind is not None:
            # Only after the pressed button was painted: Chromium takes a moment to begin.
            QTimer.singleShot(0, self, lambda: self._begin(clip))
            return
        self._context.workers["player"].submit(
            browser_kind,
            lambda kind: self._on_ready(clip, kind),
            lambda error: self._on_not_ready(clip, error),
        )

    def _on_ready(self, clip: PlayedClip, kind: type[Browser]) -> None:
        self.kind = kind
        self._begin(clip)

    def _on_not_ready(self, clip: PlayedClip, error: SoundalikeError) -> None:
        if clip is self._clip:
            self._fail(error.in_full)

    def _begin(self, clip: PlayedClip) -> None:
        if clip is not self._clip or self.kind is None or self.browser is not None:
            return  # something else has been asked for since
        if not self.panel.has_room:
            self._fail(NO_ROOM)
            return
        try:
            self._server = PageServer(page_of(clip, self.addresses), self)
        except OSError:
            self._fail(BROKEN)
            return
        self.browser = self.kind(self._server.url, self)
        self.browser.said.connect(self._on_said)
        self.browser.link_pressed.connect(self._browse)
        self.browser.broke.connect(lambda: self._fail(BROKEN))
        self.panel.show_view(self.browser.view)
        self.browser.load()
        self.patience.start()

    def _release(self) -> None:
        self.patience.stop()
        self.has_played = False
        if self.browser is not None:
            self.browser.close()
            self.browser.deleteLater()
            self.browser = None
        if self._server is not None:
            self._server.close()
            self._server.deleteLater()
            self._server = None

    def _fail(self, sentence: str) -> None:
        self._release()
        self.panel.show_trouble(sentence)
        if not self.panel.has_room:
            self.stop()
            self._offer_browser(sentence, self._address)

    def _offer_browser(self, sentence: str, address: str) -> None:
        self._context.banner.show_note(sentence, "Open in browser", lambda: self._browse(address))

    # What happens

    def _on_said(self, text: str) -> None:
        word, _, number = text.partition(" ")
        if word == "ready":
            self.patience.stop()
        elif word == "state" and number == _PLAYING:
            self.has_played = True
            self.began.emit()
        elif word == "error" and number.isdecimal():
            self._fail(ERRORS.get(number, f"YouTube’s player reported error {number}."))
        elif word == "unreachable":
            self._fail(UNREACHABLE)

    def follow(self, match: Match | None) -> None:
        """Show what plays beside its own match only."""
        if self._clip is not None:
            is_its_row = match is not None and clip_of(match) == self._clip
            self.shown.emit(is_its_row)

    def _on_out_of_sight(self) -> None:
        if self.browser is None or not self.has_played:
            self.stop()
        else:
            self.browser.pause()

    def _on_state(self, state: State) -> None:
        if state is State.RECORDING:
            self.stop()

    def give_way(self, is_playing: bool) -> None:
        """Pause where the person's own sound is playing: only one of the two is heard."""
        if is_playing and self.browser is not None and self.has_played:
            self.browser.pause()

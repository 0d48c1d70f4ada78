"""The window by the keyboard alone: the order of the Tab key, and going from part to part."""

from __future__ import annotations

import itertools

from PySide6.QtWidgets import QWidget

from gui.main_window import MainWindow


def order_tabs(window: MainWindow) -> None:
    """Let the Tab key follow the eye; chips and steps are put between by the header."""
    order: tuple[QWidget, ...] = (
        window.capture.record,
        window.capture.device,
        window.capture.open,
        window.words,
        window.banner.action,
        window.banner.other,
        window.banner.dismiss,
        window.empty.record,
        window.empty.open,
        window.empty.history,
        window.spectrogram.plot,
        window.tags,
        *window.playback.widgets,
        *window.sound.widgets,
        *window.header.widgets,
        window.left.tabs,
        window.filter.preset,
        window.filter.only_sure,
        window.filter.search,
        window.filter.tree,
        window.history.search,
        window.history.view,
        window.history.clear,
        window.results.table,
        window.right.tabs,
        window.results.details.reason.why,
        *window.results.details.buttons,
        window.setting_up,
    )
    for first, second in itertools.pairwise(order):
        window.setTabOrder(first, second)
    window.header.follow(window.sound.colors)


def go_to_next_part(window: MainWindow) -> None:
    """Put the focus into the next part that is in sight."""
    parts: tuple[tuple[QWidget, QWidget], ...] = (
        (
            window.capture,
            window.capture.record if window.capture.record.isEnabled() else window.words,
        ),
        (
            window.banner,
            window.banner.action if window.banner.has_action else window.banner.dismiss,
        ),
        (window.empty, window.empty.open),
        (window.spectrogram, window.spectrogram.plot),
        (window.header, window.header.match),
        (window.left, window.left.tabs),
        (window.answer, window.answer.focusProxy() or window.results.table),
        (window.right, window.right.tabs),
    )
    shown = [(part, first) for part, first in parts if part.isVisible()]
    focused = window.focusWidget()
    here = next(
        (
            place
            for place, (part, _) in enumerate(shown)
            if focused is not None and part.isAncestorOf(focused)
        ),
        -1,
    )
    shown[(here + 1) % len(shown)][1].setFocus()

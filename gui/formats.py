"""Numbers and names of files as people read them."""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from functools import lru_cache

from core.catalog.ontology import Ontology
from core.foreign import plain


def clock(seconds: float, decimals: int = 0) -> str:
    """Return a time such as 0:07.4 or 1:02:03."""
    step = 10**decimals
    ticks = int(max(0.0, seconds) * step + 1e-6)
    whole, rest = divmod(ticks, step)
    minutes, second = divmod(whole, 60)
    hours, minute = divmod(minutes, 60)
    text = f"{hours}:{minute:02}:{second:02}" if hours else f"{minute}:{second:02}"
    return f"{text}.{rest:0{decimals}}" if decimals else text


def span(start_s: float, end_s: float) -> str:
    """Return a span of time such as 0:30–0:40."""
    return f"{clock(start_s)}–{clock(end_s)}"


def clip_span(start_s: float, end_s: float) -> str:
    """Return a clip's span; a video that is known only as a whole ends at 0."""
    if not end_s:
        return "whole video"
    is_short = end_s - start_s < 1
    return f"{clock(start_s, 1)}–{clock(end_s, 1)}" if is_short else span(start_s, end_s)


def hertz(frequency_hz: float) -> str:
    """Return a frequency such as 440 Hz or 1.2 kHz."""
    if round(frequency_hz) < 1000:
        return f"{frequency_hz:.0f} Hz"
    return f"{frequency_hz / 1000:.1f} kHz"


def decibels(level_db: float) -> str:
    """Return a level such as −18 dB, with a true minus sign."""
    return f"{level_db:.0f} dB".replace("-", "−")


def elapsed(seconds: float) -> str:
    """Return a short time such as 12 ms or 1.4 s."""
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.1f} s"


def rest(seconds: float) -> str:
    """Return a time that is still to come, roughly: a few seconds, about 40 s, or about 3 min."""
    if seconds < 10:
        return "a few seconds"
    if seconds < 90:
        return f"about {10 * round(seconds / 10)} s"
    minutes = round(seconds / 60)
    return f"about {minutes} min" if minutes < 90 else f"about {round(minutes / 60)} h"


def day(time_s: float, now: datetime | None = None) -> str:
    """Return when something was, such as today 14:05, yesterday 09:12, or 3 Nov 2025.

    Parameters
    ----------
    time_s : float
        Seconds since 1970.
    now : datetime, optional
        The present, in local time.
    """
    now = now or datetime.now()
    then = datetime.fromtimestamp(time_s)
    if then.date() == now.date():
        return f"today {then:%H:%M}"
    if then.date() == now.date() - timedelta(days=1):
        return f"yesterday {then:%H:%M}"
    return f"{then.day} {then:%b}" if then.year == now.year else f"{then.day} {then:%b %Y}"


def count(number: int, one: str, many: str) -> str:
    """Return a number and its noun, such as 1 clip or 22,160 clips."""
    return f"{number:,} {one if number == 1 else many}"


def similarity(value: float, decimals: int = 3) -> str:
    """Return a similarity such as 0.871, with a true minus sign."""
    return f"{value:.{decimals}f}".replace("-", "−")


def file_name(path: str) -> str:
    """Return a file's own name as text that can be shown, whatever bytes it has."""
    return plain(os.path.basename(path))  # noqa: PTH119 - bytes that are no text survive


def folder_name(path: str) -> str:
    """Return the folder that a file is in, as text that can be shown."""
    return plain(os.path.dirname(path))  # noqa: PTH120 - bytes that are no text survive


@lru_cache(4096)
def specific_first(labels: tuple[str, ...]) -> tuple[str, ...]:
    """Return a clip's labels as people read them; see `Ontology.specific_first`."""
    return Ontology.load().specific_first(labels)


def labels_line(labels: tuple[str, ...]) -> str:
    """Return a clip's labels in a line."""
    return " · ".join(specific_first(labels))

"""Spans of time: zooming, moving, and writing them down."""

from __future__ import annotations

import re
from typing import TypeAlias

Span: TypeAlias = tuple[float, float]
"""Start and end in seconds."""

LEAST_S = 0.05
"""The least that is worth to be seen, or selected."""

_CLOCK = re.compile(r"(?:(?:(\d{1,3}):)?(\d{1,4}):)?(\d{1,6}(?:\.\d*)?|\.\d+)")


def fitted(span: Span, limit: Span) -> Span:
    """Return the span moved, and if need be cut, into the limit."""
    width = min(span[1] - span[0], limit[1] - limit[0])
    start_s = min(max(span[0], limit[0]), limit[1] - width)
    return start_s, start_s + width


def zoomed(span: Span, factor: float, at_s: float, limit: Span) -> Span:
    """Return the span made narrower by a factor, with one time staying in its place."""
    width = span[1] - span[0]
    wanted = min(max(width / factor, LEAST_S), limit[1] - limit[0])
    share = (at_s - span[0]) / width if width else 0.5
    start_s = at_s - share * wanted
    return fitted((start_s, start_s + wanted), limit)


def moved(span: Span, by_s: float, limit: Span) -> Span:
    """Return the span moved by some seconds, as far as the limit allows."""
    return fitted((span[0] + by_s, span[1] + by_s), limit)


def parsed_time(text: str) -> float | None:
    """Return the seconds of 1.25, 0:01.25 or 1:02:03.5, or None if it is not a time."""
    found = _CLOCK.fullmatch(text.strip().removesuffix("s").strip().replace(",", "."))
    if not found:
        return None
    hours, minutes, seconds = found.groups()
    total_s = float(seconds) + 60 * int(minutes or 0) + 3600 * int(hours or 0)
    is_over = (minutes is not None and float(seconds) >= 60) or (hours and int(minutes) >= 60)
    return None if is_over else total_s

"""What the window is about, at one glance."""

from __future__ import annotations

from enum import Enum


class State(Enum):
    """The state of a session."""

    EMPTY = "empty"
    RECORDING = "recording"
    ANALYSING = "analysing"
    RESULTS = "results"
    TROUBLE = "trouble"

"""How a person wants to see sound: the choices that are remembered."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields, replace
from enum import Enum
from typing import Any

import numpy as np

from core.audio.frequency import FrequencyView
from core.audio.levels import CEILING_DB, FLOOR_DB
from core.foreign import parsed_json
from gui.widgets.color_map import ColorMap

LEAST_RANGE_DB = 10.0
"""A narrower range of levels would show two colours only."""

VIEW_NAMES = {
    FrequencyView.LOG_MEL: "Log-mel",
    FrequencyView.LINEAR: "Linear",
    FrequencyView.LOGARITHMIC: "Logarithmic",
}
VIEW_TITLES = {
    FrequencyView.LOG_MEL: "Log-mel, as the sound is analysed",
    FrequencyView.LINEAR: "Spectrogram, linear frequency",
    FrequencyView.LOGARITHMIC: "Spectrogram, logarithmic frequency",
}
VIEW_TIPS = {
    FrequencyView.LOG_MEL: "Bands as wide as the ear tells pitches apart: narrow below, wide above",
    FrequencyView.LINEAR: "Each kilohertz is as high as the other: overtones lie evenly",
    FrequencyView.LOGARITHMIC: "Each octave is as high as the other, as on a keyboard",
}


@dataclass(frozen=True)
class ViewChoices:
    """Choices of the spectrogram's looks, which are remembered.

    Attributes
    ----------
    view : FrequencyView
    colors : ColorMap
    floor_db, ceiling_db : float
        Levels that get the first and the last colour, in dB relative to a full-scale tone.
    fits_levels : bool
        The range follows the sound instead.
    marks_patches : bool
        Whether the 0.96 s patches are marked that VGGish analyses one by one.
    """

    view: FrequencyView = FrequencyView.LOG_MEL
    colors: ColorMap = ColorMap.INFERNO
    floor_db: float = -80.0
    ceiling_db: float = -10.0
    fits_levels: bool = True
    marks_patches: bool = False

    def with_range(self, floor_db: float, ceiling_db: float) -> ViewChoices:
        """Return these choices with another range of levels, kept wide enough."""
        ceiling_db = min(max(ceiling_db, FLOOR_DB + LEAST_RANGE_DB), CEILING_DB)
        floor_db = min(max(floor_db, FLOOR_DB), ceiling_db - LEAST_RANGE_DB)
        return replace(self, floor_db=floor_db, ceiling_db=ceiling_db, fits_levels=False)

    def as_text(self) -> str:
        """Return one line for the settings."""
        return json.dumps(asdict(self), default=lambda choice: choice.value)

    @classmethod
    def from_text(cls, text: str) -> ViewChoices:
        """Return what `as_text` wrote; whatever cannot be understood is as at first."""
        try:
            found = parsed_json(text)
        except ValueError:
            return cls()
        if not isinstance(found, dict):
            return cls()
        kept = {}
        for field in fields(cls):
            value = _understood(getattr(cls, field.name), found.get(field.name))
            if value is not None:
                kept[field.name] = value
        choices = cls(**kept)
        ranged = choices.with_range(choices.floor_db, choices.ceiling_db)
        return replace(ranged, fits_levels=choices.fits_levels)


def _understood(usual: Any, value: Any) -> Any:
    """Return a remembered value as the kind that is usual, or None."""
    try:
        if isinstance(usual, Enum):
            return type(usual)(value)
        if isinstance(usual, bool):
            return value if isinstance(value, bool) else None
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if np.isfinite(number) else None

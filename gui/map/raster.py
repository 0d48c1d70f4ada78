"""Points as a picture: each in its group's colour, many on one pixel as density."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.catalog.nearest_points import NearestPoints
from core.catalog.projection import Map
from core.types import UInt8

_DOTS = ((1500, 3, 1.0), (8000, 2, 0.85), (120_000, 1, 0.6))
"""Up to how many points in sight are dots of a radius in pixels, and how strong a lone one's colour
is; many on one pixel come to 1."""

_OUTSIDE = 0.005
"""Share of points on each side that need not be in sight at first."""

_LEAST_SPAN = 1e-3

_FAINTEST = 0.5
"""Of what is a pixel each, because there are more."""


@dataclass(frozen=True)
class MapView:
    """Part of the map that is in sight.

    Attributes
    ----------
    x, y : float
        The middle, in the map's units; y grows upwards.
    scale : float
        Pixels a unit.
    width, height : int
        In pixels.
    """

    x: float
    y: float
    scale: float
    width: int
    height: int

    @property
    def left(self) -> float:
        """The left edge, in the map's units."""
        return self.x - self.width / 2 / self.scale

    @property
    def top(self) -> float:
        """The upper edge."""
        return self.y + self.height / 2 / self.scale

    def pixel(self, x: float, y: float) -> tuple[float, float]:
        """Return where a point is shown."""
        return (x - self.left) * self.scale, (self.top - y) * self.scale

    def point(self, across: float, down: float) -> tuple[float, float]:
        """Return what is shown at a pixel."""
        return self.left + across / self.scale, self.top - down / self.scale


@dataclass(frozen=True)
class Chart:
    """A map, and what takes too long to be found out while it is shown.

    Attributes
    ----------
    map : Map
    nearby : NearestPoints
        Finds its points.
    middle, span : tuple of two floats
        Of the rectangle that all points but a few lie in.
    groups : tuple of int
        Those that have points.
    """

    map: Map
    nearby: NearestPoints
    middle: tuple[float, float]
    span: tuple[float, float]
    groups: tuple[int, ...]

    @classmethod
    def of(cls, shown: Map) -> Chart:
        """Look through a map."""
        low, high = np.quantile(shown.points, (_OUTSIDE, 1 - _OUTSIDE), axis=0).tolist()
        span = [1.1 * max(b - a, _LEAST_SPAN) for a, b in zip(low, high, strict=True)]
        middle = [(a + b) / 2 for a, b in zip(low, high, strict=True)]
        groups = tuple(np.flatnonzero(np.bincount(shown.groups)).tolist())
        return cls(
            shown, NearestPoints(shown.points), (middle[0], middle[1]), (span[0], span[1]), groups
        )


def picture(chart: Chart, view: MapView, colors: UInt8, ground: UInt8) -> UInt8:
    """Return a view as pixels, uint8, shape (height, width, 4): red, green, blue and 255.

    A pixel's colour is the mean of its points' colours; its strength grows with the logarithm of
    their number.

    Parameters
    ----------
    chart : Chart
    view : MapView
    colors : uint8 array, shape (groups, 3)
    ground : uint8 array, shape (3,)
    """
    low_left, high_right = view.point(0, view.height), view.point(view.width, 0)
    rows = chart.nearby.within(*low_left, *high_right)
    lit, counts, means, faintest = _dots(chart.map, rows, view, colors)
    pixels = np.empty((view.height * view.width, 4), np.uint8)
    pixels[:] = (*ground.tolist(), 255)
    if len(lit):
        most = max(float(np.quantile(counts[:: 1 + len(counts) // 50_000], 0.995)), 2.0)
        strength = faintest + (1 - faintest) * np.log(counts) / np.log(most)
        mixed = ground + (means - ground) * np.minimum(strength, 1.0)[:, None]
        pixels[lit, :3] = mixed.astype(np.uint8)
    return pixels.reshape(view.height, view.width, 4)


def _dots(
    shown: Map, rows: NDArray[np.int32], view: MapView, colors: UInt8
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64], float]:
    """Return pixels with points, the number and mean colour of these, and a lone one's strength."""
    is_all = len(rows) == len(shown.points)
    points = shown.points if is_all else shown.points[rows]
    kinds = shown.groups if is_all else shown.groups[rows]
    across = np.floor((points[:, 0] - np.float32(view.left)) * np.float32(view.scale))
    down = np.floor((np.float32(view.top) - points[:, 1]) * np.float32(view.scale))
    inside = (across >= 0) & (across < view.width) & (down >= 0) & (down < view.height)
    # Numbers of 32 bits suffice for pixels, and are gathered twice as fast.
    across, down = across[inside].astype(np.int32), down[inside].astype(np.int32)
    kinds = kinds[inside]
    sizes = ((radius, least) for most, radius, least in _DOTS if len(kinds) <= most)
    radius, faintest = next(sizes, (0, _FAINTEST))
    disc = _disc(radius)
    if len(disc) > 1:
        across = (across[:, None] + disc[:, 0]).ravel()
        down = (down[:, None] + disc[:, 1]).ravel()
        inside = (across >= 0) & (across < view.width) & (down >= 0) & (down < view.height)
        across, down, kinds = across[inside], down[inside], np.repeat(kinds, len(disc))[inside]
    places = down * np.int32(view.width) + across
    n_pixels = view.width * view.height
    counts = np.bincount(places, minlength=n_pixels)
    lit = np.flatnonzero(counts)
    numbers = counts[lit].astype(np.float64)
    weights = colors.astype(np.float64)
    means = np.empty((len(lit), 3))
    for channel in range(3):
        sums = np.bincount(places, weights[kinds, channel], minlength=n_pixels)
        means[:, channel] = sums[lit] / numbers
    return lit, numbers, means, faintest


def _disc(radius: int) -> NDArray[np.int32]:
    """Return the pixels of a dot around its middle, shape (n, 2)."""
    steps = np.arange(-radius, radius + 1, dtype=np.int32)
    grid = np.stack(np.meshgrid(steps, steps), axis=-1).reshape(-1, 2)
    return np.asarray(grid[(grid**2).sum(axis=1) <= radius * radius + 1])

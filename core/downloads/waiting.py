"""How long to leave a server alone: as long as it asks for, or twice as long at each failure."""

from __future__ import annotations


def retry_after_s(header: str) -> float | None:
    """Return the seconds of a ``Retry-After`` header, a number or a date; None for anything else.

    See RFC 9110, section 10.2.3.
    """
    from urllib3.exceptions import InvalidHeader
    from urllib3.util import Retry

    try:
        return float(Retry().parse_retry_after(header))
    except (InvalidHeader, ValueError, OverflowError):
        return None


def back_off_s(n_failures: int, first_s: float, longest_s: float) -> float:
    """Return how long to wait after so many failures in a row, 1 or more."""
    return min(longest_s, first_s * 2.0 ** min(n_failures - 1, 64))

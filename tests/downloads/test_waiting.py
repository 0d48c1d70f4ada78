"""How long a server is left alone."""

from __future__ import annotations

import email.utils
import time

import pytest

from core.downloads.waiting import back_off_s, retry_after_s


@pytest.mark.parametrize(
    ("header", "low_s", "high_s"),
    [
        ("120", 120, 120),
        (" 7 ", 7, 7),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0, 0),
    ],
)
def test_retry_after_is_a_number_or_a_date(header: str, low_s: float, high_s: float) -> None:
    wait_s = retry_after_s(header)
    assert wait_s is not None and low_s <= wait_s <= high_s


@pytest.mark.parametrize("header", ["", "soon", "-5", "²", "Wed, 99 Foo 2015"])
def test_retry_after_that_makes_no_sense_says_nothing(header: str) -> None:
    assert retry_after_s(header) is None


def test_a_date_to_come_is_waited_for() -> None:
    assert 3000 <= (retry_after_s(email.utils.formatdate(time.time() + 3600)) or 0) <= 3600


def test_a_number_beyond_all_measure_is_no_error() -> None:
    # Newer versions of urllib3 have a largest wait.
    assert (retry_after_s("9" * 400) or 1e9) >= 3600


def test_the_wait_doubles_up_to_the_longest() -> None:
    assert [back_off_s(n, 0.5, 3.0) for n in (1, 2, 3, 4, 10_000)] == [0.5, 1.0, 2.0, 3.0, 3.0]

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from hotline.clock import MovedClock, RealClock

MONDAY = datetime(2026, 1, 5, 0, 30, tzinfo=UTC)


def test_real_clock_tells_utc() -> None:
    assert RealClock().now().utcoffset() == timedelta(0)


def test_moved_clock_stands_still() -> None:
    clock = MovedClock(MONDAY)
    assert clock.now() == clock.now() == MONDAY


def test_moved_clock_answers_in_utc() -> None:
    clock = MovedClock(MONDAY.astimezone(ZoneInfo("Asia/Shanghai")))
    assert clock.now() == MONDAY
    assert clock.now().utcoffset() == timedelta(0)


def test_moved_clock_goes_back_only_when_asked() -> None:
    clock = MovedClock(MONDAY)
    clock.advance(timedelta(hours=1))
    with pytest.raises(ValueError, match="not moved back"):
        clock.move_to(MONDAY)
    with pytest.raises(ValueError, match="not moved back"):
        clock.advance(timedelta(seconds=-1))
    clock.move_to(MONDAY, back=True)
    assert clock.now() == MONDAY


def test_naive_moment_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        MovedClock(MONDAY.replace(tzinfo=None))

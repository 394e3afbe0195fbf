"""The clock: the only module that reads the system time. Rules take `now` as an argument."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """A source of the current time."""

    def now(self) -> datetime:
        """Return the current time, aware, in UTC."""


class RealClock:
    """The system clock; the only one a server accepts."""

    __slots__ = ()

    def now(self) -> datetime:
        """Return the current time, aware, in UTC."""
        return datetime.now(UTC)


class MovedClock:
    """A clock that stands still until it is moved, for demonstration, drill and tests."""

    __slots__ = ("_now",)

    def __init__(self, start: datetime) -> None:
        self._now = _in_utc(start)

    def now(self) -> datetime:
        """Return the time the clock was last moved to, aware, in UTC."""
        return self._now

    def move_to(self, when: datetime, *, back: bool = False) -> None:
        """Set the clock. Raises ValueError for an earlier time without `back`, and for a naive time."""
        when = _in_utc(when)
        if when < self._now and not back:
            raise ValueError(f"the clock stands at {self._now.isoformat()} and is not moved back")
        self._now = when

    def advance(self, by: timedelta) -> None:
        """Move the clock forward. Raises ValueError for a negative span."""
        self.move_to(self._now + by)


def _in_utc(when: datetime) -> datetime:
    if when.tzinfo is None:
        raise ValueError("a moment without a time zone")
    return when.astimezone(UTC)

"""The county's calendar: preview a holiday notice, load it, and compute every running deadline again.

Only running deadlines that are not past move; a missed one stays missed (PROCEDURE §3). Each deadline that moves
leaves an event with the old and the new due time and the notice as reason.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from hotline.actions.deadline.holiday_notice import HolidayNotice, unfit
from hotline.actions.region.context import RegionContext
from hotline.actions.tickets.decision_writer import follow_limit
from hotline.actions.tickets.joint_parts import follow_lead
from hotline.db import Connection, open_pool
from hotline.domain.deadline.timers import Deadline, Shifted, recompute_due
from hotline.domain.deadline.working_time import Calendar
from hotline.domain.enums import Rule
from hotline.domain.errors import BadCalendar
from hotline.domain.tickets.lifecycle import Verb
from hotline.domain.tickets.ticket import SYSTEM, Ticket, move
from hotline.holidays import DayRow, china_calendar
from hotline.store.deadline import deadlines, holidays
from hotline.store.deadline.holidays import HolidayNoticeRow as HolidayNoticeRow
from hotline.store.region import regions
from hotline.store.tickets import history, records

BATCH = 2000
# Processes read the county's data every minute: after this time all of them compute with a new notice.
SETTLE_AFTER = timedelta(minutes=3)
_FIRST = (datetime.fromisoformat("1900-01-01T00:00:00+00:00"), UUID(int=0))


@dataclass(frozen=True, slots=True)
class DayChange:
    """A day the notice changes, before and after in Chinese; `contradicts`: a published notice says otherwise."""

    day: date
    before: str
    after: str
    contradicts: bool


@dataclass(frozen=True, slots=True)
class LimitChange:
    """A running deadline that the notice moves, or that is not provisional any more (both due times may be equal)."""

    number: str
    rule: Rule
    old_due: datetime
    new_due: datetime
    provisional: bool


@dataclass(frozen=True, slots=True)
class Forecast:
    """What loading a notice changes; `version` is the calendar's new version, None when nothing was loaded."""

    days: tuple[DayChange, ...]
    limits: tuple[LimitChange, ...]
    version: int | None = None

    @property
    def contradictions(self) -> tuple[DayChange, ...]:
        """The days that a person must confirm before they are loaded."""
        return tuple(change for change in self.days if change.contradicts)


async def preview_notice(context: RegionContext, notice: HolidayNotice, now: datetime) -> Forecast:
    """Return what loading the notice would change, without writing anything. Raises UnfitNotice."""
    async with context.writing(SYSTEM) as conn:
        rows = await holidays.list_calendar_days(conn, context.region, now)
        old, new = china_calendar(rows), _with_notice(rows, notice)
        shifts = await _find(context, conn, new, now)
        return Forecast(_day_changes(old, new, notice), _limit_changes(shifts))


async def load_notice(
    context: RegionContext, notice: HolidayNotice, by: str, now: datetime, *, confirmed: bool = False
) -> Forecast:
    """Load a notice and compute every running deadline again, in one transaction; returns what changed.

    Raises UnfitNotice, unless `confirmed` also when days contradict a published notice. A notice whose days are all
    loaded already changes nothing and gets no version.
    """
    async with context.writing(SYSTEM) as conn:
        await regions.lock_region(conn, context.region)
        rows = await holidays.list_calendar_days(conn, context.region, now)
        old, new = china_calendar(rows), _with_notice(rows, notice)
        days = _day_changes(old, new, notice)
        if not confirmed:
            _refuse_contradictions(days)
        if set(notice.days) <= set(rows):
            return Forecast((), ())
        version = await holidays.add_holiday_notice(
            conn, context.region, notice.source, notice.published_on, notice.effective_from, now, by
        )
        for row in notice.days:
            await holidays.add_calendar_day(conn, context.region, row, now)
        moved = await _apply(context, conn, await _find(context, conn, new, now), new, notice.source, now)
    await context.refresh(now, force=True)
    return Forecast(days, _limit_changes(moved), version)


async def recompute_due_limits(context: RegionContext, now: datetime, _batch: int) -> int:
    """Compute deadlines again that were started without a new notice, or are provisional though their days are known.

    The first were started by processes that had not read the notice yet; the second become exact with a new version of
    the program. Returns how many were changed.
    """
    async with context.writing(SYSTEM) as conn:
        source = await holidays.unsettled_holiday_notice(conn, context.region, now - SETTLE_AFTER)
        unconfirmed = await deadlines.has_unconfirmed(conn, context.region, now, _known_until(context.rules.calendar))
    if source is None and not unconfirmed:
        return 0
    calendar = (await context.refresh(now, force=True)).rules.calendar
    async with context.writing(SYSTEM) as conn:
        known_until = None if source is not None else _known_until(calendar)
        found = await _find(context, conn, calendar, now, known_until)
        moved = await _apply(context, conn, found, calendar, source or "国务院办公厅节假日安排", now)
        await holidays.settle_holiday_notices(conn, context.region, now - SETTLE_AFTER, now)
    return len(moved)


def _known_until(calendar: Calendar) -> datetime:
    return calendar.midnight(calendar.provisional_from or date(2900, 1, 1))


def _with_notice(rows: Sequence[DayRow], notice: HolidayNotice) -> Calendar:
    """Return the calendar with the notice's days in place of earlier rows. Raises UnfitNotice."""
    merged = {row.day: row for row in (*rows, *notice.days)}
    try:
        return china_calendar(sorted(merged.values(), key=lambda row: row.day))
    except BadCalendar as fault:
        raise unfit([f"载入后的日历：{fault.facts['reason']}"]) from None


def _day_changes(old: Calendar, new: Calendar, notice: HolidayNotice) -> tuple[DayChange, ...]:
    changes = []
    for day in sorted(row.day for row in notice.days):
        before, after = day_text(old, day), day_text(new, day)
        if before != after:
            other = old.shifts_on(day) != new.shifts_on(day)
            changes.append(DayChange(day, before, after, other and not old.is_provisional(day)))
    return tuple(changes)


def day_text(calendar: Calendar, day: date) -> str:
    """Return what a day is: 放假（国庆节） or 上班（调休上班 08:30–12:00、14:00–17:30）."""
    shifts = calendar.shifts_on(day)
    hours = "、".join(f"{opening:%H:%M}–{closing:%H:%M}" for opening, closing in shifts)
    return f"上班（{calendar.name_of(day)} {hours}）" if shifts else f"放假（{calendar.name_of(day)}）"


def _refuse_contradictions(days: Iterable[DayChange]) -> None:
    faults = [
        f"{change.day}：已公布的安排是{change.before}，文件写的是{change.after}"
        for change in days
        if change.contradicts
    ]
    if faults:
        raise unfit([*faults, "与已公布的安排不一致；核对无误后加 --yes 载入"])


async def _find(
    context: RegionContext, conn: Connection, calendar: Calendar, now: datetime, known_until: datetime | None = None
) -> list[tuple[str, Shifted]]:
    """Return every running deadline this calendar changes, with the number of its ticket.

    `known_until` limits the search to provisional deadlines that end before it.
    """
    found: list[tuple[str, Shifted]] = []
    after = _FIRST
    while True:
        rows = await deadlines.list_reckonable(conn, context.region, now, after, BATCH, known_until)
        for number, deadline in rows:
            shifted = recompute_due(context.rules.policy, calendar, deadline, now)
            if shifted is not None:
                found.append((number, shifted))
        if len(rows) < BATCH:
            return found
        last = rows[-1][1]
        assert last.next_at is not None
        after = (last.next_at, last.deadline_id)


def _limit_changes(found: Iterable[tuple[str, Shifted]]) -> tuple[LimitChange, ...]:
    changes = [
        LimitChange(number, s.deadline.rule, s.deadline.due_at, s.due.at, s.due.provisional)
        for number, s in found
        if s.moved
    ]
    return tuple(sorted(changes, key=lambda change: (change.number, change.old_due, change.rule)))


async def _apply(
    context: RegionContext,
    conn: Connection,
    found: Sequence[tuple[str, Shifted]],
    calendar: Calendar,
    reason: str,
    now: datetime,
) -> list[tuple[str, Shifted]]:
    """Move these deadlines, each read again after its ticket is locked; returns those that were changed."""
    wanted: dict[UUID, set[UUID]] = defaultdict(set)
    for _, shifted in found:
        wanted[shifted.deadline.ticket_id].add(shifted.deadline.deadline_id)
    moved: list[tuple[str, Shifted]] = []
    # In the order of ids, so that two transactions that lock many tickets cannot deadlock.
    for ticket_id in sorted(wanted):
        ticket = await records.lock_ticket(conn, context.region, ticket_id)
        if ticket is None:
            continue
        running = await deadlines.list_running(conn, context.region, ticket_id)
        for deadline, _ in running:
            again = recompute_due(context.rules.policy, calendar, deadline, now)
            if again is not None and deadline.deadline_id in wanted[ticket_id]:
                ticket = await _shift(context, conn, ticket, again, reason, now)
                moved.append((ticket.number, again))
        await deadlines.show_clock(conn, context.region, ticket_id)
        await follow_lead(context, conn, ticket, str(ticket.version), now)
    return moved


async def _shift(
    context: RegionContext, conn: Connection, ticket: Ticket, shifted: Shifted, reason: str, now: datetime
) -> Ticket:
    deadline = shifted.deadline
    await deadlines.shift_clock(conn, context.region, deadline.deadline_id, shifted.due, shifted.timer)
    if not shifted.moved:
        return ticket
    await follow_limit(context, conn, deadline, shifted.due.at)
    changed, event = move(
        ticket, Verb.RECKON, SYSTEM, now, _details(deadline, shifted, reason), public_text=_public(deadline, shifted)
    )
    await records.save_ticket(conn, context.region, changed)
    await history.insert_event(conn, context.region, ticket.ticket_id, event, None)
    return changed


def _details(deadline: Deadline, shifted: Shifted, reason: str) -> Mapping[str, object]:
    return {
        "reason": reason,
        "rule": deadline.rule.value,
        "old_due": deadline.due_at.isoformat(),
        "new_due": shifted.due.at.isoformat(),
        "provisional": shifted.due.provisional,
    }


def _public(deadline: Deadline, shifted: Shifted) -> str | None:
    # Only the reply and the interview concern the complainant; internal deadlines are not shown to them.
    theirs = deadline.rule in (Rule.REPLY, Rule.INTERVIEW) and shifted.due.at != deadline.due_at
    return None if theirs else ""


async def list_holiday_notices(context: RegionContext) -> list[HolidayNoticeRow]:
    """List every loaded notice, newest first."""
    async with context.reading(SYSTEM) as conn:
        return await holidays.list_holiday_notices(conn, context.region)


async def read_calendar(database_url: str, region: int, now: datetime) -> Calendar:
    """Read a region's calendar from its database, for a command that needs nothing else. Raises OSError."""
    pool = await open_pool(database_url, min_size=1, max_size=1)
    try:
        async with pool.acquire() as conn:
            return china_calendar(await holidays.list_calendar_days(conn, region, now))
    finally:
        await pool.close()

"""The weekly brief (群众约谈工作专报): compile, edit, approve, issue, read, and list the tickets behind a figure
(PROCEDURE §7).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, datetime

from hotline.actions.brief.facts import gather
from hotline.actions.region.context import RegionContext
from hotline.db import Connection
from hotline.domain.accounts.permissions import Right, allow, may
from hotline.domain.brief import compose
from hotline.domain.brief.issue import (
    STEPS,
    Brief,
    BriefState,
    BriefVerb,
    Reading,
    brief_notice,
    check,
    check_advice,
    may_list,
    may_read,
)
from hotline.domain.brief.week import Week, due_weeks, week_of
from hotline.domain.deadline.timers import notice_time
from hotline.domain.errors import NotAllowed, NotFound
from hotline.domain.messaging.notices import BriefStage, Notice, payload_of
from hotline.domain.privacy.visibility import may_see
from hotline.domain.tickets.ticket import SYSTEM, Actor
from hotline.store.brief import facts
from hotline.store.brief import publication as store
from hotline.store.brief.publication import FigureTicketRow as FigureTicketRow
from hotline.store.brief.publication import ListedBriefRow as ListedBriefRow
from hotline.store.brief.publication import LockedBriefRow
from hotline.store.ids import new_id
from hotline.store.messaging import outbox
from hotline.store.messaging.outbox import NewMessage
from hotline.store.tickets.filing import take_numbers

SERIES = "brief"
LISTED = 60
Write = Callable[[Connection, LockedBriefRow, BriefState], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class FigureList:
    """The tickets behind a figure; a ticket that counts several times has several rows."""

    name: str
    rows: tuple[FigureTicketRow, ...]


async def compile_brief(context: RegionContext, now: datetime) -> Brief | None:
    """Compile the brief of the week before `now` and return it; see `compile_week`.

    Needs the county's data: `context.refresh` must have run before.
    """
    return await compile_week(context, week_of(now, context.rules.calendar.zone).before, now)


async def compile_week(context: RegionContext, week: Week, now: datetime) -> Brief | None:
    """Compile the brief of a week that is over and return it; a week already compiled keeps its brief.

    Returns None before the brief is due (Monday 07:00), and for a week before the region's first ticket.
    """
    async with context.writing(SYSTEM) as conn:
        first = await facts.first_receipt(conn, context.region)
        if first is None or first >= week.until or now < week.due:
            return None
        # Taking zero numbers locks the series: of two concurrent runs the second finds the brief of the first.
        await take_numbers(conn, context.region, SERIES, str(week.year), 0)
        if await store.get_brief(conn, context.region, week.monday) is None:
            await _write(context, conn, week, first, now)
    return await read_brief(context, week.monday, SYSTEM)


async def _write(context: RegionContext, conn: Connection, week: Week, first: datetime, now: datetime) -> None:
    body, figures = compose(await gather(context, conn, week, first))
    number = await take_numbers(conn, context.region, SERIES, str(week.year), 1)
    brief_id = new_id()
    await store.insert_brief(conn, context.region, brief_id, week, number, now, body, figures)
    notice = brief_notice(BriefStage.COMPILED, week.year, number)
    await _tell(context, conn, notice, f"brief:{brief_id}:compiled", now)


async def list_due_weeks(context: RegionContext, now: datetime) -> list[Week]:
    """List the weeks whose brief is due and not compiled, oldest first, from the week of the first ticket on."""
    async with context.reading(SYSTEM) as conn:
        first = await facts.first_receipt(conn, context.region)
        done = await store.list_weeks_done(conn, context.region)
    return due_weeks(first, set(done), now, context.rules.calendar.zone) if first else []


async def read_brief(context: RegionContext, monday: date, actor: Actor) -> Brief:
    """Return the brief of a week. Raises NotFound also if the actor may not read it, as a leader before issue."""
    return await _read(context, monday, actor, may_read)


async def _read(
    context: RegionContext, monday: date, actor: Actor, allowed: Callable[[Actor, BriefState], bool]
) -> Brief:
    async with context.reading(actor) as conn:
        row = await store.get_brief(conn, context.region, monday)
        if row is None or not allowed(actor, BriefState(row["state"])):
            raise NotFound
        counts = await store.count_figures(conn, context.region, row["brief_id"])
        readings = await store.list_readings(conn, context.region, row["brief_id"])
    return Brief(
        brief_id=row["brief_id"], monday=row["week_start"], year=row["year"], number=row["number"],
        state=BriefState(row["state"]), compiled_at=row["compiled_at"], issued_at=row["issued_at"],
        body=row["body"], advice=row["advice"], counts=counts,
        readings=tuple(Reading(r["account_id"], r["name"] or "", r["read_at"]) for r in readings),
    )  # fmt: skip


async def list_briefs(context: RegionContext, actor: Actor, batch: int = LISTED) -> list[ListedBriefRow]:
    """List at most `batch` briefs the actor may read, newest week first. Raises NotAllowed."""
    allow(actor, Right.READ_BRIEF)
    states = list(BriefState) if may(actor.role, Right.READ_DRAFT) else [BriefState.ISSUED]
    async with context.reading(actor) as conn:
        return await store.list_briefs(conn, context.region, [state.value for state in states], batch)


async def list_figure(context: RegionContext, monday: date, key: str, actor: Actor) -> FigureList:
    """List the tickets behind a figure, within the actor's row scope.

    A unit sees its own tickets, of an issued brief only. Raises NotFound, also for an unknown figure.
    """
    brief = await _read(context, monday, actor, may_list)
    name = brief.figure_name(key)
    async with context.reading(actor) as conn:
        rows = await store.list_figure(conn, context.region, brief.brief_id, key)
    scope = context.county.scope(actor)
    return FigureList(name, tuple(row for row in rows if may_see(actor, row["unit_ids"], scope)))


async def edit_advice(context: RegionContext, monday: date, text: str, actor: Actor, now: datetime) -> None:
    """Save section 8, which is written by hand. Raises NotAllowed, NotFound, WrongBriefState, TooLong."""
    advice = check_advice(text)

    async def write(conn: Connection, row: LockedBriefRow, _state: BriefState) -> None:
        await store.save_advice(conn, context.region, row["brief_id"], advice)

    await _step(context, monday, BriefVerb.EDIT, actor, write)


async def send_for_approval(context: RegionContext, monday: date, actor: Actor, now: datetime) -> None:
    """Submit the hotline's draft to the commission and notify it. Raises NotAllowed, NotFound, WrongBriefState."""

    async def write(conn: Connection, row: LockedBriefRow, state: BriefState) -> None:
        await store.save_state(conn, context.region, row["brief_id"], state, None)
        notice = brief_notice(BriefStage.APPROVING, row["year"], row["number"])
        await _tell(context, conn, notice, f"brief:{row['brief_id']}:approving:{now.isoformat()}", now)

    await _step(context, monday, BriefVerb.SEND, actor, write)


async def send_back(context: RegionContext, monday: date, actor: Actor, now: datetime) -> None:
    """Send the brief back to the hotline for changes and notify it. Raises NotAllowed, NotFound, WrongBriefState."""

    async def write(conn: Connection, row: LockedBriefRow, state: BriefState) -> None:
        await store.save_state(conn, context.region, row["brief_id"], state, None)
        notice = brief_notice(BriefStage.SENT_BACK, row["year"], row["number"])
        await _tell(context, conn, notice, f"brief:{row['brief_id']}:back:{now.isoformat()}", now)

    await _step(context, monday, BriefVerb.SEND_BACK, actor, write)


async def issue_brief(context: RegionContext, monday: date, actor: Actor, now: datetime) -> None:
    """Issue the brief: leaders are notified and may read it from now on.

    Raises NotAllowed, NotFound, WrongBriefState.
    """

    async def write(conn: Connection, row: LockedBriefRow, state: BriefState) -> None:
        await store.save_state(conn, context.region, row["brief_id"], state, now)
        notice = brief_notice(BriefStage.ISSUED, row["year"], row["number"])
        await _tell(context, conn, notice, f"brief:{row['brief_id']}:issued", now)

    await _step(context, monday, BriefVerb.ISSUE, actor, write)


async def confirm_reading(context: RegionContext, monday: date, actor: Actor, now: datetime) -> None:
    """Record that a leader has read the brief; a repeat keeps the first time.

    Raises NotAllowed, NotFound, WrongBriefState.
    """

    async def write(conn: Connection, row: LockedBriefRow, _state: BriefState) -> None:
        if actor.account_id is None:
            raise NotAllowed
        await store.insert_reading(conn, context.region, row["brief_id"], actor.account_id, now)

    await _step(context, monday, BriefVerb.CONFIRM, actor, write)


async def _step(context: RegionContext, monday: date, verb: BriefVerb, actor: Actor, write: Write) -> None:
    if actor.role not in STEPS[verb].roles:
        raise NotAllowed
    async with context.writing(actor) as conn:
        row = await store.lock_brief(conn, context.region, monday)
        if row is None:
            raise NotFound
        await write(conn, row, check(verb, BriefState(row["state"]), actor.role))


async def _tell(context: RegionContext, conn: Connection, notice: Notice, key: str, now: datetime) -> None:
    rules = context.rules
    await outbox.insert_outbox(conn, context.region, NewMessage(
        new_id(), key, "desk", notice.to, notice.kind, payload_of(notice.facts, ""), created_at=now,
        not_before=notice_time(rules.policy, rules.calendar, now, urgent=False),
    ))  # fmt: skip

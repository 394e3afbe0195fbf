"""Leaves (请假) and substitution (AB岗): enter, end and list. Each verb is one transaction (PROCEDURE §9)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from hotline.actions.region.context import RegionContext
from hotline.db import Connection
from hotline.domain.accounts.permissions import Right, allow
from hotline.domain.accounts.substitution import (
    LONGEST,
    OF_A_UNIT,
    Colleague,
    Leave,
    check_leave,
    check_may_enter,
    check_span,
    may_enter,
    may_stand_in,
)
from hotline.domain.enums import Role
from hotline.domain.errors import NotAllowed, NotFound
from hotline.domain.tickets.ticket import Actor
from hotline.store.accounts import leaves
from hotline.store.accounts.leaves import LeaveRow


class ListedLeaveRow(LeaveRow):
    """A leave as listed; `may_end`: the actor may end it."""

    may_end: bool


@dataclass(frozen=True, slots=True)
class Choices:
    """The people whose leave the actor may enter, and those who may stand in for one of them."""

    people: tuple[Colleague, ...]
    substitutes: tuple[Colleague, ...]


async def enter_leave(
    context: RegionContext, account_id: UUID, away_from: datetime, away_until: datetime, substitute_id: UUID | None,
    actor: Actor, now: datetime,
) -> None:  # fmt: skip
    """Enter a leave from `away_from` (inclusive) to `away_until` (exclusive), with a substitute or without.

    Raises NotFound, NotAllowed, Malformed, UnfitSubstitute, LeaveOverlaps (also for the same leave sent twice).
    """
    allow(actor, Right.ENTER_LEAVE)
    check_span(away_from, away_until, now)
    async with context.writing() as conn:
        person = await _person(context, conn, account_id)
        check_may_enter(actor, person, context.county.scope(actor))
        substitute = await _person(context, conn, substitute_id) if substitute_id else None
        leave = Leave(person, away_from, away_until, substitute)
        taken = await leaves.has_leave(conn, context.region, account_id, away_from, away_until)
        away = substitute_id is not None and await leaves.has_leave(
            conn, context.region, substitute_id, away_from, away_until
        )
        check_leave(leave, _above(context, person), taken=taken, substitute_away=away)
        await leaves.insert_leave(conn, context.region, leave, actor.account_id, now)


async def _person(context: RegionContext, conn: Connection, account_id: UUID) -> Colleague:
    person = await leaves.lock_colleague(conn, context.region, account_id)
    if person is None:
        raise NotFound
    return person


def _above(context: RegionContext, person: Colleague) -> UUID | None:
    unit = context.county.units.get(person.unit_id) if person.unit_id else None
    return unit.parent_id if unit else None


async def end_leave(context: RegionContext, account_id: UUID, away_from: datetime, actor: Actor, now: datetime) -> None:
    """End the leave that begins at `away_from` at `now` (销假); one that has not begun is cancelled.

    Raises NotFound, NotAllowed.
    """
    allow(actor, Right.ENTER_LEAVE)
    if abs(away_from - now) > 2 * LONGEST:
        raise NotFound
    async with context.writing() as conn:
        person = await _person(context, conn, account_id)
        check_may_enter(actor, person, context.county.scope(actor))
        if not await leaves.end_leave(conn, context.region, account_id, away_from, now, actor.account_id):
            raise NotFound


async def list_leaves(context: RegionContext, actor: Actor, now: datetime) -> list[ListedLeaveRow]:
    """List current and future leaves: the actor's own, those of the actor's unit and below, for the administrator all.

    Raises NotAllowed.
    """
    account_id, units = _scope(context, actor)
    async with context.reading() as conn:
        rows = await leaves.list_leaves(conn, context.region, units, account_id, now)
    scope = context.county.scope(actor)
    return [{**row, "may_end": may_enter(actor, _of(row), scope)} for row in rows]


def _of(row: LeaveRow) -> Colleague:
    return Colleague(row["account_id"], row["name"], Role(row["role"]), row["unit_id"])


def _scope(context: RegionContext, actor: Actor) -> tuple[UUID, list[UUID] | None]:
    """Return whose leaves are listed: the actor's account and these units (None: all). Raises NotAllowed."""
    allow(actor, Right.ENTER_LEAVE)
    if actor.account_id is None:
        raise NotAllowed
    if actor.role is Role.SYSTEM_ADMIN:
        return actor.account_id, None
    return actor.account_id, list(context.county.scope(actor)) if actor.role in OF_A_UNIT else []


async def list_colleagues(context: RegionContext, actor: Actor) -> Choices:
    """List the people whose leave the actor may enter, and everybody who may stand in for them. Raises NotAllowed."""
    _scope(context, actor)
    async with context.reading() as conn:
        everybody = await leaves.list_people(conn, context.region, _near(context, actor))
    scope = context.county.scope(actor)
    people = tuple(person for person in everybody if may_enter(actor, person, scope))
    substitutes = (
        other for other in everybody if any(may_stand_in(person, other, _above(context, person)) for person in people)
    )
    return Choices(people, tuple(substitutes))


def _near(context: RegionContext, actor: Actor) -> list[UUID] | None:
    """Return the actor's unit, those below and the one above it; None, all units, for the administrator."""
    if actor.role is Role.SYSTEM_ADMIN:
        return None
    upwards = context.county.upwards(actor.unit_id)[:2] if actor.unit_id else ()
    return [*context.county.scope(actor), *upwards]

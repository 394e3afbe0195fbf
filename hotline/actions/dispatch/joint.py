"""Joint handling (联办): invite, excuse, answer for assisting units. Each verb is one transaction (PROCEDURE §2, §3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from hotline.actions.region.context import RegionContext
from hotline.actions.tickets.execution import execute
from hotline.db import Connection
from hotline.domain.accounts.permissions import Right, allow
from hotline.domain.dispatch import joint as rule
from hotline.domain.errors import NoSuchUnit
from hotline.domain.tickets.ticket import Actor, Decision, Ticket
from hotline.store.dispatch import joint
from hotline.store.dispatch.joint import OverduePartListRow as OverduePartListRow
from hotline.store.dispatch.joint import OverduePartRow as OverduePartRow

Given = Mapping[str, Any]


async def invite_units(
    context: RegionContext, ticket_id: UUID, units: Sequence[UUID], actor: Actor, now: datetime, given: Given,
    client_key: str | None = None,
) -> Ticket:  # fmt: skip
    """Invite assisting units (邀请协办). `given` has task. Raises NoSuchUnit, AccusedAddressee, UnfitAssisting, Missing."""
    if not set(units) <= set(context.county.units):
        raise NoSuchUnit

    async def decide(conn: Connection, ticket: Ticket) -> Decision:
        parts = await joint.list_parts(conn, context.region, ticket_id)
        barred = context.county.barred(ticket.accused_unit_id)
        return rule.invite(ticket, tuple(dict.fromkeys(units)), parts, barred, actor, now, given)

    return await execute(context, ticket_id, actor, now, decide, client_key=client_key)


async def excuse_unit(
    context: RegionContext, ticket_id: UUID, unit_id: UUID, actor: Actor, now: datetime, given: Given,
    client_key: str | None = None,
) -> Ticket:  # fmt: skip
    """Excuse an assisting unit (免于协办). `given` has reason. Raises NoPartDue, Missing."""

    async def decide(conn: Connection, ticket: Ticket) -> Decision:
        parts = await joint.list_parts(conn, context.region, ticket_id)
        return rule.excuse(ticket, unit_id, parts, actor, now, given)

    return await execute(context, ticket_id, actor, now, decide, client_key=client_key)


async def hand_in_part(
    context: RegionContext, ticket_id: UUID, actor: Actor, now: datetime, given: Given, client_key: str | None = None, *,
    unit_id: UUID | None = None,
) -> Ticket:  # fmt: skip
    """Submit an assisting unit's part (提交协办意见). `given` has part; `unit_id` names it if the actor speaks for several.

    Raises NoPartDue, LeadUnit, Missing.
    """

    async def decide(conn: Connection, ticket: Ticket) -> Decision:
        parts = await joint.list_parts(conn, context.region, ticket_id)
        return rule.assist(ticket, unit_id, parts, context.county.scope(actor), actor, now, given)

    return await execute(context, ticket_id, actor, now, decide, client_key=client_key)


async def list_late_parts(
    context: RegionContext, actor: Actor, now: datetime, batch: int = 100
) -> list[OverduePartListRow]:
    """List at most `batch` overdue parts of assisting units, longest overdue first. Raises NotAllowed."""
    allow(actor, Right.LIST_SUPERVISED)
    async with context.reading(actor) as conn:
        return await joint.list_late(conn, context.region, now, batch)


async def late_parts_of_tickets(
    context: RegionContext, ticket_ids: Sequence[UUID], actor: Actor, now: datetime
) -> dict[UUID, list[OverduePartRow]]:
    """Return the overdue parts of these tickets by ticket, within the actor's row scope."""
    late: dict[UUID, list[OverduePartRow]] = {}
    if not ticket_ids:
        return late
    async with context.reading(actor) as conn:
        for row in await joint.list_late_of(conn, context.region, list(ticket_ids), now):
            late.setdefault(row["ticket_id"], []).append(row)
    return late

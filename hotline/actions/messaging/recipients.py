"""Resolve the actual recipient of a notice: its addressee, a substitute, or a unit above (PROCEDURE §4, §6, §9).

A person recused from the ticket (回避) counts as absent, also as a substitute.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from hotline.actions.region.context import RegionContext
from hotline.db import Connection
from hotline.domain.accounts.substitution import reader_of
from hotline.domain.tickets.ticket import Ticket
from hotline.store.accounts import leaves

FALLBACK = "role:dispatcher"


@dataclass(frozen=True, slots=True)
class Recipient:
    """The actual recipient; `instead_of` is the intended person; `absent`: details of the alarm if nobody is there."""

    recipient: str
    instead_of: UUID | None = None
    absent: Mapping[str, str] | None = None


async def resolve_recipient(
    context: RegionContext, conn: Connection, ticket: Ticket, to: str, now: datetime
) -> Recipient:
    """Return who receives a notice to 'unit:<id>', 'role:<role>' or 'account:<id>' at `now`.

    For an absent person without a substitute this is the desk of the unit that leads the ticket.
    """
    kind, _, name = to.partition(":")
    if kind == "account":
        return await _for_person(context, conn, ticket, UUID(name), now)
    if kind == "unit":
        return await _for_unit(context, conn, ticket, UUID(name), now)
    return await _for_role(context, conn, ticket, name, now)


async def _for_person(
    context: RegionContext, conn: Connection, ticket: Ticket, account_id: UUID, now: datetime
) -> Recipient:
    unit_id = ticket.lead_unit_id
    where = await leaves.get_whereabouts(conn, context.region, account_id, ticket.ticket_id, now)
    # A person whose present unit is neither the leading one nor above it counts as absent.
    sees = context.county.below.get(where.unit_id, frozenset()) if where and where.unit_id else frozenset()
    reader = reader_of(where) if unit_id in sees else None
    if reader is not None:
        return Recipient(f"account:{reader}", account_id if reader != account_id else None)
    desk = await _for_unit(context, conn, ticket, unit_id, now) if unit_id else Recipient(FALLBACK)
    if where is not None and where.recused:
        # No alarm: the person was recused on purpose, and the rest of the unit has the ticket.
        return desk
    absent = {"person": where.name if where else "经办人", "unit": context.county.unit_name(unit_id)}
    return replace(desk, instead_of=account_id, absent=absent)


async def _for_unit(
    context: RegionContext, conn: Connection, ticket: Ticket, unit_id: UUID, now: datetime
) -> Recipient:
    path = context.county.upwards(unit_id)
    attended = await leaves.list_attended_units(conn, context.region, list(path), ticket.ticket_id, now)
    found = next((unit for unit in path if unit in attended), None)
    absent = None if found == unit_id else {"unit": context.county.unit_name(unit_id)}
    return Recipient(f"unit:{found}" if found else FALLBACK, absent=absent)


async def _for_role(context: RegionContext, conn: Connection, ticket: Ticket, role: str, now: datetime) -> Recipient:
    if await leaves.is_role_attended(conn, context.region, role, ticket.ticket_id, now):
        return Recipient(f"role:{role}")
    return Recipient(FALLBACK, absent={"role": role})

"""Dispatch (派单), redispatch (改派), returns (退单) and their ruling. Each verb is one transaction (PROCEDURE §2, §3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog

from hotline.actions.region.context import RegionContext
from hotline.actions.tickets.decision_writer import apply_decision
from hotline.actions.tickets.due_steps import fire_due_steps
from hotline.actions.tickets.execution import execute, execute_rule
from hotline.actions.tickets.leader_date import promised_to_leader
from hotline.db import WORTH_ANOTHER_TRY, Connection
from hotline.domain.available import HANDED
from hotline.domain.dispatch import catalogue, handover
from hotline.domain.dispatch.joint import also_invite
from hotline.domain.errors import NoSuchUnit
from hotline.domain.messaging.alarms import AlarmKind
from hotline.domain.tickets.lifecycle import State
from hotline.domain.tickets.ticket import SYSTEM, Actor, Alarm, Decision, Ticket
from hotline.store.dispatch import joint
from hotline.store.messaging import alarms
from hotline.store.tickets import history, records

_log = structlog.get_logger()


async def dispatch_ticket(
    context: RegionContext, ticket_id: UUID, unit_id: UUID, actor: Actor, now: datetime, reason: str = "",
    client_key: str | None = None, *, assisting: Sequence[UUID] = (), task: str = "",
) -> Ticket:  # fmt: skip
    """Hand the ticket over to a unit chosen by a person; taking it from another unit (改派) needs a reason.

    Units in `assisting` are invited at the same time with `task` (联办).
    Raises NoSuchUnit, AccusedAddressee, SameUnit, UnfitAssisting, Missing.
    """
    if not {unit_id, *assisting} <= set(context.county.units):
        raise NoSuchUnit

    async def decide(conn: Connection, ticket: Ticket) -> Decision:
        barred = context.county.barred(ticket.accused_unit_id)
        promised = await promised_to_leader(context, conn, ticket)
        if handover.refusal_of_dispatch_by_rule(ticket) is not None:
            ticket = await _classified(context, conn, ticket, unit_id)
        decision = handover.hand_over(ticket, unit_id, barred, actor, context.rules, now, {"reason": reason}, promised)
        parts = await joint.list_parts(conn, context.region, ticket_id) if assisting else []
        return also_invite(decision, tuple(dict.fromkeys(assisting)), parts, barred, task)

    return await execute(context, ticket_id, actor, now, decide, client_key=client_key)


async def dispatch_received(context: RegionContext, now: datetime, batch: int) -> int:
    """Hand over at most `batch` received tickets by the catalogue, oldest first; returns how many were tried.

    A tip-off, and a ticket that no catalogue row fits, raises an alarm for a dispatcher and is not tried again. Each ticket is a transaction of its own: one
    that fails raises an alarm and does not block the others.
    """
    async with context.writing(SYSTEM) as conn:
        waiting = await records.claim_received(conn, context.region, now, batch)
    for ticket in waiting:
        await _dispatch_or_show(context, ticket.ticket_id, now)
    return len(waiting)


async def _dispatch_or_show(context: RegionContext, ticket_id: UUID, now: datetime) -> None:
    try:
        await _dispatch_one(context, ticket_id, now)
    except WORTH_ANOTHER_TRY:
        raise
    except Exception:
        _log.exception("dispatch_failed", ticket=str(ticket_id))
        async with context.writing(SYSTEM) as conn:
            await alarms.raise_alarm(conn, context.region, AlarmKind.DISPATCH_FAILED, "", ticket_id, {}, now)


async def _dispatch_one(context: RegionContext, ticket_id: UUID, now: datetime) -> None:
    async with context.writing(SYSTEM) as conn:
        ticket = await records.lock_ticket_skip(conn, context.region, ticket_id)
        if ticket is None or ticket.state is not State.RECEIVED:
            return
        ticket = await fire_due_steps(context, conn, ticket, now)
        decision = await _decide_by_rule(context, conn, ticket, now)
        await apply_decision(context, conn, ticket, decision, now)


async def _decide_by_rule(context: RegionContext, conn: Connection, ticket: Ticket, now: datetime) -> Decision:
    if handover.refusal_of_dispatch_by_rule(ticket) is not None:
        return _leave_to_people(ticket, AlarmKind.TIP_OFF_WAITS)
    row = await _fitting_row(context, conn, ticket)
    if row is None:
        return _leave_to_people(ticket, AlarmKind.NO_CATALOGUE_ROW)
    classified = catalogue.classify(ticket, row.matter_id, context.county.pace(row.matter_id))
    barred = context.county.barred(ticket.accused_unit_id)
    promised = await promised_to_leader(context, conn, ticket)
    return handover.hand_over(classified, row.unit_id, barred, SYSTEM, context.rules, now, {}, promised)


def _leave_to_people(ticket: Ticket, kind: AlarmKind) -> Decision:
    return Decision(ticket, alarms=(Alarm(kind, str(ticket.cycle), {"number": ticket.number}),))


async def _fitting_row(context: RegionContext, conn: Connection, ticket: Ticket) -> catalogue.CatalogueRow | None:
    parts = await records.list_units(conn, context.region, ticket.ticket_id)
    former = {unit for unit, part in parts.items() if part == "former"}
    barred = context.county.barred(ticket.accused_unit_id)
    return catalogue.choose_row(context.county.catalogue, ticket, {*barred, *former})


async def _classified(context: RegionContext, conn: Connection, ticket: Ticket, unit_id: UUID) -> Ticket:
    """Return a tip-off with matter and pace of the row that suggested this unit.

    No rule dispatches it, so nothing else recognises the danger its words tell of.
    """
    row = await _fitting_row(context, conn, ticket)
    if row is None or row.unit_id != unit_id or ticket.state is not State.RECEIVED:
        return ticket
    return catalogue.classify(ticket, row.matter_id, context.county.pace(row.matter_id))


async def return_ticket(
    context: RegionContext,
    ticket_id: UUID,
    actor: Actor,
    now: datetime,
    given: Mapping[str, Any],
    client_key: str | None = None,
) -> Ticket:
    """Return the ticket to the dispatcher (退单). `given` has reason and basis. Raises ReturnClosed, Missing."""

    async def decide(conn: Connection, ticket: Ticket) -> Decision:
        since = await history.last_event_at(conn, context.region, ticket_id, *HANDED)
        return handover.return_ticket(ticket, since or ticket.received_at, actor, context.rules, now, given)

    return await execute(context, ticket_id, actor, now, decide, client_key=client_key)


async def rule_return(
    context: RegionContext, ticket_id: UUID, upheld: bool, actor: Actor, now: datetime, given: Mapping[str, Any],
    client_key: str | None = None,
) -> Ticket:  # fmt: skip
    """Rule on a return: upheld or rejected. Raises NotAllowed when tier 2 must decide."""
    ruling = handover.uphold_return if upheld else handover.reject_return
    return await execute_rule(
        context, ticket_id, actor, now, lambda ticket: ruling(ticket, actor, context.rules, now, given), client_key
    )

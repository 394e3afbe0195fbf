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

DECIDED_BY_PEOPLE = AlarmKind.NO_CATALOGUE_ROW
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
        decision = handover.hand_over(ticket, unit_id, barred, actor, context.rules, now, {"reason": reason}, promised)
        parts = await joint.list_parts(conn, context.region, ticket_id) if assisting else []
        return also_invite(decision, tuple(dict.fromkeys(assisting)), parts, barred, task)

    return await execute(context, ticket_id, actor, now, decide, client_key=client_key)


async def dispatch_received(context: RegionContext, now: datetime, batch: int) -> int:
    """Hand over at most `batch` received tickets by the catalogue, oldest first; returns how many were tried.

    A ticket that no catalogue row fits raises an alarm for a dispatcher. Each ticket is a transaction of its own: one
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
        parts = await records.list_units(conn, context.region, ticket_id)
        barred = context.county.barred(ticket.accused_unit_id)
        former = {unit for unit, part in parts.items() if part == "former"}
        row = catalogue.choose_row(context.county.catalogue, ticket, {*barred, *former})
        if row is None:
            alarm = Alarm(DECIDED_BY_PEOPLE, str(ticket.cycle), {"number": ticket.number})
            decision = Decision(ticket, alarms=(alarm,))
        else:
            classified = catalogue.classify(ticket, row.matter_id, context.county.pace(row.matter_id))
            promised = await promised_to_leader(context, conn, ticket)
            decision = handover.hand_over(classified, row.unit_id, barred, SYSTEM, context.rules, now, {}, promised)
        await apply_decision(context, conn, ticket, decision, now)


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

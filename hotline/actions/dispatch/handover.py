"""派单, 改派, 退单 and its ruling: each one transaction (PROCEDURE §2, §3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog

from hotline.actions.region.context import Office
from hotline.actions.tickets.decision_writer import carry_out
from hotline.actions.tickets.due_steps import strike_due
from hotline.actions.tickets.execution import perform
from hotline.actions.tickets.leader_date import promised_to_leader
from hotline.actions.tickets.rule_only import perform_rule
from hotline.db import WORTH_ANOTHER_TRY
from hotline.domain.dispatch import catalogue, handover
from hotline.domain.dispatch.joint import also_invite
from hotline.domain.errors import NoSuchUnit
from hotline.domain.tickets.lifecycle import State
from hotline.domain.tickets.ticket import SYSTEM, Actor, Alarm, Decision, Ticket
from hotline.store.dispatch import joint
from hotline.store.messaging import alarms
from hotline.store.tickets import history, records

DECIDED_BY_PEOPLE = "no_catalogue_row"
_log = structlog.get_logger()


async def dispatch_ticket(
    office: Office, ticket_id: UUID, unit_id: UUID, actor: Actor, now: datetime, reason: str = "",
    client_key: str | None = None, *, assisting: Sequence[UUID] = (), task: str = "",
) -> Ticket:  # fmt: skip
    """Hand the ticket to a unit chosen by a person; from another unit it is 改派 and wants a reason.

    Units in `assisting` are asked for their part at once, `task` says for what (联办).
    Raises NoSuchUnit, AccusedAddressee, SameUnit, UnfitAssisting.
    """
    if not {unit_id, *assisting} <= set(office.county.units):
        raise NoSuchUnit

    async def decide(conn: Any, ticket: Ticket) -> Decision:
        barred = office.county.barred(ticket.accused_unit_id)
        promised = await promised_to_leader(office, conn, ticket)
        decision = handover.hand_over(ticket, unit_id, barred, actor, office.rules, now, {"reason": reason}, promised)
        parts = await joint.list_parts(conn, office.region, ticket_id) if assisting else []
        return also_invite(decision, tuple(dict.fromkeys(assisting)), parts, barred, task)

    return await perform(office, ticket_id, actor, now, decide, client_key=client_key)


async def dispatch_received(office: Office, now: datetime, batch: int) -> int:
    """Hand over what waits, by the catalogue, oldest first; what no row speaks for goes to a dispatcher with an alarm.

    Gives back how many tickets were looked at. Each ticket is its own transaction; a bad one stops nobody and is left to a dispatcher.
    """
    async with office.writing(SYSTEM) as conn:
        waiting = await records.claim_received(conn, office.region, now, batch)
    for ticket in waiting:
        await _dispatch_or_show(office, ticket.ticket_id, now)
    return len(waiting)


async def _dispatch_or_show(office: Office, ticket_id: UUID, now: datetime) -> None:
    try:
        await _dispatch_one(office, ticket_id, now)
    except WORTH_ANOTHER_TRY:
        raise
    except Exception:
        _log.exception("dispatch_failed", ticket=str(ticket_id))
        async with office.writing(SYSTEM) as conn:
            await alarms.raise_alarm(conn, office.region, "dispatch_failed", "", ticket_id, {}, now)


async def _dispatch_one(office: Office, ticket_id: UUID, now: datetime) -> None:
    async with office.writing(SYSTEM) as conn:
        ticket = await records.lock_ticket_skip(conn, office.region, ticket_id)
        if ticket is None or ticket.state is not State.RECEIVED:
            return
        ticket = await strike_due(office, conn, ticket, now)
        parts = await records.list_units(conn, office.region, ticket_id)
        barred = office.county.barred(ticket.accused_unit_id)
        former = {unit for unit, part in parts.items() if part == "former"}
        row = catalogue.choose_row(office.county.catalogue, ticket, {*barred, *former})
        if row is None:
            alarm = Alarm(DECIDED_BY_PEOPLE, str(ticket.cycle), {"number": ticket.number})
            decision = Decision(ticket, alarms=(alarm,))
        else:
            known = catalogue.classify(ticket, row.matter_id, office.county.pace(row.matter_id))
            promised = await promised_to_leader(office, conn, ticket)
            decision = handover.hand_over(known, row.unit_id, barred, SYSTEM, office.rules, now, {}, promised)
        await carry_out(office, conn, ticket, decision, now)


async def return_ticket(
    office: Office,
    ticket_id: UUID,
    actor: Actor,
    now: datetime,
    given: Mapping[str, Any],
    client_key: str | None = None,
) -> Ticket:
    """退单 with reason and basis. Raises ReturnClosed."""

    async def decide(conn: Any, ticket: Ticket) -> Decision:
        since = await history.last_event_at(conn, office.region, ticket_id, "dispatch", "redispatch")
        return handover.return_ticket(ticket, since or ticket.received_at, actor, office.rules, now, given)

    return await perform(office, ticket_id, actor, now, decide, client_key=client_key)


async def rule_return(
    office: Office, ticket_id: UUID, upheld: bool, actor: Actor, now: datetime, given: Mapping[str, Any],
    client_key: str | None = None,
) -> Ticket:  # fmt: skip
    """The ruling on a return. Raises NotAllowed when tier 2 must decide."""
    ruling = handover.uphold_return if upheld else handover.reject_return
    return await perform_rule(
        office, ticket_id, actor, now, lambda ticket: ruling(ticket, actor, office.rules, now, given), client_key
    )

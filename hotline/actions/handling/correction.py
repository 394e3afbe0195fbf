"""Correct a classification (更正分类) and undo a merge (撤销并单). Each verb is one transaction (PROCEDURE §2, §3)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from hotline.actions.region.context import RegionContext
from hotline.actions.tickets.execution import execute
from hotline.actions.tickets.joint_parts import follow_lead, next_timer
from hotline.actions.tickets.leader_date import promised_to_leader
from hotline.db import Connection
from hotline.domain.enums import Kind, Reason
from hotline.domain.errors import Malformed, NotMerged
from hotline.domain.handling import correction as rule
from hotline.domain.messaging.alarms import UNIT_WANTED
from hotline.domain.tickets.lifecycle import State
from hotline.domain.tickets.ticket import Actor, Decision, Ticket
from hotline.store.deadline import deadlines
from hotline.store.dispatch import joint
from hotline.store.messaging import alarms
from hotline.store.supervision import tiers
from hotline.store.tickets import history

Given = Mapping[str, Any]


async def reclassify_ticket(
    context: RegionContext, ticket_id: UUID, kind: Kind, matter_id: str | None, actor: Actor, now: datetime, given: Given,
    client_key: str | None = None,
) -> Ticket:  # fmt: skip
    """Correct kind and matter (更正分类); a `matter_id` of None keeps the matter. `given` has reason.

    Running deadlines are recomputed, and alarms about a dispatch that waits for a person are settled, so that the rule is
    asked again. Raises Malformed for an unknown matter and when nothing changes, Missing.
    """
    county = context.county
    if matter_id is not None and matter_id not in county.matters:
        raise Malformed(what="事项")

    async def decide(conn: Connection, ticket: Ticket) -> Decision:
        matter = matter_id or ticket.matter_id
        pace = county.pace(matter) if matter != ticket.matter_id else ticket.pace
        facts = {**given, "kind": kind.value, "old_kind": ticket.kind.value}
        facts |= {"matter": county.matter_name(matter), "old_matter": county.matter_name(ticket.matter_id)}
        running = [clock for clock, _ in await deadlines.list_running(conn, context.region, ticket_id)]
        assisted = any(part.part == "assisting" for part in await joint.list_parts(conn, context.region, ticket_id))
        decision, recounts = rule.reclassify(
            ticket, kind, matter, pace, running, assisted, actor, context.rules, now, facts
        )
        await _write(context, conn, decision.ticket, recounts, now)
        return decision

    return await execute(context, ticket_id, actor, now, decide, client_key=client_key)


async def _write(
    context: RegionContext, conn: Connection, ticket: Ticket, recounts: tuple[rule.Recount, ...], now: datetime
) -> None:
    for recount in recounts:
        timer = next_timer(context, recount.start, now)
        await deadlines.recount_clock(conn, context.region, recount.deadline.deadline_id, recount.start, timer)
    await follow_lead(context, conn, ticket, f"{ticket.ticket_id}:{ticket.version}", now)
    await alarms.settle_alarms_of_ticket(conn, context.region, ticket.ticket_id, list(UNIT_WANTED), now)


async def unmerge_ticket(
    context: RegionContext, ticket_id: UUID, actor: Actor, now: datetime, given: Given, client_key: str | None = None
) -> Ticket:
    """Undo a merge (撤销并单). `given` has reason. Tickets merged into this one earlier stay with the target.

    Raises NotMerged, Missing.
    """

    async def decide(conn: Connection, ticket: Ticket) -> Decision:
        merged = [row for row in await history.list_events(conn, context.region, ticket_id) if row["verb"] == "merge"]
        if not merged:
            raise NotMerged
        contacted = await history.is_contacted(conn, context.region, ticket)
        supervisions = await tiers.list_supervisions(conn, context.region, ticket_id)
        reason = Reason(supervisions[-1]["reason"]) if supervisions else None
        before = merged[-1]["from_state"]
        assert before is not None  # only the first event, the opening, starts from no state
        stood = State(before)
        promised = await promised_to_leader(context, conn, ticket)
        return rule.unmerge(ticket, stood, contacted, reason, actor, context.rules, now, given, promised)

    return await execute(context, ticket_id, actor, now, decide, client_key=client_key)

"""Callbacks (回访): ask, record the answers, and give up after the last attempt (PROCEDURE §5)."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import structlog

from hotline.actions.callback.undelivered import ALARMS
from hotline.actions.messaging.notifications import post_to_complainant
from hotline.actions.region.context import RegionContext
from hotline.actions.tickets.decision_writer import apply_decision
from hotline.actions.tickets.execution import execute, lock_ticket
from hotline.actions.tickets.leader_date import promised_to_leader
from hotline.db import Connection
from hotline.domain import callback as rule
from hotline.domain.callback import Answers
from hotline.domain.enums import CloseReason, Rule
from hotline.domain.errors import raise_if
from hotline.domain.tickets.lifecycle import State
from hotline.domain.tickets.ticket import SYSTEM, Actor, Decision, Ticket
from hotline.store import callbacks
from hotline.store.callbacks import CallbackAnswers, DueCallbackRow
from hotline.store.messaging import alarms
from hotline.store.privacy.complainants import get_complainant
from hotline.store.tickets import records

POSTPONED = timedelta(minutes=10)
_log = structlog.get_logger()


async def record_callback(
    context: RegionContext,
    ticket_id: UUID,
    answers: Answers,
    actor: Actor,
    now: datetime,
    client_key: str | None = None,
) -> Ticket:
    """Record the three answers after a reply: the ticket closes, goes to a redo, or an interview is owed.

    Raises WrongState when the ticket is not replied.
    """

    async def decide(conn: Connection, ticket: Ticket) -> Decision:
        return await _decide(context, conn, ticket, answers, actor, now)

    return await execute(context, ticket_id, actor, now, decide, client_key=client_key)


async def record_callback_in(
    context: RegionContext, conn: Connection, ticket_id: UUID, answers: Answers, actor: Actor, now: datetime
) -> Ticket:
    """Do the same as `record_callback` in an open transaction, which stays usable after a WrongState."""
    ticket = await lock_ticket(context, conn, ticket_id, actor, now)
    decision = await _decide(context, conn, ticket, answers, actor, now)
    return await apply_decision(context, conn, ticket, decision, now)


async def _decide(
    context: RegionContext, conn: Connection, ticket: Ticket, answers: Answers, actor: Actor, now: datetime
) -> Decision:
    raise_if(rule.refusal_of_answers(ticket, actor))
    # Kept before the decision is written: closing a ticket withdraws what is still open.
    await _keep(context, conn, ticket.ticket_id, "done", now, answers, actor)
    promised = await promised_to_leader(context, conn, ticket)
    return rule.record(ticket, answers, actor, context.rules, now, promised)


async def _keep(
    context: RegionContext,
    conn: Connection,
    ticket_id: UUID,
    state: str,
    now: datetime,
    answers: Answers | None,
    actor: Actor,
) -> None:
    waiting = await callbacks.get_open_callback(conn, context.region, ticket_id)
    if waiting is not None:
        await callbacks.close_callback(
            conn, context.region, waiting["callback_id"], state, now, _stored(answers), actor.account_id
        )
    if answers is not None:
        # Who rates an answer has heard it: what did not reach the person is told.
        await alarms.settle_alarms_of_ticket(conn, context.region, ticket_id, list(ALARMS), now)


def _stored(answers: Answers | None) -> CallbackAnswers:
    if answers is None:
        return {}
    return {
        "contacted": answers.contacted, "solved": answers.solved, "verdict": answers.verdict,
        "answer_at_fault": answers.answer_at_fault, "unit_mark": answers.unit_mark,
        "operator_mark": answers.operator_mark, "words": answers.words,
    }  # fmt: skip


async def record_no_answer(
    context: RegionContext, ticket_id: UUID, actor: Actor, now: datetime, client_key: str | None = None
) -> Ticket:
    """Record an unanswered call: retry at another time of day; after the policy's last attempt close as unreached.

    Raises NotFound without an open callback, WrongState.
    """

    async def decide(conn: Connection, ticket: Ticket) -> Decision:
        waiting = await callbacks.get_open_callback(conn, context.region, ticket_id)
        raise_if(rule.refusal_of_no_answer(ticket, waiting is not None, actor))
        assert waiting is not None
        state, again = rule.next_attempt(
            waiting["state"], context.rules.calendar, now, context.rules.policy.callback_attempts
        )
        if again is not None:
            await callbacks.try_callback_later(conn, context.region, waiting["callback_id"], state, "phone", now, again)
            return rule.no_answer(ticket, actor, now)
        await _keep(context, conn, ticket_id, state, now, None, actor)
        return rule.close(ticket, CloseReason.UNREACHED, None, actor, now)

    return await execute(context, ticket_id, actor, now, decide, client_key=client_key)


async def record_refusal(
    context: RegionContext, ticket_id: UUID, actor: Actor, now: datetime, client_key: str | None = None
) -> Ticket:
    """Record that the complainant refuses the callback: the ticket closes and does not count in satisfaction rates."""

    async def decide(conn: Connection, ticket: Ticket) -> Decision:
        raise_if(rule.refusal_of_refusal(ticket, actor))
        await _keep(context, conn, ticket_id, "refused", now, None, actor)
        return rule.close(ticket, CloseReason.REFUSED, None, actor, now)

    return await execute(context, ticket_id, actor, now, decide, client_key=client_key)


async def ask_due_callbacks(context: RegionContext, now: datetime, batch: int) -> int:
    """Ask at most `batch` online callbacks that are due; one unanswered for a working day becomes a telephone call.

    Returns how many were handled. One that fails is tried again ten minutes later (PROCEDURE §5).
    """
    async with context.writing(SYSTEM) as conn:
        waiting = await callbacks.claim_callbacks(conn, context.region, now, batch)
        for row in waiting:
            await _ask_or_postpone(context, conn, row, now)
        return len(waiting)


async def _ask_or_postpone(context: RegionContext, conn: Connection, row: DueCallbackRow, now: datetime) -> None:
    try:
        async with conn.transaction():
            await _ask(context, conn, row, now)
    except Exception:
        _log.exception("callback_failed", callback=str(row["callback_id"]))
        await callbacks.try_callback_later(
            conn, context.region, row["callback_id"], row["state"], row["channel"], row["asked_at"], now + POSTPONED
        )


async def _ask(context: RegionContext, conn: Connection, row: DueCallbackRow, now: datetime) -> None:
    callback_id, region = row["callback_id"], context.region
    ticket = await records.get_ticket(conn, region, row["ticket_id"])
    if ticket is None or ticket.state is not State.REPLIED:
        # Nothing to ask about now; a parked ticket is asked about when it comes back, which wakes its callback.
        await callbacks.try_callback_later(
            conn, region, callback_id, row["state"], row["channel"], row["asked_at"], None
        )
        return
    if row["asked_at"] is not None:
        await callbacks.try_callback_later(conn, region, callback_id, row["state"], "phone", now, now)
        return
    clock = context.rules.start("callback.online", Rule.CALLBACK, ticket, None, now)
    await callbacks.try_callback_later(conn, region, callback_id, "waiting", row["channel"], now, clock.due.at)
    person = await get_complainant(conn, region, ticket.ticket_id)
    if row["channel"] == "wechat" and person is not None and person["wechat_sealed"] is not None:
        key = f"callback:{callback_id}"
        await post_to_complainant(context, conn, ticket, rule.INVITATION, key, person["wechat_sealed"], now)

"""Interviews (群众约谈): plan, hold, review and verify. Each verb is one transaction (PROCEDURE §4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from hotline.actions.region.context import RegionContext
from hotline.actions.tickets.execution import execute
from hotline.actions.tickets.leader_date import promised_to_leader
from hotline.db import Connection
from hotline.domain import interview as rule
from hotline.domain.accounts.permissions import Right, allow
from hotline.domain.enums import Document, Verdict
from hotline.domain.errors import Missing, NotAllowed, NotFound, raise_if
from hotline.domain.text import clean
from hotline.domain.tickets.ticket import Actor, Decision, DocumentDraft, Ticket
from hotline.store import callbacks, interviews
from hotline.store.interviews import InterviewMinutes, InterviewPlan, LastInterviewRow
from hotline.store.interviews import WantedReviewRow as WantedReviewRow
from hotline.store.tickets import records


async def plan_interview(
    context: RegionContext, ticket_id: UUID, meet_at: datetime, actor: Actor, now: datetime, given: Mapping[str, Any],
    client_key: str | None = None,
) -> Ticket:  # fmt: skip
    """Record the plan of an interview (steps 1 and 2 of PROCEDURE §4).

    `given` has cause, solution, rules and meet_where; room_id and volunteer_id are optional. Raises NotFound without an
    owed interview, Malformed for a time in the past, WrongState, NotAllowed.
    """

    async def decide(conn: Connection, ticket: Ticket) -> Decision:
        facts = {**given, "meet_at": meet_at.isoformat()}
        decision = rule.plan(ticket, meet_at, actor, now, facts)
        row = await _newest(context, conn, ticket_id)
        plan = InterviewPlan(
            given["cause"], given["solution"], given["rules"], meet_at, given["meet_where"],
            given.get("room_id"), given.get("volunteer_id"), actor.account_id,
        )  # fmt: skip
        await interviews.plan_interview(conn, context.region, row["interview_id"], plan)
        return decision

    return await execute(context, ticket_id, actor, now, decide, client_key=client_key)


async def hold_interview(
    context: RegionContext, ticket_id: UUID, held_at: datetime, promised_on: date | None, actor: Actor, now: datetime,
    given: Mapping[str, Any], client_key: str | None = None,
) -> Ticket:  # fmt: skip
    """Record an interview that was held (step 3) and issue its numbered record (PROCEDURE §4, §7).

    `given` has held_place, official, minutes, outcome and person_verdict. Raises Missing without a plan, Malformed for a
    time before the interview was owed or in the future, WrongState, NotAllowed.
    """

    async def decide(conn: Connection, ticket: Ticket) -> Decision:
        row = await _newest(context, conn, ticket_id)
        facts = {
            **given,
            "held_at": held_at.isoformat(),
            "promised_on": promised_on.isoformat() if promised_on else "",
        }
        planned = bool(row["cause"])
        decision = rule.hold(ticket, row["owed_at"], held_at, actor, context.rules, now, facts, planned=planned)
        minutes = InterviewMinutes(
            held_at, given["held_place"], given["official"], given["minutes"], given["outcome"], promised_on,
            given["person_verdict"],
        )  # fmt: skip
        await interviews.hold_interview(conn, context.region, row["interview_id"], minutes)
        plan = {"cause": row["cause"], "solution": row["solution"], "rules": row["rules"]}
        return replace(decision, document=DocumentDraft(Document.INTERVIEW_RECORD, {**facts, **plan}))

    return await execute(context, ticket_id, actor, now, decide, client_key=client_key)


async def review_interview(
    context: RegionContext, ticket_id: UUID, agreed: bool, reason: str, actor: Actor, now: datetime
) -> None:
    """One of two others says whether the demand is unreasonable; of one person's words the first counts.

    Raises NotAllowed, NotFound, WrongState, Missing.
    """
    allow(actor, Right.REVIEW_INTERVIEW)
    if actor.account_id is None:
        raise NotAllowed
    reason = clean(reason)
    if not reason:
        raise Missing(what="复核理由")
    async with context.writing(actor) as conn:
        row, ticket = await _newest(context, conn, ticket_id), await records.get_ticket(conn, context.region, ticket_id)
        if ticket is None:
            raise NotFound
        # The form sent twice changes nothing: the person's own first review is not looked at.
        raise_if(rule.refusal_of_review(ticket, (), actor))
        await interviews.review_interview(
            conn, context.region, row["interview_id"], actor.account_id, agreed, reason, now
        )


async def list_reviews_wanted(context: RegionContext, actor: Actor, batch: int = 50) -> list[WantedReviewRow]:
    """List at most `batch` interviews with an unreasonable demand that wait for the actor's review, oldest first.

    Raises NotAllowed.
    """
    allow(actor, Right.REVIEW_INTERVIEW)
    if actor.account_id is None:
        raise NotAllowed
    async with context.reading(actor) as conn:
        return await interviews.list_reviews_wanted(conn, context.region, actor.account_id, rule.REVIEWERS, batch)


async def verify_interview(
    context: RegionContext, ticket_id: UUID, verdict: Verdict, unit_at_fault: bool, words: str, actor: Actor, now: datetime,
    client_key: str | None = None,
) -> Ticket:  # fmt: skip
    """Tier 1 or tier 2 asked the person again: closed, or the next tier.

    Raises NotAllowed, WrongState, Malformed, NoReviewYet.
    """

    async def decide(conn: Connection, ticket: Ticket) -> Decision:
        raise_if(rule.refusal_of_verify(ticket, actor))
        row = await _newest(context, conn, ticket_id)
        agreed = await interviews.count_agreed(conn, context.region, row["interview_id"], actor.account_id)
        given = {"verdict": verdict.value, "unit_at_fault": unit_at_fault}
        promised = await promised_to_leader(context, conn, ticket)
        decision = rule.verify(ticket, agreed, verdict, unit_at_fault, given, actor, context.rules, now, promised)
        await _keep_answers(context, conn, ticket_id, verdict, words, actor, now)
        return decision

    return await execute(context, ticket_id, actor, now, decide, client_key=client_key)


async def _keep_answers(
    context: RegionContext, conn: Connection, ticket_id: UUID, verdict: Verdict, words: str, actor: Actor, now: datetime
) -> None:
    waiting = await callbacks.get_open_callback(conn, context.region, ticket_id)
    if waiting is None:
        return
    answers: callbacks.CallbackAnswers = {
        "contacted": True, "solved": verdict is not Verdict.DISSATISFIED, "verdict": verdict.value, "words": words
    }  # fmt: skip
    await callbacks.close_callback(conn, context.region, waiting["callback_id"], "done", now, answers, actor.account_id)


async def _newest(context: RegionContext, conn: Connection, ticket_id: UUID) -> LastInterviewRow:
    row = await interviews.get_interview(conn, context.region, ticket_id)
    if row is None:
        raise NotFound
    return row

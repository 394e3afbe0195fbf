"""A unit's work on a ticket: sign, contact, extension, reply, parking, comments (PROCEDURE §2, §3)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from hotline.domain.accounts.substitution import OF_A_UNIT, Colleague
from hotline.domain.deadline.explanation import compute_due
from hotline.domain.deadline.timers import Deadline, Start
from hotline.domain.deadline.working_time import Due
from hotline.domain.enums import Document, Role, Rule
from hotline.domain.errors import (
    ContactFirst,
    ExtensionClosed,
    Malformed,
    MergedElsewhere,
    NotAllowed,
    PartsMissing,
    Refusal,
    raise_if,
)
from hotline.domain.messaging.notices import Notice, NoticeKind
from hotline.domain.privacy.personal_numbers import redact
from hotline.domain.tickets.lifecycle import TABLE, Verb, check, refusal_of
from hotline.domain.tickets.ticket import SUPERVISION, Actor, Decision, DocumentDraft, Rules, Ticket, move

CONTACT_WAYS: Mapping[str, str] = {
    "phone": "电话联系",
    "visit": "上门联系",
    "meeting": "当面联系",
    "relay": "经热线转达（保密件）",
    "unreached": "多次联系未接通",
}
# Roles that speak for the complainant.
SPEAKS_FOR_PERSON = frozenset({Role.COMPLAINANT, Role.AGENT, Role.OPERATOR, Role.DISPATCHER})


def sign(ticket: Ticket, actor: Actor, now: datetime) -> Decision:
    """Sign for a ticket (签收); a handler who signs becomes the person in charge, a head may assign one later."""
    handler_id = actor.account_id if actor.role is Role.HANDLER else None
    changed, event = move(ticket, Verb.SIGN, actor, now, {}, handler_id=handler_id)
    return Decision(changed, event, settles=(Rule.SIGN,))


def assign(ticket: Ticket, handler: Colleague, below: Collection[UUID], actor: Actor, now: datetime) -> Decision:
    """Assign the person in charge (指定经办人): a handler or head of the head's unit or one below it (`below`).

    Raises NotAllowed, WrongState, Malformed.
    """
    check(ticket.state, Verb.ASSIGN, actor.role)
    if handler.role not in OF_A_UNIT or handler.unit_id not in below:
        raise Malformed(what="经办人（要选本单位的人）")
    given = {"handler": handler.name}
    changed, event = move(ticket, Verb.ASSIGN, actor, now, given, public_text="", handler_id=handler.account_id)
    notice = Notice(NoticeKind.ASSIGNED, {}, f"account:{handler.account_id}")
    return Decision(changed, event, notices=(notice,))


def refusal_of_contact(ticket: Ticket, actor: Actor) -> Refusal | None:
    """Why somebody cannot enter a contact: the operator relays for units of confidential tickets only (PROCEDURE §6)."""
    if actor.role is Role.OPERATOR and not ticket.confidential:
        return NotAllowed()
    return refusal_of(ticket.state, Verb.CONTACT, actor.role)


def contact_ways(ticket: Ticket, role: Role) -> Mapping[str, str]:
    """The ways of CONTACT_WAYS open to this role: a confidential ticket's unit goes through the hotline (PROCEDURE §6)."""
    if ticket.confidential and role is not Role.OPERATOR:
        return {"relay": CONTACT_WAYS["relay"]}
    return CONTACT_WAYS


def contact(ticket: Ticket, actor: Actor, now: datetime, given: Mapping[str, Any]) -> Decision:
    """先行联系: who was spoken to, how and when. Raises NotAllowed, WrongState, Missing, Malformed."""
    way = str(given.get("how"))
    if way not in CONTACT_WAYS:
        raise Malformed(what="联系方式")
    raise_if(refusal_of_contact(ticket, actor))
    if way not in contact_ways(ticket, actor.role):
        raise Malformed(what="联系方式（保密件只能经热线转达）")
    changed, event = move(ticket, Verb.CONTACT, actor, now, given)
    return Decision(changed, event, settles=(Rule.CONTACT,))


def refusal_of_reply(ticket: Ticket, contacted: bool, waits_for: Sequence[str], actor: Actor) -> Refusal | None:
    """Why the lead cannot answer yet: the table, nobody contacted the person, or parts are owed (`waits_for`)."""
    refusal = refusal_of(ticket.state, Verb.REPLY, actor.role)
    if refusal is not None:
        return refusal
    if not contacted:
        return ContactFirst()
    return PartsMissing(units="、".join(waits_for)) if waits_for else None


def reply(
    ticket: Ticket, contacted: bool, waits_for: Sequence[str], actor: Actor, rules: Rules, now: datetime,
    given: Mapping[str, Any],
) -> Decision:  # fmt: skip
    """Reply (答复): the complainant can read it at once and is called back within the limit `callback`.

    `waits_for` names assisting units that still owe their part. Raises ContactFirst, PartsMissing.
    """
    raise_if(refusal_of_reply(ticket, contacted, waits_for, actor))
    changed, event = move(ticket, Verb.REPLY, actor, now, given, public_text=str(given.get("reply", "")))
    clock = rules.start("callback", Rule.CALLBACK, changed, None, now)
    return Decision(
        changed,
        event,
        starts=(clock,),
        settles=(Rule.REPLY, Rule.CONTACT, Rule.EXTENSION, *SUPERVISION),
        notices=(replied_notice(given),),
        document=DocumentDraft(Document.WRITTEN_REPLY, {"reply": str(given.get("reply", ""))}),
        callback_stage="reply",
    )


def replied_notice(given: Mapping[str, Any]) -> Notice:
    """Return the notice about the reply for the complainant, and for those whose tickets were merged into this one."""
    return Notice(NoticeKind.REPLIED, {"reply": str(given.get("reply"))}, "complainant")


def refusal_of_extension_request(
    ticket: Ticket, reply_due: datetime | None, pending: bool, actor: Actor, rules: Rules, now: datetime
) -> Refusal | None:
    """Why none can be asked for; `reply_due` ends the reply clock that runs, None where none does (PROCEDURE §3)."""
    refusal = refusal_of(ticket.state, Verb.ASK_EXTENSION, actor.role)
    if refusal is not None:
        return refusal
    if pending:
        return ExtensionClosed(why="上一次申请还没有批复")
    if ticket.extension_count >= rules.policy.extensions:
        return ExtensionClosed(why="延期次数已经用完")
    if reply_due is None or now > reply_due:
        return ExtensionClosed(why="要在答复期限届满前申请")
    return None


def ask_extension(
    ticket: Ticket,
    deadline: Deadline | None,
    pending: bool,
    actor: Actor,
    rules: Rules,
    now: datetime,
    given: Mapping[str, Any],
) -> Decision:
    """Ask for an extension (延期) before the deadline, with a reason (PROCEDURE §3). Raises ExtensionClosed."""
    reply_due = deadline.due_at if deadline else None
    raise_if(refusal_of_extension_request(ticket, reply_due, pending, actor, rules, now))
    changed, event = move(ticket, Verb.ASK_EXTENSION, actor, now, given)
    clock = rules.start("extension_decision", Rule.EXTENSION, changed, None, now)
    to = "role:dispatcher" if ticket.extension_count else f"unit:{ticket.lead_unit_id}"
    return Decision(
        changed,
        event,
        starts=(clock,),
        notices=(Notice(NoticeKind.EXTENSION_ASKED, {}, to),),
    )


def refusal_of_grant(ticket: Ticket, reply_due: datetime | None, pending: bool, actor: Actor) -> Refusal | None:
    """Why it cannot be granted: nothing waits, the reply clock ran out (no `reply_due`), or the second is not theirs."""
    if not pending:
        return ExtensionClosed(why="没有待批复的延期申请")
    if reply_due is None:
        return ExtensionClosed(why="答复期限已过，不能再延，请批“不同意”")
    if ticket.extension_count and actor.role is not Role.DISPATCHER:
        return ExtensionClosed(why="第二次延期由热线派单员批准")
    return refusal_of(ticket.state, Verb.GRANT_EXTENSION, actor.role)


def refusal_of_refusing(ticket: Ticket, pending: bool, actor: Actor) -> Refusal | None:
    """Why an extension cannot be refused: nothing waits (`pending`), or the table."""
    if not pending:
        return ExtensionClosed(why="没有待批复的延期申请")
    return refusal_of(ticket.state, Verb.REFUSE_EXTENSION, actor.role)


def grant_extension(
    ticket: Ticket,
    deadline: Deadline | None,
    pending: bool,
    actor: Actor,
    rules: Rules,
    now: datetime,
    given: Mapping[str, Any],
) -> Decision:
    """Grant an extension and notify the complainant; a second one needs the dispatcher. Raises ExtensionClosed."""
    raise_if(refusal_of_grant(ticket, deadline.due_at if deadline else None, pending, actor))
    assert deadline is not None
    limit = rules.limit("extension", ticket, deadline.unit_id)
    due = compute_due(rules.calendar, limit, deadline.due_at)
    changed, event = move(
        ticket, Verb.GRANT_EXTENSION, actor, now, dict(given) | {"old_due": deadline.due_at.isoformat(), "new_due": due.at.isoformat()},
        extension_count=ticket.extension_count + 1, cycle=ticket.cycle + 1,
    )  # fmt: skip
    clock = Start(
        Rule.REPLY, deadline.unit_id, deadline.started_at, due, f"{deadline.limit_text}+{limit}", deadline.urgent,
        deadline.pauses,
    )  # fmt: skip
    notice = Notice(NoticeKind.EXTENDED, {"limit": str(limit)}, "complainant")
    return Decision(
        changed, event, starts=(clock,), settles=(Rule.EXTENSION,), withdraws=(Rule.REPLY,), notices=(notice,)
    )


def refuse_extension(ticket: Ticket, pending: bool, actor: Actor, now: datetime, given: Mapping[str, Any]) -> Decision:
    """The limit stands. Raises ExtensionClosed."""
    raise_if(refusal_of_refusing(ticket, pending, actor))
    changed, event = move(ticket, Verb.REFUSE_EXTENSION, actor, now, given, public_text="")
    notice = Notice(NoticeKind.EXTENSION_REFUSED, {}, f"unit:{ticket.lead_unit_id}")
    return Decision(changed, event, settles=(Rule.EXTENSION,), notices=(notice,))


def park(
    ticket: Ticket, until: datetime, actor: Actor, rules: Rules, now: datetime, given: Mapping[str, Any]
) -> Decision:
    """Park a ticket (挂账) until a date within `parking_days`; it resumes automatically and deadlines keep what was left.

    Raises Malformed for a date outside that range.
    """
    longest = rules.policy.parking_days
    if not now < until <= now + timedelta(days=longest):
        raise Malformed(what=f"挂账日期（要在{longest}天以内的将来）")
    changed, event = move(ticket, Verb.PARK, actor, now, given, parked_from=ticket.state, parked_until=until)
    timer = Start(Rule.RESUME, None, now, Due(until, False), "parked", ticket.urgent)
    return Decision(changed, event, starts=(timer,), pauses_all=True)


def resume(ticket: Ticket, actor: Actor, now: datetime) -> Decision:
    """Return a parked ticket to its former state; its deadlines run again."""
    changed, event = move(
        ticket,
        Verb.RESUME,
        actor,
        now,
        {},
        state=ticket.parked_from or ticket.state,
        parked_from=None,
        parked_until=None,
    )
    notices: tuple[Notice, ...] = ()
    if ticket.lead_unit_id is not None:
        notices = (Notice(NoticeKind.RESUMED, {}, f"unit:{ticket.lead_unit_id}"),)
    return Decision(changed, event, withdraws=(Rule.RESUME,), resumes_all=True, notices=notices)


def comment(ticket: Ticket, actor: Actor, now: datetime, given: Mapping[str, Any]) -> Decision:
    """Add a comment; it never moves a deadline (PROCEDURE §3). Only the complainant's own words are public."""
    own = actor.role is Role.COMPLAINANT
    changed, event = move(
        ticket, Verb.COMMENT, actor, now, given, public_text=str(given.get("text", "")) if own else ""
    )
    return Decision(changed, event, notices=_commented(ticket) if own else ())


def refusal_of_comment(ticket: Ticket, target: str, actor: Actor) -> Refusal | None:
    """Why somebody cannot add a word: merged into `target` (its number), only those who speak for the person may."""
    if ticket.merged_into is not None and actor.role not in SPEAKS_FOR_PERSON:
        label = TABLE[Verb.COMMENT].label
        return MergedElsewhere(target=target, label=label)
    return refusal_of(ticket.state, Verb.COMMENT, actor.role)


def pass_on(
    ticket: Ticket, target: Ticket, known: Collection[str], barred: Collection[UUID], actor: Actor, now: datetime,
    given: Mapping[str, Any],
) -> tuple[Decision, Decision | None]:  # fmt: skip
    """Pass a comment on a merged ticket on to the ticket it was merged into (`target`); both histories record it.

    Returns the decisions for the ticket and for the target; the latter is None when a unit in `barred` (the accused
    one) leads the target: then a dispatcher is notified. The comment is not public on the target, and the words `known`
    of a confidential ticket's complainant are redacted. No deadline moves. Raises MergedElsewhere for roles that do not
    speak for the complainant.
    """
    raise_if(refusal_of_comment(replace(ticket, merged_into=target.ticket_id), target.number, actor))
    own = comment(ticket, actor, now, given)
    assert own.event is not None
    if target.lead_unit_id in barred:
        notice = Notice(NoticeKind.COMMENTED, {"target": target.number}, "role:dispatcher")
        return replace(own, notices=(notice,)), None
    text = str(given.get("text", ""))
    told = {"text": redact(text, known) if ticket.confidential else text, "passed_from": ticket.number}
    changed, event = move(target, Verb.COMMENT, actor, now, told, public_text="")
    passed = replace(own.event, details=dict(own.event.details) | {"passed_to": target.number})
    return replace(own, event=passed, notices=()), Decision(changed, event, notices=_commented(target))


def passes_files(ticket: Ticket, target: Ticket, barred: Collection[UUID]) -> bool:
    """Return whether files of a merged ticket also show on its target: a picture cannot be redacted as text can."""
    return not ticket.confidential and target.lead_unit_id not in barred


def _commented(ticket: Ticket) -> tuple[Notice, ...]:
    if ticket.lead_unit_id is None:
        return ()
    return (Notice(NoticeKind.COMMENTED, {}, f"unit:{ticket.lead_unit_id}"),)

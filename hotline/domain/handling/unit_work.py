"""A unit's work on a ticket: sign, assign, contact, reply, comment (PROCEDURE §2, §3)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from hotline.domain.accounts.substitution import OF_A_UNIT, Colleague
from hotline.domain.enums import Document, Role, Rule
from hotline.domain.errors import (
    ContactFirst,
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

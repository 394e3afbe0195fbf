"""Extension (延期) of the reply deadline: asked, granted, refused (PROCEDURE §3)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from hotline.domain.deadline.explanation import compute_due
from hotline.domain.deadline.timers import Deadline, Start
from hotline.domain.enums import Role, Rule
from hotline.domain.errors import (
    ExtensionClosed,
    Refusal,
    raise_if,
)
from hotline.domain.messaging.notices import Notice, NoticeKind
from hotline.domain.tickets.lifecycle import Verb, refusal_of
from hotline.domain.tickets.ticket import Actor, Decision, Rules, Ticket, move


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

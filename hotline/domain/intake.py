"""Receiving a contact: validation, the first deadline, and the ways it may end at first contact (PROCEDURE §2)."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from hotline.domain.deadline.timers import limit_key
from hotline.domain.enums import Channel, CloseReason, HandlingClass, Kind, Pace, Rule
from hotline.domain.errors import AccusedAddressee, Malformed, Missing, TooLong
from hotline.domain.messaging.notices import Notice, NoticeKind
from hotline.domain.privacy.personal_numbers import normalise_identity, redact
from hotline.domain.text import clean
from hotline.domain.tickets.lifecycle import TABLE, State, Verb
from hotline.domain.tickets.ticket import Actor, Decision, Event, Rules, Ticket, move

BODY_LIMIT = 12_000
TITLE_LIMIT = 60
PLACE_LIMIT = 200
NAME_LIMIT = 40
PERSON_NAMES: Mapping[str, str] = {"name": "姓名", "phone": "联系电话", "identity": "身份证号码", "address": "住址"}

_CLIENT_KEY = re.compile(r"[!-~]{1,100}")
SHORTEST_KEY = 8


@dataclass(frozen=True, slots=True)
class Filing:
    """A filing as a channel hands it over; a repeated `client_key` returns the ticket of the first request."""

    client_key: str
    channel: Channel
    kind: Kind
    body: str
    title: str = ""
    place: str = ""
    matter_id: str | None = None
    pace: Pace = Pace.ORDINARY
    confidential: bool = False
    accused_unit_id: UUID | None = None
    name: str = ""
    phone: str = ""
    address: str = ""
    identity: str = ""
    wechat: str = ""
    linked_to: UUID | None = None


def is_client_key(text: str) -> bool:
    """Return whether a form can carry this key: 1 to 100 visible ASCII characters.

    A blank would end it early where the row scope of a repeated filing is read (`scope_of_key`).
    """
    return _CLIENT_KEY.fullmatch(text) is not None


def compose_title(body: str) -> str:
    """Return a title of at most TITLE_LIMIT characters: the first sentence if it fits, else the start of the text."""
    line = " ".join(body.split())
    head = re.split(r"[。！？!?；;]", line, maxsplit=1)[0]
    return head if 0 < len(head) <= TITLE_LIMIT else line[: TITLE_LIMIT - 1] + "…"


def check_filing(filing: Filing) -> Filing:
    """Return the filing cleaned and validated. Raises Missing, TooLong, Malformed."""
    body = clean(filing.body)
    if not body:
        raise Missing(what="诉求内容")
    for what, text, limit in (
        ("诉求内容", body, BODY_LIMIT),
        ("标题", filing.title, TITLE_LIMIT),
        ("地点", filing.place, PLACE_LIMIT),
    ):
        if len(text) > limit:
            raise TooLong(what=what, limit=limit)
    if len(filing.client_key) < SHORTEST_KEY or not is_client_key(filing.client_key):
        raise Malformed(what="表单编号")
    # A title appears in lists, notices and letters, which must not identify the complainant.
    known = tuple(word for word in (filing.name, filing.address, filing.phone) if word.strip())
    title = redact(clean(filing.title) or compose_title(body), known)[:TITLE_LIMIT]
    person = check_person({what: getattr(filing, what) for what in ("name", "identity", "address")})
    tip_off = filing.kind is Kind.TIP_OFF
    return replace(
        filing,
        body=body,
        title=title,
        place=clean(filing.place),
        name=person["name"],
        identity=person["identity"],
        address=person["address"],
        confidential=filing.confidential or tip_off,
    )


def check_person(told: Mapping[str, str]) -> dict[str, str]:
    """Return name, identity number and address cleaned. Raises TooLong, and Malformed for a wrong identity number."""
    for what, limit in (("name", NAME_LIMIT), ("address", PLACE_LIMIT)):
        if len(told.get(what, "")) > limit:
            raise TooLong(what=PERSON_NAMES[what], limit=limit)
    kept = {what: clean(text) for what, text in told.items()}
    if kept.get("identity"):
        identity = normalise_identity(kept["identity"])
        if identity is None:
            raise Malformed(what=PERSON_NAMES["identity"])
        kept["identity"] = identity
    return kept


def correct(
    ticket: Ticket, corrected: Collection[str], actor: Actor, now: datetime, given: Mapping[str, Any]
) -> Decision:
    """Correct the complainant's data; the event holds the fields and the reason, but no value."""
    told = {
        "reason": clean(str(given.get("reason") or "")),
        "corrected": "、".join(PERSON_NAMES[one] for one in corrected),
    }
    changed, event = move(ticket, Verb.CORRECT_PERSON, actor, now, told)
    return Decision(changed, event)


def open_ticket(filing: Filing, ticket_id: UUID, number: str, actor: Actor, rules: Rules, now: datetime) -> Decision:
    """Open a ticket and start its dispatch deadline."""
    urgent = filing.pace is not Pace.ORDINARY
    ticket = Ticket(
        ticket_id=ticket_id,
        number=number,
        channel=filing.channel,
        kind=filing.kind,
        handling_class=HandlingClass.URGENT if urgent else HandlingClass.COMMITTED,
        pace=filing.pace,
        confidential=filing.confidential,
        title=filing.title,
        body=filing.body,
        place=filing.place,
        state=State.RECEIVED,
        received_at=now,
        changed_at=now,
        matter_id=filing.matter_id,
        accused_unit_id=filing.accused_unit_id,
        linked_to=filing.linked_to,
        opened_by=actor.account_id,
    )
    event = Event(
        now, Verb.OPEN, None, State.RECEIVED, 1, actor, TABLE[Verb.OPEN].sentence, {"channel": filing.channel}
    )
    return Decision(ticket, event, starts=(_dispatch_clock(ticket, rules, now),))


def answer_at_once(ticket: Ticket, actor: Actor, now: datetime, given: Mapping[str, Any]) -> Decision:
    """Answer at first contact (即办件) and close the ticket."""
    changed, event = move(
        ticket, Verb.ANSWER, actor, now, given,
        public_text=str(given.get("answer", "")), handling_class=HandlingClass.INSTANT,
        close_reason=CloseReason.ANSWERED, closed_at=now,
    )  # fmt: skip
    notice = Notice(NoticeKind.ANSWERED, {"answer": str(given.get("answer", ""))}, "complainant")
    return Decision(changed, event, settles=(Rule.DISPATCH,), withdraws_all=True, notices=(notice,))


def redirect(ticket: Ticket, actor: Actor, now: datetime, given: Mapping[str, Any]) -> Decision:
    """Close a ticket the hotline is not responsible for (退回件) and tell the complainant where to turn."""
    changed, event = move(
        ticket, Verb.REDIRECT, actor, now, given,
        public_text=f"此事不属本热线办理范围，请向{given.get('where')}反映。", handling_class=HandlingClass.REDIRECTED,
        close_reason=CloseReason.REDIRECTED, closed_at=now,
    )  # fmt: skip
    notice = Notice(NoticeKind.REDIRECTED, {"where": str(given.get("where"))}, "complainant")
    return Decision(changed, event, settles=(Rule.DISPATCH,), withdraws_all=True, notices=(notice,))


def ask_details(ticket: Ticket, actor: Actor, rules: Rules, now: datetime, given: Mapping[str, Any]) -> Decision:
    """Ask the complainant for everything missing in one list (补办件); the dispatch deadline is withdrawn."""
    changed, event = move(
        ticket, Verb.ASK_DETAILS, actor, now, given,
        public_text=f"请一次补齐：{given.get('missing')}", handling_class=HandlingClass.SUPPLEMENT,
    )  # fmt: skip
    wait = rules.start("details", Rule.DETAILS, changed, None, now)
    notice = Notice(NoticeKind.DETAILS, {"missing": str(given.get("missing"))}, "complainant")
    return Decision(changed, event, starts=(wait,), withdraws=(Rule.DISPATCH,), notices=(notice,))


def add_details(ticket: Ticket, actor: Actor, rules: Rules, now: datetime, given: Mapping[str, Any]) -> Decision:
    """Add the details the complainant supplied; a new round with a new dispatch deadline begins."""
    body = f"{ticket.body}\n【补充】{clean(str(given.get('text', '')))}"
    changed, event = move(
        ticket, Verb.ADD_DETAILS, actor, now, given, body=body[: 2 * BODY_LIMIT], cycle=ticket.cycle + 1
    )
    return Decision(changed, event, starts=(_dispatch_clock(changed, rules, now),), settles=(Rule.DETAILS,))


def merge(ticket: Ticket, target: Ticket, barred: Collection[UUID], actor: Actor, now: datetime) -> Decision:
    """Merge a ticket into another (并单) and close it. Raises Malformed when `target` is closed or the same ticket.

    Raises AccusedAddressee when a unit in `barred` leads the target: the accused would read the complaint (PROCEDURE
    §6).
    """
    if target.ticket_id == ticket.ticket_id or not target.open:
        raise Malformed(what="并入的工单")
    if target.lead_unit_id in barred:
        raise AccusedAddressee
    changed, event = move(
        ticket, Verb.MERGE, actor, now, {"target": target.number},
        public_text="与同一事项的诉求合并办理，办理结果同样会告知您。", close_reason=CloseReason.MERGED,
        closed_at=now, merged_into=target.ticket_id,
    )  # fmt: skip
    notices = [Notice(NoticeKind.MERGED, {}, "complainant")]
    if ticket.lead_unit_id is not None:
        notices.append(Notice(NoticeKind.MERGED, {"target": target.number}, f"unit:{ticket.lead_unit_id}"))
    return Decision(changed, event, withdraws_all=True, notices=tuple(notices))


def withdraw(ticket: Ticket, actor: Actor, now: datetime, given: Mapping[str, Any]) -> Decision:
    """Close a ticket withdrawn by the complainant and notify the unit, if any."""
    changed, event = move(
        ticket,
        Verb.WITHDRAW,
        actor,
        now,
        given,
        close_reason=CloseReason.WITHDRAWN,
        closed_at=now,
        parked_from=None,
        parked_until=None,
    )
    notices: tuple[Notice, ...] = ()
    if ticket.lead_unit_id is not None:
        notices = (Notice(NoticeKind.WITHDRAWN, {}, f"unit:{ticket.lead_unit_id}"),)
    return Decision(changed, event, withdraws_all=True, notices=notices)


def _dispatch_clock(ticket: Ticket, rules: Rules, now: datetime) -> Any:
    return rules.start(limit_key(Rule.DISPATCH, ticket.kind, ticket.pace), Rule.DISPATCH, ticket, None, now)

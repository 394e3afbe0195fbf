"""Putting what must be told into the outbox, for whoever is really there to read it (PROCEDURE §4)."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from hotline.actions.office import Office
from hotline.domain.deadline import Deadline, notice_time
from hotline.domain.kinds import Channel, Step
from hotline.domain.ticket import Notice, Ticket
from hotline.store import clocks, outbox
from hotline.store.accounts import get_complainant
from hotline.store.ids import new_id

Strike = tuple[Deadline, Step]


async def tell(
    office: Office, conn: Any, ticket: Ticket, notice: Notice, about: str, now: datetime, clock: Strike | None = None
) -> None:
    """Put a notice of an occasion (`about`) into the outbox, once; a reminder also into the ledger.

    `clock` is the clock's step that asked for it. Nobody there to receive it: it goes upwards, with an alarm.
    """
    if notice.to == "complainant":
        await _tell_person(office, conn, ticket, notice, about, now)
        return
    recipient = await _receiver(office, conn, ticket, notice, about, now)
    outbox_id, key = new_id(), f"{about}:{notice.kind}:{recipient}"
    if notice.kind == "reminder" and clock is not None:
        deadline, step = clock
        if not await clocks.plan_reminder(
            conn, office.region, outbox_id, ticket, cycle=deadline.cycle, rule=deadline.rule, step=step,
            recipient=recipient, channel="desk", at=now, state="planned",
        ):  # fmt: skip
            return
        key = f"reminder:{ticket.ticket_id}:{deadline.cycle}:{deadline.rule}:{step}:{recipient}:desk"
    await _post(office, conn, ticket, notice, now, outbox_id=outbox_id, key=key, channel="desk", recipient=recipient)


async def _receiver(office: Office, conn: Any, ticket: Ticket, notice: Notice, about: str, now: datetime) -> str:
    """Who really gets a notice: a unit nobody works in sends it upwards, an office without anybody to the dispatcher.

    Every time that happens an alarm is raised.
    """
    kind, _, name = notice.to.partition(":")
    receiver = _unit_receiver(office, UUID(name)) if kind == "unit" else _role_receiver(office, name)
    if receiver != notice.to:
        missing = office.county.unit_name(UUID(name)) if kind == "unit" else name
        details = {"number": ticket.number, kind: missing, "notice": notice.kind}
        occasion = f"{about}:{notice.kind}:{notice.about}:{name}"
        await outbox.raise_alarm(conn, office.region, "nobody_to_receive", occasion, ticket.ticket_id, details, now)
    return receiver


def _unit_receiver(office: Office, unit_id: UUID) -> str:
    found = office.county.receiver(unit_id)
    return f"unit:{found}" if found else "role:dispatcher"


def _role_receiver(office: Office, role: str) -> str:
    return f"role:{role}" if role in office.county.roles else "role:dispatcher"


async def _tell_person(office: Office, conn: Any, ticket: Ticket, notice: Notice, about: str, now: datetime) -> None:
    # On the telephone the callback carries the answer, on the website the ticket's own page does.
    if ticket.channel is not Channel.WECHAT:
        return
    person = await get_complainant(conn, office.region, ticket.ticket_id)
    if person is not None and person["wechat_sealed"] is not None:
        await _post(
            office, conn, ticket, notice, now, outbox_id=new_id(), key=f"{about}:{notice.kind}:complainant",
            channel="wechat", recipient=f"ticket:{ticket.ticket_id}", sealed=person["wechat_sealed"],
        )  # fmt: skip


async def _post(
    office: Office, conn: Any, ticket: Ticket, notice: Notice, now: datetime, *,
    outbox_id: UUID, key: str, channel: str, recipient: str, sealed: bytes | None = None,
) -> None:  # fmt: skip
    rules = office.rules
    await outbox.insert_outbox(conn, office.region, {
        "outbox_id": outbox_id, "dedupe_key": key, "channel": channel, "recipient": recipient,
        "recipient_sealed": sealed, "kind": notice.kind, "ticket_id": ticket.ticket_id,
        "payload": {"text": notice.text, "number": ticket.number}, "urgent": ticket.urgent, "created_at": now,
        "not_before": notice_time(rules.policy, rules.calendar, now, urgent=ticket.urgent),
    })  # fmt: skip


async def drop_waiting(office: Office, conn: Any, ticket: Ticket, now: datetime) -> None:
    """A closed ticket's notices that no desk has seen yet are told to nobody any more."""
    dropped = await outbox.drop_waiting(conn, office.region, ticket.ticket_id, "ticket_closed")
    await clocks.settle_reminders(conn, office.region, dropped, "skipped", now, "ticket_closed")

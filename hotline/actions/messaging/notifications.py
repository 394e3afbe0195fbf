"""Put notices into the outbox, addressed to whoever is present to read them (PROCEDURE §4)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from hotline.actions.messaging.recipients import resolve_recipient
from hotline.actions.region.context import RegionContext
from hotline.db import Connection
from hotline.domain.accounts.substitution import Colleague
from hotline.domain.deadline.timers import Deadline, notice_time
from hotline.domain.enums import Channel, Step
from hotline.domain.messaging.alarms import AlarmKind
from hotline.domain.messaging.notices import Audience, Notice, NoticeKind, payload_of
from hotline.domain.tickets.ticket import Ticket
from hotline.store.ids import new_id
from hotline.store.messaging import alarms, outbox, reminders
from hotline.store.messaging.outbox import NewMessage
from hotline.store.privacy.complainants import get_complainant

Strike = tuple[Deadline, Step]


async def notify(
    context: RegionContext,
    conn: Connection,
    ticket: Ticket,
    notice: Notice,
    about: str,
    now: datetime,
    clock: Strike | None = None,
) -> None:
    """Put a notice into the outbox once for each occasion (`about`); a reminder also into the reminder ledger.

    `clock` is the deadline and step that caused a reminder. A notice to a person on leave goes to the substitute; if
    nobody is present it goes to the next unit above that is attended, else to the dispatchers, with an alarm.
    """
    if notice.to == Audience.COMPLAINANT:
        await _notify_complainant(context, conn, ticket, notice, about, now)
        return
    reader = await resolve_recipient(context, conn, ticket, notice.to, now)
    recipient = reader.recipient
    if reader.absent is not None:
        occasion = f"{about}:{notice.kind}:{notice.about}:{notice.to.partition(':')[2]}"
        await _note_absent(context, conn, ticket, notice.kind, reader.absent, occasion, now)
    # The key has the intended recipient: notices to two units that resolve to one desk stay two.
    outbox_id, key = new_id(), f"{about}:{notice.kind}:{notice.to}"
    if notice.kind is NoticeKind.REMINDER and clock is not None:
        deadline, step = clock
        if not await reminders.plan_reminder(
            conn, context.region, outbox_id, ticket, cycle=deadline.cycle, rule=deadline.rule, step=step,
            recipient=recipient, channel="desk", at=now, state="planned", instead_of=reader.instead_of,
        ):  # fmt: skip
            return
        key = f"reminder:{ticket.ticket_id}:{deadline.cycle}:{deadline.rule}:{step}:{recipient}:desk"
    await _post(
        context, conn, ticket, notice, now, outbox_id=outbox_id, key=key, channel="desk", recipient=recipient,
        instead_of=reader.instead_of,
    )  # fmt: skip


async def _note_absent(
    context: RegionContext,
    conn: Connection,
    ticket: Ticket,
    kind: str,
    absent: Mapping[str, str],
    occasion: str,
    now: datetime,
) -> None:
    """Raise an alarm, once for each occasion, because the intended recipient of a notice is absent."""
    details = {"number": ticket.number, "notice": kind, **absent}
    alarm = AlarmKind.NOBODY_TO_RECEIVE
    await alarms.raise_alarm(conn, context.region, alarm, occasion, ticket.ticket_id, details, now)


async def _notify_complainant(
    context: RegionContext, conn: Connection, ticket: Ticket, notice: Notice, about: str, now: datetime
) -> None:
    # By telephone the complainant learns the answer in the callback, on the website from the ticket's page.
    if ticket.channel is not Channel.WECHAT:
        return
    person = await get_complainant(conn, context.region, ticket.ticket_id)
    if person is not None and person["wechat_sealed"] is not None:
        key = f"{about}:{notice.kind}:complainant"
        await post_to_complainant(context, conn, ticket, notice, key, person["wechat_sealed"], now)


async def post_to_complainant(
    context: RegionContext, conn: Connection, ticket: Ticket, notice: Notice, key: str, wechat: bytes, now: datetime
) -> None:
    """Put a notice to the complainant's sealed WeChat id (`wechat`) into the outbox, unless `key` is there already."""
    await _post(
        context, conn, ticket, notice, now, outbox_id=new_id(), key=key, channel="wechat",
        recipient=f"ticket:{ticket.ticket_id}", sealed=wechat,
    )  # fmt: skip


async def _post(
    context: RegionContext, conn: Connection, ticket: Ticket, notice: Notice, now: datetime, *,
    outbox_id: UUID, key: str, channel: str, recipient: str, sealed: bytes | None = None,
    instead_of: UUID | None = None,
) -> None:  # fmt: skip
    rules = context.rules
    await outbox.insert_outbox(conn, context.region, NewMessage(
        outbox_id, key, channel, recipient, notice.kind, payload_of(notice.facts, ticket.number), created_at=now,
        not_before=notice_time(rules.policy, rules.calendar, now, urgent=ticket.urgent), urgent=ticket.urgent,
        ticket_id=ticket.ticket_id, recipient_sealed=sealed, instead_of=instead_of,
    ))  # fmt: skip


async def hand_on_notices(
    context: RegionContext, conn: Connection, ticket: Ticket, recused: Colleague, now: datetime
) -> None:
    """Move a recused person's unread notices of a ticket to whoever is present for them, with an alarm if nobody is."""
    desks = [f"account:{recused.account_id}", f"unit:{recused.unit_id}", f"role:{recused.role}"]
    for row in await outbox.list_unread(conn, context.region, ticket.ticket_id, desks):
        reader = await resolve_recipient(context, conn, ticket, row["recipient"], now)
        if reader.absent is not None:
            occasion = f"recusal:{row['outbox_id']}:{row['kind']}::{row['recipient'].partition(':')[2]}"
            await _note_absent(context, conn, ticket, row["kind"], reader.absent, occasion, now)
        if reader.recipient != row["recipient"]:
            await outbox.hand_on(conn, context.region, row["outbox_id"], reader.recipient, reader.instead_of)


async def drop_waiting(context: RegionContext, conn: Connection, ticket: Ticket, now: datetime) -> None:
    """Drop a closed ticket's desk notices that are not delivered yet, and their reminders."""
    dropped = await outbox.drop_waiting(conn, context.region, ticket.ticket_id, "ticket_closed")
    await reminders.settle_reminders(conn, context.region, dropped, "skipped", now, "ticket_closed")

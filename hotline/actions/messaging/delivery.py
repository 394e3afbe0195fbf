"""Deliver the messages of the outbox: claim, send, settle. A message that may have arrived is never repeated
automatically (PROCEDURE §4).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import assert_never
from uuid import UUID

import structlog

from hotline.actions.region.context import RegionContext
from hotline.crypto.complainant import unseal_complainant
from hotline.db import Connection
from hotline.domain.deadline.timers import notice_time
from hotline.domain.messaging.alarms import AlarmKind
from hotline.domain.messaging.message import Delivery, Outgoing, Receipt
from hotline.domain.messaging.notices import NoticeKind, PostedNotice
from hotline.domain.tickets.ticket import SYSTEM
from hotline.store import callbacks
from hotline.store.messaging import alarms, outbox, reminders
from hotline.store.messaging.outbox import ClaimedMessageRow, MessageRow

Send = Callable[[Outgoing], Awaitable[Receipt]]
LOST_AFTER = timedelta(minutes=5)
MOST_ATTEMPTS = 8
BACK_OFF = timedelta(minutes=1)
_log = structlog.get_logger()


async def deliver_due(context: RegionContext, send: Send, now: datetime, batch: int) -> int:
    """Deliver at most `batch` messages that are due, those to one recipient as one message; returns how many.

    Desk notices are settled in the transaction that claims them, since they never leave the database. Others are sent
    between two transactions: if the worker is killed there, `mark_stale_deliveries` marks them as unknown and raises an
    alarm. Outside notice hours only urgent messages are delivered, also after an outage of the worker.
    """
    async with context.writing(SYSTEM) as conn:
        rows = await outbox.claim_outbox(conn, context.region, now, _notice_time(context, now) > now, batch)
        desk = [row for row in rows if row["channel"] == "desk"]
        for group in _by_reader(desk):
            await _settle(context, conn, group, Receipt(Delivery.DELIVERED), now)
    for group in _by_reader([row for row in rows if row["channel"] != "desk"]):
        await _send(context, send, group, now)
    return len(rows)


async def mark_stale_deliveries(context: RegionContext, now: datetime) -> int:
    """Mark messages claimed five minutes ago and never settled as unknown: they may have been sent by a dead worker.

    Raises an alarm for each and returns how many.
    """
    async with context.writing(SYSTEM) as conn:
        lost = await outbox.mark_stuck(conn, context.region, now - LOST_AFTER)
        for row in lost:
            await _note_unknown(context, conn, row, now)
    return len(lost)


def _notice_time(context: RegionContext, at: datetime, *, urgent: bool = False) -> datetime:
    return notice_time(context.rules.policy, context.rules.calendar, at, urgent=urgent)


def _by_reader(rows: list[ClaimedMessageRow]) -> list[list[ClaimedMessageRow]]:
    def reader(row: ClaimedMessageRow) -> tuple[str, str, bool]:
        return row["channel"], row["recipient"], row["urgent"]

    return [list(group) for _, group in groupby(sorted(rows, key=reader), key=reader)]


async def _send(context: RegionContext, send: Send, group: list[ClaimedMessageRow], now: datetime) -> None:
    first = group[0]
    address = _address(context, first)
    try:
        notices = tuple(PostedNotice.from_payload(row["kind"], row["payload"]) for row in group)
        receipt = await send(Outgoing(first["outbox_id"], first["channel"], address, notices))
    except Exception:
        _log.exception("delivery_failed", outbox=str(first["outbox_id"]), channel=first["channel"])
        receipt = Receipt(Delivery.UNKNOWN, reason="error")
    async with context.writing(SYSTEM) as conn:
        await _settle(context, conn, group, receipt, now)


def _address(context: RegionContext, row: ClaimedMessageRow) -> str:
    sealed = row["recipient_sealed"]
    return unseal_complainant(context.vault, wechat=sealed).wechat if sealed else str(row["recipient"])


async def _settle(
    context: RegionContext, conn: Connection, group: list[ClaimedMessageRow], receipt: Receipt, now: datetime
) -> None:
    match receipt.delivery:
        case Delivery.DELIVERED:
            await _settle_sent(context, conn, group, receipt, now)
        case Delivery.LATER:
            await _settle_later(context, conn, group, receipt, now)
        case Delivery.UNKNOWN:
            await outbox.settle_outbox(conn, context.region, _ids(group), "unknown", now, reason=receipt.reason)
            for row in group:
                await _note_unknown(context, conn, row, now)
        case Delivery.IMPOSSIBLE:
            await _settle_refused(context, conn, group, receipt, now)
        case _:
            assert_never(receipt.delivery)


async def _settle_sent(
    context: RegionContext, conn: Connection, group: list[ClaimedMessageRow], receipt: Receipt, now: datetime
) -> None:
    first, rest = group[0]["outbox_id"], _ids(group[1:])
    await outbox.settle_outbox(conn, context.region, [first], "sent", now, provider_id=receipt.provider_id)
    if rest:
        await outbox.settle_outbox(conn, context.region, rest, "sent", now, fold_id=first)
    await reminders.settle_reminders(conn, context.region, _ids(group), "sent", now, None)


async def _settle_later(
    context: RegionContext, conn: Connection, group: list[ClaimedMessageRow], receipt: Receipt, now: datetime
) -> None:
    """Let each message wait for the channel's delay or a doubling one; refuse it after its own `MOST_ATTEMPTS`.

    Messages sent together may have different numbers of attempts.
    """
    spent = [row for row in group if row["attempts"] >= MOST_ATTEMPTS]
    for row in group:
        if row not in spent:
            wait = timedelta(seconds=receipt.retry_after_s or 0) or BACK_OFF * 2 ** row["attempts"]
            again = _notice_time(context, now + wait, urgent=row["urgent"])
            await outbox.settle_outbox(
                conn, context.region, [row["outbox_id"]], "waiting", now, reason=receipt.reason, not_before=again
            )
    if spent:
        await _settle_refused(context, conn, spent, receipt, now)


async def _settle_refused(
    context: RegionContext, conn: Connection, group: list[ClaimedMessageRow], receipt: Receipt, now: datetime
) -> None:
    """Settle messages the channel refused: a callback goes on by telephone, any other message raises an alarm."""
    await outbox.settle_outbox(conn, context.region, _ids(group), "refused", now, reason=receipt.reason)
    await reminders.settle_reminders(conn, context.region, _ids(group), "refused", now, receipt.reason)
    for row in group:
        waiting = (
            await callbacks.get_open_callback(conn, context.region, row["ticket_id"]) if row["ticket_id"] else None
        )
        if row["kind"] == NoticeKind.CALLBACK and waiting is not None:
            await callbacks.try_callback_later(
                conn, context.region, waiting["callback_id"], waiting["state"], "phone", now, now
            )
        else:
            details = {"kind": row["kind"], "reason": receipt.reason}
            about = str(row["outbox_id"])
            await alarms.raise_alarm(
                conn, context.region, AlarmKind.MESSAGE_REFUSED, about, row["ticket_id"], details, now
            )


async def _note_unknown(context: RegionContext, conn: Connection, row: MessageRow, now: datetime) -> None:
    await reminders.settle_reminders(conn, context.region, [row["outbox_id"]], "unknown", now, row["reason"])
    details, about = {"kind": row["kind"]}, str(row["outbox_id"])
    await alarms.raise_alarm(conn, context.region, AlarmKind.MESSAGE_UNKNOWN, about, row["ticket_id"], details, now)


def _ids(rows: Sequence[MessageRow]) -> list[UUID]:
    return [row["outbox_id"] for row in rows]

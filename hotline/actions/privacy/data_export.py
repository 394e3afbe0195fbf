"""Export a complainant's data at their own request, with a reason and an access log entry (个人信息保护法 §45)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from hotline.actions.privacy.complainant import read_complainant
from hotline.actions.privacy.fingerprints import contact_hashes
from hotline.actions.region.context import RegionContext
from hotline.actions.tickets.execution import check_scope
from hotline.db import Connection
from hotline.domain.accounts.permissions import Right, allow
from hotline.domain.enums import KIND_NAMES
from hotline.domain.errors import Missing, NotFound
from hotline.domain.privacy.person_copy import CopiedEvent, PersonCopy, TicketCopy
from hotline.domain.text import clean
from hotline.domain.tickets.lifecycle import STATE_NAMES, TABLE, Verb
from hotline.domain.tickets.ticket import SYSTEM, Actor, Ticket
from hotline.store.privacy import access_log
from hotline.store.tickets import attachments, history, lists, records

MOST_TICKETS = 1000


async def copy_person(
    context: RegionContext, number: str, actor: Actor | None, now: datetime, reason: str, address: str = ""
) -> PersonCopy:
    """Copy all tickets, oldest first, of the complainant who filed the one with this number.

    They are found by phone number or WeChat id, and the access log gets an entry for each. `actor` None: the command
    line. Raises NotAllowed, NotFound, Missing without a reason.
    """
    if actor is not None:
        allow(actor, Right.EXPORT_PERSON)
    reason = clean(reason)
    if not reason:
        raise Missing(what="导出理由")
    async with context.writing(actor or SYSTEM) as conn:
        ticket = await records.get_by_number(conn, context.region, number)
        if ticket is None:
            raise NotFound
        if actor is not None:
            await check_scope(context, conn, ticket, actor)
        tickets = await _tickets_of_person(context, conn, ticket)
        account_id = actor.account_id if actor else None
        for copied in tickets:
            await access_log.insert_entry(
                conn, context.region, now, account_id, copied.ticket_id, "export", f"应本人要求：{reason}"[:200], address,
                page="" if actor else "hotline person export",
            )  # fmt: skip
        copies = [await _copy_ticket(context, conn, copied) for copied in tickets]
    return {"county": context.county.name, "tickets": copies}


async def _tickets_of_person(context: RegionContext, conn: Connection, ticket: Ticket) -> list[Ticket]:
    complainant = await read_complainant(context, conn, ticket.ticket_id)
    contact = complainant.phone or complainant.wechat
    if not contact:
        return [ticket]
    rows = await lists.list_of_person(conn, context.region, contact_hashes(context, contact), MOST_TICKETS)
    return sorted((records.ticket_of(row) for row in rows), key=lambda filed: (filed.received_at, filed.number))


async def _copy_ticket(context: RegionContext, conn: Connection, ticket: Ticket) -> TicketCopy:
    region, zone = context.region, context.rules.calendar.zone

    def local(at: datetime) -> str:
        return at.astimezone(zone).isoformat(sep=" ", timespec="minutes")[:16]

    events = await history.list_events(conn, region, ticket.ticket_id)
    accesses = await access_log.list_entries_of_ticket(conn, region, ticket.ticket_id)
    return {
        "number": ticket.number, "kind": KIND_NAMES[ticket.kind], "state": STATE_NAMES[ticket.state],
        "received_at": local(ticket.received_at), "title": ticket.title, "body": ticket.body, "place": ticket.place,
        "person": asdict(await read_complainant(context, conn, ticket.ticket_id)),
        "events": [_event(row, local(row["at"])) for row in events if row["public_text"]],
        "files": [row["file_name"] for row in await attachments.list_attachments(conn, region, ticket.ticket_id)],
        "looks": [{"at": local(row["at"]), "role": row["role"] or "command line", "what": row["what"]} for row in accesses],
    }  # fmt: skip


def _event(row: Mapping[str, Any], at: str) -> CopiedEvent:
    return {"at": at, "what": TABLE[Verb(row["verb"])].label, "text": row["public_text"]}

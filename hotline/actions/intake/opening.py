"""Open a ticket from a filing (受理; PROCEDURE §2)."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from hotline.actions.privacy.fingerprints import code_hash, code_of, contact_hash, person_hash, query_code
from hotline.actions.region.context import RegionContext
from hotline.actions.region.row_scope import scope_of_key
from hotline.actions.tickets.decision_writer import first_timer
from hotline.db import Connection
from hotline.domain import intake as rule
from hotline.domain.errors import Malformed
from hotline.domain.intake import Filing, check_filing
from hotline.domain.messaging.message import Incoming
from hotline.domain.tickets.ticket import COMPLAINANT, Actor, Ticket
from hotline.phone import normalise
from hotline.store.ids import new_id
from hotline.store.intake import own_tickets
from hotline.store.tickets import records
from hotline.store.tickets.filing import AlreadyOpened, Filed, SealedPerson, insert_tickets

Given = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Opened:
    """An opened ticket with its query code for the complainant; `repeated`: an earlier request had opened it."""

    ticket: Ticket
    query_code: str
    repeated: bool = False


async def open_ticket(context: RegionContext, filing: Filing, actor: Actor, now: datetime) -> Opened:
    """Open a ticket (受理) with complainant, event and dispatch deadline; a repeated client_key returns the first one.

    Filings that arrive while others are being written are batched into one statement. Raises Missing, TooLong,
    Malformed.
    """
    filing = _fit(context, check_filing(filing))
    code = query_code(context, filing.client_key)
    filed = _compose(context, filing, actor, now, await context.next_number(now))
    try:
        await context.filings.submit(filed)
    except AlreadyOpened:
        async with context.reading(scope_of_key(filing.client_key)) as conn:
            earlier = await records.get_by_client_key(conn, context.region, filing.client_key)
            stored = await records.get_code_hash(conn, context.region, earlier.ticket_id) if earlier else None
        if earlier is None or stored is None:
            raise
        first_code = code_of(context, earlier.number, filing.client_key, stored)
        return Opened(earlier, first_code or code, repeated=True)
    return Opened(filed.ticket, code)


async def open_ticket_in(
    context: RegionContext, conn: Connection, filing: Filing, actor: Actor, now: datetime
) -> Opened:
    """Do the same as `open_ticket` in an open transaction. Raises AlreadyOpened for a repeated client_key."""
    filing = _fit(context, check_filing(filing))
    filed = _compose(context, filing, actor, now, await context.next_number(now))
    await insert_tickets(conn, context.region, [filed])
    return Opened(filed.ticket, query_code(context, filing.client_key))


async def open_own_in(
    context: RegionContext, conn: Connection, incoming: Incoming, filing: Filing, now: datetime
) -> Opened:
    """Open a ticket for the person who wrote, who then finds it on this channel. Raises what `open_ticket_in` raises."""
    opened = await open_ticket_in(context, conn, filing, COMPLAINANT, now)
    await own_tickets.insert_own(
        conn, context.region, incoming.channel, person_hash(context, incoming), opened.ticket.ticket_id, now
    )
    return opened


def _compose(context: RegionContext, filing: Filing, actor: Actor, now: datetime, number: str) -> Filed:
    decision = rule.open_ticket(filing, new_id(), number, actor, context.rules, now)
    assert decision.event is not None
    return Filed(
        ticket=decision.ticket,
        person=_seal(context, filing),
        code_hash=code_hash(context, number, query_code(context, filing.client_key)),
        client_key=filing.client_key,
        event=decision.event,
        clock=decision.starts[0],
        first_step=first_timer(context, decision.starts[0]),
    )


def _fit(context: RegionContext, filing: Filing) -> Filing:
    """Return the filing with the pace of its matter and the phone number normalised.

    Raises Malformed for an unknown matter, an unknown accused unit or an invalid phone number.
    """
    matter = context.county.matters.get(filing.matter_id or "")
    if filing.matter_id and matter is None:
        raise Malformed(what="事项分类")
    if filing.accused_unit_id is not None and filing.accused_unit_id not in context.county.units:
        raise Malformed(what="被反映单位")
    number = normalise(filing.phone, area_code=context.area_code) if filing.phone.strip() else None
    if filing.phone.strip() and number is None:
        raise Malformed(what="联系电话")
    pace = type(filing.pace)(matter["pace"]) if matter and filing.pace == "ordinary" else filing.pace
    return replace(filing, pace=pace, phone=number.text if number else "")


def _seal(context: RegionContext, filing: Filing) -> SealedPerson:
    vault = context.vault

    def sealed(what: str, text: str) -> bytes | None:
        return vault.seal(text, f"complainant.{what}") if text else None

    return SealedPerson(
        contact_hash=contact_hash(context, filing.phone or filing.wechat or filing.client_key),
        name_sealed=sealed("name", filing.name),
        phone_sealed=sealed("phone", filing.phone),
        identity_sealed=sealed("identity", filing.identity),
        address_sealed=sealed("address", filing.address),
        wechat_sealed=sealed("wechat", filing.wechat),
    )


def new_client_key() -> str:
    """Return a random idempotency key for a new form."""
    return secrets.token_urlsafe(18)

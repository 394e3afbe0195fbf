"""Taking contacts in: open a ticket, and the ways one ends or waits at first contact (PROCEDURE §2)."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from hotline.actions.by_rule import perform_rule
from hotline.actions.deed import first_timer, hold, perform
from hotline.actions.lending import of_key
from hotline.actions.office import Office
from hotline.domain import intake as rule
from hotline.domain.errors import Malformed
from hotline.domain.intake import Filing, check_filing
from hotline.domain.ticket import Actor, Decision, Ticket
from hotline.phone import normalise
from hotline.store import tickets
from hotline.store.ids import new_id
from hotline.store.tickets import AlreadyOpened, Filed, SealedPerson

Given = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Opened:
    """What the person is told: the number, the query code known to the person only, and whether it was a repeat."""

    ticket: Ticket
    query_code: str
    repeated: bool = False


async def open_ticket(office: Office, filing: Filing, actor: Actor, now: datetime) -> Opened:
    """受理. One row each of ticket, person, event and clock; a repeated client_key gives the first answer again.

    Filings that arrive while others are being written are written together. Raises Missing, TooLong, Malformed.
    """
    filing = _fit(office, check_filing(filing))
    code = query_code(office, filing.client_key)
    filed = _compose(office, filing, actor, now, await office.next_number(now))
    try:
        await office.tray.put(filed)
    except AlreadyOpened:
        async with office.reading(of_key(filing.client_key)) as conn:
            earlier = await tickets.get_by_client_key(conn, office.region, filing.client_key)
            stored = await tickets.get_code_hash(conn, office.region, earlier.ticket_id) if earlier else None
        if earlier is None or stored is None:
            raise
        told = code_of(office, earlier.number, filing.client_key, stored)
        return Opened(earlier, told or code, repeated=True)
    return Opened(filed.ticket, code)


async def open_ticket_in(office: Office, conn: Any, filing: Filing, actor: Actor, now: datetime) -> Opened:
    """The same inside a transaction that is already open. Raises AlreadyOpened for a repeat."""
    filing = _fit(office, check_filing(filing))
    filed = _compose(office, filing, actor, now, await office.next_number(now))
    await tickets.insert_tickets(conn, office.region, [filed])
    return Opened(filed.ticket, query_code(office, filing.client_key))


def _compose(office: Office, filing: Filing, actor: Actor, now: datetime, number: str) -> Filed:
    decision = rule.open_ticket(filing, new_id(), number, actor, office.rules, now)
    assert decision.event is not None
    return Filed(
        ticket=decision.ticket,
        person=_seal(office, filing),
        code_hash=code_hash(office, number, query_code(office, filing.client_key)),
        client_key=filing.client_key,
        event=decision.event,
        clock=decision.starts[0],
        first_step=first_timer(office, decision.starts[0]),
    )


def _fit(office: Office, filing: Filing) -> Filing:
    """The filing as the county knows it: a known matter brings its pace, a number its usual form."""
    matter = office.county.matters.get(filing.matter_id or "")
    if filing.matter_id and matter is None:
        raise Malformed(what="事项分类")
    if filing.accused_unit_id is not None and filing.accused_unit_id not in office.county.units:
        raise Malformed(what="被反映单位")
    number = normalise(filing.phone, area_code=office.area_code) if filing.phone.strip() else None
    if filing.phone.strip() and number is None:
        raise Malformed(what="联系电话")
    pace = type(filing.pace)(matter["pace"]) if matter and filing.pace == "ordinary" else filing.pace
    return replace(filing, pace=pace, phone=number.text if number else "")


def _seal(office: Office, filing: Filing) -> SealedPerson:
    vault = office.vault

    def sealed(what: str, text: str) -> bytes | None:
        return vault.seal(text, f"complainant.{what}") if text else None

    return SealedPerson(
        contact_hash=contact_hash(office, filing.phone or filing.wechat or filing.client_key),
        name_sealed=sealed("name", filing.name),
        phone_sealed=sealed("phone", filing.phone),
        identity_sealed=sealed("identity", filing.identity),
        address_sealed=sealed("address", filing.address),
        wechat_sealed=sealed("wechat", filing.wechat),
    )


def contact_hash(office: Office, contact: str) -> bytes:
    """How a number or WeChat id is found again without being readable."""
    return office.vault.fingerprint(contact, "contact")


def contact_hashes(office: Office, contact: str) -> list[bytes]:
    """The same by every finding key: while keys change, rows stand under the old one and the new one."""
    return office.vault.fingerprints(contact, "contact")


def query_code(office: Office, client_key: str) -> str:
    """Six digits for the person only, for a filing just made."""
    return _query_codes(office, client_key)[0]


def _query_codes(office: Office, client_key: str) -> list[str]:
    prints = office.vault.fingerprints(client_key, "query-code")
    return [f"{int.from_bytes(one[:8]) % 1_000_000:06d}" for one in prints]


def code_of(office: Office, number: str, client_key: str, stored: bytes) -> str | None:
    """The code a filing was told, whichever finding key it came from; None when it came from none that is known."""
    codes = _query_codes(office, client_key)
    return next((code for code in codes if stored in code_hashes(office, number, code)), None)


def code_hash(office: Office, number: str, code: str) -> bytes:
    """What is stored of a query code."""
    return office.vault.fingerprint(f"{number}:{code}", "query-code-hash")


def code_hashes(office: Office, number: str, code: str) -> list[bytes]:
    """What may be stored of a query code while keys change."""
    return office.vault.fingerprints(f"{number}:{code}", "query-code-hash")


def new_client_key() -> str:
    """A key for a fresh form."""
    return secrets.token_urlsafe(18)


async def answer_ticket(
    office: Office, ticket_id: UUID, actor: Actor, now: datetime, given: Given, client_key: str | None = None
) -> Ticket:
    """即办件: answered at first contact."""
    return await perform_rule(
        office, ticket_id, actor, now, lambda ticket: rule.answer_at_once(ticket, actor, now, given), client_key
    )


async def redirect_ticket(
    office: Office, ticket_id: UUID, actor: Actor, now: datetime, given: Given, client_key: str | None = None
) -> Ticket:
    """退回件: told where it belongs."""
    return await perform_rule(
        office, ticket_id, actor, now, lambda ticket: rule.redirect(ticket, actor, now, given), client_key
    )


async def ask_details(
    office: Office, ticket_id: UUID, actor: Actor, now: datetime, given: Given, client_key: str | None = None
) -> Ticket:
    """补办件: everything missing told once (一次性告知)."""
    return await perform_rule(
        office,
        ticket_id,
        actor,
        now,
        lambda ticket: rule.ask_details(ticket, actor, office.rules, now, given),
        client_key,
    )


async def add_details(
    office: Office, ticket_id: UUID, actor: Actor, now: datetime, given: Given, client_key: str | None = None
) -> Ticket:
    """The person supplied what was missing."""
    return await perform_rule(
        office,
        ticket_id,
        actor,
        now,
        lambda ticket: rule.add_details(ticket, actor, office.rules, now, given),
        client_key,
    )


async def withdraw_ticket(
    office: Office, ticket_id: UUID, actor: Actor, now: datetime, given: Given, client_key: str | None = None
) -> Ticket:
    """The person takes it back."""
    return await perform_rule(
        office, ticket_id, actor, now, lambda ticket: rule.withdraw(ticket, actor, now, given), client_key
    )


async def merge_ticket(
    office: Office, ticket_id: UUID, target_number: str, actor: Actor, now: datetime, client_key: str | None = None
) -> Ticket:
    """并单 into the ticket with this number. Raises Malformed when that one does not go on, AccusedAddressee."""

    async def decide(conn: Any, ticket: Ticket) -> Decision:
        found = await tickets.get_by_number(conn, office.region, target_number.strip())
        if found is None:
            raise Malformed(what="并入的工单号")
        target = await hold(office, conn, found.ticket_id, actor, now)
        barred = office.county.barred(ticket.accused_unit_id)
        decision = rule.merge(ticket, target, barred, actor, now)
        await tickets.follow_merge(conn, office.region, ticket_id, target.ticket_id)
        return decision

    return await perform(office, ticket_id, actor, now, decide, client_key=client_key)

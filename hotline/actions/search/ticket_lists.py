"""Lists of tickets and calls for a person of the office, inside their rows (PROCEDURE §6)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from hotline.actions.privacy.fingerprints import contact_hashes
from hotline.actions.region.context import Office
from hotline.actions.search.case_view import Row
from hotline.domain.accounts.permissions import Right, allow
from hotline.domain.privacy.visibility import sees_all
from hotline.domain.tickets.lifecycle import State
from hotline.domain.tickets.ticket import Actor
from hotline.phone import normalise
from hotline.store import callbacks
from hotline.store.privacy import views
from hotline.store.tickets import lists


async def list_inbox(
    office: Office, actor: Actor, states: list[State], batch: int = 50, skip: int = 0
) -> tuple[list[Row], dict[str, int]]:
    """The actor's open tickets in these states, what runs out first on top, and counts of all open ones by state."""
    allow(actor, Right.LIST_TICKETS)
    units = _units(office, actor)
    async with office.reading(actor) as conn:
        rows = await lists.list_inbox(conn, office.region, units, [state.value for state in states], batch, skip)
        return rows, await lists.count_by_state(conn, office.region, units)


async def list_closed(office: Office, actor: Actor, batch: int = 50, skip: int = 0) -> tuple[list[Row], dict[str, int]]:
    """The actor's closed tickets, newest first, and counts of the open ones by state; closed ones are never counted."""
    allow(actor, Right.LIST_TICKETS)
    units = _units(office, actor)
    async with office.reading(actor) as conn:
        rows = await lists.list_closed(conn, office.region, units, batch, skip)
        return rows, await lists.count_by_state(conn, office.region, units)


def _units(office: Office, actor: Actor) -> list[UUID] | None:
    return None if sees_all(actor.role) else list(office.county.scope(actor))


async def list_supervised(office: Office, actor: Actor, tiers: list[int], batch: int = 50, skip: int = 0) -> list[Row]:
    """Tickets under supervision. Raises NotAllowed for those whose work it is not."""
    allow(actor, Right.LIST_SUPERVISED)
    async with office.reading(actor) as conn:
        return await lists.list_supervised(conn, office.region, tiers, batch, skip)


async def list_calls(office: Office, actor: Actor, stage: str, now: datetime, batch: int = 50) -> list[Row]:
    """Callbacks to make by telephone now: stage 'reply' for operators, 'interview' for those who verify."""
    allow(actor, Right.LIST_CALLS if stage == "reply" else Right.LIST_VERIFICATIONS)
    async with office.reading(actor) as conn:
        return await callbacks.list_calls(conn, office.region, stage, now, batch)


async def list_caller(office: Office, phone: str, actor: Actor, now: datetime, address: str = "") -> list[Row]:
    """Earlier tickets from this very number, newest first; nothing for a number that only stands in a text."""
    allow(actor, Right.SEARCH_CALLER)
    number = normalise(phone, area_code=office.area_code)
    if number is None:
        return []
    async with office.writing(actor) as conn:
        await views.insert_view(conn, office.region, now, actor.account_id, None, "search", address=address)
        return await lists.list_of_person(conn, office.region, contact_hashes(office, number.text), 10)


async def list_latest(office: Office, actor: Actor, batch: int = 8) -> list[Row]:
    """What this operator took in lately."""
    async with office.reading(actor) as conn:
        return await lists.list_latest(conn, office.region, actor.account_id, batch)

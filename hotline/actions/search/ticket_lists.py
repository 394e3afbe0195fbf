"""Lists of tickets and calls for staff, within their row scope (PROCEDURE §6)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from hotline.actions.privacy.fingerprints import contact_hashes
from hotline.actions.region.context import RegionContext
from hotline.crypto.complainant import unseal_complainant
from hotline.domain.accounts.permissions import Right, allow
from hotline.domain.privacy.visibility import mask_name, sees_all
from hotline.domain.tickets.lifecycle import State
from hotline.domain.tickets.ticket import Actor
from hotline.phone import normalise
from hotline.store import callbacks
from hotline.store.callbacks import CallRow as CallRow
from hotline.store.privacy import access_log
from hotline.store.tickets import lists
from hotline.store.tickets.lists import InboxTicketRow as InboxTicketRow
from hotline.store.tickets.lists import ListedTicketRow as ListedTicketRow
from hotline.store.tickets.lists import SupervisedTicketRow as SupervisedTicketRow


@dataclass(frozen=True, slots=True)
class CallerTicket:
    """An earlier ticket from a caller's number; `masked_name` is '' where no name was told."""

    row: ListedTicketRow
    masked_name: str


async def list_inbox(
    context: RegionContext, actor: Actor, states: list[State], batch: int = 50, skip: int = 0
) -> tuple[list[InboxTicketRow], dict[str, int]]:
    """List the actor's open tickets in these states, earliest due first, with counts of all open ones by state.

    Raises NotAllowed.
    """
    allow(actor, Right.LIST_TICKETS)
    units = _units(context, actor)
    async with context.reading(actor) as conn:
        rows = await lists.list_inbox(conn, context.region, units, [state.value for state in states], batch, skip)
        return rows, await lists.count_by_state(conn, context.region, units)


async def list_closed(
    context: RegionContext, actor: Actor, batch: int = 50, skip: int = 0
) -> tuple[list[ListedTicketRow], dict[str, int]]:
    """List the actor's closed tickets, newest first, with counts of the open ones by state. Raises NotAllowed."""
    allow(actor, Right.LIST_TICKETS)
    units = _units(context, actor)
    async with context.reading(actor) as conn:
        rows = await lists.list_closed(conn, context.region, units, batch, skip)
        return rows, await lists.count_by_state(conn, context.region, units)


def _units(context: RegionContext, actor: Actor) -> list[UUID] | None:
    return None if sees_all(actor.role) else list(context.county.scope(actor))


async def list_supervised(
    context: RegionContext, actor: Actor, tiers: list[int], batch: int = 50, skip: int = 0
) -> list[SupervisedTicketRow]:
    """List tickets on these tiers of supervision. Raises NotAllowed."""
    allow(actor, Right.LIST_SUPERVISED)
    async with context.reading(actor) as conn:
        return await lists.list_supervised(conn, context.region, tiers, batch, skip)


async def list_calls(context: RegionContext, actor: Actor, stage: str, now: datetime, batch: int = 50) -> list[CallRow]:
    """List callbacks to make by telephone now: stage 'reply' for operators, 'interview' for those who verify.

    Raises NotAllowed.
    """
    allow(actor, Right.LIST_CALLS if stage == "reply" else Right.LIST_VERIFICATIONS)
    async with context.reading(actor) as conn:
        return await callbacks.list_calls(conn, context.region, stage, now, batch)


async def list_caller(
    context: RegionContext, phone: str, actor: Actor, now: datetime, address: str = ""
) -> list[CallerTicket]:
    """List at most ten tickets filed from this telephone number, newest first, and record the search in the access log.

    A number may be shared and proves nobody: confidential tickets are neither listed nor counted (PROCEDURE §6.1).
    Numbers mentioned in texts are not searched. Raises NotAllowed.
    """
    allow(actor, Right.SEARCH_CALLER)
    number = normalise(phone, area_code=context.area_code)
    if number is None:
        return []
    async with context.writing(actor) as conn:
        await access_log.insert_entry(conn, context.region, now, actor.account_id, None, "search", address=address)
        rows = await lists.list_of_caller(conn, context.region, contact_hashes(context, number.text), 10)
    names = [unseal_complainant(context.vault, name=row["name_sealed"]).name for row in rows]
    return [CallerTicket(row, mask_name(name)) for row, name in zip(rows, names, strict=True)]


async def list_latest(context: RegionContext, actor: Actor, batch: int = 8) -> list[ListedTicketRow]:
    """List the tickets this operator took in last, newest first."""
    async with context.reading(actor) as conn:
        return await lists.list_latest(conn, context.region, actor.account_id, batch)

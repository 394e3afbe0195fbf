"""The access log (table `view_log`) and the hash chain over it (PROCEDURE §6)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TypedDict
from uuid import UUID

from hotline.db import Connection
from hotline.domain.policy.login_rules import plain_login
from hotline.domain.tickets.number import normalise_number
from hotline.store.ids import new_id
from hotline.store.queries import fetch_all, fetch_one, fetch_required, fetch_value, queries

_q = queries.privacy.access_log

COVERED = ("view_id", "at", "account_id", "ticket_id", "what", "reason", "address", "page", "shown")
"""The columns that a link's digest covers: every one that says something."""


class TicketAccessRow(TypedDict):
    """One access to a ticket by staff; name and role are null for an export at the command line."""

    at: datetime
    what: str
    reason: str | None
    account_name: str | None
    role: str | None


class ChainHeadRow(TypedDict):
    """The newest link of the chain: its place from 1 on (0: none yet), its digest, and the signature of both."""

    seq: int
    digest: bytes
    signature: str


class UnlinkedEntryRow(TypedDict):
    """An entry of the access log that no link covers yet."""

    view_id: UUID
    at: datetime
    account_id: UUID | None
    ticket_id: UUID | None
    what: str
    reason: str | None
    address: str | None
    page: str | None
    shown: int | None


class ChainLinkRow(TypedDict):
    """A link with the entry it covers; the columns of an entry that is gone are null, `view_id` too."""

    seq: int
    digest: bytes
    algorithm: str
    linked_at: datetime
    view_id: UUID | None
    at: datetime | None
    account_id: UUID | None
    ticket_id: UUID | None
    what: str | None
    reason: str | None
    address: str | None
    page: str | None
    shown: int | None


class AccessEntryRow(TypedDict):
    """An entry as the audit administrator reads it; `total` is the number of entries that match the filter.

    Account columns are null for the complainant, `number` for an entry about no ticket.
    """

    view_id: UUID
    at: datetime
    what: str
    reason: str | None
    address: str | None
    page: str | None
    shown: int | None
    account_name: str | None
    login: str | None
    role: str | None
    number: str | None
    unit_name: str | None
    total: int


class RevealRow(TypedDict):
    """A reveal of a person: by whom, of which unit, and the unit that leads the ticket."""

    at: datetime
    account_id: UUID
    account_name: str
    login: str
    unit_id: UUID | None
    lead_unit_id: UUID | None


async def insert_entry(
    conn: Connection, region: int, now: datetime, account_id: UUID | None, ticket_id: UUID | None, what: str,
    reason: str | None = None, address: str | None = None, *, page: str | None = None, shown: int | None = None,
) -> None:  # fmt: skip
    """Record one access to personal data: `page` is the path without its query, `shown` the number of tickets in a list."""
    await _q.insert_entry(
        conn, region_id=region, view_id=new_id(), at=now, account_id=account_id, ticket_id=ticket_id, what=what,
        reason=reason, address=address or None, page=page, shown=shown,
    )  # fmt: skip


async def list_entries_of_ticket(conn: Connection, region: int, ticket_id: UUID) -> list[TicketAccessRow]:
    """The last 200 accesses to a ticket by staff, newest first; never the complainant's own (PROCEDURE §6.3)."""
    return await fetch_all(TicketAccessRow, _q.entries_of_ticket(conn, region_id=region, ticket_id=ticket_id))


async def lock_head(conn: Connection, region: int) -> ChainHeadRow:
    """The newest link, its row locked until the transaction ends; inserted with place 0 when there is none."""
    head = await fetch_one(ChainHeadRow, _q.lock_head(conn, region_id=region))
    if head is None:
        await _q.add_head(conn, region_id=region)
        head = await fetch_one(ChainHeadRow, _q.lock_head(conn, region_id=region))
    assert head is not None
    return head


async def get_head(conn: Connection, region: int) -> ChainHeadRow | None:
    """The newest link; None while nothing was linked."""
    return await fetch_one(ChainHeadRow, _q.head(conn, region_id=region))


async def save_head(conn: Connection, region: int, seq: int, digest: bytes, signature: str, now: datetime) -> None:
    """Replace the newest link."""
    await _q.save_head(conn, region_id=region, seq=seq, digest=digest, signature=signature, at=now)


async def get_newest_linked(conn: Connection, region: int) -> UUID | None:
    """The greatest entry id in the chain; None while nothing was linked."""
    return await fetch_value(UUID, _q.newest_linked(conn, region_id=region))


async def list_unlinked(conn: Connection, region: int, after: UUID, batch: int) -> list[UnlinkedEntryRow]:
    """At most `batch` entries with a greater id than `after` that no link covers, oldest first."""
    return await fetch_all(UnlinkedEntryRow, _q.unlinked(conn, region_id=region, after=after, batch=batch))


async def count_unlinked(conn: Connection, region: int, before: datetime) -> int:
    """The number of entries from before this moment that no link covers."""
    return await fetch_required(int, _q.count_unlinked(conn, region_id=region, before=before))


async def add_links(
    conn: Connection, region: int, links: Sequence[tuple[int, UUID, bytes]], algorithm: str, now: datetime
) -> None:
    """Append links, each as (place, entry id, digest)."""
    seqs, view_ids, digests = (list(column) for column in zip(*links, strict=True))
    await _q.add_links(
        conn, region_id=region, seqs=seqs, view_ids=view_ids, digests=digests, algorithm=algorithm, at=now
    )


async def list_links(conn: Connection, region: int, after: int, batch: int) -> list[ChainLinkRow]:
    """At most `batch` links beyond the place `after` with their entries, in order."""
    return await fetch_all(ChainLinkRow, _q.links(conn, region_id=region, after=after, batch=batch))


async def count_links(conn: Connection, region: int) -> int:
    """The length of the chain."""
    return await fetch_required(int, _q.count_links(conn, region_id=region))


async def list_entries(
    conn: Connection, region: int, login: str, number: str, what: str, since: datetime, until: datetime,
    batch: int, skip: int,
) -> list[AccessEntryRow]:  # fmt: skip
    """Entries from `since` until before `until`, newest first; an empty login, number or kind does not filter."""
    return await fetch_all(
        AccessEntryRow,
        _q.entries(
            conn, region_id=region, login=plain_login(login), number=normalise_number(number), what=what, since=since, until=until,
            batch=batch, skip=skip,
        ),
    )  # fmt: skip


async def list_reveals(conn: Connection, region: int, since: datetime) -> list[RevealRow]:
    """Reveals of persons after this moment, oldest first."""
    return await fetch_all(RevealRow, _q.reveals_since(conn, region_id=region, since=since))

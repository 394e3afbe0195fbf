"""The access log (table `view_log`) and the hash chain over it. Rows in and out (PROCEDURE §6)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from hotline.store.ids import new_id
from hotline.store.queries import queries

_q = queries.privacy.access_log


Row = Mapping[str, Any]
# What a link covers: every column that says something.
COVERED = ("view_id", "at", "account_id", "ticket_id", "what", "reason", "address", "page", "shown")


async def insert_entry(
    conn: Any, region: int, now: datetime, account_id: UUID | None, ticket_id: UUID | None, what: str,
    reason: str | None = None, address: str | None = None, *, page: str | None = None, shown: int | None = None,
) -> None:  # fmt: skip
    """Record one access to personal data: `page` is the path without its query, `shown` the number of tickets in a list."""
    await _q.insert_entry(
        conn, region_id=region, view_id=new_id(), at=now, account_id=account_id, ticket_id=ticket_id, what=what,
        reason=reason, address=address or None, page=page, shown=shown,
    )  # fmt: skip


async def list_entries_of_ticket(conn: Any, region: int, ticket_id: UUID) -> list[Mapping[str, Any]]:
    """Who has seen a ticket, newest first."""
    return [row async for row in _q.entries_of_ticket(conn, region_id=region, ticket_id=ticket_id)]


async def lock_head(conn: Any, region: int) -> Row:
    """The newest link, held until the transaction ends."""
    head: Row | None = await _q.lock_head(conn, region_id=region)
    if head is None:
        await _q.add_head(conn, region_id=region)
        head = await _q.lock_head(conn, region_id=region)
    assert head is not None
    return head


async def get_head(conn: Any, region: int) -> Row | None:
    """The newest link; None while nothing was linked."""
    head: Row | None = await _q.head(conn, region_id=region)
    return head


async def save_head(conn: Any, region: int, seq: int, digest: bytes, signature: str, now: datetime) -> None:
    """The chain has grown to this link."""
    await _q.save_head(conn, region_id=region, seq=seq, digest=digest, signature=signature, at=now)


async def get_newest_linked(conn: Any, region: int) -> UUID | None:
    """The greatest id in the chain."""
    newest: UUID | None = await _q.newest_linked(conn, region_id=region)
    return newest


async def list_unlinked(conn: Any, region: int, after: UUID, batch: int) -> list[Row]:
    """Looks beyond this id that are in no link yet, oldest first."""
    return [row async for row in _q.unlinked(conn, region_id=region, after=after, batch=batch)]


async def count_unlinked(conn: Any, region: int, before: datetime) -> int:
    """How many looks older than this are in no link."""
    count: int = await _q.count_unlinked(conn, region_id=region, before=before)
    return count


async def add_links(
    conn: Any, region: int, links: Sequence[tuple[int, UUID, bytes]], algorithm: str, now: datetime
) -> None:
    """The next links: place, row, digest."""
    seqs, view_ids, digests = (list(column) for column in zip(*links, strict=True))
    await _q.add_links(
        conn, region_id=region, seqs=seqs, view_ids=view_ids, digests=digests, algorithm=algorithm, at=now
    )


async def list_links(conn: Any, region: int, after: int, batch: int) -> list[Row]:
    """Links beyond this place with their rows, in order."""
    return [row async for row in _q.links(conn, region_id=region, after=after, batch=batch)]


async def count_links(conn: Any, region: int) -> int:
    """How long the chain is."""
    count: int = await _q.count_links(conn, region_id=region)
    return count


async def list_entries(
    conn: Any, region: int, login: str, number: str, what: str, since: datetime, until: datetime,
    batch: int, skip: int,
) -> list[Row]:  # fmt: skip
    """The record, newest first; rows have `total`."""
    rows = _q.entries(
        conn, region_id=region, login=login, number=number, what=what, since=since, until=until,
        batch=batch, skip=skip,
    )  # fmt: skip
    return [row async for row in rows]


async def list_reveals(conn: Any, region: int, since: datetime) -> list[Row]:
    """Reveals since then, oldest first."""
    return [row async for row in _q.reveals_since(conn, region_id=region, since=since)]

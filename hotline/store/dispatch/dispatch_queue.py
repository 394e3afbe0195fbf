"""What waits for a dispatcher's ruling, and how many calls wait (PROCEDURE §3, §5)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from hotline.db import Connection
from hotline.store.queries import fetch_all, fetch_required, queries
from hotline.store.tickets.records import StoredTicketRow

_q = queries.dispatch.dispatch_queue


class QueuedTicketRow(StoredTicketRow):
    """A ticket in a list of the dispatcher; `due_at` is the end of the deadline it waits under, None without one."""

    unit_name: str | None
    due_at: datetime | None


class ReturnedTicketRow(QueuedTicketRow):
    """A returned ticket; `details` has the unit's reason and basis, `due_at` is when the ruling is due."""

    details: Mapping[str, str] | None


class ExtensionRequestRow(QueuedTicketRow):
    """A ticket whose unit asked for an extension; `details` has the reason, `due_at` is when the decision is due."""

    details: Mapping[str, str] | None
    reply_due_at: datetime | None


async def list_returns(conn: Connection, region: int, batch: int) -> list[ReturnedTicketRow]:
    """At most `batch` returned tickets, the ruling that is due first on top."""
    return await fetch_all(ReturnedTicketRow, _q.returns_to_rule(conn, region_id=region, batch=batch))


async def list_extensions(conn: Connection, region: int, granted: int, batch: int) -> list[ExtensionRequestRow]:
    """At most `batch` requests on tickets extended `granted` times or more, the decision that is due first on top."""
    return await fetch_all(
        ExtensionRequestRow, _q.extensions_to_decide(conn, region_id=region, granted=granted, batch=batch)
    )


async def count_calls(conn: Connection, region: int, stage: str, now: datetime) -> int:
    """How many callbacks of this stage are to be made by telephone now."""
    return await fetch_required(int, _q.count_calls(conn, region_id=region, stage=stage, now=now))

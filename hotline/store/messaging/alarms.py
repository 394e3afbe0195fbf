"""Alarms: what a person of the hotline must look at. Rows in and out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from hotline.store.ids import new_id
from hotline.store.queries import queries

_q = queries.messaging.alarms


async def raise_alarm(
    conn: Any, region: int, kind: str, about: str, ticket_id: UUID | None, details: Mapping[str, Any], at: datetime
) -> None:
    """Something for a dispatcher's eye, once for each occasion `about`."""
    await _q.raise_alarm(
        conn, region_id=region, alarm_id=new_id(), dedupe_key=f"{kind}:{ticket_id}:{about}", kind=kind,
        ticket_id=ticket_id, details=dict(details), raised_at=at,
    )  # fmt: skip


async def raise_alarm_once(
    conn: Any, region: int, kind: str, about: str, ticket_id: UUID | None, details: Mapping[str, Any], at: datetime
) -> None:
    """The same for an occasion that is looked for again and again: once dealt with, it stays so."""
    await _q.raise_alarm_once(
        conn, region_id=region, alarm_id=new_id(), dedupe_key=f"{kind}:{ticket_id}:{about}", kind=kind,
        ticket_id=ticket_id, details=dict(details), raised_at=at,
    )  # fmt: skip


async def list_alarms_of_kind(conn: Any, region: int, kind: str) -> list[Mapping[str, Any]]:
    """Open alarms of one kind, oldest first."""
    return [row async for row in _q.open_alarms_of_kind(conn, region_id=region, kind=kind)]


async def list_alarms(conn: Any, region: int, batch: int) -> list[Mapping[str, Any]]:
    """Open alarms with ticket number and title, oldest first."""
    return [row async for row in _q.open_alarms(conn, region_id=region, batch=batch)]


async def count_alarms(conn: Any, region: int) -> int:
    """How many alarms wait."""
    value: int = await _q.count_open_alarms(conn, region_id=region)
    return value


async def settle_alarm(conn: Any, region: int, alarm_id: UUID, at: datetime, account_id: UUID | None) -> None:
    """A person dealt with it."""
    await _q.settle_alarm(conn, region_id=region, alarm_id=alarm_id, at=at, account_id=account_id)


async def settle_alarms_of_ticket(conn: Any, region: int, ticket_id: UUID, kinds: list[str], at: datetime) -> None:
    """The matter went on by itself."""
    await _q.settle_alarms_of_ticket(conn, region_id=region, ticket_id=ticket_id, kinds=kinds, at=at)


async def settle_alarms_of_kind(conn: Any, region: int, kind: str, at: datetime) -> None:
    """What every alarm of this kind, about no ticket, waited for came by itself."""
    await _q.settle_alarms_of_kind(conn, region_id=region, kind=kind, at=at)


async def settle_alarms_by_key(conn: Any, region: int, keys: list[str], at: datetime, account_id: UUID | None) -> None:
    """A person dealt with what these alarms told of."""
    await _q.settle_alarms_by_key(conn, region_id=region, dedupe_keys=keys, at=at, account_id=account_id)

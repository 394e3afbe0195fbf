"""Alarms, which a person must look at: rows of `alarm` in and out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TypedDict
from uuid import UUID

from hotline.db import Connection
from hotline.domain.messaging.alarms import AlarmKind
from hotline.store.ids import new_id
from hotline.store.queries import fetch_all, fetch_required, queries

_q = queries.messaging.alarms


class AlarmRow(TypedDict):
    """An open alarm; `details` are facts by name, different for each kind."""

    alarm_id: UUID
    raised_at: datetime
    details: Mapping[str, object]


class OpenAlarmRow(AlarmRow):
    """An open alarm with number and title of its ticket, if it has one."""

    kind: str
    ticket_id: UUID | None
    number: str | None
    title: str | None


async def raise_alarm(
    conn: Connection, region: int, kind: AlarmKind, about: str, ticket_id: UUID | None,
    details: Mapping[str, object], at: datetime,
) -> None:  # fmt: skip
    """Raise an alarm, one for each occasion `about`; it opens again when the occasion comes up after it was settled."""
    await _q.raise_alarm(
        conn, region_id=region, alarm_id=new_id(), dedupe_key=alarm_key(kind, ticket_id, about), kind=kind.value,
        ticket_id=ticket_id, details=dict(details), raised_at=at,
    )  # fmt: skip


async def raise_alarm_once(
    conn: Connection, region: int, kind: AlarmKind, about: str, ticket_id: UUID | None,
    details: Mapping[str, object], at: datetime,
) -> None:  # fmt: skip
    """Raise an alarm for an occasion that is found again and again: once settled, it stays settled."""
    await _q.raise_alarm_once(
        conn, region_id=region, alarm_id=new_id(), dedupe_key=alarm_key(kind, ticket_id, about), kind=kind.value,
        ticket_id=ticket_id, details=dict(details), raised_at=at,
    )  # fmt: skip


def alarm_key(kind: AlarmKind, ticket_id: UUID | None, about: str) -> str:
    """What makes an alarm unique: its kind, its ticket and the occasion."""
    return f"{kind}:{ticket_id}:{about}"


async def list_alarms_of_kind(conn: Connection, region: int, kind: AlarmKind) -> list[AlarmRow]:
    """Open alarms of one kind, oldest first."""
    return await fetch_all(AlarmRow, _q.open_alarms_of_kind(conn, region_id=region, kind=kind.value))


async def list_alarms(conn: Connection, region: int, batch: int) -> list[OpenAlarmRow]:
    """At most `batch` open alarms for dispatchers, oldest first."""
    return await fetch_all(OpenAlarmRow, _q.open_alarms(conn, region_id=region, batch=batch))


async def count_alarms(conn: Connection, region: int) -> int:
    """The number of open alarms."""
    return await fetch_required(int, _q.count_open_alarms(conn, region_id=region))


async def settle_alarm(conn: Connection, region: int, alarm_id: UUID, at: datetime, account_id: UUID | None) -> None:
    """Settle an alarm that a person dealt with."""
    await _q.settle_alarm(conn, region_id=region, alarm_id=alarm_id, at=at, account_id=account_id)


async def settle_alarms_of_ticket(
    conn: Connection, region: int, ticket_id: UUID, kinds: list[AlarmKind], at: datetime
) -> None:
    """Settle a ticket's alarms of these kinds: the matter went on by itself."""
    values = [kind.value for kind in kinds]
    await _q.settle_alarms_of_ticket(conn, region_id=region, ticket_id=ticket_id, kinds=values, at=at)


async def settle_alarms_of_kind(conn: Connection, region: int, kind: AlarmKind, at: datetime) -> None:
    """Settle every alarm of this kind that is about no ticket: what it waited for came by itself."""
    await _q.settle_alarms_of_kind(conn, region_id=region, kind=kind.value, at=at)


async def settle_alarms_by_key(
    conn: Connection, region: int, keys: list[str], at: datetime, account_id: UUID | None
) -> None:
    """Settle the alarms with these keys (see `alarm_key`): a person dealt with the matter on another page."""
    await _q.settle_alarms_by_key(conn, region_id=region, dedupe_keys=keys, at=at, account_id=account_id)

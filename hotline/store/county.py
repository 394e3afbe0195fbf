"""The county's own data: units, matters, catalogue, policy, calendar rows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from hotline.almanac import DayRow
from hotline.domain.dispatch import CatalogueRow
from hotline.domain.policy import Policy
from hotline.store.queries import queries

_q = queries.county


async def get_region(conn: Any, region: int) -> Mapping[str, Any] | None:
    """The region's row: `name`, `rehearsal_now`."""
    row: Mapping[str, Any] | None = await _q.region(conn, region_id=region)
    return row


async def add_region(conn: Any, region: int, name: str) -> None:
    """A county moves in, or gets another name."""
    await _q.add_region(conn, region_id=region, name=name)


async def get_policy(conn: Any, region: int, now: datetime) -> Policy:
    """The policy in force; the defaults of PROCEDURE where none was set. Raises BadPolicy."""
    row = await _q.policy(conn, region_id=region, now=now)
    return Policy.from_body(row["version"], row["body"]) if row else Policy(version=0)


async def add_policy(
    conn: Any, region: int, valid_from: datetime, body: Mapping[str, Any], author: str, saved_at: datetime | None = None
) -> int:
    """A new version of the policy; gives back its number."""
    version: int = await _q.add_policy(
        conn, region_id=region, valid_from=valid_from, body=dict(body), author=author, saved_at=saved_at or valid_from
    )
    return version


async def list_policies(conn: Any, region: int) -> list[Mapping[str, Any]]:
    """Every version of the policy, newest first."""
    return [row async for row in _q.policies(conn, region_id=region)]


async def lock_region(conn: Any, region: int) -> None:
    """Wait for whoever else changes the county's own numbers."""
    await _q.lock_region(conn, region_id=region)


async def add_notice(
    conn: Any, region: int, source: str, published_on: date, effective_from: date, at: datetime, by: str
) -> int:
    """A notice of days off is loaded; gives back the version of the calendar."""
    version: int = await _q.add_notice(
        conn, region_id=region, source=source, published_on=published_on, effective_from=effective_from,
        loaded_at=at, loaded_by=by,
    )  # fmt: skip
    return version


async def list_notices(conn: Any, region: int) -> list[Mapping[str, Any]]:
    """Every notice that was loaded, newest first."""
    return [row async for row in _q.notices(conn, region_id=region)]


async def unsettled_notice(conn: Any, region: int, before: datetime) -> str | None:
    """The source of the newest notice loaded before then whose late clocks were not looked through yet."""
    source: str | None = await _q.unsettled_notice(conn, region_id=region, before=before)
    return source


async def settle_notices(conn: Any, region: int, before: datetime, at: datetime) -> None:
    """The clocks begun without these notices were looked through."""
    await _q.settle_notices(conn, region_id=region, before=before, at=at)


async def list_calendar_days(conn: Any, region: int, now: datetime) -> list[DayRow]:
    """The dated rows in force over the State Council's calendar."""
    return [day_row_of(row) async for row in _q.calendar_days(conn, region_id=region, now=now)]


async def add_calendar_day(conn: Any, region: int, row: DayRow, valid_from: datetime) -> None:
    """A dated row over the State Council's calendar; of two for one day the later `valid_from` holds."""
    shifts = None if row.shifts is None else [[a.isoformat("minutes"), b.isoformat("minutes")] for a, b in row.shifts]
    await _q.add_calendar_day(
        conn, region_id=region, day=row.day, valid_from=valid_from, working=row.working, shifts=shifts,
        name=row.name, source=row.source,
    )  # fmt: skip


def day_row_of(row: Mapping[str, Any]) -> DayRow:
    """A row of `calendar_day` as the almanac takes it."""
    shifts = row["shifts"]
    hours = None if shifts is None else tuple((time.fromisoformat(a), time.fromisoformat(b)) for a, b in shifts)
    return DayRow(day=row["day"], working=row["working"], shifts=hours, name=row["name"], source=row["source"])


async def list_matters(conn: Any, region: int) -> list[Mapping[str, Any]]:
    """Every matter, by field."""
    return [row async for row in _q.matters(conn, region_id=region)]


async def list_catalogue(conn: Any, region: int, now: datetime) -> list[CatalogueRow]:
    """The dispatch catalogue in force."""
    rows = _q.catalogue(conn, region_id=region, now=now)
    return [CatalogueRow(r["unit_id"], r["matter_id"], r["place"], tuple(r["words"])) async for r in rows]


async def list_units(conn: Any, region: int) -> list[Mapping[str, Any]]:
    """Every unit with `staffed`: whether somebody there can receive anything."""
    return [row async for row in _q.units(conn, region_id=region)]


async def add_unit(
    conn: Any, region: int, unit_id: UUID, parent_id: UUID | None, name: str, sector: str, level: str,
    office: str | None = None,
) -> None:  # fmt: skip
    """A unit of the tree."""
    await _q.add_unit(
        conn,
        region_id=region,
        unit_id=unit_id,
        parent_id=parent_id,
        name=name,
        sector=sector,
        level=level,
        office=office,
    )

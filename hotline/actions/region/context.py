"""The context of every action: region, pool, vault, and the county's data, read again every minute."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic
from typing import Any
from uuid import UUID

import structlog

from hotline.actions.region.row_scope import FILING, scope_of
from hotline.batching import Batcher
from hotline.config import Settings
from hotline.crypto.keyring import KeyringFault
from hotline.crypto.vault import Vault
from hotline.db import NO_ROWS, WORTH_ANOTHER_TRY, Connection, acquire_scoped
from hotline.domain.dispatch.catalogue import CatalogueRow
from hotline.domain.enums import Pace
from hotline.domain.errors import RehearsalDatabase
from hotline.domain.tickets.ticket import Actor, Rules, Ticket
from hotline.holidays import china_calendar
from hotline.store import policies
from hotline.store.deadline import holidays
from hotline.store.dispatch import dispatch_catalogue
from hotline.store.dispatch.dispatch_catalogue import MatterRow
from hotline.store.region import regions, unit_tree
from hotline.store.region.row_scope import open_scoped_pool
from hotline.store.tickets.filing import Filed, insert_tickets, take_numbers

_log = structlog.get_logger()
REFRESH_S = 60.0
NUMBERS_AT_ONCE = 50
# Filings that arrive together share a statement, since a commit for each costs more than the rows.
FILING_WRITERS = 2
FILINGS_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of the tree; `office` is its part in the chain of supervision, if any."""

    unit_id: UUID
    parent_id: UUID | None
    name: str
    sector: str
    level: str
    office: str | None
    staffed: bool


@dataclass(frozen=True, slots=True)
class County:
    """The county's data at one moment; `below` maps each unit to itself with all its sub-units."""

    name: str
    rules: Rules
    units: Mapping[UUID, Unit]
    below: Mapping[UUID, frozenset[UUID]]
    catalogue: tuple[CatalogueRow, ...]
    matters: Mapping[str, MatterRow]

    def scope(self, actor: Actor) -> frozenset[UUID]:
        """Return the actor's unit with all its sub-units; empty for an actor without a unit."""
        return self.below.get(actor.unit_id, frozenset()) if actor.unit_id else frozenset()

    def leads(self, actor: Actor, ticket: Ticket) -> bool:
        """Return whether the actor's unit, or one below it, leads the ticket."""
        return ticket.lead_unit_id in self.scope(actor)

    def barred(self, accused: UUID | None) -> Collection[UUID]:
        """Return the units that must not receive a ticket against `accused`: itself and all below it (PROCEDURE §6)."""
        return self.below.get(accused, frozenset()) if accused else frozenset()

    def upwards(self, unit_id: UUID) -> tuple[UUID, ...]:
        """Return the unit and every unit above it, in that order."""
        path: list[UUID] = []
        here: UUID | None = unit_id
        while here is not None and here in self.units and here not in path:
            path.append(here)
            here = self.units[here].parent_id
        return tuple(path)

    def unit_name(self, unit_id: UUID | None) -> str:
        """Return the name of a unit; a dash for none."""
        return self.units[unit_id].name if unit_id and unit_id in self.units else "—"

    def pace(self, matter_id: str | None) -> Pace:
        """Return the pace of a matter, which chooses its limits; ordinary for none."""
        matter = self.matters.get(matter_id or "")
        return Pace(matter["pace"]) if matter else Pace.ORDINARY

    def matter_name(self, matter_id: str | None) -> str:
        """Return the matter's name as shown: first and second level."""
        matter = self.matters.get(matter_id or "")
        return f"{matter['level1']} · {matter['level2']}" if matter else "未分类"


@dataclass(slots=True)
class RegionContext:
    """One region's database pool, vault and county data, passed to every action."""

    region: int
    pool: Any
    vault: Vault
    area_code: str | None = None
    side: Any = None
    _county: County | None = None
    _read_at: float = 0.0
    _numbers: dict[str, tuple[int, int]] = field(default_factory=dict)
    _numbering: asyncio.Lock = field(default_factory=asyncio.Lock)
    filings: Batcher[Filed, None] = field(init=False)

    def __post_init__(self) -> None:
        self.filings = Batcher(
            self._write_filed, workers=FILING_WRITERS, size=FILINGS_AT_ONCE, shared=WORTH_ANOTHER_TRY
        )

    async def _write_filed(self, filed: Sequence[Filed]) -> Sequence[None]:
        # One statement is its own transaction and saves the round trips of begin and commit.
        async with self.reading(FILING) as conn:
            await insert_tickets(conn, self.region, filed)
        return [None] * len(filed)

    @asynccontextmanager
    async def reading(self, whose: Actor | str = NO_ROWS) -> AsyncIterator[Connection]:
        """Acquire a connection with an actor's row scope, or a scope of row_scope.py; without one it sees no rows."""
        rows = whose if isinstance(whose, str) else scope_of(whose, self.county.scope(whose))
        async with acquire_scoped(self.pool, rows) as conn:
            yield conn

    @asynccontextmanager
    async def writing(self, whose: Actor | str = NO_ROWS) -> AsyncIterator[Connection]:
        """Do the same with an open transaction: committed at the end, rolled back by any exception."""
        async with self.reading(whose) as conn, conn.transaction():
            yield conn

    @property
    def county(self) -> County:
        """The county's data as last read. Raises RuntimeError before the first `refresh`."""
        if self._county is None:
            raise RuntimeError("the county's data was not read yet")
        return self._county

    @property
    def rules(self) -> Rules:
        """The policy and calendar in force. Raises RuntimeError before the first `refresh`."""
        return self.county.rules

    async def refresh(self, now: datetime, *, force: bool = False) -> County:
        """Return the county's data, read again if it is older than a minute or `force` is set; the keys likewise."""
        if self._county is None or force or monotonic() - self._read_at > REFRESH_S:
            self._read_at = monotonic()
            self._read_keys()
            async with self.writing() as conn:
                self._county = await _read_county(conn, self.region, now)
        return self.county

    def _read_keys(self) -> None:
        try:
            if self.vault.refresh():
                _log.info("keys_read")
        except KeyringFault as fault:
            # The present keys stay in use; values under a newer key are unreadable until the file is repaired.
            _log.error("keys_unreadable", fault=str(fault))

    async def ping(self) -> None:
        """Check that the database answers; a connection must be free within two seconds. Raises the pool's errors."""
        async with self.pool.acquire(timeout=2) as conn:
            await regions.get_region(conn, self.region)

    async def next_number(self, now: datetime) -> str:
        """Return the next ticket number of the local day, as 20261121-00042.

        Numbers are taken in blocks of 50, so that filings do not wait for one another. A block is taken on a separate
        connection: in the transaction of a filing, a rollback would hand it out twice.
        """
        day = now.astimezone(self.rules.calendar.zone).strftime("%Y%m%d")
        async with self._numbering:
            following, last = self._numbers.get(day, (1, 0))
            if following > last:
                async with (self.side or self.pool).acquire() as conn:
                    last = await take_numbers(conn, self.region, "ticket", day, NUMBERS_AT_ONCE)
                following = last - NUMBERS_AT_ONCE + 1
            self._numbers = {day: (following + 1, last)}
        return f"{day}-{following:05d}"


@asynccontextmanager
async def open_region(settings: Settings, now: datetime, *, real: bool, pool_size: int) -> AsyncIterator[RegionContext]:
    """Open the pools and read the county's data. Raises RehearsalDatabase for `real` use of a rehearsal's database."""
    pool = await open_scoped_pool(settings.database_url, min_size=1, max_size=pool_size)
    side = await open_scoped_pool(settings.database_url, min_size=0, max_size=1)
    try:
        context = RegionContext(settings.region, pool, Vault.open(settings.key), side=side)
        await context.refresh(now)
        if real:
            await _refuse_rehearsal(context)
        yield context
    finally:
        await pool.close()
        await side.close()


async def _refuse_rehearsal(context: RegionContext) -> None:
    async with context.reading() as conn:
        region = await regions.get_region(conn, context.region)
    if region is not None and region["rehearsal_now"] is not None:
        raise RehearsalDatabase


async def _read_county(conn: Connection, region: int, now: datetime) -> County:
    row = await regions.get_region(conn, region)
    units = {unit["unit_id"]: Unit(**unit) for unit in await unit_tree.list_units(conn, region)}
    days = await holidays.list_calendar_days(conn, region, now)
    policy = await policies.get_policy(conn, region, now)
    return County(
        name=row["name"] if row else "",
        rules=Rules(policy, china_calendar(days), {unit_id: unit.level for unit_id, unit in units.items()}),
        units=units,
        below=_below(units),
        catalogue=tuple(await dispatch_catalogue.list_catalogue(conn, region, now)),
        matters={m["matter_id"]: m for m in await dispatch_catalogue.list_matters(conn, region)},
    )


def _below(units: Mapping[UUID, Unit]) -> dict[UUID, frozenset[UUID]]:
    below: dict[UUID, set[UUID]] = {unit_id: {unit_id} for unit_id in units}
    for unit_id in units:
        above = units[unit_id].parent_id
        while above is not None and above in below and unit_id not in below[above]:
            below[above].add(unit_id)
            above = units[above].parent_id
    return {unit_id: frozenset(members) for unit_id, members in below.items()}

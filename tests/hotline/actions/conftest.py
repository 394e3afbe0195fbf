"""The seeded county, and eyes on what the database holds about a ticket."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import pytest
import pytest_asyncio

from hotline.actions.tickets.due_steps import fire_due_deadlines
from hotline.domain.tickets.ticket import Ticket
from hotline.store import callbacks as callbacks_
from hotline.store.deadline import deadlines
from hotline.store.messaging import alarms as alarms_
from hotline.store.messaging import outbox, reminders
from hotline.store.supervision import letters as letters_
from hotline.store.supervision import tiers
from hotline.store.tickets import history, records
from rehearsal.store import clock
from tests import build
from tests.build import Town

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Look:
    """What stands in the database, and the timetable's hand on the clocks."""

    town: Town

    async def sweep(self, now: datetime, batch: int = 200) -> int:
        """Let every clock that is due strike; gives back how many struck."""
        struck = 0
        for _ in range(500):
            handled, failed = await fire_due_deadlines(self.town.context, now, batch)
            assert failed == []
            if not handled:
                return struck
            struck += handled
        raise AssertionError("the sweep finds no end")

    async def sweep_until(self, end: datetime) -> None:
        """Play every moment at which anything falls due, one after another."""
        after = datetime(2026, 1, 1, tzinfo=build.MONDAY.tzinfo)
        while (moment := await self._next(after)) is not None and moment <= end:
            await self.sweep(moment)
            after = moment
        await self.sweep(end)

    async def _next(self, after: datetime) -> datetime | None:
        async with self.town.context.pool.acquire() as conn:
            return await clock.next_moment(conn, self.town.context.region, after)

    async def ticket(self, ticket_id: UUID) -> Ticket:
        """The ticket as it stands."""
        found = await self._read(records.get_ticket, ticket_id)
        assert found is not None
        return found

    async def events(self, ticket: Ticket) -> list[str]:
        """The verbs of its history, oldest first."""
        return [row["verb"] for row in await self._read(history.list_events, ticket.ticket_id)]

    async def clocks(self, ticket: Ticket) -> dict[str, str]:
        """Rule → state of its newest clock of that rule."""
        return {row["rule"]: row["state"] for row in await self._read(deadlines.list_deadlines, ticket.ticket_id)}

    async def due(self, ticket: Ticket, rule: str) -> datetime:
        """When its newest clock of this rule ends."""
        rows = await self._read(deadlines.list_deadlines, ticket.ticket_id)
        return [row["due_at"] for row in rows if row["rule"] == rule][-1]

    async def ticking(self, ticket: Ticket) -> list[str]:
        """Rules of clocks that will strike again."""
        rows = await self._read(deadlines.list_deadlines, ticket.ticket_id)
        return sorted(row["rule"] for row in rows if row["next_at"] is not None)

    async def ledger(self, ticket: Ticket) -> list[tuple[str, str, str]]:
        """(rule, step, state) of each reminder, oldest first."""
        rows = await self._read(reminders.list_reminders, ticket.ticket_id)
        return [(row["rule"], row["step"], row["state"]) for row in rows]

    async def told(self, ticket: Ticket) -> Counter[tuple[str, str]]:
        """How often (recipient, kind) stands in the outbox."""
        return Counter(
            (row["recipient"], row["kind"]) for row in await self._read(outbox.list_outbox, ticket.ticket_id)
        )

    async def outbox(self, ticket: Ticket) -> list[Row]:
        """Every line of the outbox about it."""
        return list(await self._read(outbox.list_outbox, ticket.ticket_id))

    async def letters(self, ticket: Ticket, kind: str = "supervision_letter") -> list[Row]:
        """Documents of this kind issued on it."""
        return [row for row in await self._read(letters_.list_letters, ticket.ticket_id) if row["kind"] == kind]

    async def ladder(self, ticket: Ticket) -> list[tuple[int, str, str | None]]:
        """(tier, reason, settled by) of each supervision, oldest first."""
        rows = await self._read(tiers.list_supervisions, ticket.ticket_id)
        return [(row["tier"], row["reason"], row["settled_by"]) for row in rows]

    async def callbacks(self, ticket: Ticket) -> list[Row]:
        """Its callbacks."""
        return list(await self._read(callbacks_.list_callbacks, ticket.ticket_id))

    async def alarms(self, ticket: Ticket | None = None) -> list[str]:
        """Kinds of open alarms, oldest first."""
        context = self.town.context
        async with context.pool.acquire() as conn:
            rows = await alarms_.list_alarms(conn, context.region, 1000)
        return [row["kind"] for row in rows if ticket is None or row["ticket_id"] == ticket.ticket_id]

    async def settle_alarms(self, now: datetime) -> None:
        """A dispatcher deals with every open alarm."""
        context = self.town.context
        async with context.pool.acquire() as conn:
            for row in await alarms_.list_alarms(conn, context.region, 1000):
                await alarms_.settle_alarm(conn, context.region, row["alarm_id"], now, None)

    async def _read(self, function: Any, ticket_id: UUID) -> Any:
        async with self.town.context.pool.acquire() as conn:
            return await function(conn, self.town.context.region, ticket_id)


@pytest_asyncio.fixture
async def town(pool: asyncpg.Pool) -> Town:
    """The county of tests/build.py on a fresh database."""
    return await build.a_county(pool)


@pytest.fixture
def look(town: Town) -> Look:
    """Eyes on the town's database."""
    return Look(town)

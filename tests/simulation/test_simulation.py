"""The books agree with a reference that knows no failures, whatever befalls workers, forms, clock and provider."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
import uvloop

from hotline.actions.handling import correction
from hotline.actions.messaging import delivery
from hotline.actions.region.context import RegionContext
from hotline.actions.tickets import due_steps
from hotline.db import NO_ROWS
from hotline.store.accounts import leaves
from hotline.store.ids import new_id
from hotline.store.messaging import outbox
from hotline.store.tickets import history, records
from rehearsal.adversary import watched_pool
from tests.simulation.__main__ import again
from tests.simulation.numbering import numbered
from tests.simulation.play import Disagreement, play

SEEDS, AT_ONCE = 208, 26


async def disagreements(url: str, seeds: range) -> list[str]:
    """Play the seeds, each in a region of its own; what went wrong and how to see it again."""
    told = []
    async with watched_pool(url, 4) as pool:
        for region, seed in enumerate(seeds, 1):
            try:
                await play(pool, region, seed)
            except Disagreement as fault:
                told.append(f"seed {seed}: {fault}\nagain: {again(seed)}")
    return told


@pytest.mark.case("T1", "T2", "T5", "T11", "P18")
@pytest.mark.parametrize("first", range(0, SEEDS, AT_ONCE))
def test_books_agree_with_the_reference(database_url: str, first: int) -> None:
    told = uvloop.run(disagreements(database_url, range(first, first + AT_ONCE)))
    assert not told, "\n\n".join(told)


def test_a_seed_numbers_its_rows_the_same_again() -> None:
    def some(seed: int) -> list[UUID]:
        with numbered(seed):
            return [new_id() for _ in range(50)]

    assert some(3) == some(3) == sorted(some(3))
    assert set(some(3)).isdisjoint(some(4))
    assert {made.version for made in some(3)} == {7}


@contextlib.asynccontextmanager
async def no_transaction(context: RegionContext, whose: Any = NO_ROWS) -> AsyncIterator[Any]:
    async with context.reading(whose) as connection:
        yield connection


async def never_done(*_given: Any) -> bool:
    return False


def at_any_hour(_office: Any, at: datetime, *, urgent: bool = False) -> datetime:
    return at


async def sent_again(conn: Any, region: int, before: datetime) -> list[Any]:
    await conn.execute("update outbox set state = 'waiting' where region_id = $1 and state = 'sending'", region)
    return []


async def always(*_given: Any) -> bool:
    return True


async def none_at_all(*_given: Any) -> list[Any]:
    return []


async def unmarked(*_given: Any) -> None:
    return None


FAULTS: dict[str, Callable[[pytest.MonkeyPatch], None]] = {
    "a deed in pieces": lambda patch: patch.setattr(RegionContext, "writing", no_transaction),
    "a form done twice": lambda patch: patch.setattr(history, "was_done", never_done),
    "notices at night": lambda patch: patch.setattr(delivery, "_notice_time", at_any_hour),
    "a lost message sent again": lambda patch: patch.setattr(outbox, "mark_stuck", sent_again),
    "an office whose people are away is told": lambda patch: patch.setattr(leaves, "is_role_attended", always),
    "people of merged tickets hear no answer": lambda patch: patch.setattr(records, "list_merged", none_at_all),
    "a correction leaves running limits alone": lambda patch: patch.setattr(correction, "_write", unmarked),
    "a step left out of the ledger": lambda patch: patch.setattr(due_steps, "_note_overtaken", unmarked),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_found(database_url: str, monkeypatch: pytest.MonkeyPatch, fault: str) -> None:
    FAULTS[fault](monkeypatch)
    with pytest.raises(Disagreement):
        uvloop.run(first_disagreement(database_url))


async def first_disagreement(url: str) -> None:
    async with watched_pool(url, 4) as pool:
        for seed in range(40):
            await play(pool, seed + 1, seed)

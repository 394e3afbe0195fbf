"""The demonstration county in a real database."""

from __future__ import annotations

import csv
import time
from datetime import UTC, datetime
from typing import Any

from argon2 import PasswordHasher

from hotline.actions.region.context import RegionContext
from hotline.crypto.vault import Vault
from hotline.domain.enums import Role
from hotline.store.accounts.staff import get_account
from rehearsal.county import PASSWORD, logins, seed_county
from rehearsal.county.seed import HERE
from rehearsal.store import county as rows

NOW = datetime(2026, 9, 7, 1, 0, tzinfo=UTC)


async def _office(pool: Any) -> RegionContext:
    context = RegionContext(1, pool, Vault(b"k" * 32))
    await context.refresh(NOW, force=True)
    return context


async def test_the_county_is_loaded_within_two_seconds_and_only_once(pool: Any) -> None:
    started = time.perf_counter()
    assert await seed_county(pool, 1, "青禾县")
    # Other work shares the machine of the tests: the promise is two seconds on a free one.
    assert time.perf_counter() - started < 6
    units = (await _office(pool)).county.units
    assert not await seed_county(pool, 1, "青禾县")
    assert (await _office(pool)).county.units == units


async def test_every_sector_has_one_leading_unit_and_all_its_units_below(pool: Any) -> None:
    await seed_county(pool, 1, "青禾县")
    county = (await _office(pool)).county
    by_name = {unit.name: unit for unit in county.units.values()}
    levels = [unit.level for unit in county.units.values() if unit.office is None]
    assert (levels.count("county"), levels.count("bureau"), levels.count("town")) == (1, 34, 11)
    water = by_name["水务局"]
    assert by_name["水务局水土保持站"].unit_id in county.below[water.unit_id]
    assert {unit.office for unit in county.units.values()} == {None, "hotline", "discipline", "leadership"}


async def test_everybody_who_can_receive_a_ticket_is_staffed(pool: Any) -> None:
    await seed_county(pool, 1, "青禾县")
    county = (await _office(pool)).county
    assert len(county.matters) >= 60
    assert {row.unit_id for row in county.catalogue} <= {u.unit_id for u in county.units.values() if u.staffed}
    assert {row.matter_id for row in county.catalogue} - {None} == set(county.matters)
    assert {matter["pace"] for matter in county.matters.values()} == {"ordinary", "utility", "life"}


async def test_every_role_can_log_in_with_the_password_told(pool: Any) -> None:
    await seed_county(pool, 1, "青禾县")
    people = logins("青禾县")
    assert {person.role for person in people} == set(Role) - {Role.COMPLAINANT, Role.SYSTEM}
    assert len({person.login for person in people}) == len(people)
    async with pool.acquire() as conn:
        for person in people:
            row = await get_account(conn, 1, person.login)
            assert row is not None
            assert row["role"] == person.role
        assert PasswordHasher().verify(row["password_hash"], PASSWORD)
        assert len(await rows.list_volunteers(conn, 1)) == 15


def test_the_data_files_name_only_units_that_exist() -> None:
    names = _units_in("logins.csv")
    assert _units_in("matters.csv") | _units_in("towns.csv") <= names


def _units_in(file: str) -> set[str]:
    with (HERE / file).open(encoding="utf-8") as opened:
        return {row["unit"] for row in csv.DictReader(opened)}

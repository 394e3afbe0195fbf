"""Load the demonstration county into an empty region, once."""

from __future__ import annotations

import csv
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

from argon2 import PasswordHasher

from hotline.actions.region.csv_reader import read_csv
from hotline.actions.region.unit_import import COLUMNS, PlannedUnit, county_unit, import_units, plan_units
from hotline.db import Connection, transaction
from hotline.domain.dispatch.catalogue import CatalogueRow
from hotline.domain.enums import Role
from hotline.domain.policy.rate_limits import LimitedAction
from hotline.store import policies
from hotline.store.accounts import staff
from hotline.store.region import regions
from hotline.store.region import unit_tree as unit_tree_
from rehearsal.store import county as rows

HERE = Path(__file__).parent
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
PASSWORD = "yangguang12345"  # noqa: S105 - printed for everybody who watches a rehearsal
# Viewers log in with the accounts of the simulated people, and simulated time runs fast: no second factor, passwords
# that do not expire, many sessions at once. A real county keeps the defaults.
EASY_LOG_IN = {"second_factor": [], "days": 0, "sessions": 20}
# All requests of a rehearsal come from one IP address, so the rate limits are set too high to be reached.
POLICY = {"accounts": EASY_LOG_IN, "rates": dict.fromkeys(LimitedAction, "9999999/1h")}
# A rehearsal verifies hundreds of log-ins and protects nothing: cheap parameters save time.
_hasher = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
_SURNAMES = "郑汪崔侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤温康施文牛樊葛邢安齐易乔伍庞"
_GIVEN = "长青 承业 春晖 定邦 敦行 光裕 国栋 弘毅 济舟 敬之 克勤 礼和 明远 念慈 启明 仁杰 尚义 世平 思齐 文博 晓峰 信之 秀英 雅琴 彦博 以恒 玉洁 泽民 正言 志坚"

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Login:
    """A person who can log in; `unit` is the name of the unit, or empty."""

    login: str
    name: str
    role: Role
    unit: str


async def seed_county(pool: Any, region: int, name: str, progress: Progress = lambda _: None) -> bool:
    """Load the demonstration county unless the region has units already; returns whether it did.

    `progress` is called with the Chinese name of each step.
    """
    async with transaction(pool) as conn:
        if await unit_tree_.list_units(conn, region):
            return False
        await regions.add_region(conn, region, name)
    progress("单位目录")
    await import_units(pool, region, name, unit_tree(name))
    async with transaction(pool) as conn:
        ids: dict[str, UUID] = {unit["name"]: unit["unit_id"] for unit in await unit_tree_.list_units(conn, region)}
        progress("事项和派单目录")
        await policies.add_policy(conn, region, LONG_AGO, POLICY, "县热线办")
        await _add_matters(conn, region, ids)
        progress("约谈室、志愿者和账号")
        await _add_network(conn, region, ids)
        await _add_accounts(conn, region, name, ids)
    return True


def unit_tree(name: str) -> tuple[PlannedUnit, ...]:
    """Return every unit of the county: the list of sectors first, then offices and villages."""
    listed, _ = plan_units(name, read_csv(HERE / "units.csv", COLUMNS).rows, "units.csv")
    offices = [
        PlannedUnit(r["name"], r["parent"] or county_unit(name), r["sector"], r["level"], r["office"] or None)
        for r in _rows("offices.csv")
    ]
    return (*listed, *offices)


async def _add_matters(conn: Connection, region: int, ids: Mapping[str, UUID]) -> None:
    for row in _rows("matters.csv"):
        await rows.add_matter(conn, region, row["matter_id"], row["level1"], row["level2"], row["pace"])
        words = tuple(row["words"].split())
        await _add_row(conn, region, CatalogueRow(ids[row["unit"]], row["matter_id"], None, words))
    for row in _rows("towns.csv"):
        for matter_id in row["matters"].split():
            await _add_row(conn, region, CatalogueRow(ids[row["unit"]], matter_id, row["place"], ()))


async def _add_row(conn: Connection, region: int, row: CatalogueRow) -> None:
    await rows.add_catalogue_row(conn, region, row, LONG_AGO)


async def _add_network(conn: Connection, region: int, ids: Mapping[str, UUID]) -> None:
    for row in _rows("rooms.csv"):
        await rows.add_room(conn, region, ids[row["unit"]], row["name"])
    for row in _rows("volunteers.csv"):
        await rows.add_volunteer(conn, region, row["name"], row["field"])


async def _add_accounts(conn: Connection, region: int, name: str, ids: Mapping[str, UUID]) -> None:
    shared = _hasher.hash(PASSWORD)
    for login in logins(name):
        unit_id = ids[login.unit] if login.unit else None
        await staff.add_account(
            conn, region, login.login, login.name, login.role.value, unit_id, shared, LONG_AGO
        )  # fmt: skip


@cache
def logins(name: str) -> tuple[Login, ...]:
    """Return everybody who can log in: the staff of offices, then a handler and a head for each bureau and town."""
    people = [
        Login(row["login"], row["name"], Role(row["role"]), row["unit"]) for row in _rows("accounts.csv")
    ]  # fmt: skip
    named = _names()
    for row in _rows("logins.csv"):
        unit = row["unit"] if row["unit"] != "青禾县人民政府" else county_unit(name)
        people.append(Login(row["login"], next(named), Role.HANDLER, unit))
        people.append(Login(f"{row['login']}-fuze", next(named), Role.UNIT_HEAD, unit))
    return tuple(people)


def _names() -> Iterator[str]:
    dice = random.Random("county")
    used: set[str] = set()
    while True:
        name = dice.choice(_SURNAMES) + dice.choice(_GIVEN.split())
        if name not in used:
            used.add(name)
            yield name


def _rows(file: str) -> Iterator[Mapping[str, str]]:
    with (HERE / file).open(encoding="utf-8", newline="") as opened:
        yield from csv.DictReader(opened)

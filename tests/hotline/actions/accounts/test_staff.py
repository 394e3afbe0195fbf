"""Accounts made and kept: three administrators with disjoint powers, and a record nobody can change."""

from __future__ import annotations

import asyncio
from typing import Any

import asyncpg
import pytest

from hotline.actions.accounts import login, staff
from hotline.actions.accounts.sessions import find_viewer, why_ended
from hotline.domain.enums import Role
from hotline.domain.errors import Malformed, Missing, NotAllowed, NotFound
from hotline.domain.policy.login_rules import (
    ADMINISTRATORS,
    AdministratorByHand,
    HeldOff,
    LastAdministrator,
    Owes,
    OwnAccount,
    WeakPassword,
)
from tests.build import MONDAY, PASSWORD, Town

ADMINS = {"admin": Role.SYSTEM_ADMIN, "guard": Role.SECURITY_ADMIN, "auditor": Role.AUDIT_ADMIN}


async def kinds(pool: asyncpg.Pool) -> list[str]:
    return [row["kind"] for row in await pool.fetch("select kind from account_event order by event_id")]


async def test_a_new_account_logs_in_with_the_password_shown_and_must_change_it(town: Town) -> None:
    guard = town.actor("guard")
    first = await staff.add_account(town.context, guard, "li.si", "李四", Role.OPERATOR, None, MONDAY)
    entry = await login.log_in(town.context, "li.si", first, MONDAY)
    assert entry is not None
    who = await find_viewer(town.context, entry.token, MONDAY)
    assert who is not None
    assert who.owes is Owes.PASSWORD


@pytest.mark.parametrize("typed", ["water", "Water", "WATER", "ｗａｔｅｒ", " water "])
async def test_a_login_is_given_once_however_it_is_typed(town: Town, typed: str) -> None:
    with pytest.raises(staff.LoginTaken):
        await staff.add_account(town.context, town.actor("guard"), typed, "李四", Role.OPERATOR, None, MONDAY)


async def test_an_account_is_managed_by_its_login_however_it_is_typed(town: Town) -> None:
    guard = town.actor("guard")
    await staff.lock_account(town.context, guard, "Water", "休假", MONDAY)
    found = await staff.list_staff(town.context, guard, MONDAY, login="WATER")
    assert [(row["login"], row["active"]) for row in found] == [("water", False)]
    events = await staff.list_events(town.context, town.actor("auditor"), "Water", None, 10)
    assert [row["kind"] for row in events] == ["locked"]


@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        ({"login": "Li Si"}, Malformed),
        ({"login": "x"}, Malformed),
        ({"name": ""}, Malformed),
        ({"role": Role.HANDLER}, Missing),
        ({"password": "short"}, WeakPassword),
    ],
    ids=["spaces", "one-sign", "nameless", "no-unit", "weak"],
)
async def test_an_unfit_account_is_not_made(town: Town, given: dict[str, Any], refusal: type[Exception]) -> None:
    words = {"login": "li", "name": "李四", "role": Role.OPERATOR, "password": None} | given
    password = words.pop("password")
    with pytest.raises(refusal):
        await staff.add_account(
            town.context, None, words["login"], words["name"], words["role"], None, MONDAY, password=password
        )


@pytest.mark.parametrize("by", sorted({"admin", "auditor", "dispatcher", "leader", "water"}))
async def test_nobody_but_the_security_administrator_manages_accounts(town: Town, by: str) -> None:
    context, who = town.context, town.actor(by)
    deeds = [
        staff.add_account(context, who, "li", "李四", Role.OPERATOR, None, MONDAY),
        staff.lock_account(context, who, "school", "休假", MONDAY),
        staff.unlock_account(context, who, "school", MONDAY),
        staff.reset_password(context, who, "school", MONDAY),
        staff.take_factor(context, who, "school", "丢失", MONDAY),
        staff.change_post(context, who, "school", Role.OPERATOR, None, "调动", MONDAY),
        staff.allow_sessions(context, who, "school", 3, "值班", MONDAY),
        staff.list_staff(context, who, MONDAY),
    ]
    for deed in deeds:
        with pytest.raises(NotAllowed):
            await deed


@pytest.mark.parametrize("role", sorted(ADMINISTRATORS))
async def test_the_security_administrator_makes_no_administrator(town: Town, role: Role) -> None:
    guard = town.actor("guard")
    with pytest.raises(AdministratorByHand):
        await staff.add_account(town.context, guard, "li", "李四", role, None, MONDAY)
    with pytest.raises(AdministratorByHand):
        await staff.change_post(town.context, guard, "water", role, None, "调动", MONDAY)
    await staff.add_account(town.context, None, "li", "李四", role, None, MONDAY)
    with pytest.raises(AdministratorByHand):
        await staff.reset_password(town.context, guard, "li", MONDAY)
    with pytest.raises(AdministratorByHand):
        await staff.take_factor(town.context, guard, "li", "丢失", MONDAY)
    with pytest.raises(AdministratorByHand):
        await staff.allow_sessions(town.context, guard, "li", 3, "值班", MONDAY)
    with pytest.raises(AdministratorByHand):
        await staff.change_post(town.context, guard, "li", Role.OPERATOR, None, "调动", MONDAY)


async def test_nobody_manages_the_own_account(town: Town) -> None:
    with pytest.raises(OwnAccount):
        await staff.lock_account(town.context, town.actor("guard"), "guard", "休假", MONDAY)


@pytest.mark.parametrize(("name", "role"), sorted(ADMINS.items()))
async def test_the_last_administrator_of_each_kind_stays(town: Town, name: str, role: Role) -> None:
    with pytest.raises(LastAdministrator):
        await staff.lock_account(town.context, None, name, "离职", MONDAY)
    with pytest.raises(LastAdministrator):
        await staff.change_post(town.context, None, name, Role.OPERATOR, None, "调动", MONDAY)
    await staff.add_account(town.context, None, "second", "李四", role, None, MONDAY)
    await staff.lock_account(town.context, None, name, "离职", MONDAY)
    with pytest.raises(LastAdministrator):
        await staff.lock_account(town.context, None, "second", "离职", MONDAY)


async def test_of_the_last_two_locked_at_once_one_stays(town: Town, pool: asyncpg.Pool) -> None:
    await staff.add_account(town.context, None, "second", "李四", Role.AUDIT_ADMIN, None, MONDAY)
    outcomes = await asyncio.gather(
        *(staff.lock_account(town.context, None, name, "离职", MONDAY) for name in ("auditor", "second")),
        return_exceptions=True,
    )
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["LastAdministrator", "NoneType"]
    assert await pool.fetchval("select count(*) from account where role = 'audit_admin' and active") == 1


async def test_locking_ends_sessions_at_once_and_unlocking_lets_in_again(town: Town, pool: asyncpg.Pool) -> None:
    guard, entry = town.actor("guard"), await login.log_in(town.context, "school", PASSWORD, MONDAY)
    assert entry is not None
    await staff.lock_account(town.context, guard, "school", "离职", MONDAY)
    assert await find_viewer(town.context, entry.token, MONDAY) is None
    assert await why_ended(town.context, entry.token, MONDAY) == "locked"
    assert await login.log_in(town.context, "school", PASSWORD, MONDAY) is None
    await staff.unlock_account(town.context, guard, "school", MONDAY)
    assert await login.log_in(town.context, "school", PASSWORD, MONDAY) is not None
    assert await kinds(pool) == ["locked", "unlocked"]


async def test_a_name_shut_after_failures_is_seen_and_let_in(town: Town, pool: asyncpg.Pool) -> None:
    guard = town.actor("guard")
    for number in range(5):
        if number < 4:
            assert await login.log_in(town.context, "school", "wrong", MONDAY) is None
        else:
            with pytest.raises(HeldOff):
                await login.log_in(town.context, "school", "wrong", MONDAY)
    held = [row["login"] for row in await staff.list_staff(town.context, guard, MONDAY) if row["held_until"]]
    assert held == ["school"]
    await staff.unlock_account(town.context, guard, "school", MONDAY)
    assert await login.log_in(town.context, "school", PASSWORD, MONDAY) is not None
    assert await kinds(pool) == ["held_off", "let_in"]


async def test_a_reset_password_ends_sessions_and_must_be_changed(town: Town) -> None:
    guard, before = town.actor("guard"), await login.log_in(town.context, "school", PASSWORD, MONDAY)
    assert before is not None
    first = await staff.reset_password(town.context, guard, "school", MONDAY)
    assert await find_viewer(town.context, before.token, MONDAY) is None
    assert await login.log_in(town.context, "school", PASSWORD, MONDAY) is None
    entry = await login.log_in(town.context, "school", first, MONDAY)
    assert entry is not None
    who = await find_viewer(town.context, entry.token, MONDAY)
    assert who is not None
    assert who.owes is Owes.PASSWORD


async def test_another_post_ends_sessions_and_needs_a_reason(town: Town, pool: asyncpg.Pool) -> None:
    guard, entry = town.actor("guard"), await login.log_in(town.context, "school", PASSWORD, MONDAY)
    assert entry is not None
    with pytest.raises(Missing):
        await staff.change_post(town.context, guard, "school", Role.OPERATOR, None, "", MONDAY)
    await staff.change_post(town.context, guard, "school", Role.OPERATOR, None, "调到热线", MONDAY)
    assert await find_viewer(town.context, entry.token, MONDAY) is None
    details = await pool.fetchval("select details from account_event")
    assert (details["was"], details["role"], details["reason"]) == ("handler", "operator", "调到热线")


async def test_an_unknown_account_is_not_found(town: Town) -> None:
    with pytest.raises(NotFound):
        await staff.lock_account(town.context, town.actor("guard"), "nobody", "离职", MONDAY)


async def test_the_record_is_read_by_two_administrators_and_changed_by_nobody(town: Town, pool: asyncpg.Pool) -> None:
    await staff.lock_account(town.context, town.actor("guard"), "school", "离职", MONDAY)
    for name in ("guard", "auditor"):
        (row,) = await staff.list_events(town.context, town.actor(name), "school", None, 10)
        assert (row["kind"], row["actor_login"], row["details"]) == ("locked", "guard", {"reason": "离职"})
    for name in ("admin", "dispatcher", "leader"):
        with pytest.raises(NotAllowed):
            await staff.list_events(town.context, town.actor(name), None, None, 10)
    for attack in ("update account_event set kind = 'x'", "delete from account_event"):
        with pytest.raises(asyncpg.RaiseError):
            await pool.execute(attack)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"words": "水务"}, {"water", "water_head"}),
        ({"words": "WATER_"}, {"water_head"}),
        ({"words": "school同志"}, {"school"}),
        ({"role": Role.SUPERVISOR}, {"supervisor", "supervisor2"}),
        ({"words": "水务", "role": Role.HANDLER}, {"water"}),
        ({"login": "water"}, {"water"}),
        ({"words": "%"}, set()),
    ],
    ids=["unit", "login", "name", "role", "both", "one", "no-pattern"],
)
async def test_accounts_are_found_by_name_login_unit_and_role(
    town: Town, asked: dict[str, Any], found: set[str]
) -> None:
    rows = await staff.list_staff(town.context, town.actor("guard"), MONDAY, **asked)
    assert {row["login"] for row in rows} == found

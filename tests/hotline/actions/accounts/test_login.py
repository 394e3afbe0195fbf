"""Logging in on a real database: failures counted, second factors proven once, sessions that end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import pairwise

import asyncpg
import pytest

from hotline.actions.accounts import login, own_account, sessions, staff
from hotline.actions.accounts.sessions import Viewer, find_viewer
from hotline.crypto import credentials
from hotline.domain.errors import Malformed, NotFound
from hotline.domain.policy.login_rules import HeldOff, Owes, WeakPassword, WrongCredential
from tests import build
from tests.build import MONDAY, PASSWORD, Town

NEW = "Lantern-reed-9"


async def by_default(town: Town) -> None:
    """The county keeps the default rules."""
    await build.owner_of(town).execute("delete from policy")
    await town.context.pool.execute("update account set password_set_at = $1", MONDAY)
    await town.context.refresh(MONDAY, force=True)


async def entered(town: Town, name: str = "water", now: datetime = MONDAY) -> tuple[str, Viewer]:
    """Somebody without a second factor, logged in."""
    entry = await login.log_in(town.context, name, PASSWORD, now)
    assert entry is not None
    assert not entry.half
    who = await find_viewer(town.context, entry.token, now)
    assert who is not None
    return entry.token, who


async def enrolled(town: Town, name: str = "water", now: datetime = MONDAY) -> tuple[str, tuple[str, ...]]:
    """The secret and the recovery codes of somebody who has just bound an authenticator."""
    _, who = await entered(town, name, now)
    secret = (await own_account.begin_factor(town.context, who, now)).secret
    codes = await own_account.prove_factor(town.context, who, credentials.code_of(secret, now), now)
    return secret, codes


async def fail(town: Town, name: str, now: datetime = MONDAY, password: str = "wrong") -> str:
    """What a wrong password comes to: '' for a plain no, else the sentence."""
    try:
        assert await login.log_in(town.context, name, password, now) is None
    except HeldOff as refusal:
        return refusal.sentence
    return ""


@pytest.mark.parametrize("name", ["water", "nobody-has-this"])
async def test_five_failures_shut_a_name_for_a_quarter_of_an_hour(town: Town, name: str) -> None:
    told = [await fail(town, name) for _ in range(7)]
    assert told[:4] == [""] * 4
    assert all("已锁定到09:15" in sentence for sentence in told[4:])
    assert await fail(town, name, MONDAY + timedelta(minutes=14, seconds=59)) == told[4]
    assert await fail(town, name, MONDAY + timedelta(minutes=15)) == ""


@pytest.mark.parametrize("typed", ["Water", "WATER", "ｗａｔｅｒ", " water"])
async def test_a_login_is_known_and_counted_however_it_is_typed(town: Town, typed: str) -> None:
    entry = await login.log_in(town.context, typed, PASSWORD, MONDAY)
    assert entry is not None
    told = [await fail(town, name) for name in ("water", typed) * 3]
    assert told[:4] == [""] * 4
    assert all("已锁定" in sentence for sentence in told[4:])
    await staff.unlock_account(town.context, town.actor("guard"), typed, MONDAY)
    await entered(town)


async def test_the_right_password_does_not_open_a_shut_name(town: Town) -> None:
    for _ in range(5):
        await fail(town, "water")
    assert "锁定" in await fail(town, "water", password=PASSWORD)
    await entered(town, now=MONDAY + timedelta(minutes=15))


async def test_success_begins_the_count_anew_and_so_does_a_quiet_quarter_of_an_hour(town: Town) -> None:
    for _ in range(3):
        assert [await fail(town, "water") for _ in range(4)] == [""] * 4
        await entered(town)
    assert [await fail(town, "east") for _ in range(4)] == [""] * 4
    later = MONDAY + timedelta(minutes=15, seconds=1)
    assert [await fail(town, "east", later) for _ in range(4)] == [""] * 4


async def test_tries_sent_at_once_are_not_judged_beyond_the_fifth(town: Town, verifications: Callable[[], int]) -> None:
    told = await asyncio.gather(*(fail(town, "water") for _ in range(12)))
    assert sum(sentence == "" for sentence in told) == 4
    assert "锁定" in await fail(town, "water", password=PASSWORD)


@pytest.fixture
def verifications(monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    """How many passwords were verified so far; each costs the same."""
    real, count = credentials.matches, [0]

    def counted(stored: str, password: str) -> bool:
        count[0] += 1
        return real(stored, password)

    monkeypatch.setattr(credentials, "matches", counted)
    return lambda: count[0]


async def test_every_refusal_costs_one_verification(town: Town, verifications: Callable[[], int]) -> None:
    await town.context.pool.execute("update account set active = false where login = 'school'")
    costs = []
    for name in ("water", "nobody-has-this", "school"):
        for _ in range(7):
            before = verifications()
            await fail(town, name)
            costs.append(verifications() - before)
    assert costs == [1] * 21


async def test_a_locked_account_answers_like_no_account(town: Town) -> None:
    await town.context.pool.execute("update account set active = false where login = 'school'")
    told = [await fail(town, "school", password=PASSWORD) for _ in range(6)]
    assert told == [await fail(town, "nobody-has-this", password=PASSWORD) for _ in range(6)]


async def test_what_is_typed_as_a_name_is_not_kept(town: Town, pool: asyncpg.Pool) -> None:
    await fail(town, "My-secret-typed-in-the-wrong-field")
    rows = await pool.fetch("select * from login_attempt")
    assert len(rows) == 1
    assert b"secret" not in rows[0]["login_hash"]
    await fail(town, "somebody", MONDAY + timedelta(days=2))
    assert len(await pool.fetch("select * from login_attempt")) == 1


async def test_shutting_is_in_the_record_of_the_account(town: Town, pool: asyncpg.Pool) -> None:
    for name in ("water", "nobody-has-this"):
        for _ in range(6):
            await fail(town, name)
    rows = await pool.fetch("select kind, account_id, actor_id from account_event")
    assert [tuple(row) for row in rows] == [("held_off", town.actor("water").account_id, None)]


async def test_with_a_second_factor_the_password_opens_half(town: Town) -> None:
    secret, _ = await enrolled(town)
    entry = await login.log_in(town.context, "water", PASSWORD, MONDAY)
    assert entry is not None
    assert entry.half
    assert await find_viewer(town.context, entry.token, MONDAY) is None
    later = MONDAY + timedelta(minutes=1)
    token = await login.prove(town.context, entry.token, credentials.code_of(secret, later), later)
    assert token is not None
    assert token != entry.token
    who = await find_viewer(town.context, token, later)
    assert who is not None
    assert who.enrolled
    assert not await login.is_half_open(town.context, entry.token, later)


async def test_a_code_is_taken_once(town: Town) -> None:
    secret, _ = await enrolled(town)
    later = MONDAY + timedelta(minutes=1)
    code = credentials.code_of(secret, later)
    first = await login.log_in(town.context, "water", PASSWORD, later)
    second = await login.log_in(town.context, "water", PASSWORD, later)
    assert first is not None
    assert second is not None
    assert await login.prove(town.context, first.token, code, later) is not None
    with pytest.raises(WrongCredential):
        await login.prove(town.context, second.token, code, later)


async def test_a_code_sent_twice_at_once_is_taken_once(town: Town) -> None:
    secret, _ = await enrolled(town)
    later = MONDAY + timedelta(minutes=1)
    entries = [await login.log_in(town.context, "water", PASSWORD, later) for _ in range(3)]
    code = credentials.code_of(secret, later)
    outcomes = await asyncio.gather(
        *(login.prove(town.context, entry.token, code, later) for entry in entries if entry), return_exceptions=True
    )
    assert sum(isinstance(outcome, str) for outcome in outcomes) == 1


async def test_a_recovery_code_lets_in_once_and_is_recorded(town: Town, pool: asyncpg.Pool) -> None:
    _, codes = await enrolled(town)
    for expected in (True, False):
        entry = await login.log_in(town.context, "water", PASSWORD, MONDAY)
        assert entry is not None
        if expected:
            assert await login.prove(town.context, entry.token, codes[3].lower(), MONDAY)
        else:
            with pytest.raises(WrongCredential):
                await login.prove(town.context, entry.token, codes[3], MONDAY)
    kinds = [row["kind"] for row in await pool.fetch("select kind from account_event order by event_id")]
    assert kinds == ["factor", "code_used"]
    assert codes[3].replace("-", "") not in str(await pool.fetch("select * from recovery_code"))


async def test_new_recovery_codes_void_the_former(town: Town) -> None:
    secret, codes = await enrolled(town)
    later = MONDAY + timedelta(minutes=2)
    entry = await login.log_in(town.context, "water", PASSWORD, later)
    assert entry is not None
    token = await login.prove(town.context, entry.token, credentials.code_of(secret, later), later)
    assert token is not None
    who = await find_viewer(town.context, token, later)
    assert who is not None
    after = later + timedelta(minutes=1)
    fresh = await own_account.renew_codes(town.context, who, credentials.code_of(secret, after), after)
    assert await own_account.count_codes(town.context, who) == 10
    again = await login.log_in(town.context, "water", PASSWORD, after)
    assert again is not None
    with pytest.raises(WrongCredential):
        await login.prove(town.context, again.token, codes[0], after)
    assert await login.prove(town.context, again.token, fresh[0], after)


async def test_wrong_codes_shut_the_name_though_the_password_is_right(town: Town) -> None:
    await enrolled(town)
    later = MONDAY + timedelta(minutes=5)
    for number in range(5):
        entry = await login.log_in(town.context, "water", PASSWORD, later)
        assert entry is not None
        with pytest.raises(WrongCredential if number < 4 else HeldOff):
            await login.prove(town.context, entry.token, "000000", later)
    with pytest.raises(HeldOff):
        await login.log_in(town.context, "water", PASSWORD, later)


async def test_secret_is_sealed_and_stays_until_it_is_proven(town: Town, pool: asyncpg.Pool) -> None:
    _, who = await entered(town)
    first = await own_account.begin_factor(town.context, who, MONDAY)
    again = await own_account.begin_factor(town.context, who, MONDAY)
    assert first == again
    assert first.secret.encode() not in await pool.fetchval("select secret_sealed from second_factor")
    entry = await login.log_in(town.context, "water", PASSWORD, MONDAY)
    assert entry is not None
    assert not entry.half


async def test_a_newer_log_in_ends_the_older_and_says_so(town: Town) -> None:
    await by_default(town)
    first, _ = await entered(town)
    second, _ = await entered(town, now=MONDAY + timedelta(minutes=1))
    now = MONDAY + timedelta(minutes=2)
    assert await find_viewer(town.context, first, now) is None
    assert await find_viewer(town.context, second, now) is not None
    assert await sessions.why_ended(town.context, first, now) == "newer"


async def test_several_sessions_where_the_policy_allows_them(town: Town) -> None:
    tokens = [(await entered(town, now=MONDAY + timedelta(seconds=number)))[0] for number in range(3)]
    now = MONDAY + timedelta(minutes=1)
    found = [await find_viewer(town.context, token, now) for token in tokens]
    assert all(found)
    who = found[0]
    assert who is not None
    sittings = await sessions.list_sessions(town.context, who, tokens[0], now)
    assert [sitting.here for sitting in sittings] == [False, False, True]
    await sessions.end_own_session(town.context, who, sittings[0].key, now)
    assert await find_viewer(town.context, tokens[2], now) is None
    await sessions.end_other_sessions(town.context, who, tokens[0], now)
    assert await find_viewer(town.context, tokens[1], now) is None
    assert await find_viewer(town.context, tokens[0], now) is not None


async def test_nobody_ends_the_session_of_another(town: Town) -> None:
    token, _ = await entered(town)
    _, other = await entered(town, "school")
    key = sessions.hash_token(town.context, token).hex()
    with pytest.raises(NotFound):
        await sessions.end_own_session(town.context, other, key, MONDAY)
    assert await find_viewer(town.context, token, MONDAY) is not None


@pytest.mark.parametrize(("busy", "why"), [(False, "idle"), (True, "old")])
async def test_a_session_ends_idle_or_old(town: Town, busy: bool, why: str) -> None:
    token, _ = await entered(town)
    now = MONDAY
    while now < MONDAY + timedelta(hours=12):
        now += timedelta(minutes=29) if busy else timedelta(minutes=30)
        if await find_viewer(town.context, token, now) is None:
            break
    assert await sessions.why_ended(town.context, token, now) == why
    assert (now - MONDAY > timedelta(hours=11)) is busy


async def test_a_new_password_ends_the_other_sessions_and_takes_the_debt_away(town: Town) -> None:
    await town.context.pool.execute("update account set must_change = true where login = 'water'")
    other, _ = await entered(town)
    token, who = await entered(town)
    assert who.owes is Owes.PASSWORD
    await own_account.change_password(town.context, who, token, PASSWORD, NEW, MONDAY)
    assert await find_viewer(town.context, other, MONDAY) is None
    found = await find_viewer(town.context, token, MONDAY)
    assert found is not None
    assert found.owes is Owes.NOTHING
    assert await login.log_in(town.context, "water", PASSWORD, MONDAY) is None
    assert await login.log_in(town.context, "water", NEW, MONDAY) is not None


async def test_the_last_five_passwords_are_not_taken_again(town: Town) -> None:
    token, who = await entered(town)
    words = [PASSWORD, *(f"Lantern-reed-{number}{number}" for number in range(6))]
    for day, (old, new) in enumerate(pairwise(words)):
        await own_account.change_password(town.context, who, token, old, new, MONDAY + timedelta(days=day))
    now = MONDAY + timedelta(days=9)
    for used in words[-5:]:
        with pytest.raises(WeakPassword, match="用过"):
            await own_account.change_password(town.context, who, token, words[-1], used, now)
    await own_account.change_password(town.context, who, token, words[-1], words[1], now)


async def test_a_weak_new_password_is_refused_with_everything_wrong_and_counts_as_no_failure(town: Town) -> None:
    token, who = await entered(town)
    for _ in range(6):
        with pytest.raises(WeakPassword, match=r"至少要 10 位；.*至少要有 3 种；.*太常见"):
            await own_account.change_password(town.context, who, token, PASSWORD, "12345678", MONDAY)


async def test_a_wrong_old_password_counts_as_a_failure(town: Town) -> None:
    token, who = await entered(town)
    for number in range(5):
        with pytest.raises(WrongCredential if number < 4 else HeldOff):
            await own_account.change_password(town.context, who, token, "wrong", NEW, MONDAY)
    assert "锁定" in await fail(town, "water", password=PASSWORD)


async def test_by_default_a_supervisor_owes_a_second_factor(town: Town) -> None:
    await by_default(town)
    _, who = await entered(town, "supervisor")
    assert who.owes is Owes.FACTOR
    _, handler = await entered(town, "water")
    assert handler.owes is Owes.NOTHING


async def at_once(town: Town, name: str, log_ins: int) -> list[bool]:
    """Which of so many log-ins, a second apart, are good at the end; the elder first."""
    tokens = [(await entered(town, name, MONDAY + timedelta(seconds=second)))[0] for second in range(log_ins)]
    return [await find_viewer(town.context, token, MONDAY + timedelta(minutes=1)) is not None for token in tokens]


async def test_one_account_may_be_allowed_more_log_ins_than_the_others(town: Town, pool: asyncpg.Pool) -> None:
    await by_default(town)
    guard = town.actor("guard")
    await staff.allow_sessions(town.context, guard, "water", 2, "值班电脑和手机", MONDAY)
    assert await at_once(town, "water", 3) == [False, True, True]
    assert await at_once(town, "school", 3) == [False, False, True]
    told = await pool.fetchrow("select kind, details from account_event order by event_id desc limit 1")
    assert told is not None
    assert (told["kind"], told["details"]) == ("sessions", {"reason": "值班电脑和手机", "sessions": "2 处"})


async def test_fewer_log_ins_end_the_eldest_at_once(town: Town) -> None:
    tokens = [(await entered(town, now=MONDAY + timedelta(seconds=second)))[0] for second in range(3)]
    now, guard = MONDAY + timedelta(minutes=1), town.actor("guard")
    await staff.allow_sessions(town.context, guard, "water", 1, "不再值班", now)
    assert [await find_viewer(town.context, token, now) is not None for token in tokens] == [False, False, True]
    await staff.allow_sessions(town.context, guard, "water", None, "按规定", now)
    assert await at_once(town, "water", 3) == [True, True, True]


@pytest.mark.parametrize("most", [0, -1, 21])
async def test_an_odd_number_of_log_ins_is_refused(town: Town, most: int) -> None:
    with pytest.raises(Malformed):
        await staff.allow_sessions(town.context, None, "water", most, "值班", MONDAY)


async def test_former_passwords_beyond_the_remembered_ones_are_not_kept(town: Town, pool: asyncpg.Pool) -> None:
    token, who = await entered(town)
    words = [PASSWORD, *(f"Lantern-reed-{number}{number}" for number in range(8))]
    for day, (old, new) in enumerate(pairwise(words)):
        await own_account.change_password(town.context, who, token, old, new, MONDAY + timedelta(days=day))
    kept = await pool.fetch("select password_hash from former_password order by set_at")
    assert len(kept) == 5
    assert credentials.matches(kept[-1]["password_hash"], words[-2])
    assert credentials.matches(kept[0]["password_hash"], words[-6])

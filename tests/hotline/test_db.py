from datetime import UTC, datetime

import asyncpg
import pytest

from hotline.db import WORTH_ANOTHER_TRY, open_pool, transaction


async def test_jsonb_comes_back_as_it_went(pool: asyncpg.Pool) -> None:
    value = {"事项": ["供水", None, 1.5, True]}
    async with pool.acquire() as connection:
        assert await connection.fetchval("select $1::jsonb", value) == value
        assert await connection.fetchval("select $1::json", value) == value


async def test_session_speaks_utc_and_cuts_long_statements(pool: asyncpg.Pool) -> None:
    async with pool.acquire() as connection:
        assert await connection.fetchval("show timezone") == "UTC"
        assert await connection.fetchval("show statement_timeout") == "30s"
        assert await connection.fetchval("show application_name") == "hotline"
        when = await connection.fetchval("select '2026-01-05 08:00+08'::timestamptz")
    assert when == datetime(2026, 1, 5, tzinfo=UTC)


async def test_exception_undoes_the_transaction(pool: asyncpg.Pool) -> None:
    async with transaction(pool) as connection:
        await connection.execute("create table kept (n int)")
        await connection.execute("insert into kept values (1)")
    with pytest.raises(LookupError):
        async with transaction(pool) as connection:
            await connection.execute("insert into kept values (2)")
            raise LookupError
    async with pool.acquire() as connection:
        assert await connection.fetchval("select array_agg(n) from kept") == [1]


async def test_transaction_left_open_is_rolled_back(database_url: str) -> None:
    pool = await open_pool(database_url, min_size=1, max_size=1)
    async with pool.acquire() as connection:
        await connection.execute("begin; create table lost (n int)")
    async with pool.acquire() as connection:
        assert not connection.is_in_transaction()
        assert await connection.fetchval("select to_regclass('lost')") is None
    await pool.close()


async def test_lost_connection_is_worth_another_try(pool: asyncpg.Pool) -> None:
    async with pool.acquire() as victim, pool.acquire() as other:
        await other.execute("select pg_terminate_backend($1)", victim.get_server_pid())
        with pytest.raises(WORTH_ANOTHER_TRY):
            await victim.fetchval("select 1")
            await victim.fetchval("select 1")
    async with transaction(pool) as healed:
        assert await healed.fetchval("select 1") == 1


async def test_broken_rule_is_not_worth_another_try(pool: asyncpg.Pool) -> None:
    async with pool.acquire() as connection:
        with pytest.raises(asyncpg.DivisionByZeroError) as refused:
            await connection.fetchval("select 1 / 0")
    assert not isinstance(refused.value, WORTH_ANOTHER_TRY)

import asyncio
from pathlib import Path

import asyncpg
import pytest

from hotline.store.migrate import MigrationError, migrate, pending

ONE = "create table one (region_id smallint primary key);"
TWO = "create table two (region_id smallint primary key); insert into one values (7);"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "0001_one.sql").write_text(ONE)
    (tmp_path / "0002_two.sql").write_text(TWO)
    return tmp_path


async def test_second_migration_does_nothing(empty_database_url: str, folder: Path) -> None:
    assert await migrate(empty_database_url, folder) == ["0001_one", "0002_two"]
    assert await migrate(empty_database_url, folder) == []


async def test_later_file_is_applied_alone(empty_database_url: str, folder: Path) -> None:
    await migrate(empty_database_url, folder)
    (folder / "0003_three.sql").write_text("create table three (region_id smallint primary key);")
    connection = await asyncpg.connect(empty_database_url)
    try:
        assert await pending(connection, folder) == ["0003_three"]
        assert await migrate(connection, folder) == ["0003_three"]
        assert await pending(connection, folder) == []
    finally:
        await connection.close()


async def test_failing_file_leaves_no_trace(empty_database_url: str, folder: Path) -> None:
    (folder / "0003_three.sql").write_text("create table three (id int primary key); select 1 / 0;")
    with pytest.raises(asyncpg.DivisionByZeroError):
        await migrate(empty_database_url, folder)
    connection = await asyncpg.connect(empty_database_url)
    try:
        assert await connection.fetchval("select to_regclass('three')") is None
        assert await connection.fetchval("select max(name) from schema_migration") == "0002_two"
    finally:
        await connection.close()


async def test_edited_file_is_refused(empty_database_url: str, folder: Path) -> None:
    await migrate(empty_database_url, folder)
    (folder / "0001_one.sql").write_text(ONE + " -- changed")
    with pytest.raises(MigrationError, match="0001_one"):
        await migrate(empty_database_url, folder)


async def test_older_program_is_refused(empty_database_url: str, folder: Path) -> None:
    await migrate(empty_database_url, folder)
    (folder / "0002_two.sql").unlink()
    with pytest.raises(MigrationError, match="0002_two"):
        await migrate(empty_database_url, folder)


async def test_number_before_the_newest_is_refused(empty_database_url: str, folder: Path) -> None:
    (folder / "0005_five.sql").write_text("select 1;")
    await migrate(empty_database_url, folder)
    (folder / "0004_four.sql").write_text("select 1;")
    with pytest.raises(MigrationError, match="0004_four"):
        await migrate(empty_database_url, folder)


@pytest.mark.parametrize("name", ["three.sql", "0002_again.sql", "0003-three.sql"])
async def test_odd_file_name_is_refused(empty_database_url: str, folder: Path, name: str) -> None:
    (folder / name).write_text("select 1;")
    with pytest.raises(MigrationError, match="NNNN"):
        await migrate(empty_database_url, folder)


async def test_many_at_once_apply_each_file_once(empty_database_url: str, folder: Path) -> None:
    done = await asyncio.gather(*(migrate(empty_database_url, folder) for _ in range(6)))
    assert sorted(name for names in done for name in names) == ["0001_one", "0002_two"]
    connection = await asyncpg.connect(empty_database_url)
    try:
        assert await connection.fetchval("select count(*) from one") == 1
    finally:
        await connection.close()

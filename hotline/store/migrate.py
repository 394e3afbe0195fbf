"""Apply the migrations `sql/migrations/NNNN_what.sql`: each once, in order, each in its own transaction."""

from __future__ import annotations

import contextlib
import hashlib
import re
from pathlib import Path
from typing import TypedDict

import asyncpg

from hotline.db import Connection
from hotline.store.queries import fetch_all, fetch_one, queries, sql_folder

_q = queries.migrate


_NAME = re.compile(r"^\d{4}_[a-z0-9_]+$")


class AppliedMigrationRow(TypedDict):
    """An applied migration: its file name without ending, and the SHA-256 of its text in hex."""

    name: str
    checksum: str


class BypassRow(TypedDict):
    """Whether the current role and the login role bypass row-level security."""

    role_past: bool
    login_past: bool


class MigrationError(RuntimeError):
    """The database and the migrations do not fit together; the text is a sentence for the operator."""


async def migrate(target: str | asyncpg.Connection, folder: Path | None = None) -> list[str]:
    """Apply the missing migrations and return their names in order; [] when none is missing.

    `target` is an address or a connection outside a transaction; `folder` defaults to `sql/migrations`.
    Several may run at once: they take turns. Raises MigrationError when an applied file was edited or removed,
    or when names are out of order, and asyncpg.PostgresError when a statement fails (that file is undone).
    """
    files = _read(folder or sql_folder() / "migrations")
    if not isinstance(target, str):
        return await _apply_missing(target, files)
    # A migration may take long: without the pool's timeouts.
    connection = await asyncpg.connect(target, timeout=10, server_settings={"timezone": "UTC"})
    try:
        return await _apply_missing(connection, files)
    finally:
        await connection.close()


async def pending(connection: Connection, folder: Path | None = None) -> list[str]:
    """The names of migrations not applied yet. Raises like `migrate`; the table of migrations must exist."""
    files = _read(folder or sql_folder() / "migrations")
    return [name for name in files if name not in await _applied(connection, files)]


async def guard_of_rows(connection: Connection) -> tuple[bool, bool]:
    """Whether the current role, and the role that logged in, bypass row-level security."""
    row = await fetch_one(BypassRow, _q.guard_of_rows(connection))
    # An aggregate without groups always has its row.
    assert row is not None
    return row["role_past"], row["login_past"]


def _read(folder: Path) -> dict[str, str]:
    files = {path.stem: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.sql"))}
    odd = [name for name in files if not _NAME.match(name)]
    numbers = [name[:4] for name in files]
    if odd or len(set(numbers)) < len(numbers):
        raise MigrationError(f"迁移文件名应为 NNNN_what.sql 且编号不重复：{'、'.join(odd or files)}")
    return files


async def list_applied(connection: Connection) -> list[str]:
    """Names of the migrations applied to a database, oldest first."""
    rows = await fetch_all(AppliedMigrationRow, _q.applied_migrations(connection))
    return [row["name"] for row in rows]


async def _apply_missing(connection: Connection, files: dict[str, str]) -> list[str]:
    # Two processes that create the table at the same moment may collide in the catalogue; one of them succeeded.
    collision = (asyncpg.UniqueViolationError, asyncpg.DuplicateTableError, asyncpg.DuplicateObjectError)
    with contextlib.suppress(*collision):
        await _q.create_schema_migration(connection)
    done: list[str] = []
    for name, text in files.items():
        async with connection.transaction():
            await _q.lock_schema_migration(connection)
            if name in await _applied(connection, files):
                continue
            await connection.execute(text)
            await _q.record_migration(connection, name=name, checksum=_checksum(text))
        done.append(name)
    return done


async def _applied(connection: Connection, files: dict[str, str]) -> set[str]:
    rows = await fetch_all(AppliedMigrationRow, _q.applied_migrations(connection))
    applied = {row["name"]: row["checksum"] for row in rows}
    for name, checksum in applied.items():
        if name not in files:
            raise MigrationError(f"数据库里有迁移 {name}，这一版程序却没有：请用不低于数据库的版本")
        if _checksum(files[name]) != checksum:
            raise MigrationError(f"迁移 {name} 执行后又被改动：请恢复原文件，另写新的迁移")
    newest = max(applied, default="")
    late = [name for name in files if name < newest and name not in applied]
    if late:
        raise MigrationError(f"迁移 {'、'.join(late)} 的编号早于已执行的 {newest}：请改用更大的编号")
    return set(applied)


def _checksum(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()

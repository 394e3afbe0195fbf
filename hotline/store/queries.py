"""The named queries of `sql/queries`: one namespace for each file, one coroutine for each name."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import aiosql
from aiosql.adapters.asyncpg import AsyncPGAdapter

import hotline

T = TypeVar("T")


class _OnConnection(AsyncPGAdapter):
    """aiosql's adapter for a connection alone: its own checks at every call whether it was given a pool."""

    def _in_order(self, name: str, given: Any) -> list[Any]:
        return [given[variable] for variable in self.var_sorted[name]]

    async def select(self, conn: Any, name: str, sql: str, given: Any, record_class: Any = None) -> AsyncIterator[Any]:
        for row in await conn.fetch(sql, *self._in_order(name, given)):
            yield row

    async def select_one(self, conn: Any, name: str, sql: str, given: Any, record_class: Any = None) -> Any:
        return await conn.fetchrow(sql, *self._in_order(name, given))

    async def select_value(self, conn: Any, name: str, sql: str, given: Any) -> Any:
        return await conn.fetchval(sql, *self._in_order(name, given))

    async def insert_update_delete(self, conn: Any, name: str, sql: str, given: Any) -> Any:
        return await conn.execute(sql, *self._in_order(name, given))


class Queries:
    """The named queries of a folder: `queries.tickets.history.insert_event` is the query of that name in
    `tickets/history.sql`, which is read when it is first asked for.

    Each file has its own adapter, since aiosql's keeps the order of parameters by query name alone: two files
    may use one name. A missing file is an AttributeError; a query without name, parameter list or with a
    parameter unused is aiosql's SQLParseException.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __getattr__(self, name: str) -> Any:
        file, folder = self._folder / f"{name}.sql", self._folder / name
        if name.startswith("_") or not (file.is_file() or folder.is_dir()):
            raise AttributeError(f"no file {name}.sql and no folder {name} in {self._folder.name}")
        found = Queries(folder) if folder.is_dir() else aiosql.from_path(file, _OnConnection, encoding="utf-8")  # type: ignore[arg-type] # its own is untyped
        setattr(self, name, found)
        return found

    def files(self) -> list[str]:
        """The files below this folder as dotted names, in order."""
        below = (file.relative_to(self._folder).with_suffix("") for file in self._folder.rglob("*.sql"))
        return sorted(".".join(file.parts) for file in below)


@cache
def sql_folder() -> Path:
    """The folder `sql`, which stands beside the package in a checkout and in an installed wheel alike."""
    return Path(hotline.__file__).resolve().parent.parent / "sql"


queries = Queries(sql_folder() / "queries")


async def fetch_all(row: type[T], found: AsyncIterator[Any]) -> list[T]:
    """All rows of a query, as rows of the type `row`, a TypedDict that names its columns.

    Nothing is converted at run time; `tests/sql/test_row_types.py` compares each type with its query.
    """
    return [one async for one in found]


async def fetch_one(row: type[T], found: Awaitable[Any]) -> T | None:
    """The one row of a query as a row of the type `row`, or None when there is none."""
    first: T | None = await found
    return first


async def fetch_value(kind: type[T], found: Awaitable[Any]) -> T | None:
    """The value of a query with one column, of the type `kind`; None when there is no row, or for null."""
    value: T | None = await found
    return value


async def fetch_required(kind: type[T], found: Awaitable[Any]) -> T:
    """The value of a query that always has one, such as a count."""
    value: T = await found
    return value

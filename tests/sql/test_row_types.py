"""Every row that leaves the store has a type, and the type has the columns of its query.

A column renamed in a query fails here with module, function and column named, and mypy then finds who reads it.
"""

from __future__ import annotations

import ast
import importlib
import types
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from operator import attrgetter
from pathlib import Path
from typing import Any, Union, get_args, get_origin, get_type_hints, is_typeddict
from uuid import UUID

import asyncpg
import pytest

import hotline.store
from hotline.store.queries import Queries, queries
from rehearsal.store.queries import queries as rehearsal_queries

STORE = Path(hotline.store.__file__).parent
MODULES = sorted(
    ".".join(("hotline", "store", *path.relative_to(STORE).with_suffix("").parts))
    for path in STORE.rglob("*.py")
    if path.name not in ("__init__.py", "queries.py")
)
REHEARSAL = ["rehearsal.store.clock", "rehearsal.store.county", "rehearsal.store.tally", "rehearsal.store.tickets"]
ROWS, VALUES = {"fetch_all", "fetch_one"}, {"fetch_value", "fetch_required"}
PYTHON_TYPES: Mapping[str, type] = {
    "bool": bool, "bytea": bytes, "date": date, "float8": float, "int2": int, "int4": int, "int8": int,
    "interval": timedelta, "name": str, "numeric": Decimal, "text": str, "time": time, "timestamptz": datetime,
    "uuid": UUID, "varchar": str,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fetch:
    """A call such as `fetch_all(HeartbeatRow, _q.heartbeats(…))`."""

    by: str
    row: str
    file: str
    query: str
    line: int


def tree_of(module: str) -> ast.Module:
    path = STORE.parent.parent.joinpath(*module.split(".")).with_suffix(".py")
    return ast.parse(path.read_text(encoding="utf-8"))


def queries_of(module: str) -> Queries:
    return queries if module.startswith("hotline.") else rehearsal_queries


def query_of(node: ast.AST, own: str) -> tuple[str, str] | None:
    """File and name of the query that a call such as `_q.heartbeats(…)` runs."""
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
        return None
    folder = ast.unparse(node.func.value)
    if folder == "_q":
        return own, node.func.attr
    return (folder.removeprefix("queries."), node.func.attr) if folder.startswith("queries.") else None


def fetches(module: str) -> Iterator[Fetch]:
    own = module.partition(".store.")[2]
    for node in ast.walk(tree_of(module)):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ROWS | VALUES:
            found = query_of(node.args[1], own)
            assert found, f"{module}:{node.lineno}: give {ast.unparse(node.func)} the call of a query itself"
            yield Fetch(ast.unparse(node.func), ast.unparse(node.args[0]), *found, node.lineno)


def fits(hint: Any, kind: str) -> bool:
    """Whether a value of this PostgreSQL type may have this annotation."""
    if get_origin(hint) in (Union, types.UnionType):
        return any(fits(one, kind) for one in get_args(hint) if one is not type(None))
    if kind in ("json", "jsonb"):
        return hint not in PYTHON_TYPES.values() or hint is str
    if kind.endswith("[]"):
        return get_origin(hint) is list and fits(get_args(hint)[0], kind[:-2])
    if kind == "tid":
        return get_origin(hint) is tuple
    base = getattr(hint, "__supertype__", hint)
    return base is PYTHON_TYPES[kind]


def faults_of(hints: Mapping[str, Any], columns: Mapping[str, str]) -> list[str]:
    """What is wrong with a row type, a line for each column."""
    missing = [f"the query has no column {name}" for name in hints if name not in columns]
    extra = [f"the type has no {name}" for name in columns if name not in hints]
    wrong = [
        f"{name} is {columns[name]}, not {hint}"
        for name, hint in hints.items()
        if name in columns and not fits(hint, columns[name])
    ]
    return missing + extra + wrong


def columns_of(statement: Any) -> dict[str, str]:
    return {one.name: one.type.name for one in statement.get_attributes()}


def hints_of(fetch: Fetch, module: str, columns: Mapping[str, str]) -> Mapping[str, Any]:
    row = eval(fetch.row, vars(importlib.import_module(module)))
    if fetch.by in ROWS:
        assert is_typeddict(row), f"{module}:{fetch.line}: {fetch.row} is no TypedDict"
        return get_type_hints(row)
    return dict.fromkeys(columns, row)


@pytest.mark.parametrize("module", MODULES + REHEARSAL)
async def test_row_types_have_the_columns_of_their_query(module: str, pool: asyncpg.Pool) -> None:
    faults = []
    async with pool.acquire() as connection:
        for fetch in fetches(module):
            sql = getattr(attrgetter(fetch.file)(queries_of(module)), fetch.query).sql
            columns = columns_of(await connection.prepare(sql))
            found = faults_of(hints_of(fetch, module, columns), columns)
            faults += [f"{module}:{fetch.line} {fetch.query} -> {fetch.row}: {fault}" for fault in found]
    assert faults == []


@pytest.mark.parametrize("module", MODULES)
def test_no_row_leaves_the_store_without_a_type(module: str) -> None:
    own = module.removeprefix("hotline.store.")
    tree = tree_of(module)
    typed = {
        id(node.args[1])
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ROWS | VALUES
    }
    bare = []
    for node in ast.walk(tree):
        found = query_of(node, own)
        if found is not None and id(node) not in typed and returns_rows(*found):
            bare.append(f"{module}:{node.lineno} {found[1]}")
    assert bare == []


def returns_rows(file: str, name: str) -> bool:
    return str(getattr(attrgetter(file)(queries), name).operation.name) in ("SELECT", "SELECT_ONE", "SELECT_VALUE")


@pytest.mark.parametrize("module", MODULES + REHEARSAL)
def test_no_public_function_of_the_store_says_any(module: str) -> None:
    loose = []
    for node in tree_of(module).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not node.name.startswith("_"):
            args = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
            hints = [ast.unparse(hint) for hint in (node.returns, *(arg.annotation for arg in args)) if hint]
            if any("Any" in hint.replace("AnyStr", "") for hint in hints):
                loose.append(f"{module}:{node.lineno} {node.name}")
    assert loose == []

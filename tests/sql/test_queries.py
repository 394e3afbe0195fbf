"""Every named query runs on the real server, says what it does, and is used; every used name exists."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path

import asyncpg
import pytest

import hotline.store
from hotline.store.queries import queries, sql_folder

STORE = Path(hotline.store.__file__).parent
HEAD = re.compile(r"^--\s*name:\s*(\w+)\s*(\([^)]*\))?", re.MULTILINE)
FILES = queries.files()
# They speak of the database itself, and of a session.
OF_NO_REGION = {"migrate", "region.row_scope"}


@dataclass(frozen=True, slots=True)
class Query:
    file: str
    name: str
    sql: str


def named(file: str) -> list[Query]:
    space = attrgetter(file)(queries)
    return [
        Query(file, name, getattr(space, name).sql) for name in space.available_queries if not name.endswith("_cursor")
    ]


def heads(file: str) -> dict[str, str]:
    """Each query's name and the lines below it, up to the next one."""
    text = _path(file).read_text(encoding="utf-8")
    found = list(HEAD.finditer(text))
    ends = [one.start() for one in found[1:]] + [len(text)]
    return {one.group(1): text[one.end() : end] for one, end in zip(found, ends, strict=True)}


def _path(file: str) -> Path:
    return (sql_folder() / "queries").joinpath(*file.split(".")).with_suffix(".sql")


def used() -> set[tuple[str, str]]:
    """Pairs of file and query named by the store: `queries.region.units.list_units`, or `_q.…` after `_q = queries.…`."""
    return {pair for path in STORE.rglob("*.py") for pair in _used_in(ast.parse(path.read_text(encoding="utf-8")))}


def _used_in(tree: ast.Module) -> Iterator[tuple[str, str]]:
    aliases = {
        target.id: ast.unparse(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and ast.unparse(node.value).startswith("queries.")
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            whole = ast.unparse(node.value)
            file = aliases.get(whole, whole).removeprefix("queries.")
            if file in FILES:
                yield file, node.attr


@pytest.mark.parametrize("file", FILES)
async def test_every_query_can_be_prepared(file: str, pool: asyncpg.Pool) -> None:
    refused = []
    async with pool.acquire() as connection:
        for query in named(file):
            try:
                await connection.prepare(query.sql)
            except asyncpg.PostgresError as error:
                refused.append(f"{query.name}: {error}")
    assert refused == []


@pytest.mark.parametrize("file", FILES)
def test_every_query_is_described(file: str) -> None:
    silent = [name for name, below in heads(file).items() if not re.match(r"[\^$!<*#]*\s*\n--\s*\S", below)]
    assert silent == []


@pytest.mark.parametrize("file", FILES)
def test_no_query_names_itself_twice(file: str) -> None:
    text = _path(file).read_text(encoding="utf-8")
    names = HEAD.findall(text)
    assert len(names) == len({name for name, _ in names})


@pytest.mark.parametrize("file", [file for file in FILES if file not in OF_NO_REGION])
def test_queries_of_a_region_take_the_region_first(file: str) -> None:
    lists = HEAD.findall(_path(file).read_text(encoding="utf-8"))
    other = [name for name, parameters in lists if not re.match(r"\(\s*region_id\b", parameters)]
    assert other == []


def test_every_query_is_used() -> None:
    known = {(file, name) for file in FILES for name in heads(file)}
    assert known - used() == set()


def test_every_used_query_exists() -> None:
    known = {(file, name) for file in FILES for name in heads(file)}
    assert used() - known == set()

"""Every named query of product, rehearsal and bench runs on the real server, says what it does, and is used."""

import ast
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path

import asyncpg
import pytest

import bench.queries
import hotline.store
import rehearsal.store.queries
from hotline.store.queries import Queries, queries, sql_folder

HEAD = re.compile(r"^--\s*name:\s*(\w+)\s*(\([^)]*\))?", re.MULTILINE)
# They speak of the database itself, and of a session.
OF_NO_REGION = {"migrate", "region.row_scope", "session"}


@dataclass(frozen=True, slots=True)
class Source:
    """A folder of queries, and the Python that uses them."""

    queries: Queries
    folder: Path
    code: Path


SOURCES = {
    "hotline": Source(queries, sql_folder() / "queries", Path(hotline.store.__file__).parent),
    "rehearsal": Source(
        rehearsal.store.queries.queries, rehearsal.store.queries.FOLDER, Path(rehearsal.store.__file__).parent
    ),
    "bench": Source(bench.queries.queries, bench.queries.FOLDER, Path(bench.queries.__file__).parent),
}
FILES = [(source, file) for source, one in SOURCES.items() for file in one.queries.files()]
IDS = ["/".join(one) for one in FILES]
every_file = pytest.mark.parametrize(("source", "file"), FILES, ids=IDS)
every_source = pytest.mark.parametrize("source", SOURCES)


@dataclass(frozen=True, slots=True)
class Query:
    file: str
    name: str
    sql: str


def named(source: str, file: str) -> list[Query]:
    space = attrgetter(file)(SOURCES[source].queries)
    return [
        Query(file, name, getattr(space, name).sql) for name in space.available_queries if not name.endswith("_cursor")
    ]


def text_of(source: str, file: str) -> str:
    return SOURCES[source].folder.joinpath(*file.split(".")).with_suffix(".sql").read_text(encoding="utf-8")


def heads(source: str, file: str) -> dict[str, str]:
    """Each query's name and the lines below it, up to the next one."""
    text = text_of(source, file)
    found = list(HEAD.finditer(text))
    ends = [one.start() for one in found[1:]] + [len(text)]
    return {one.group(1): text[one.end() : end] for one, end in zip(found, ends, strict=True)}


def used(source: str) -> set[tuple[str, str]]:
    """Pairs of file and query that the code names: `queries.region.regions.region`, or `_q.…` after `_q = queries.…`."""
    code, files = SOURCES[source].code, set(SOURCES[source].queries.files())
    trees = (ast.parse(path.read_text(encoding="utf-8")) for path in code.rglob("*.py"))
    return {pair for tree in trees for pair in _used_in(tree, files)}


def _used_in(tree: ast.Module, files: Collection[str]) -> Iterator[tuple[str, str]]:
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
            if file in files:
                yield file, node.attr


@every_file
async def test_every_query_can_be_prepared(source: str, file: str, pool: asyncpg.Pool) -> None:
    refused = []
    async with pool.acquire() as connection:
        for query in named(source, file):
            try:
                await connection.prepare(query.sql)
            except asyncpg.PostgresError as error:
                refused.append(f"{query.name}: {error}")
    assert refused == []


@every_file
def test_every_query_is_described(source: str, file: str) -> None:
    silent = [name for name, below in heads(source, file).items() if not re.match(r"[\^$!<*#]*\s*\n--\s*\S", below)]
    assert silent == []


@every_file
def test_no_query_names_itself_twice(source: str, file: str) -> None:
    names = HEAD.findall(text_of(source, file))
    assert len(names) == len({name for name, _ in names})


@pytest.mark.parametrize(("source", "file"), [one for one in FILES if one[1] not in OF_NO_REGION])
def test_queries_of_a_region_take_the_region_first(source: str, file: str) -> None:
    lists = HEAD.findall(text_of(source, file))
    other = [name for name, parameters in lists if not re.match(r"\(\s*region_id\b", parameters)]
    assert other == []


def known(source: str) -> set[tuple[str, str]]:
    return {(file, name) for file in SOURCES[source].queries.files() for name in heads(source, file)}


@every_source
def test_every_query_is_used(source: str) -> None:
    assert known(source) - used(source) == set()


@every_source
def test_every_used_query_exists(source: str) -> None:
    assert used(source) - known(source) == set()

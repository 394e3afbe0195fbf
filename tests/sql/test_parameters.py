"""Words reach the database as parameters alone: no statement is put together in Python, none takes text into its own."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("hotline", "channels", "workers")
RUNS = {
    "execute",
    "executemany",
    "fetch",
    "fetchrow",
    "fetchval",
    "prepare",
    "cursor",
    "copy_from_query",
    "copy_to_table",
}
# A migration is a file of this repository, run whole; the adapter is handed the text of a query file, and nothing else.
RUN_FILES = {"hotline/store/migrate.py", "hotline/store/queries.py"}
QUERIES = sorted((ROOT / "sql" / "queries").rglob("*.sql"))
STATEMENT = re.compile(
    r"\b(select\s.+\sfrom|insert\s+into|update\s+\w+\s+set|delete\s+from|create\s+(table|index)|drop\s+table|alter\s+table)\b",
    re.IGNORECASE | re.DOTALL,
)


SOURCES = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]


def statements_made_in(tree: ast.AST) -> list[tuple[int, str]]:
    """Calls that run a statement which is no name of a query: (line, what is run)."""
    return [
        (node.lineno, ast.unparse(node.args[0]))
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in RUNS and node.args
    ]


def words_of_sql(tree: ast.AST) -> list[tuple[int, str]]:
    """Texts that read like a statement, docstrings left out: (line, text)."""
    said = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    return [
        (node.lineno, node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in said
        and STATEMENT.search(node.value)
    ]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_statement_is_put_together_in_python(path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"))
    assert words_of_sql(tree) == []
    if str(path.relative_to(ROOT)) not in RUN_FILES:
        assert statements_made_in(tree) == []


@pytest.mark.parametrize("path", QUERIES, ids=lambda path: path.name)
def test_no_query_runs_text_it_was_given(path: Path) -> None:
    text = re.sub(r"--[^\n]*", "", path.read_text("utf-8"))
    assert not re.search(
        r"\bexecute\b|\bformat\s*\(|quote_ident|quote_literal|query_to_xml|dblink", text, re.IGNORECASE
    )


@pytest.mark.parametrize(
    "line",
    [
        'await conn.fetch(f"select * from ticket where number = {number}")',
        'await conn.execute("delete from ticket where number = %s" % number)',
        'sql = "update ticket set title = " + title',
    ],
)
def test_statement_put_together_would_be_found(line: str) -> None:
    tree = ast.parse(f"async def f():\n    {line}\n")
    assert statements_made_in(tree) or words_of_sql(tree)

"""The named queries of `sql/queries`: one namespace for each file, one coroutine for each name."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import aiosql

import hotline


def sql_folder() -> Path:
    """The folder `sql`, which stands beside the package in a checkout and in an installed wheel alike."""
    return Path(hotline.__file__).resolve().parent.parent / "sql"


def load_queries(folder: Path | None = None) -> SimpleNamespace:
    """Read every `*.sql` in `folder` (default `sql/queries`): `intake.sql` becomes the attribute `intake`.

    Each file has its own adapter, since aiosql's keeps parameter order by query name alone: two files may
    use one name. Raises aiosql's SQLParseException for a query without name or parameter list.
    """
    files = sorted((folder or sql_folder() / "queries").glob("*.sql"))
    return SimpleNamespace(**{file.stem: aiosql.from_path(file, "asyncpg", encoding="utf-8") for file in files})


queries = load_queries()

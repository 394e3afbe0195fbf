"""The named queries of `rehearsal/sql`, loaded and checked like those of the product."""

from __future__ import annotations

from pathlib import Path

from hotline.store.queries import Queries

FOLDER = Path(__file__).resolve().parent.parent / "sql"
queries = Queries(FOLDER)

"""How far a database is brought up, for the administrator's page."""

from __future__ import annotations

from hotline.actions.office import Office
from hotline.store.migrate import MigrationError, pending
from hotline.store.queries import queries


async def read_schema(office: Office) -> tuple[str, list[str]]:
    """The newest migration applied, and those of this release still missing or at odds."""
    async with office.reading() as conn:
        applied = [row["name"] async for row in queries.migration.applied_migrations(conn)]
        try:
            missing = await pending(conn)
        except MigrationError as fault:
            missing = [str(fault)]
    return (applied[-1] if applied else ""), missing

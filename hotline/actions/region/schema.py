"""The state of the database schema, for the administrator's page."""

from __future__ import annotations

from hotline.actions.region.context import RegionContext
from hotline.store.migrate import MigrationError, list_applied, pending


async def read_schema(context: RegionContext) -> tuple[str, list[str]]:
    """Return the newest migration applied (empty: none) and those of this release still missing.

    When applied and shipped migrations contradict each other, the list holds the fault in Chinese instead.
    """
    async with context.reading() as conn:
        applied = await list_applied(conn)
        try:
            missing = await pending(conn)
        except MigrationError as fault:
            missing = [str(fault)]
    return (applied[-1] if applied else ""), missing

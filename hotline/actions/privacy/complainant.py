"""The person behind a ticket, unsealed: the only place that does it (PROCEDURE §6)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from hotline.actions.region.context import RegionContext
from hotline.domain.errors import NotFound
from hotline.store.privacy import complainants


async def unsealed_person(context: RegionContext, conn: Any, ticket_id: UUID) -> dict[str, str]:
    """Name, phone, identity and address in full; an empty text for what was not told. Raises NotFound."""
    row = await complainants.get_complainant(conn, context.region, ticket_id)
    if row is None:
        raise NotFound
    return {
        what: context.vault.unseal(row[f"{what}_sealed"], f"complainant.{what}") if row[f"{what}_sealed"] else ""
        for what in ("name", "phone", "identity", "address")
    }

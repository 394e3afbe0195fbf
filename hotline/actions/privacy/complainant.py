"""The person behind a ticket, unsealed: the only place that does it (PROCEDURE §6)."""

from __future__ import annotations

from uuid import UUID

from hotline.actions.region.context import RegionContext
from hotline.db import Connection
from hotline.domain.errors import NotFound
from hotline.store.privacy import complainants


async def unsealed_person(context: RegionContext, conn: Connection, ticket_id: UUID) -> dict[str, str]:
    """Name, phone, identity and address in full; an empty text for what was not told. Raises NotFound."""
    row = await complainants.get_complainant(conn, context.region, ticket_id)
    if row is None:
        raise NotFound
    sealed = {
        "name": row["name_sealed"], "phone": row["phone_sealed"], "identity": row["identity_sealed"],
        "address": row["address_sealed"],
    }  # fmt: skip
    return {what: context.vault.unseal(value, f"complainant.{what}") if value else "" for what, value in sealed.items()}

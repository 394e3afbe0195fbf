"""Read and unseal the complainant of a ticket (PROCEDURE §6)."""

from __future__ import annotations

from uuid import UUID

from hotline.actions.region.context import RegionContext
from hotline.crypto.complainant import unseal_complainant
from hotline.db import Connection
from hotline.domain.errors import NotFound
from hotline.domain.privacy.complainant import Complainant
from hotline.store.privacy import complainants


async def read_complainant(context: RegionContext, conn: Connection, ticket_id: UUID) -> Complainant:
    """Return the complainant of a ticket in clear. Raises NotFound outside the row scope, BrokenSeal."""
    row = await complainants.get_complainant(conn, context.region, ticket_id)
    if row is None:
        raise NotFound
    return unseal_complainant(
        context.vault,
        name=row["name_sealed"],
        phone=row["phone_sealed"],
        identity=row["identity_sealed"],
        address=row["address_sealed"],
        wechat=row["wechat_sealed"],
    )

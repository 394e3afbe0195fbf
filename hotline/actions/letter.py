"""Reading an issued document for a person of the office (PROCEDURE §6, §7)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from hotline.actions.deed import check_scope
from hotline.actions.office import Office
from hotline.domain.errors import NotFound
from hotline.domain.personal import mask_text
from hotline.domain.privacy import sees_all
from hotline.domain.ticket import Actor
from hotline.store import mechanism, tickets

SUPERVISION_LETTER = "supervision_letter"


async def read_supervision_letter(office: Office, letter_id: UUID, actor: Actor) -> Mapping[str, Any]:
    """A 督办函 as plain facts: county, year, number, unit, copy_to, tier, reason, passed_on, due_at, issued_at, ticket_number, title.

    Raises NotFound for another kind of document and outside the actor's rows.
    """
    async with office.pool.acquire() as conn:
        row = await mechanism.get_letter(conn, office.region, letter_id)
        if row is None or row["kind"] != SUPERVISION_LETTER or row["ticket_id"] is None:
            raise NotFound
        ticket = await tickets.get_ticket(conn, office.region, row["ticket_id"])
        if ticket is None:
            raise NotFound
        await check_scope(office, conn, ticket, actor)
    # A letter to a former unit is not for the one that has the ticket now.
    if not sees_all(actor.role) and row["unit_id"] not in office.county.scope(actor):
        raise NotFound
    zone = office.rules.calendar.zone
    return {
        "county": office.county.name, "year": row["year"], "number": row["number"], "tier": row["tier"],
        "unit": row["unit_name"] or "", "copy_to": row["copy_to"] or "", "reason": row["facts"]["reason"],
        "passed_on": row["facts"].get("passed_on", False),
        "due_at": datetime.fromisoformat(row["facts"]["due_at"]).astimezone(zone),
        "issued_at": row["issued_at"].astimezone(zone), "ticket_number": row["ticket_number"],
        "title": office.county.matter_name(ticket.matter_id) if ticket.confidential else mask_text(row["title"]),
    }  # fmt: skip

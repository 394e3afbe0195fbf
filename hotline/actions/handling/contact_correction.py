"""Correct the complainant's data (更正联系方式): with a reason, and never to a masked value sent back by a form
(PROCEDURE §6).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from hotline.actions.privacy.complainant import read_complainant
from hotline.actions.privacy.fingerprints import contact_hash
from hotline.actions.region.context import RegionContext
from hotline.actions.tickets.execution import execute
from hotline.db import Connection
from hotline.domain import intake as rule
from hotline.domain.errors import Malformed, Missing
from hotline.domain.intake import PERSON_NAMES, check_person
from hotline.domain.privacy.complainant import Complainant
from hotline.domain.privacy.personal_numbers import is_masked
from hotline.domain.privacy.visibility import masked_person
from hotline.domain.text import clean
from hotline.domain.tickets.ticket import Actor, Decision, Ticket
from hotline.phone import normalise
from hotline.store.privacy import complainants


async def correct_person(
    context: RegionContext,
    ticket_id: UUID,
    actor: Actor,
    now: datetime,
    given: Mapping[str, Any],
    client_key: str | None = None,
) -> Ticket:
    """Correct name, phone, identity or address; an empty or masked field stays unchanged. `given` also has reason.

    Raises Missing when nothing changes or no reason is given, TooLong, Malformed.
    """

    async def decide(conn: Connection, ticket: Ticket) -> Decision:
        complainant = await read_complainant(context, conn, ticket_id)
        fresh = _fresh(context, complainant, given)
        if not fresh:
            raise Missing(what="要更正的内容（空着或带星号的项不改）")
        decision = rule.correct(ticket, tuple(fresh), actor, now, given)
        await complainants.correct_complainant(
            conn, context.region, ticket_id,
            {what: context.vault.seal(value, f"complainant.{what}") for what, value in fresh.items()},
            contact_hash(context, fresh["phone"]) if "phone" in fresh else None,
        )  # fmt: skip
        return decision

    return await execute(context, ticket_id, actor, now, decide, client_key=client_key)


def _fresh(context: RegionContext, complainant: Complainant, given: Mapping[str, Any]) -> dict[str, str]:
    """Return the fields that change, with their new values validated and the phone number normalised."""
    kept, masked = asdict(complainant), masked_person(complainant)
    typed = {what: clean(str(given.get(what) or "")) for what in PERSON_NAMES}
    meant = {what: value for what, value in typed.items() if value and not is_masked(value) and value != masked[what]}
    checked = check_person(meant)
    if "phone" in checked:
        number = normalise(checked["phone"], area_code=context.area_code)
        if number is None:
            raise Malformed(what=PERSON_NAMES["phone"])
        checked["phone"] = number.text
    return {what: value for what, value in checked.items() if value != kept[what]}

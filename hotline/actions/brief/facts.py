"""Gather the facts of a week for its brief; whatever could identify a complainant is removed from the texts.

PROCEDURE §7.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from hotline.actions.region.context import County, RegionContext
from hotline.actions.supervision.cards import read_cards
from hotline.crypto.complainant import unseal_complainant
from hotline.crypto.vault import BrokenSeal
from hotline.db import Connection
from hotline.domain.brief.bands import GROUPS
from hotline.domain.brief.facts import (
    Carded,
    InstructionCase,
    InterviewCase,
    LatePart,
    Peer,
    Period,
    SupervisedCase,
    TicketFact,
    WeekFacts,
)
from hotline.domain.brief.week import Week
from hotline.domain.brief.words import hide
from hotline.store.brief import facts as store
from hotline.store.brief.facts import (
    BriefTicketRow,
    InstructionInWeekRow,
    InterviewInWeekRow,
    LatePartRow,
    SealedPersonRow,
    SupervisedAtRow,
)

# The complainant's words to remove from the texts of a ticket; None: none of its texts may be printed.
Persons = Mapping[UUID, frozenset[str] | None]
CONFIDENTIAL = "（保密件，内容略）"


async def gather(context: RegionContext, conn: Connection, week: Week, first: datetime) -> WeekFacts:
    """Gather everything `compose` needs of a week; `first` is when the region's first ticket came in."""
    county, region = context.county, context.region
    interviews = [row for row in await store.list_interviews_of_week(conn, region, week) if row["held"]]
    supervised = await store.list_supervised_at(conn, region, week.until)
    instructions = await store.list_instructions_of_week(conn, region, week)
    late = await store.list_parts_late_at(conn, region, week.until)
    persons = await _persons(context, conn, [*interviews, *supervised, *instructions, *late])
    peer_of = _peer_of(county)
    return WeekFacts(
        county=county.name,
        week=week,
        policy=county.rules.policy,
        this=await _period(context, conn, week),
        last_week=await _earlier(context, conn, week.before, first),
        last_year=await _earlier(context, conn, week.year_before, first),
        interviews=tuple(_interview(row, county, persons) for row in interviews),
        supervised=tuple(_supervised(row, county, persons) for row in supervised),
        instructions=tuple(_instruction(row, county, persons) for row in instructions),
        peers=_peers(county, peer_of),
        peer_of=peer_of,
        matters={matter: county.matter_name(matter) for matter in county.matters},
        late_parts=tuple(_late_part(row, county, persons) for row in late),
    )


async def _earlier(context: RegionContext, conn: Connection, week: Week, first: datetime) -> Period | None:
    return await _period(context, conn, week) if first < week.until else None


async def _period(context: RegionContext, conn: Connection, week: Week) -> Period:
    cards = await read_cards(context, conn, week.begin, week.until)
    carded = tuple(Carded(card.ticket_id, card.unit_id, card.colour) for card in cards)
    return replace(await store.read_period(conn, context.region, week), carded=carded)


def _peer_of(county: County) -> dict[UUID, UUID]:
    """Map each unit to its peer: itself or the nearest bureau or town above it. Offices of supervision have none."""
    found: dict[UUID, UUID] = {}
    for unit_id in county.units:
        here: UUID | None = unit_id
        while here is not None and here in county.units:
            unit = county.units[here]
            if unit.level in GROUPS:
                if unit.office is None:
                    found[unit_id] = here
                break
            here = unit.parent_id
    return found


def _peers(county: County, peer_of: Mapping[UUID, UUID]) -> tuple[Peer, ...]:
    units = [county.units[unit_id] for unit_id in set(peer_of.values())]
    return tuple(Peer(u.unit_id, u.name, u.level) for u in sorted(units, key=lambda u: (u.level, u.name)))


async def _persons(context: RegionContext, conn: Connection, rows: Sequence[BriefTicketRow]) -> Persons:
    open_rows = {row["ticket_id"] for row in rows if not row["confidential"]}
    sealed = await store.list_persons(conn, context.region, sorted(open_rows))
    return {row["complainant_id"]: _words_of(context, row) for row in sealed}


def _words_of(context: RegionContext, row: SealedPersonRow) -> frozenset[str] | None:
    try:
        complainant = unseal_complainant(
            context.vault,
            name=row["name_sealed"],
            phone=row["phone_sealed"],
            identity=row["identity_sealed"],
            address=row["address_sealed"],
        )
    except BrokenSeal:
        return None
    return frozenset(complainant.words)


def _text(row: BriefTicketRow, text: str | None, persons: Persons) -> str:
    words = persons.get(row["ticket_id"])
    return CONFIDENTIAL if words is None else hide(text or "", words)


def _case(row: BriefTicketRow, county: County, persons: Persons, unit_id: UUID | None) -> TicketFact:
    words = persons.get(row["ticket_id"])
    subject = f"{county.matter_name(row['matter_id'])}{CONFIDENTIAL}" if words is None else hide(row["title"], words)
    return TicketFact(row["ticket_id"], row["number"], subject, county.unit_name(unit_id))


def _interview(row: InterviewInWeekRow, county: County, persons: Persons) -> InterviewCase:
    return InterviewCase(
        case=_case(row, county, persons, row["unit_id"]),
        held_at=row["held_at"] or row["at"],
        held_place=row["held_place"] or "",
        official=hide(row["official"] or "", persons.get(row["ticket_id"]) or ()),
        cause=_text(row, row["cause"], persons),
        solution=_text(row, row["solution"], persons),
        outcome=row["outcome"] or "",
        promised_on=row["promised_on"],
        person_verdict=row["person_verdict"] or "",
        verified=row["verdict"],
    )


def _supervised(row: SupervisedAtRow, county: County, persons: Persons) -> SupervisedCase:
    return SupervisedCase(
        case=_case(row, county, persons, row["unit_id"]),
        tier=row["tier"],
        reason=row["reason"],
        opened_at=row["opened_at"],
        due_at=row["due_at"],
        state=row["state"],
        planned=row["planned"],
    )


def _instruction(row: InstructionInWeekRow, county: County, persons: Persons) -> InstructionCase:
    return InstructionCase(
        case=_case(row, county, persons, row["lead_unit_id"]),
        leader=row["leader"] or "",
        text=_text(row, row["text"], persons),
        due_on=row["due_on"],
        written_at=row["written_at"],
        fulfilled_at=row["fulfilled_at"],
        fulfilment=_text(row, row["fulfilment"], persons),
    )


def _late_part(row: LatePartRow, county: County, persons: Persons) -> LatePart:
    case = _case(row, county, persons, row["unit_id"])
    return LatePart(case, county.unit_name(row["lead_unit_id"]), row["due_at"])

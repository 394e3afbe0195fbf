"""What must hold of a ticket's books after every step of any life, read from the tables and held against the table of arrows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from hotline.domain.enums import Role
from hotline.domain.tickets.lifecycle import TABLE, State, Verb, may

Row = Mapping[str, Any]
SUPERVISION = {"interview", "supervised", "tier2", "tier3"}
# Clocks by which no list is sorted: steps on the way to another limit, what others owe, and rest.
UNLISTED = {"contact", "assist", "extension", "resume"}
# The named reasons for which an open ticket waits with none of its limits running.
REASONS = {"parked": "resume", "awaiting_details": "details"}


@dataclass(frozen=True, slots=True)
class Books:
    """Everything that is kept about one ticket."""

    ticket: Row
    events: list[Row]
    clocks: list[Row]
    rungs: list[Row]
    parts: list[Row]
    others: list[int]

    @property
    def ticking(self) -> set[str]:
        return {clock["rule"] for clock in self.clocks if clock["next_at"] is not None}


OTHERS = ("reminder", "outbox", "letter", "alarm", "callback", "interview", "interview_review", "instruction")


async def read(conn: asyncpg.Connection, ticket_id: UUID) -> Books:
    """The books as they stand."""
    counts = ", ".join(f"(select count(*) from {table})" for table in OTHERS)
    return Books(
        dict(await conn.fetchrow("select * from ticket where ticket_id = $1", ticket_id)),
        [dict(r) for r in await conn.fetch("select * from ticket_event where ticket_id = $1 order by event_id", ticket_id)],
        [dict(r) for r in await conn.fetch("select * from deadline where ticket_id = $1 order by deadline_id", ticket_id)],
        [dict(r) for r in await conn.fetch("select * from supervision where ticket_id = $1 order by supervision_id", ticket_id)],
        [dict(r) for r in await conn.fetch("select * from ticket_unit where ticket_id = $1 order by unit_id", ticket_id)],
        list(await conn.fetchrow(f"select {counts}")),
    )  # fmt: skip


def check_history(before: Books | None, after: Books) -> list[Row]:
    """Nothing is lost or rewritten, each line is an arrow, line follows upon line; gives back the new lines."""
    known = before.events if before else []
    assert after.events[: len(known)] == known, "a line of the history was changed or lost"
    state = known[-1]["to_state"] if known else None
    for event in (fresh := after.events[len(known) :]):
        assert event["from_state"] == state, (
            f"{event['verb']} starts from {event['from_state']}, the ticket stood in {state}"
        )
        _check_arrow(after, event)
        state = event["to_state"]
    assert after.ticket["state"] == state, f"the ticket is {after.ticket['state']}, its history says {state}"
    return fresh


def _check_arrow(books: Books, event: Row) -> None:
    verb, source, target = Verb(event["verb"]), event["from_state"], event["to_state"]
    arrow = TABLE[verb]
    assert Role(event["role"]) in arrow.roles, f"{event['role']} has no arrow {verb}"
    assert source is None if verb is Verb.OPEN else may(State(source), verb, Role(event["role"]))
    if verb is Verb.RESUME:
        parkings = [e for e in books.events if e["verb"] == "park" and e["event_id"] < event["event_id"]]
        assert target == parkings[-1]["from_state"], "a ticket came back to where it never was"
    elif verb is Verb.UNMERGE:
        merged = [e for e in books.events if e["verb"] == "merge" and e["event_id"] < event["event_id"]]
        assert target == merged[-1]["from_state"], "a ticket came back to where it never was"
    else:
        # An unanswered call that was the last one ends it: the arrow is that of closing.
        assert target == (arrow.target or source), f"{verb} led from {source} to {target}"


def check_clocks(books: Books, swept_at: datetime | None) -> None:
    """An open ticket has a clock that will strike or a named reason with the clock of that reason; a closed one has none."""
    state, ticking = books.ticket["state"], books.ticking
    if state == "closed":
        assert not ticking, f"a closed ticket still has {ticking}"
        return
    assert ticking, f"an open ticket in {state} waits for nothing"
    if state in REASONS:
        assert REASONS[state] in ticking, f"nothing brings a ticket back from {state}: {ticking}"
    if swept_at is not None:
        late = [clock for clock in books.clocks if clock["next_at"] is not None and clock["next_at"] <= swept_at]
        assert not late, f"after the sweep these are still due: {late}"


def check_shown_clock(books: Books) -> None:
    """Lists are sorted by the clock that runs out first, else by one missed in this cycle; it stands on the ticket."""
    counted = [
        clock
        for clock in books.clocks
        if clock["rule"] not in UNLISTED
        and (clock["state"] == "running" or (clock["state"] == "missed" and clock["cycle"] == books.ticket["cycle"]))
    ]
    first = min(counted, key=lambda c: (c["state"] != "running", c["due_at"], c["deadline_id"]), default=None)
    shown = (books.ticket["clock_id"], books.ticket["clock_due_at"])
    assert shown == ((first["deadline_id"], first["due_at"]) if first else (None, None)), "lists show another clock"


def check_tiers(before: Books | None, after: Books) -> None:
    """Tiers are climbed one by one unless a leader writes, never left downwards; one tier is in force, with its clock."""
    tier, rungs = after.ticket["tier"], after.rungs
    assert before is None or tier >= before.ticket["tier"], "a tier was left downwards"
    assert [rung for rung in rungs if rung["settled_at"] is None] == (
        rungs[-1:] if after.ticket["state"] != "closed" else []
    )
    assert max((rung["tier"] for rung in rungs), default=0) == tier
    reached = 0
    for rung in rungs:
        assert reached <= rung["tier"] <= reached + 1 or rung["reason"] == "instruction", (
            f"tier {rung['tier']} after {reached}"
        )
        reached = rung["tier"]
    running = [clock["rule"] for clock in after.clocks if clock["rule"] in SUPERVISION and clock["next_at"] is not None]
    assert len(running) <= 1, f"a unit cannot know which date counts: {running}"


def check_lead(books: Books) -> None:
    """Past the dispatch somebody has it; clocks that bind a unit bind the one that has it."""
    lead, state = books.ticket["lead_unit_id"], books.ticket["state"]
    assert lead is not None or state not in ("dispatched", "signed", "replied", "interview_owed", "interview_held")
    assert [part["unit_id"] for part in books.parts if part["part"] == "lead"] == [lead] * (lead is not None)
    for clock in _ticking(books):
        if clock["unit_id"] is not None and clock["rule"] != "assist":
            assert clock["unit_id"] == lead, f"{clock['rule']} runs for a unit that does not have the ticket"


def check_parts(before: Books | None, after: Books) -> None:
    """Whoever owes a part has a clock that ends no later than the lead's; the lead answers when nobody owes one."""
    owing = {part["unit_id"] for part in after.parts if part["part"] == "assisting" and part["answered_at"] is None}
    asked = [clock for clock in after.clocks if clock["rule"] == "assist" and clock["state"] in ("running", "paused")]
    assert {clock["unit_id"] for clock in asked} <= owing, "a clock runs for somebody who owes nothing"
    limits = [clock["due_at"] for clock in _ticking(after) if clock["rule"] in {"reply"} | SUPERVISION]
    for clock in _ticking(after):
        if clock["rule"] == "assist" and limits:
            assert clock["due_at"] <= max(limits), "an assisting unit has longer than the lead"
    if before and before.ticket["state"] == "signed" and after.ticket["state"] == "replied":
        assert not owing, "the lead answered before everybody did"


def _ticking(books: Books) -> list[Row]:
    return [clock for clock in books.clocks if clock["next_at"] is not None]

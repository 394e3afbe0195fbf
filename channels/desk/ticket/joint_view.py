"""View models of the parts of a joint ticket: lead and assisting units (PROCEDURE §2)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import cast
from uuid import UUID

from channels.desk.texts import CLOCK_STATES, PARTS
from channels.desk.ticket.sections import Facts, main_clock
from channels.ui.ticket_rows import part_due
from channels.ui.time_format import DueView, local_text, said
from hotline.actions.dispatch.joint import OverduePartRow
from hotline.actions.region.context import County
from hotline.actions.tickets.case_file import CaseFile, EndedDeadlineRow
from hotline.domain.dispatch.joint import Part, owed_parts
from hotline.domain.enums import Rule
from hotline.domain.privacy.personal_numbers import mask_text
from hotline.domain.tickets.lifecycle import Verb


@dataclass(frozen=True, slots=True)
class PartView:
    """A unit's part in a joint ticket; `words` are (time, text) of each opinion submitted, oldest first."""

    title: str
    facts: Facts
    words: tuple[tuple[str, str], ...] = ()
    late: DueView | None = None


def parts_of(case_file: CaseFile, county: County, now: datetime, late: Sequence[OverduePartRow] = ()) -> list[PartView]:
    """Return the parts of all units, with those in `late` overdue; empty for a ticket no unit ever assisted."""
    if not any(part.part == "assisting" or part.excused_at for part in case_file.parts):
        return []
    shown = (part for part in case_file.parts if part.part != "former" or part.excused_at)
    over = {row["unit_id"]: part_due(row["due_at"], row["pace"], now, county) for row in late}
    return [replace(_part(case_file, part, county, now), late=over.get(part.unit_id)) for part in shown]


def _part(case_file: CaseFile, part: Part, county: County, now: datetime) -> PartView:
    title = f"{'免于协办' if part.excused_at else PARTS[part.part]}：{county.unit_name(part.unit_id)}"
    deadline = main_clock(case_file) if part.part == "lead" else _assist_clock(case_file, part.unit_id)
    facts = [("协办事项", part.task)] if part.task else []
    facts += [("情况", _part_state(part, now))] if part.part != "lead" else []
    facts += [("期限", f"{local_text(deadline['due_at'])} {CLOCK_STATES[deadline['state']]}")] if deadline else []
    return PartView(title, facts, tuple(_words(case_file, part.unit_id, now)))


def _assist_clock(case_file: CaseFile, unit_id: UUID) -> EndedDeadlineRow | None:
    own = [row for row in case_file.clocks if row["rule"] == Rule.ASSIST and row["unit_id"] == unit_id]
    return own[-1] if own else None


def _part_state(part: Part, now: datetime) -> str:
    if part.excused_at:
        return f"{said(part.excused_at, now)} 派单员免于协办"
    return f"{said(part.answered_at, now)} 已提交协办意见" if part.answered_at else "还没有提交协办意见"


def _words(case_file: CaseFile, unit_id: UUID, now: datetime) -> Iterator[tuple[str, str]]:
    for event in case_file.events:
        details = event["details"]
        if event["verb"] == Verb.ASSIST and str(unit_id) in cast(list[str], details["assisting"]):
            text = str(details["part"])
            yield said(event["at"], now), text if case_file.person.shown else mask_text(text)


def own_part_clock(case_file: CaseFile, below: Collection[UUID]) -> EndedDeadlineRow | None:
    """Return the deadline due first among parts owed by units in `below`; None if one of them leads the ticket."""
    if case_file.ticket.lead_unit_id in below:
        return None
    owed = [unit for unit in owed_parts(case_file.parts) if unit in below]
    deadlines = [deadline for unit in owed if (deadline := _assist_clock(case_file, unit)) is not None]
    return min(deadlines, key=lambda row: row["due_at"], default=None)

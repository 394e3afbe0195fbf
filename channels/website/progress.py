"""View model of the progress page: state, deadline, answer, and what the complainant can do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from channels.ui.history_view import path_steps
from channels.ui.time_format import DueView, day_said, due_view, local_text, said
from channels.website.texts import CLOSED, DUE_WORDS, HANDED_OVER, REPLY_ABOVE, STANDS
from hotline.actions.region.context import County
from hotline.actions.supervision.letters import OWN_LETTERS
from hotline.actions.tickets.case_file import CaseFile, TicketEventRow
from hotline.documents import letter_number
from hotline.domain.accounts.permissions import Right
from hotline.domain.callback import VERDICT_NAMES
from hotline.domain.enums import KIND_NAMES, Document, Role
from hotline.domain.interview import PLACE_NAMES
from hotline.domain.tickets.lifecycle import TABLE, State, Verb

UNIT_ROLES = (Role.HANDLER, Role.UNIT_HEAD)
MARKS = [("5", "5 分"), ("4", "4 分"), ("3", "3 分"), ("2", "2 分"), ("1", "1 分")]


def progress_view(case_file: CaseFile, county: County, now: datetime) -> dict[str, Any]:
    """Return the variables of website/path.html, none of which contains internal text."""
    ticket, may = case_file.ticket, case_file.may
    heading, sentence = STANDS[ticket.state]
    if ticket.close_reason is not None:
        sentence = CLOSED[ticket.close_reason]
    what, due = _due(case_file, county, now)
    return {
        "title": ticket.title,
        "body": case_file.body,
        "kind": KIND_NAMES[ticket.kind],
        "filed_text": said(ticket.received_at, now),
        "place": ticket.place,
        "files": [row["file_name"] for row in case_file.files],
        "heading_text": heading,
        "sentence": sentence,
        "stands": _tone(ticket.state),
        "due_what": what,
        "due": due,
        "steps": path_steps(_plain(case_file.events, county), now, public=True, channel=ticket.channel.value),
        "unit": county.unit_name(ticket.lead_unit_id) if ticket.lead_unit_id and ticket.open else "",
        "reply": _reply(case_file.events),
        "letters": _letters(case_file, county, now),
        "missing": _last(case_file.events, Verb.ASK_DETAILS).get("missing", "") if Verb.ADD_DETAILS in may else "",
        "interview": _interview(case_file, now),
        "may_rate": Right.RECORD_CALLBACK in may,
        "may_supply": Verb.ADD_DETAILS in may,
        "may_withdraw": Verb.WITHDRAW in may,
        "verdicts": [(verdict.value, name) for verdict, name in VERDICT_NAMES.items()],
        "marks": MARKS,
    }


def _tone(state: State) -> str:
    needs_person = state in (State.AWAITING_DETAILS, State.REPLIED)
    return "caution" if needs_person else "done" if state is State.CLOSED else "note"


def _due(case_file: CaseFile, county: County, now: datetime) -> tuple[str, DueView | None]:
    """Return sentence and due time of the first deadline in DUE_WORDS still to be met; ('', None) if there is none."""
    standing = {row["rule"]: row for row in case_file.clocks if row["state"] in ("running", "missed")}
    for rule, words in DUE_WORDS.items():
        row = standing.get(rule.value)
        if row is not None and case_file.ticket.open and (row["state"] == "running" or row["ended_at"] is None):
            by = f"{day_said(row['due_at'])}{local_text(row['due_at'])[-5:]}"
            return words.format(by=by), due_view(row["due_at"], now, county.rules.calendar, natural=row["urgent"])
    return "", None


def _plain(events: Sequence[TicketEventRow], county: County) -> list[TicketEventRow]:
    """Return the events for the complainant, who is addressed as 您; of staff, only units are named."""
    answers = [event for event in events if event["verb"] in (Verb.REPLY, Verb.ANSWER)]
    newest = answers[-1]["event_id"] if answers else None
    return [_plainly(event, county, event["event_id"] == newest) for event in events]


def _plainly(event: TicketEventRow, county: County, newest_reply: bool) -> TicketEventRow:
    words, unit = event["public_text"], event["details"].get("unit")
    if newest_reply:
        words = REPLY_ABOVE
    elif event["verb"] in (Verb.DISPATCH, Verb.REDISPATCH) and unit:
        words = HANDED_OVER.format(unit=county.unit_name(UUID(str(unit))))
    elif words is not None and words == TABLE[Verb(event["verb"])].sentence:
        words = words.replace("诉求人", "您")
    unit_name = event["unit_name"] if event["role"] in UNIT_ROLES else None
    return {**event, "public_text": words, "unit_name": unit_name}


def _last(events: Sequence[TicketEventRow], verb: Verb) -> Mapping[str, object]:
    """Return the details of the newest event of this verb; empty if there is none."""
    return next((event["details"] for event in reversed(events) if event["verb"] == verb), {})


def _reply(events: Sequence[TicketEventRow]) -> str:
    """Return the newest answer in full, '' if there is none."""
    answers = [event for event in events if event["verb"] in (Verb.REPLY, Verb.ANSWER, Verb.REDIRECT)]
    return (answers[-1]["public_text"] or "") if answers else ""


def _letters(case_file: CaseFile, county: County, now: datetime) -> list[dict[str, str]]:
    """Return the complainant's own documents, newest first; every further answer has its own."""
    return [
        {
            "id": str(row["letter_id"]),
            "name": letter_number(county.name, row["year"], row["number"], Document(row["kind"])),
            "at": said(row["issued_at"], now),
        }
        for row in reversed(case_file.letters)
        if row["kind"] in OWN_LETTERS
    ]


def _interview(case_file: CaseFile, now: datetime) -> dict[str, str] | None:
    """Return day, time and place of the interview planned and not yet held; None if there is none."""
    planned = [
        (row["meet_at"], row["meet_where"] or "")
        for row in case_file.interviews
        if row["meet_at"] is not None and row["held_at"] is None
    ]
    if not planned or case_file.ticket.state is not State.INTERVIEW_OWED:
        return None
    meet_at, where = planned[-1]
    return {"day": day_said(meet_at), "at": said(meet_at, now), "where": PLACE_NAMES.get(where, where)}

"""Redact a case file for readers who must not know the complainant: its free texts lose long numbers and
the complainant's own words.

It is redacted where it is gathered, so that no page, download or export can forget it (PROCEDURE §6).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from hotline.actions.tickets.case_file import CaseFile
from hotline.domain.privacy.personal_numbers import redact

# Columns with free text; all others hold fixed terms, ids and times.
FREE: Mapping[str, tuple[str, ...]] = {
    "events": ("public_text", "details"),
    "callbacks": ("words",),
    "interviews": ("cause", "solution", "rules", "meet_where", "official", "minutes"),
    "reviews": ("reason",),
    "instructions": ("text", "fulfilment"),
    "files": ("file_name", "label"),
    "views": ("reason",),
}
# Details of an event that are not free text.
_OURS = frozenset(
    {
        "rule",
        "step",
        "unit",
        "assisting",
        "target",
        "passed_to",
        "passed_from",
        "tier",
        "limit",
        "letter",
        "old_due",
        "new_due",
        "due_at",
        "held_at",
        "promised_on",
    }
)


def redact_case(case_file: CaseFile, personal: Collection[str]) -> CaseFile:
    """Return the case file with its free texts redacted; `personal` are the complainant's name, numbers and address."""
    ticket = case_file.ticket
    title, body, place = (redact(text, personal) for text in (ticket.title, ticket.body, ticket.place))
    shown = replace(ticket, title=title, body=body, place=place)
    rows: dict[str, Any] = {
        part: [_redact_row(row, names, personal) for row in getattr(case_file, part)] for part, names in FREE.items()
    }
    parts = [replace(part, task=redact(part.task, personal) if part.task else part.task) for part in case_file.parts]
    return replace(case_file, ticket=shown, body=shown.body, parts=parts, **rows)


def _redact_row(row: Mapping[str, object], names: Collection[str], personal: Collection[str]) -> dict[str, object]:
    return dict(row) | {name: _redact_value(row[name], personal) for name in names if name in dict(row)}


def _redact_value(value: object, personal: Collection[str]) -> object:
    if isinstance(value, str):
        return redact(value, personal)
    if isinstance(value, Mapping):
        return {name: detail if name in _OURS else _redact_value(detail, personal) for name, detail in value.items()}
    if isinstance(value, list):
        return [_redact_value(item, personal) for item in value]
    return value

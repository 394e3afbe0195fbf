"""A dossier for whoever must not know the person: every free text of it without numbers and known words (PROCEDURE §6).

Done where rows are gathered, so that no page, download or export can forget it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from hotline.actions.tickets.case_file import CaseFile
from hotline.domain.privacy.personal_numbers import redact

# Columns in which people write; all others hold words of our own, ids and moments.
FREE: Mapping[str, tuple[str, ...]] = {
    "events": ("public_text", "details"),
    "callbacks": ("words",),
    "interviews": ("cause", "solution", "rules", "meet_where", "official", "minutes"),
    "reviews": ("reason",),
    "instructions": ("text", "fulfilment"),
    "files": ("file_name", "label"),
    "views": ("reason",),
}
# Values of our own among an event's details.
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


def redact_case(case_file: CaseFile, known: Collection[str]) -> CaseFile:
    """The same dossier with what people wrote veiled; `known` are the person's own name, numbers and address."""
    ticket = case_file.ticket
    title, body, place = (redact(text, known) for text in (ticket.title, ticket.body, ticket.place))
    shown = replace(ticket, title=title, body=body, place=place)
    rows: dict[str, Any] = {
        part: [_redact_row(row, names, known) for row in getattr(case_file, part)] for part, names in FREE.items()
    }
    parts = [replace(part, task=redact(part.task, known) if part.task else part.task) for part in case_file.parts]
    return replace(case_file, ticket=shown, body=shown.body, parts=parts, **rows)


def _redact_row(row: Mapping[str, object], names: Collection[str], known: Collection[str]) -> dict[str, object]:
    return dict(row) | {name: _redact_value(row[name], known) for name in names if name in dict(row)}


def _redact_value(value: object, known: Collection[str]) -> object:
    if isinstance(value, str):
        return redact(value, known)
    if isinstance(value, Mapping):
        return {name: detail if name in _OURS else _redact_value(detail, known) for name, detail in value.items()}
    if isinstance(value, list):
        return [_redact_value(item, known) for item in value]
    return value

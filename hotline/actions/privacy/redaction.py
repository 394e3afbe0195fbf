"""A dossier for whoever must not know the person: every free text of it without numbers and known words (PROCEDURE §6).

Done where rows are gathered, so that no page, download or export can forget it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from hotline.actions.tickets.case_file import CaseFile
from hotline.domain.privacy.personal_numbers import redact

Row = Mapping[str, Any]
# Columns in which people write; all others hold words of our own, ids and moments.
FREE: Mapping[str, tuple[str, ...]] = {
    "events": ("public_text", "details"),
    "callbacks": ("words",),
    "interviews": ("cause", "solution", "rules", "meet_where", "official", "minutes"),
    "reviews": ("reason",),
    "instructions": ("text", "fulfilment"),
    "letters": ("facts",),
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
        part: [_veil_row(row, names, known) for row in getattr(case_file, part)] for part, names in FREE.items()
    }
    parts = [replace(part, task=redact(part.task, known) if part.task else part.task) for part in case_file.parts]
    return replace(case_file, ticket=shown, body=shown.body, parts=parts, **rows)


def _veil_row(row: Row, names: Collection[str], known: Collection[str]) -> Row:
    return dict(row) | {name: _veil_value(row[name], known) for name in names if name in dict(row)}


def _veil_value(value: Any, known: Collection[str]) -> Any:
    if isinstance(value, str):
        return redact(value, known)
    if isinstance(value, Mapping):
        return {name: told if name in _OURS else _veil_value(told, known) for name, told in value.items()}
    if isinstance(value, list):
        return [_veil_value(one, known) for one in value]
    return value

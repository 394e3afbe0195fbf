"""View models of the sections of a ticket's page: deadlines, callbacks, documents, reminders, accesses."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from channels.desk.texts import (
    CALLBACK_STATES,
    CLASS_NAMES,
    CLOCK_STATES,
    COMMAND_LINE,
    LOOKS,
    PACE_NAMES,
    PARTS,
    REMINDER_STATES,
)
from channels.ui.history_view import verdict_name
from channels.ui.limit_view import limit_words
from channels.ui.navigation import ROLE_NAMES
from channels.ui.time_format import local_text, said
from hotline.actions.privacy.retention_hold import ListedHoldRow
from hotline.actions.region.context import County
from hotline.actions.tickets.case_file import CallbackRow, CaseFile, EndedDeadlineRow, ReminderRow
from hotline.documents import NAMES
from hotline.domain.dispatch.joint import is_follower
from hotline.domain.enums import CHANNEL_NAMES, CLOSE_NAMES, KIND_NAMES, Document, Role, Rule, Step
from hotline.domain.privacy.personal_numbers import mask_text
from hotline.domain.supervision.tiers import RULE_NAMES, STEP_NAMES
from hotline.domain.tickets.lifecycle import Verb

Facts = list[tuple[str, str]]
_MAIN = (
    Rule.SIGN, Rule.REPLY, Rule.INTERVIEW, Rule.SUPERVISED, Rule.TIER2, Rule.TIER3, Rule.DISPATCH, Rule.RULING,
    Rule.CALLBACK, Rule.VERIFY, Rule.DETAILS, Rule.RESUME,
)  # fmt: skip
_WINDOWS = (Rule.INTERVIEW, Rule.SUPERVISED, Rule.TIER2, Rule.TIER3)


@dataclass(frozen=True, slots=True)
class TableLine:
    """A row of a table; `href` links to a file, `pdf` to the same file as PDF, `over` marks a missed deadline."""

    cells: tuple[str, ...]
    href: str = ""
    over: bool = False
    pdf: str = ""


def main_clock(case_file: CaseFile) -> EndedDeadlineRow | None:
    """Return the running deadline due first, else the first one missed in this cycle; None if the ticket is closed."""
    ticket = case_file.ticket
    rows = [row for row in case_file.clocks if row["rule"] in _MAIN]
    running = [row for row in rows if row["state"] == "running"]
    missed = [row for row in rows if row["state"] == "missed" and row["cycle"] == ticket.cycle]
    if not ticket.open or not (running or missed):
        return None
    return min(running or missed, key=lambda row: row["due_at"])


def window_clock(case_file: CaseFile) -> EndedDeadlineRow | None:
    """Return the running deadline of interview or tier; else the main one, or if there is none, the last missed."""
    rows = [row for row in case_file.clocks if row["rule"] in _WINDOWS and row["state"] in ("running", "missed")]
    running = [row for row in rows if row["state"] == "running"]
    if running:
        return running[-1]
    main = main_clock(case_file)
    return rows[-1] if main is None and rows and case_file.ticket.open else main


def latest_reply(case_file: CaseFile) -> str:
    """Return the latest answer given to the complainant, '' if there is none; it is read out at the callback."""
    replies = [event["public_text"] for event in case_file.events if event["verb"] in (Verb.REPLY, Verb.ANSWER)]
    return (replies[-1] or "") if replies else ""


def facts_of(case_file: CaseFile, county: County, now: datetime) -> Facts:
    """Return the facts of a ticket as (label, text)."""
    ticket = case_file.ticket
    rows = [
        ("来源", f"{CHANNEL_NAMES[ticket.channel]}，{said(ticket.received_at, now)} 受理"),
        ("类别", f"{KIND_NAMES[ticket.kind]} · {CLASS_NAMES[ticket.handling_class]}"),
        ("事项", county.matter_name(ticket.matter_id)),
        ("地点", mask_text(ticket.place)),
        ("时限", PACE_NAMES[ticket.pace]),
    ]
    rows += [(PARTS[part], county.unit_name(unit)) for unit, part in _parts(case_file)]
    if case_file.in_charge is not None:
        rows.append(("经办人", case_file.in_charge.name))
    if ticket.accused_unit_id:
        rows.append(("被反映单位", county.unit_name(ticket.accused_unit_id)))
    counts = (("重办", ticket.redo_count), ("退单", ticket.return_count), ("延期", ticket.extension_count))
    done = "，".join(f"{name}{count}次" for name, count in counts if count)
    rows += [("办理过程", done)] if done else []
    if ticket.parked_until:
        rows.append(("挂账到", local_text(ticket.parked_until)))
    if ticket.close_reason and ticket.closed_at:
        rows.append(("办结", f"{local_text(ticket.closed_at)} {CLOSE_NAMES[ticket.close_reason]}"))
    return rows


def _parts(case_file: CaseFile) -> list[tuple[UUID, str]]:
    return [(part.unit_id, part.part) for part in case_file.parts if not part.excused_at]


def callbacks_of(case_file: CaseFile, now: datetime) -> list[TableLine]:
    """Return every callback: round and stage, state, answers, the complainant's words, and who recorded it."""
    return [_callback(row, now) for row in case_file.callbacks]


def _callback(row: CallbackRow, now: datetime) -> TableLine:
    stage = "约谈后核实" if row["stage"] == "interview" else "答复后回访"
    at = row["done_at"] or row["asked_at"] or row["opened_at"]
    answers = []
    if row["contacted"] is not None:
        answers = [f"联系{'过' if row['contacted'] else '未到'}", "已解决" if row["solved"] else "未解决"]
    answers += [verdict_name(row["verdict"])] if row["verdict"] else []
    answers += [f"单位{row['unit_mark']}分"] if row["unit_mark"] else []
    answers += [f"热线{row['operator_mark']}分"] if row["operator_mark"] else []
    state = f"{CALLBACK_STATES[row['state']]}（{CHANNEL_NAMES[row['channel']]}）"
    answered_by = row["account_name"] or ("诉求人自评" if row["state"] == "done" else "")
    return TableLine(
        (
            f"第 {row['round']} 次 · {stage}",
            f"{said(at, now)} {state}",
            "，".join(answers),
            row["words"] or "",
            answered_by,
        )
    )


def letters_of(case_file: CaseFile, county: County) -> list[TableLine]:
    """Return the documents issued, each with links to docx and PDF."""
    lines = []
    for row in case_file.letters:
        name = f"{NAMES[Document(row['kind'])]}〔{row['year']}〕{row['number']}号"
        copied = f"抄送{row['copy_to']}" if row["copy_to"] else ""
        cells = (name, local_text(row["issued_at"]), county.unit_name(row["unit_id"]), copied)
        href = f"/letters/{row['letter_id']}"
        lines.append(TableLine(cells, f"{href}.docx", pdf=f"{href}.pdf"))
    return lines


def files_of(case_file: CaseFile) -> list[TableLine]:
    """Return the attachments with links; sizes are in KB (1024 bytes), at least 1."""
    base = f"/tickets/{case_file.ticket.ticket_id}/files"
    return [
        TableLine(
            (row["file_name"], row["label"], f"{max(1, row['size_bytes'] // 1024)} KB", local_text(row["added_at"])),
            f"{base}/{row['attachment_id']}",
        )
        for row in case_file.files
    ]


def clocks_of(case_file: CaseFile, county: County) -> list[TableLine]:
    """Return every deadline the ticket ever had."""
    return [
        TableLine(
            (
                RULE_NAMES[Rule(row["rule"])]
                + (f" · {county.unit_name(row['unit_id'])}" if row["rule"] == Rule.ASSIST else ""),
                "随主办期限" if is_follower(row["limit_text"]) else limit_words(row["limit_text"]),
                local_text(row["started_at"]),
                local_text(row["due_at"]),
                CLOCK_STATES[row["state"]] + (f" {local_text(row['ended_at'])}" if row["ended_at"] else ""),
            ),
            over=row["state"] == "missed",
        )
        for row in case_file.clocks
    ]


def reminders_of(case_file: CaseFile, county: County) -> list[TableLine]:
    """Return the reminders planned and sent."""
    return [
        TableLine(
            (
                f"{RULE_NAMES[Rule(row['rule'])]} · {STEP_NAMES[Step(row['step'])]}",
                _reader(row, county),
                local_text(row["sent_at"] or row["planned_at"]),
                REMINDER_STATES[row["state"]],
            )
        )
        for row in case_file.reminders
    ]


def _reader(row: ReminderRow, county: County) -> str:
    """Return the recipient of a reminder; both names if a substitute received it."""
    name = row["recipient_name"] or _recipient(row["recipient"], county)
    return f"{name}（代{row['instead_name']}）" if row["instead_name"] else name


def _recipient(recipient: str, county: County) -> str:
    kind, _, name = recipient.partition(":")
    if kind == "unit":
        return county.unit_name(UUID(name)) if name != "None" else "—"
    return ROLE_NAMES[Role(name)] if kind == "role" else "诉求人"


def accesses_of(case_file: CaseFile) -> list[TableLine]:
    """Return who of the staff has seen this ticket, newest first (PROCEDURE §6.3)."""
    return [
        TableLine(
            (
                row["account_name"] or COMMAND_LINE,
                ROLE_NAMES[Role(row["role"])] if row["role"] else "",
                LOOKS.get(row["what"], row["what"]),
                row["reason"] or "",
                local_text(row["at"]),
            )
        )
        for row in case_file.views
    ]


def instructions_of(case_file: CaseFile) -> list[TableLine]:
    """Return the instructions of leaders with due date and fulfilment."""
    return [
        TableLine(
            (
                row["leader_name"] or "县领导",
                row["text"],
                f"限 {row['due_on']:%Y-%m-%d} 前",
                f"已落实：{row['fulfilment']}" if row["fulfilled_at"] else "尚未销号",
            )
        )
        for row in case_file.instructions
    ]


def hold_view(row: ListedHoldRow, moment: datetime) -> dict[str, str]:
    """Return a retention hold with its day, reason, author and state in Chinese."""
    lifted = f"{said(row['lifted_at'], moment)}由{row['lifted_by_name']}解除" if row["lifted_at"] else ""
    return {
        "until": f"{row['until']:%Y-%m-%d}",
        "reason": row["reason"],
        "set": f"{row['set_by_name']}，{said(row['set_at'], moment)}",
        "state": lifted or ("暂缓中" if row["in_force"] else "已到期"),
    }

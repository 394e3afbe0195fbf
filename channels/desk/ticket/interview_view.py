"""View models of the interviews on a ticket's page, each in three steps (PROCEDURE §4)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from channels.desk.ticket.sections import Facts
from channels.ui.history_view import value_text
from channels.ui.time_format import local_text, said
from hotline.actions.tickets.case_file import CaseFile, InterviewRow


@dataclass(frozen=True, slots=True)
class StepView:
    """One of the three steps of an interview: its name, its facts, and whether it is complete."""

    name: str
    facts: Facts
    done: bool


@dataclass(frozen=True, slots=True)
class InterviewView:
    """An interview: its steps, the number of the step reached (1 to 3), and the reviews of its outcome."""

    title: str
    state: str
    reached: int
    steps: tuple[StepView, ...]
    reviews: tuple[str, ...]


def interviews_of(case_file: CaseFile, now: datetime) -> list[InterviewView]:
    """Return every interview, newest first; the newest carries the reviews."""
    views = [_interview(row, now) for row in case_file.interviews]
    if views and case_file.reviews:
        reviews = tuple(
            f"{row['account_name']}：{'同意' if row['agreed'] else '不同意'}认定不合理。{row['reason']}"
            for row in case_file.reviews
        )
        views[-1] = replace(views[-1], reviews=reviews)
    return views[::-1]


def _interview(row: InterviewRow, now: datetime) -> InterviewView:
    planned, held_at = bool(row["cause"]), row["held_at"]
    steps = (
        StepView("第一步 诊断", _filled(("cause", "问题根源和症结", row["cause"])), planned),
        StepView("第二步 会商", _filled(
            ("solution", "化解方案", row["solution"]), ("rules", "法律和规定", row["rules"]),
            ("meet_at", "约定时间", row["meet_at"]), ("meet_where", "约定地点", row["meet_where"]),
        ), planned),
        StepView("第三步 约谈", _filled(
            ("held_at", "实际时间", held_at), ("held_place", "场所", row["held_place"]),
            ("official", "约谈干部", row["official"]), ("minutes", "约谈记录", row["minutes"]),
            ("outcome", "结果", row["outcome"]), ("promised_on", "承诺办结", row["promised_on"]),
            ("person_verdict", "群众意见", row["person_verdict"]),
        ), held_at is not None),
    )  # fmt: skip
    state = f"限 {said(row['due_at'], now)} 前约谈" if held_at is None else f"{said(held_at, now)} 已约谈"
    reached = 2 if planned else 1
    return InterviewView(f"第 {row['round']} 次约谈", state, reached if held_at is None else 3, steps, ())


def _filled(*fields: tuple[str, str, object]) -> Facts:
    """Return (label, text) of each (column, label, value); `promised_on` is left out if no date was promised."""
    return [(label, _text(name, value)) for name, label, value in fields if value is not None or name != "promised_on"]


def _text(name: str, value: object) -> str:
    if value is None:
        return ""
    return local_text(value) if isinstance(value, datetime) else value_text(name, value)

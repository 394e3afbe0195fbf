"""督办函: the supervision letter of a tier to a unit, in letter form (PROCEDURE §4, §7)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from hotline.documents.sheet import Alignment, Sheet
from hotline.domain.enums import Document, Reason
from hotline.domain.supervision.tiers import REASON_NAMES, TIER_NAMES
from hotline.domain.tickets.supervision import REASONS

_TASKS = {
    True: "请由单位干部当面约谈诉求人：先弄清问题的根源和症结，再定化解方案和法律依据，然后约定时间地点见面，"
    "并把约谈记录、结果和群众意见登记到热线系统",
    False: "请抓紧办理，先联系诉求人，再作出答复，并把办理情况登记到热线系统",
}
_NEXT = {
    1: "逾期没有办结的，将转纪委督办。",
    2: "逾期没有办结的，将转领导督办，并在《群众约谈工作专报》中列名。",
    3: "办结以前，《群众约谈工作专报》每期列名。",
}


_SIGNS = {
    Document.REMINDER_NOTICE: "催",
    Document.SUPERVISION_LETTER: "督",
    Document.INTERVIEW_RECORD: "约",
    Document.WRITTEN_REPLY: "答",
    Document.BRIEF: "专",
}


def letter_number(county: str, year: int, number: int, kind: Document = Document.SUPERVISION_LETTER) -> str:
    """阳热督〔2026〕12号; each kind has its own sign and counts by itself."""
    return f"{county[:1]}热{_SIGNS[kind]}〔{year}〕{number}号"


def supervision_letter(facts: Mapping[str, Any]) -> Sheet:
    """The letter as a sheet.

    `facts`: county, year, number, unit, copy_to, tier 1–3, reason (of Reason), passed_on (true for a unit that takes
    over; may be left out), ticket_number, title without personal
    data, due_at and issued_at as local moments.
    """
    number = letter_number(facts["county"], facts["year"], facts["number"])
    title = f"关于督办第{facts['ticket_number']}号工单的函"
    sheet = Sheet(title, facts["issued_at"])
    sheet.head(_issuer(facts), TIER_NAMES[facts["tier"]], number)
    sheet.title(title)
    sheet.text(f"{facts['unit'] or '承办单位'}：")
    reason = Reason(facts["reason"])
    sheet.prose(f"群众诉求“{facts['title']}”（工单{facts['ticket_number']}）由你单位承办。{_why(facts, reason)}")
    sheet.prose(f"{_TASKS[REASONS[reason].meet]}。办理期限：{moment_text(facts['due_at'])}。")
    sheet.prose(_NEXT[facts["tier"]])
    sheet.text("")
    sheet.text(_issuer(facts), align=Alignment.RIGHT, right_indent=2)
    sheet.text(date_text(facts["issued_at"]), align=Alignment.RIGHT, right_indent=4)
    copies = [f"抄送：{facts['unit']}{facts['copy_to']}"] if facts["copy_to"] else []
    sheet.imprint([*copies, f"{facts['county']}阳光热线办公室　　{date_text(facts['issued_at'])}印发"])
    return sheet


def _why(facts: Mapping[str, Any], reason: Reason) -> str:
    tier = TIER_NAMES[facts["tier"]]
    if facts.get("passed_on"):
        return f"该工单此前因{REASON_NAMES[reason]}列入{tier}，现改由你单位承办，继续督办。"
    return f"因{REASON_NAMES[reason]}，现列入{tier}。"


def _issuer(facts: Mapping[str, Any]) -> str:
    """Tier 2 writes in its own name; tiers 1 and 3 through the hotline's office."""
    return f"{facts['county']}{'纪委纠风办' if facts['tier'] == 2 else '阳光热线办公室'}"


def date_text(at: date) -> str:
    """2026年11月23日."""
    return f"{at.year}年{at.month}月{at.day}日"


def moment_text(at: datetime) -> str:
    """2026年11月23日17:30前."""
    return f"{date_text(at)}{at:%H:%M}前"

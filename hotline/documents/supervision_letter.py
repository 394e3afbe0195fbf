"""The supervision letter (督办函) of a tier to a unit (PROCEDURE §4, §7)."""

from __future__ import annotations

from datetime import date, datetime

from hotline.documents.sheet import Alignment, Sheet
from hotline.domain.enums import Document, Reason
from hotline.domain.supervision.tiers import REASON_NAMES, TIER_NAMES
from hotline.domain.tickets.letter_facts import LetterFacts
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
    """Return a document number such as 阳热督〔2026〕12号; each kind has its own sign and its own sequence."""
    return f"{county[:1]}热{_SIGNS[kind]}〔{year}〕{number}号"


def supervision_letter(facts: LetterFacts) -> Sheet:
    """The letter of a tier from 1 to 3 as a sheet; `facts` has reason, tier and due_at."""
    tier, due_at, reason = facts["tier"], facts["due_at"], Reason(facts["reason"])
    assert tier is not None
    assert due_at is not None
    issuer = _issuer(facts["county"], tier)
    number = letter_number(facts["county"], facts["year"], facts["number"])
    title = f"关于督办第{facts['ticket_number']}号工单的函"
    sheet = Sheet(title, facts["issued_at"])
    sheet.head(issuer, TIER_NAMES[tier], number)
    sheet.title(title)
    sheet.text(f"{facts['unit'] or '承办单位'}：")
    why = _why(reason, TIER_NAMES[tier], passed_on=facts.get("passed_on", False))
    sheet.prose(f"群众诉求“{facts['title']}”（工单{facts['ticket_number']}）由你单位承办。{why}")
    sheet.prose(f"{_TASKS[REASONS[reason].meet]}。办理期限：{moment_text(due_at)}。")
    sheet.prose(_NEXT[tier])
    sheet.text("")
    sheet.text(issuer, align=Alignment.RIGHT, right_indent=2)
    sheet.text(date_text(facts["issued_at"]), align=Alignment.RIGHT, right_indent=4)
    copies = [f"抄送：{facts['unit']}{facts['copy_to']}"] if facts["copy_to"] else []
    sheet.imprint([*copies, f"{facts['county']}阳光热线办公室　　{date_text(facts['issued_at'])}印发"])
    return sheet


def _why(reason: Reason, tier: str, *, passed_on: bool) -> str:
    if passed_on:
        return f"该工单此前因{REASON_NAMES[reason]}列入{tier}，现改由你单位承办，继续督办。"
    return f"因{REASON_NAMES[reason]}，现列入{tier}。"


def _issuer(county: str, tier: int) -> str:
    """Return the issuer: the discipline office for tier 2, the hotline's office for tiers 1 and 3."""
    return f"{county}{'纪委纠风办' if tier == 2 else '阳光热线办公室'}"


def date_text(at: date) -> str:
    """Format a date as 2026年11月23日."""
    return f"{at.year}年{at.month}月{at.day}日"


def moment_text(at: datetime) -> str:
    """Format a due time as 2026年11月23日17:30前."""
    return f"{date_text(at)}{at:%H:%M}前"

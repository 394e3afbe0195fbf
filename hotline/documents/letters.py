"""催办通知书, 约谈记录, 答复意见书: the letters on a ticket beside the supervision letter (PROCEDURE §7)."""

from __future__ import annotations

from collections.abc import Mapping

from hotline.documents.sheet import Alignment, Sheet
from hotline.documents.supervision_letter import date_text, letter_number, moment_text, supervision_letter
from hotline.domain.callback import VERDICT_NAMES
from hotline.domain.enums import Document, Outcome, Role, Rule, Verdict
from hotline.domain.interview import OUTCOME_NAMES, PLACE_NAMES
from hotline.domain.supervision.tiers import PRESSING, RULE_NAMES
from hotline.domain.tickets.letter_facts import LetterFacts

NAMES: Mapping[Document, str] = {
    Document.REMINDER_NOTICE: "催办通知书",
    Document.SUPERVISION_LETTER: "督办函",
    Document.INTERVIEW_RECORD: "约谈记录",
    Document.WRITTEN_REPLY: "答复意见书",
    Document.BRIEF: "专报",
}


def letter_sheet(kind: Document, facts: LetterFacts) -> Sheet:
    """A letter on a ticket as a sheet. Raises KeyError for a brief, and for a fact that its kind needs and lacks."""
    return _COMPOSERS[kind](facts)


def letter_file(kind: Document, facts: LetterFacts) -> str:
    """Return the file name without ending, such as 阳热催〔2026〕3号催办通知书."""
    return f"{letter_number(facts['county'], facts['year'], facts['number'], kind)}{NAMES[kind]}"


def _begin(kind: Document, facts: LetterFacts, issuer: str, title: str) -> Sheet:
    sheet = Sheet(title, facts["issued_at"])
    sheet.head(issuer, NAMES[kind], letter_number(facts["county"], facts["year"], facts["number"], kind))
    sheet.title(title)
    return sheet


def _sign(sheet: Sheet, issuer: str, facts: LetterFacts) -> None:
    sheet.text("")
    sheet.text(issuer, align=Alignment.RIGHT, right_indent=2)
    sheet.text(date_text(facts["issued_at"]), align=Alignment.RIGHT, right_indent=4)


def _unit(facts: LetterFacts) -> str:
    return facts["unit"] or "承办单位"


def _reminder_notice(facts: LetterFacts) -> Sheet:
    role = Role(facts["role"])
    issuer = f"{facts['county']}{'纪委纠风办' if role is Role.INSPECTOR else '阳光热线办公室'}"
    sheet = _begin(Document.REMINDER_NOTICE, facts, issuer, "催办通知书")
    sheet.text(f"{_unit(facts)}：")
    sheet.prose(f"群众诉求“{facts['title']}”（工单{facts['ticket_number']}）由你单位承办，现由{PRESSING[role]}催办。")
    rule, due_at = facts.get("rule"), facts["due_at"]
    if rule and due_at:
        late = "已经超过期限" if due_at < facts["issued_at"] else "期限内办结"
        sheet.prose(f"{RULE_NAMES[Rule(rule)]}期限：{moment_text(due_at)}，{late}。")
    sheet.prose("请抓紧办理，先联系诉求人，并把办理情况登记到热线系统。")
    _sign(sheet, issuer, facts)
    return sheet


def _interview_record(facts: LetterFacts) -> Sheet:
    sheet = _begin(Document.INTERVIEW_RECORD, facts, _unit(facts), "群众约谈记录")
    held = facts["held_at"]
    assert held is not None
    verdict, outcome = Verdict(facts["person_verdict"]), Outcome(facts["outcome"])
    rows = (
        ("工单", f"{facts['ticket_number']} {facts['title']}"),
        ("时间", f"{date_text(held)}{held:%H:%M}"),
        ("场所", PLACE_NAMES[facts["held_place"]]),
        ("约谈干部", facts["official"]),
        ("约谈结果", OUTCOME_NAMES[outcome]),
        ("承诺办结", date_text(facts["promised_on"]) if facts["promised_on"] else "—"),
        ("群众意见", VERDICT_NAMES[verdict]),
    )
    sheet.table((("项目", "内容"), *rows), (1, 4))
    parts = (
        ("问题根源和症结", facts.get("cause")),
        ("化解方案", facts.get("solution")),
        ("适用的法律和规定", facts.get("rules")),
        ("约谈记录", facts.get("minutes")),
    )
    for numeral, (heading, text) in zip("一二三四", parts, strict=True):
        sheet.heading(f"{numeral}、{heading}")
        for line in (text or "—").splitlines():
            sheet.prose(line)
    sheet.text("")
    sheet.prose("约谈干部签名：＿＿＿＿＿＿＿＿　　群众签名：＿＿＿＿＿＿＿＿")
    _sign(sheet, _unit(facts), facts)
    return sheet


def _written_reply(facts: LetterFacts) -> Sheet:
    sheet = _begin(Document.WRITTEN_REPLY, facts, _unit(facts), "答复意见书")
    sheet.text("诉求人：")
    sheet.prose(f"您反映的“{facts['title']}”（工单{facts['ticket_number']}）已经收悉并办理，现答复如下。")
    for line in facts["reply"].splitlines():
        sheet.prose(line)
    sheet.prose(f"对答复有意见的，请在回访时说明，或拨打{facts['county']}阳光热线。")
    _sign(sheet, _unit(facts), facts)
    return sheet


_COMPOSERS = {
    Document.SUPERVISION_LETTER: supervision_letter,
    Document.REMINDER_NOTICE: _reminder_notice,
    Document.INTERVIEW_RECORD: _interview_record,
    Document.WRITTEN_REPLY: _written_reply,
}

"""A person's copy of the data held about them, as a document (个人信息保护法 §45)."""

from __future__ import annotations

from datetime import datetime

from hotline.documents.sheet import Sheet
from hotline.domain.privacy.person_copy import PersonCopy, TicketCopy

_PERSON = (
    ("name", "姓名"),
    ("phone", "联系电话"),
    ("identity", "身份证号码"),
    ("address", "住址"),
    ("wechat", "微信标识"),
)


def person_sheet(copy: PersonCopy, now: datetime) -> Sheet:
    """The copy as a sheet; `now` is a local moment."""
    sheet = Sheet("个人信息副本", now)
    sheet.title("个人信息副本")
    sheet.prose(
        f"{copy['county']}阳光热线应本人要求提供，导出时间{now:%Y-%m-%d %H:%M}，共{len(copy['tickets'])}件诉求。"
    )
    for ticket in copy["tickets"]:
        sheet.heading(f"工单{ticket['number']}")
        for name, label in _PERSON:
            if ticket["person"][name]:
                sheet.prose(f"{label}：{ticket['person'][name]}")
        for label, text in _facts(ticket):
            if text:
                sheet.prose(f"{label}：{text}")
        _list(sheet, "办理过程", [f"{line['at']}　{line['what']}　{line['text']}" for line in ticket["events"]])
        _list(sheet, "附件", ticket["files"])
        _list(sheet, "谁看过", [f"{line['at']}　{line['role']}　{line['what']}" for line in ticket["looks"]])
    return sheet


def _facts(ticket: TicketCopy) -> tuple[tuple[str, str], ...]:
    return (
        ("类别", ticket["kind"]),
        ("状态", ticket["state"]),
        ("受理时间", ticket["received_at"]),
        ("地点", ticket["place"]),
        ("标题", ticket["title"]),
        ("内容", ticket["body"]),
    )


def _list(sheet: Sheet, title: str, lines: list[str]) -> None:
    if lines:
        sheet.subheading(title)
        for line in lines:
            sheet.prose(line)

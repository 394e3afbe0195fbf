"""A person's copy of the data held about them, as a document (个人信息保护法 §45)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from hotline.documents.sheet import Sheet

_PERSON = (
    ("name", "姓名"),
    ("phone", "联系电话"),
    ("identity", "身份证号码"),
    ("address", "住址"),
    ("wechat", "微信标识"),
)
_TICKET = (
    ("kind", "类别"),
    ("state", "状态"),
    ("received_at", "受理时间"),
    ("place", "地点"),
    ("title", "标题"),
    ("body", "内容"),
)


def person_sheet(copy: Mapping[str, Any], now: datetime) -> Sheet:
    """Return the result of `hotline.actions.privacy.data_export.copy_person` as a sheet; `now` is in local time."""
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
        for name, label in _TICKET:
            if ticket[name]:
                sheet.prose(f"{label}：{ticket[name]}")
        _list(sheet, "办理过程", [f"{line['at']}　{line['what']}　{line['text']}" for line in ticket["events"]])
        _list(sheet, "附件", ticket["files"])
        _list(sheet, "谁看过", [f"{line['at']}　{line['role']}　{line['what']}" for line in ticket["looks"]])
    return sheet


def _list(sheet: Sheet, title: str, lines: list[str]) -> None:
    if lines:
        sheet.subheading(title)
        for line in lines:
            sheet.prose(line)

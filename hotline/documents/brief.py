"""The brief 《群众约谈工作专报》 as a document, its eight sections in order (PROCEDURE §7)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, tzinfo
from itertools import count

from hotline.documents.sheet import BAR, Sheet
from hotline.domain.brief.body import UnitLine
from hotline.domain.brief.issue import BRIEF_STATE_NAMES, TITLE, Brief, BriefState
from hotline.domain.brief.sections import UNIT_LEGEND, unit_columns
from hotline.domain.brief.words import figure_name, percent

WEEK_NAMES: Mapping[str, str] = {"": "本周", "last_week.": "上周", "last_year.": "去年同期"}
NUMERALS = "一二三四五六七八九十"
LONGEST_BAR = 10
# 单位 and 档, then the columns by their heads.
UNIT_WIDTHS: Mapping[str, int] = {"派单": 5, "重办": 5, "黄/红牌": 6, "退单成/驳": 7, "满意率": 7}


def brief_sheet(brief: Brief, zone: tzinfo) -> Sheet:
    """Return the brief as a sheet; `zone` is the time zone of its dates."""
    sheet = Sheet(f"{TITLE}{brief.number_text}", brief.compiled_at)
    _write_head(sheet, brief, zone)
    writers = (
        ("本周数字", _write_numbers), ("图表", _write_charts), ("承办单位", _write_units), ("热点事项", _write_hot),
        ("约谈情况", _write_interviews), ("纪委和领导督办事项", _write_supervised), ("领导批示落实情况", _write_instructions),
        ("工作建议", _write_advice),
    )  # fmt: skip
    for numeral, (name, write) in zip(NUMERALS, writers, strict=False):
        sheet.heading(f"{numeral}、{name}")
        write(sheet, brief)
    issuer = f"{brief.body['county']}阳光热线办公室"
    sheet.imprint([f"报：{brief.body['county']}主要领导", f"{issuer}　　{_date(brief, zone)}印发"])
    return sheet


def _write_head(sheet: Sheet, brief: Brief, zone: tzinfo) -> None:
    state = "" if brief.state is BriefState.ISSUED else f"（{BRIEF_STATE_NAMES[brief.state]}）"
    issuer = f"{brief.body['county']}阳光热线办公室"
    sheet.head(TITLE, issuer, _date(brief, zone), above=f"{brief.number_text}{state}")
    sheet.title(f"{_day(brief.monday)}至{_day(brief.sunday)}群众约谈工作情况")
    for line in brief.body["lead"]:
        sheet.prose(brief.say(line))


def _date(brief: Brief, zone: tzinfo) -> str:
    at: datetime = (brief.issued_at or brief.compiled_at).astimezone(zone)
    return f"{at.year}年{_day(at.date())}"


def _day(day: date) -> str:
    return f"{day.month}月{day.day}日"


def _write_numbers(sheet: Sheet, brief: Brief) -> None:
    numbers = brief.body["numbers"]
    for line in numbers["text"]:
        sheet.prose(brief.say(line))
    weeks = ["", *numbers["weeks"]]
    rows = [["项目", *(WEEK_NAMES[week] for week in weeks)]]
    rows += [
        [figure_name(key, {}), *(str(brief.counts.get(week + key, 0)) for week in weeks)] for key in numbers["figures"]
    ]
    rates = brief.body["rates"]
    rows += [[one["label"], *(percent(rates.get(week + one["key"])) for week in weeks)] for one in numbers["rates"]]
    sheet.table(rows, [3, *(2 for _ in weeks)])
    if numbers["left_out"]:
        sheet.prose("未计入比率：" + "".join(brief.say(line) for line in numbers["left_out"]))


def _write_charts(sheet: Sheet, brief: Brief) -> None:
    charts, number = brief.body["charts"], count()
    sheet.subheading(f"（{NUMERALS[next(number)]}）七日受理，按渠道")
    channels = charts["channels"]
    rows = [["日期", *(one["label"] for one in channels), "合计", "　"]]
    days = [[brief.counts.get(f"received.day.{day}.{one['key']}", 0) for one in channels] for day in charts["days"]]
    most = max((sum(day) for day in days), default=0)
    for day, values in zip(charts["days"], days, strict=True):
        total = sum(values)
        rows.append([_day(date.fromisoformat(day)), *map(str, values), str(total), _bar(total, most)])
    sheet.table(rows, [6, *(4 for _ in channels), 4, 12])
    sheet.subheading(f"（{NUMERALS[next(number)]}）事项占比")
    _write_bars(sheet, "事项", [(one["label"], brief.counts.get(one["n"], 0)) for one in charts["shares"]])
    sheet.subheading(f"（{NUMERALS[next(number)]}）参加排名单位的满意率")
    _write_satisfaction(sheet, brief)


def _write_bars(sheet: Sheet, head: str, values: Sequence[tuple[str, int]]) -> None:
    whole, most = sum(value for _, value in values), max((value for _, value in values), default=0)
    rows = [[head, "件数", "占比", "　"]]
    rows += [[name, str(n), percent(n / whole if whole else None), _bar(n, most)] for name, n in values]
    sheet.table(rows, [12, 4, 4, 12])


def _write_satisfaction(sheet: Sheet, brief: Brief) -> None:
    ranked = [row for group in brief.body["units"] for row in group["rows"] if row["band"]]
    if not ranked:
        sheet.prose("本周没有单位够排名的条件。")
        return
    rows = [["单位", "满意率", "　"]]
    for row in ranked:
        value = brief.body["rates"].get(f"unit.{row['unit']}.satisfied", 0.0)
        rows.append([row["name"], percent(value), _bar(round(value * 1000), 1000)])
    sheet.table(rows, [12, 6, 14])


def _bar(value: int, most: int) -> str:
    return BAR * round(value * LONGEST_BAR / most) if most else ""


def _write_units(sheet: Sheet, brief: Brief) -> None:
    groups = [group for group in brief.body["units"] if group["rows"]]
    sheet.prose(UNIT_LEGEND if groups else "本周没有派单。")
    for number, group in enumerate(groups):
        sheet.subheading(f"（{NUMERALS[number]}）{group['name']}")
        heads = [head for head, _, _ in unit_columns(brief.counts)]
        widths = [9, 3, *(UNIT_WIDTHS.get(head, 9) for head in heads)]
        sheet.table([["单位", "档", *heads], *(_unit_row(brief, row) for row in group["rows"])], widths)
        why = dict.fromkeys(row["why"] for row in group["rows"] if row["why"])
        if why:
            sheet.prose(f"没有分档的单位：{'；'.join(why)}。")
    _write_late_parts(sheet, brief)


def _write_late_parts(sheet: Sheet, brief: Brief) -> None:
    # A brief compiled before parts were listed stays without them.
    for number, row in enumerate(brief.body.get("late_parts", ()), 1):
        if number == 1:
            sheet.subheading("协办意见逾期未交")
        over = f"超期{row['over']}天" if row["over"] else "已超期"
        sheet.prose(
            f"{number}．{row['unit']}：{row['subject']}（{row['number']}），{row['lead'] or '主办单位'}主办，"
            f"应于{row['due']}提交，{over}。"
        )


def _unit_row(brief: Brief, row: UnitLine) -> list[str]:
    prefix = f"unit.{row['unit']}."
    cells = []
    for _, rate, keys in unit_columns(brief.counts):
        rates = [percent(brief.body["rates"].get(prefix + rate))] if rate else []
        cells.append("/".join([*rates, *(str(brief.counts.get(prefix + key, 0)) for key in keys)]))
    return [row["name"], row["band"] or "—", *cells]


def _write_hot(sheet: Sheet, brief: Brief) -> None:
    for number, row in enumerate(brief.body["hot"], 1):
        sheet.prose(f"{number}．{row['name']}：{brief.say(row['line'])}")
    if not brief.body["hot"]:
        sheet.prose("本周没有三人以上反映的同一事项。")


def _write_interviews(sheet: Sheet, brief: Brief) -> None:
    for number, row in enumerate(brief.body["interviews"], 1):
        first, *rest = row["lines"]
        sheet.prose(f"{number}．{first}")
        for line in rest:
            sheet.prose(line)
    if not brief.body["interviews"]:
        sheet.prose("本周没有约谈。")


def _write_supervised(sheet: Sheet, brief: Brief) -> None:
    for number, row in enumerate(brief.body["supervised"], 1):
        over = f"超期{row['over']}天" if row["over"] else "没有超期"
        sheet.prose(
            f"{number}．【{row['tier_name']}】{row['unit']}：{row['subject']}（{row['number']}）。"
            f"{row['since']}因{row['reason']}列入，{over}，{row['missing']}。"
        )
    if not brief.body["supervised"]:
        sheet.prose("没有纪委督办和领导督办的未办结工单。")


def _write_instructions(sheet: Sheet, brief: Brief) -> None:
    for number, row in enumerate(brief.body["instructions"], 1):
        sheet.prose(
            f"{number}．{row['leader']}{row['written']}批示：{row['text']}"
            f"（{row['unit']}，{row['number']}）——{row['state']}。"
        )
    if not brief.body["instructions"]:
        sheet.prose("没有未落实的批示。")


def _write_advice(sheet: Sheet, brief: Brief) -> None:
    for line in brief.advice.splitlines() or ["本期没有建议。"]:
        sheet.prose(line)

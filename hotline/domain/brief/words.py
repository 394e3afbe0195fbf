"""Lines of the brief: text with references to figures and rates, so that a page can link each figure.

A line is a list of text, {"n": key} for a figure and {"r": key} for a rate; it is stored as jsonb.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date

from hotline.domain.brief.rates import Counts
from hotline.domain.enums import CHANNEL_NAMES, KIND_NAMES
from hotline.domain.privacy.personal_numbers import redact

Part = str | dict[str, str]
Line = list[Part]
LONGEST = 90
FIGURE_NAMES: Mapping[str, str] = {
    "received": "受理", "received.instant": "受理并当场答复", "received.repeated": "同一人三十日内就同类事项再次反映",
    "received.matter.none": "未分类", "received.matter.rest": "其他事项",
    "instant": "当场答复", "dispatched": "派单", "closed": "办结", "closed.replied": "答复后办结",
    "closed.other": "其他方式办结", "closed.first_time": "一次办结",
    "sign.due": "应签收", "sign.on_time": "按时签收", "sign.late": "逾期签收", "sign.left_out": "不计签收率",
    "reply.due": "应答复", "reply.on_time": "按时答复", "reply.late": "逾期答复", "reply.left_out": "不计答复率",
    "reply.early": "提前答复",
    "assist.due": "应提交协办意见", "assist.on_time": "按时提交协办意见", "assist.late": "逾期的协办意见",
    "assist.left_out": "不计的协办意见", "assist.overdue": "期末协办意见逾期未交",
    "callback.valid": "有效回访", "callback.tried": "回访", "callback.contacted": "回访：单位联系过",
    "callback.solved": "回访：已解决", "callback.satisfied": "回访：满意", "callback.basically_satisfied": "回访：基本满意",
    "callback.understood": "回访：理解", "callback.dissatisfied": "回访：不满意", "callback.unreachable": "回访：联系不上",
    "callback.refused": "回访：不愿评价", "callback.withdrawn": "回访：已撤销",
    "return.upheld": "退单成立", "return.rejected": "退单驳回", "redo": "发回重办",
    "interview.owed": "启动约谈", "interview.held": "完成约谈", "interview.overdue": "约谈逾期",
    "interview.satisfied": "约谈：满意", "interview.basically_satisfied": "约谈：基本满意",
    "interview.understood": "约谈：理解", "interview.dissatisfied": "约谈：不满意",
    "open": "期末未办结", "open.tier.0": "期末未列入督办", "open.tier.1": "期末热线督办", "open.tier.2": "期末纪委督办",
    "open.tier.3": "期末领导督办", "supervised": "纪委和领导督办", "instructions": "领导批示",
    "card.yellow": "黄牌", "card.red": "红牌",
}  # fmt: skip


def figure_name(key: str, names: Mapping[str, str]) -> str:
    """Return the Chinese name of a figure; `names` maps `unit.<id>` and `matter.<id>` to names."""
    for prefix, word in (("last_week.", "上周"), ("last_year.", "去年同期")):
        if key.startswith(prefix):
            return f"{word}{figure_name(key.removeprefix(prefix), names)}"
    if key.startswith("unit."):
        _, unit, rest = key.split(".", 2)
        return f"{names.get(f'unit.{unit}', '')}：{figure_name(rest, names)}"
    if key in FIGURE_NAMES:
        return FIGURE_NAMES[key]
    return _part_of_received(key, names)


def _part_of_received(key: str, names: Mapping[str, str]) -> str:
    what, _, rest = key.removeprefix("received.").partition(".")
    if what == "day":
        day, _, channel = rest.partition(".")
        return f"{day_words(date.fromisoformat(day))}{CHANNEL_NAMES.get(channel, '')}受理"
    known = {"channel": CHANNEL_NAMES, "kind": KIND_NAMES}.get(what)
    return f"受理：{known.get(rest, rest) if known is not None else names.get(f'matter.{rest}', rest)}"


def say(line: Line, counts: Counts, rates: Mapping[str, float]) -> str:
    """Return a line as plain text."""
    return "".join(part if isinstance(part, str) else _say_part(part, counts, rates) for part in line)


def _say_part(part: Mapping[str, str], counts: Counts, rates: Mapping[str, float]) -> str:
    return f"{counts.get(part['n'], 0)}" if "n" in part else percent(rates.get(part["r"]))


def percent(value: float | None) -> str:
    """Format a rate as 95.2%, or a dash if there is none."""
    return "—" if value is None else f"{value * 100:.1f}%"


def change_words(now: int, then: int) -> str:
    """Describe the change of a figure: 增加12.5%, 减少3.0%, 持平; in tickets if `then` is 0."""
    if now == then:
        return "持平"
    if then == 0:
        return f"增加{now}件"
    return f"{'增加' if now > then else '减少'}{abs(now - then) / then * 100:.1f}%"


def day_words(day: date) -> str:
    """Format a date as 11月16日."""
    return f"{day.month}月{day.day}日"


def hide(text: str, person: Collection[str]) -> str:
    """Redact a text to one line of at most LONGEST characters, without the words in `person` and long numbers."""
    line = " ".join(redact(text, person).split())
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"

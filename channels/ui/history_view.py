"""View models of a ticket's history: the steps of its path and the text of each event."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from channels.ui.navigation import ROLE_NAMES
from channels.ui.time_format import local_text, said
from hotline.actions.tickets.case_file import TicketEventRow
from hotline.domain.callback import VERDICT_NAMES
from hotline.domain.enums import KIND_NAMES, Reason, Role, Rule, Step, Verdict
from hotline.domain.handling.unit_work import CONTACT_WAYS
from hotline.domain.interview import OUTCOME_NAMES, PLACE_NAMES
from hotline.domain.supervision.tiers import REASON_NAMES, RULE_NAMES, STEP_NAMES, TIER_NAMES
from hotline.domain.tickets.lifecycle import FIELD_NAMES, TABLE, State, Verb
from hotline.holidays import ZONE

_KINDS: Mapping[Verb, str] = {
    Verb.OPEN: "call",
    Verb.ASK_DETAILS: "note",
    Verb.ADD_DETAILS: "web",
    Verb.ANSWER: "reply",
    Verb.DISPATCH: "dispatch",
    Verb.REDISPATCH: "dispatch",
    Verb.INVITE: "dispatch",
    Verb.ASSIST: "reply",
    Verb.RETURN: "return",
    Verb.UPHOLD_RETURN: "return",
    Verb.REJECT_RETURN: "return",
    Verb.SIGN: "sign",
    Verb.CONTACT: "contact",
    Verb.REPLY: "reply",
    Verb.REDO: "callback",
    Verb.OWE_INTERVIEW: "interview",
    Verb.PLAN_INTERVIEW: "interview",
    Verb.HOLD_INTERVIEW: "interview",
    Verb.CLOSE: "close",
    Verb.REDIRECT: "close",
    Verb.MERGE: "close",
    Verb.WITHDRAW: "close",
    Verb.SUPERVISE: "letter",
    Verb.INSTRUCT: "letter",
    Verb.REMIND: "remind",
}
# What a citizen reads as the heading of a step; verbs not named here keep the table's own label.
_PLAIN: Mapping[Verb, str] = {
    Verb.OPEN: "已受理",
    Verb.ASK_DETAILS: "请补充材料",
    Verb.ADD_DETAILS: "已补充材料",
    Verb.ANSWER: "已答复",
    Verb.REDIRECT: "已告知去向",
    Verb.MERGE: "已合并办理",
    Verb.WITHDRAW: "已撤回",
    Verb.DISPATCH: "已交办",
    Verb.REDISPATCH: "已改交其他单位",
    Verb.RETURN: "等待裁定",
    Verb.UPHOLD_RETURN: "重新交办",
    Verb.REJECT_RETURN: "由原单位办理",
    Verb.SIGN: "已签收",
    Verb.CONTACT: "已联系您",
    Verb.ASK_EXTENSION: "申请延长时间",
    Verb.GRANT_EXTENSION: "办理时间延长",
    Verb.REPLY: "已答复",
    Verb.REDO: "重新办理",
    Verb.OWE_INTERVIEW: "将当面约谈",
    Verb.PLAN_INTERVIEW: "约谈已安排",
    Verb.HOLD_INTERVIEW: "已当面约谈",
    Verb.CLOSE: "已办结",
    Verb.SUPERVISE: "已列入督办",
    Verb.INSTRUCT: "县领导已批示",
    Verb.PARK: "暂缓办理",
    Verb.RESUME: "恢复办理",
    Verb.COMMENT: "您的补充说明",
}
_AHEAD: Mapping[State, tuple[tuple[str, str], ...]] = {
    State.RECEIVED: (("交办", "dispatch"), ("签收办理", "sign"), ("答复", "reply"), ("回访", "callback"), ("办结", "close")),
    State.AWAITING_DETAILS: (("补充材料", "web"), ("交办", "dispatch"), ("答复", "reply"), ("办结", "close")),
    State.DISPATCHED: (("签收办理", "sign"), ("答复", "reply"), ("回访", "callback"), ("办结", "close")),
    State.RETURNED: (("裁定", "return"), ("签收办理", "sign"), ("答复", "reply"), ("办结", "close")),
    State.SIGNED: (("答复", "reply"), ("回访", "callback"), ("办结", "close")),
    State.REPLIED: (("回访", "callback"), ("办结", "close")),
    State.INTERVIEW_OWED: (("当面约谈", "interview"), ("核实", "callback"), ("办结", "close")),
    State.INTERVIEW_HELD: (("核实", "callback"), ("办结", "close")),
    State.PARKED: (("恢复办理", "note"), ("办结", "close")),
    State.CLOSED: (),
}  # fmt: skip
_DOORS: Mapping[str, str] = {"phone": "call", "wechat": "wechat", "website": "web", "agent": "web"}
# Written for machines; the sentence of the event already says it.
_UNSAID = frozenset({"unit", "assisting", "rule", "step", "tier", "old_due", "new_due", "reply", "answer"})


@dataclass(frozen=True, slots=True)
class PathStep:
    """A step of ui.path: `state` is done, now or ahead; steps ahead have empty times."""

    at_text: str
    at_iso: str
    title: str
    text: str
    who: str
    state: str
    kind: str


def path_steps(events: Sequence[TicketEventRow], now: datetime, public: bool, *, channel: str = "") -> list[PathStep]:
    """The way of a ticket, oldest first, with the steps still ahead.

    The citizen's version has only the events with a public text, in plain words; the office's has every event with
    its details.
    """
    shown = [event for event in events if event["public_text"]] if public else list(events)
    ended = bool(events) and State(events[-1]["to_state"]) is State.CLOSED
    steps = []
    for place, event in enumerate(shown):
        newest = place == len(shown) - 1 and not ended
        steps.append(_step(event, now, public, "now" if newest else "done", channel))
    if events:
        ahead = _AHEAD[State(events[-1]["to_state"])]
        steps += [PathStep("", "", title, "", "", "ahead", kind) for title, kind in ahead]
    return steps


def _step(event: TicketEventRow, now: datetime, public: bool, state: str, channel: str) -> PathStep:
    verb, at = Verb(event["verb"]), event["at"].astimezone(ZONE)
    kind = _DOORS.get(channel, "call") if verb is Verb.OPEN else _KINDS.get(verb, "note")
    text = (event["public_text"] or "") if public else event_text(event)
    return PathStep(
        at_text=said(at, now),
        at_iso=at.isoformat(timespec="minutes"),
        title=_PLAIN.get(verb, TABLE[verb].label) if public else TABLE[verb].label,
        text=text,
        who=(event["unit_name"] or "") if public else who(event),
        state=state,
        kind=kind,
    )


def who(event: TicketEventRow) -> str:
    """Return who acted, for staff: name and unit, or the role if there is no account."""
    names = [event["account_name"], event["unit_name"]]
    return " · ".join(name for name in names if name) or ROLE_NAMES[Role(event["role"])]


def event_text(event: TicketEventRow) -> str:
    """An event in full: its public words, then its details under their Chinese names."""
    details = event["details"]
    # The database keeps no order of keys; the glossary has one.
    names = [name for name in (*FIELD_NAMES, *_OTHER_NAMES) if name in details and name not in _UNSAID]
    parts = [_named(name, details[name]) for name in names if details[name] not in (None, "")]
    if event["verb"] == Verb.REMIND and "rule" in details:
        parts = [f"{_rule_name(details)}{STEP_NAMES[Step(str(details['step']))]}"]
    if event["verb"] == Verb.RECKON:
        parts = [f"{_rule_name(details)}期限{_moved(details)}", *parts]
    elif event["verb"] == Verb.RECLASSIFY:
        limits = cast(Sequence[Mapping[str, object]], details.get("limits", ()))
        parts += [f"{_rule_name(limit)}期限{_moved(limit)}" for limit in limits]
    elif "old_due" in details and "new_due" in details:
        parts.append(f"期限由{_moment(details['old_due'])}改为{_moment(details['new_due'])}")
    if details.get("tier"):
        parts.append(TIER_NAMES[int(str(details["tier"]))])
    public = event["public_text"] or ""
    return "\n".join(part for part in (public, "；".join(parts)) if part)


def _rule_name(details: Mapping[str, object]) -> str:
    return RULE_NAMES[Rule(str(details["rule"]))]


def told_text(kinds: Sequence[str], confidential: bool) -> str:
    """Return the hint about personal numbers found in a filing's text; empty if there are none."""
    if not kinds:
        return ""
    seen = (
        "给承办单位看的内容里，这些号码已经隐去。"
        if confidential
        else "承办单位办理时能看到内容里的号码；联系用的号码填在联系电话一栏，会加密保存。不想让承办单位看到的，请告诉热线。"
    )
    return f"诉求内容里写有{'、'.join(kinds)}。{seen}"


def _moved(details: Mapping[str, object]) -> str:
    old, new = _moment(details["old_due"]), _moment(details["new_due"])
    return f"由{old}改为{new}" if old != new else f"仍为{new}，不再是暂定"


_WORDS: Mapping[str, Mapping[str, str]] = {
    "kind": KIND_NAMES,
    "old_kind": KIND_NAMES,
    "how": CONTACT_WAYS,
    "held_place": PLACE_NAMES,
    "outcome": {key.value: name for key, name in OUTCOME_NAMES.items()},
    "person_verdict": {key.value: name for key, name in VERDICT_NAMES.items()},
    "verdict": {key.value: name for key, name in VERDICT_NAMES.items()}
    | {"unreached": "三次未接通", "refused": "拒绝回访", "unreasonable": "诉求不合理"},
}
_OTHER_NAMES: Mapping[str, str] = {
    "old_kind": "原类别",
    "matter": "事项",
    "old_matter": "原事项",
    "contacted": "联系过",
    "solved": "已解决",
    "answer_at_fault": "答复未到位",
    "unit_at_fault": "单位工作不到位",
    "unit_mark": "对单位评分",
    "operator_mark": "对热线评分",
    "promised_on": "承诺办结日期",
    "corrected": "更正了",
    "passed_to": "已转至工单",
    "passed_from": "来自并入的工单",
}


def _named(name: str, value: object) -> str:
    return f"{FIELD_NAMES.get(name) or _OTHER_NAMES[name]}：{value_text(name, value).rstrip('。；')}"


def value_text(name: str, value: object) -> str:
    """Return a stored value in Chinese words."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if name == "reason" and value in list(Reason):
        return REASON_NAMES[Reason(str(value))]
    if name in ("meet_at", "held_at", "until") and isinstance(value, str) and "T" in value:
        return _moment(value)
    return _WORDS.get(name, {}).get(str(value), str(value))


def _moment(stored: object) -> str:
    return local_text(datetime.fromisoformat(str(stored)))


def verdict_name(value: str | None) -> str:
    """Return the verdict in Chinese; empty for None."""
    return VERDICT_NAMES[Verdict(value)] if value else ""

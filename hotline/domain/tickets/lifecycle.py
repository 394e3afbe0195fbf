"""The life cycle of a ticket as one table: sources, verb, target, roles, required fields, one sentence (PROCEDURE §2).

Buttons, checks, help texts, the diagram in the documents and the property tests all read `ARROWS`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from hotline.domain.enums import Role
from hotline.domain.errors import Missing, NotAllowed, Refusal, TooLong, WrongState, raise_if
from hotline.domain.text import clean


class State(StrEnum):
    """States of a ticket."""

    RECEIVED = "received"
    AWAITING_DETAILS = "awaiting_details"
    DISPATCHED = "dispatched"
    RETURNED = "returned"
    SIGNED = "signed"
    REPLIED = "replied"
    INTERVIEW_OWED = "interview_owed"
    INTERVIEW_HELD = "interview_held"
    PARKED = "parked"
    CLOSED = "closed"


STATE_NAMES: Mapping[State, str] = {
    State.RECEIVED: "已受理",
    State.AWAITING_DETAILS: "待补充",
    State.DISPATCHED: "待签收",
    State.RETURNED: "退单待裁定",
    State.SIGNED: "办理中",
    State.REPLIED: "已答复待回访",
    State.INTERVIEW_OWED: "待约谈",
    State.INTERVIEW_HELD: "已约谈待核实",
    State.PARKED: "挂账中",
    State.CLOSED: "已办结",
}


class Verb(StrEnum):
    """Actions on a ticket."""

    OPEN = "open"
    ASK_DETAILS = "ask_details"
    ADD_DETAILS = "add_details"
    ANSWER = "answer"
    REDIRECT = "redirect"
    RECLASSIFY = "reclassify"
    MERGE = "merge"
    UNMERGE = "unmerge"
    WITHDRAW = "withdraw"
    DISPATCH = "dispatch"
    REDISPATCH = "redispatch"
    RETURN = "return"
    UPHOLD_RETURN = "uphold_return"
    REJECT_RETURN = "reject_return"
    SIGN = "sign"
    ASSIGN = "assign"
    CONTACT = "contact"
    ASK_EXTENSION = "ask_extension"
    GRANT_EXTENSION = "grant_extension"
    REFUSE_EXTENSION = "refuse_extension"
    INVITE = "invite"
    EXCUSE = "excuse"
    ASSIST = "assist"
    REPLY = "reply"
    REDO = "redo"
    OWE_INTERVIEW = "owe_interview"
    PLAN_INTERVIEW = "plan_interview"
    HOLD_INTERVIEW = "hold_interview"
    CLOSE = "close"
    SUPERVISE = "supervise"
    INSTRUCT = "instruct"
    FULFIL = "fulfil"
    REMIND = "remind"
    NO_ANSWER = "no_answer"
    PARK = "park"
    RESUME = "resume"
    COMMENT = "comment"
    RECKON = "reckon"
    CORRECT_PERSON = "correct_person"


@dataclass(frozen=True, slots=True)
class Arrow:
    """One row of the table. `target` None: the state stays (for `resume`: the state it was parked from)."""

    verb: Verb
    sources: frozenset[State]
    target: State | None
    roles: frozenset[Role]
    needs: tuple[str, ...]
    label: str
    sentence: str


S, V, R = State, Verb, Role
_OFFICE = {R.HANDLER, R.UNIT_HEAD}
_DESK = {R.OPERATOR, R.DISPATCHER}
_OPEN = frozenset(S) - {S.CLOSED}
_WORKING = frozenset({S.DISPATCHED, S.RETURNED, S.SIGNED, S.REPLIED, S.INTERVIEW_OWED, S.INTERVIEW_HELD})
_BEFORE_REPLY = frozenset({S.RECEIVED, S.AWAITING_DETAILS, S.DISPATCHED, S.RETURNED, S.SIGNED})
_EVERYBODY = frozenset(R) - {R.SYSTEM_ADMIN, R.SECURITY_ADMIN, R.AUDIT_ADMIN, R.MONITOR}
FIELD_NAMES: Mapping[str, str] = {
    "body": "诉求内容",
    "missing": "需要补充的全部材料",
    "answer": "答复内容",
    "where": "应当找哪里办",
    "target": "并入的工单",
    "kind": "类别",
    "unit": "承办单位",
    "assisting": "协办单位",
    "task": "协办事项",
    "reason": "理由",
    "basis": "法律或职责依据",
    "handler": "经办人",
    "how": "联系方式",
    "reply": "答复内容",
    "facts": "办理情况",
    "part": "协办意见",
    "cause": "问题根源和症结",
    "solution": "化解方案",
    "rules": "适用的法律和规定",
    "meet_at": "约谈时间",
    "meet_where": "约谈地点",
    "held_at": "实际约谈时间",
    "held_place": "约谈场所",
    "official": "约谈干部",
    "minutes": "约谈记录",
    "outcome": "约谈结果",
    "person_verdict": "群众意见",
    "verdict": "群众评价",
    "until": "挂账到哪一天",
    "text": "内容",
    "due_on": "办结日期",
    "fulfilment": "落实情况",
}


def _arrow(
    verb: Verb,
    sources: set[State] | frozenset[State],
    target: State | None,
    roles: set[Role] | frozenset[Role],
    needs: str,
    label: str,
    sentence: str,
) -> Arrow:
    return Arrow(verb, frozenset(sources), target, frozenset(roles), tuple(needs.split()), label, sentence)


ARROWS: tuple[Arrow, ...] = (
    _arrow(V.OPEN, set(), S.RECEIVED, {R.COMPLAINANT, R.AGENT} | _DESK, "body", "受理", "诉求已经受理。"),
    _arrow(V.ASK_DETAILS, {S.RECEIVED}, S.AWAITING_DETAILS, _DESK, "missing", "一次性告知", "已一次性告知诉求人需要补充的材料。"),
    _arrow(V.ADD_DETAILS, {S.AWAITING_DETAILS}, S.RECEIVED, {R.COMPLAINANT, R.AGENT} | _DESK, "text", "补充材料", "诉求人已补充材料。"),
    _arrow(V.ANSWER, {S.RECEIVED}, S.CLOSED, _DESK, "answer", "当场答复", "已当场答复。"),
    _arrow(V.REDIRECT, {S.RECEIVED}, S.CLOSED, _DESK, "where", "告知去向", "已告知应当向哪里反映。"),
    _arrow(V.MERGE, _BEFORE_REPLY, S.CLOSED, {R.DISPATCHER}, "target", "并单", "与同一事项的工单合并办理。"),
    _arrow(V.UNMERGE, {S.CLOSED}, None, {R.DISPATCHER}, "reason", "撤销并单", "恢复单独办理。"),
    _arrow(V.RECLASSIFY, _BEFORE_REPLY, None, _DESK, "kind reason", "更正分类", "诉求的分类已经更正。"),
    _arrow(V.WITHDRAW, _OPEN, S.CLOSED, {R.COMPLAINANT, R.AGENT} | _DESK, "reason", "撤回", "诉求人撤回了诉求。"),
    _arrow(V.DISPATCH, {S.RECEIVED}, S.DISPATCHED, {R.DISPATCHER, R.SYSTEM}, "unit", "派单", "已交承办单位办理。"),
    _arrow(V.REDISPATCH, {S.DISPATCHED, S.SIGNED}, S.DISPATCHED, {R.DISPATCHER}, "unit reason", "改派", "已改交其他承办单位办理。"),
    _arrow(V.RETURN, {S.DISPATCHED}, S.RETURNED, _OFFICE, "reason basis", "退单", "承办单位提出不属于其职责，等待裁定。"),
    _arrow(V.UPHOLD_RETURN, {S.RETURNED}, S.RECEIVED, {R.DISPATCHER, R.INSPECTOR}, "reason", "同意退单", "退单成立，重新派单。"),
    _arrow(V.REJECT_RETURN, {S.RETURNED}, S.DISPATCHED, {R.DISPATCHER, R.INSPECTOR}, "reason", "驳回退单", "退单不成立，由原单位办理。"),
    _arrow(V.SIGN, {S.DISPATCHED}, S.SIGNED, _OFFICE, "", "签收", "承办单位已签收。"),
    _arrow(V.ASSIGN, {S.SIGNED, S.INTERVIEW_OWED}, None, {R.UNIT_HEAD}, "handler", "指定经办人", "承办单位已指定经办人。"),
    _arrow(V.CONTACT, {S.SIGNED, S.INTERVIEW_OWED}, None, _OFFICE | {R.OPERATOR}, "how text", "登记联系", "承办单位已与诉求人联系。"),
    _arrow(V.ASK_EXTENSION, {S.SIGNED}, None, _OFFICE, "reason", "申请延期", "承办单位申请延长办理时间。"),
    _arrow(V.GRANT_EXTENSION, {S.SIGNED}, None, {R.UNIT_HEAD, R.DISPATCHER}, "reason", "同意延期", "办理时间已延长。"),
    _arrow(V.REFUSE_EXTENSION, {S.SIGNED}, None, {R.UNIT_HEAD, R.DISPATCHER}, "reason", "不同意延期", "延期未获同意，按原期限办理。"),
    _arrow(V.INVITE, {S.DISPATCHED, S.SIGNED}, None, {R.DISPATCHER}, "assisting task", "邀请协办", "已请有关单位协办。"),
    _arrow(V.EXCUSE, {S.DISPATCHED, S.RETURNED, S.SIGNED}, None, {R.DISPATCHER}, "assisting reason", "免于协办", "不再等待这个单位的协办意见。"),
    _arrow(V.ASSIST, {S.DISPATCHED, S.RETURNED, S.SIGNED}, None, _OFFICE, "part", "提交协办意见", "协办单位已提交意见。"),
    _arrow(V.REPLY, {S.SIGNED}, S.REPLIED, _OFFICE, "reply facts", "答复", "承办单位已作出答复。"),
    _arrow(V.REDO, {S.REPLIED}, S.SIGNED, _DESK | {R.COMPLAINANT, R.SYSTEM}, "verdict", "重办", "答复未到位，发回重办。"),
    _arrow(V.OWE_INTERVIEW, {S.REPLIED, S.INTERVIEW_HELD}, S.INTERVIEW_OWED,
           _DESK | {R.COMPLAINANT, R.SUPERVISOR, R.INSPECTOR, R.SYSTEM}, "verdict", "启动约谈", "将由承办单位干部当面约谈。"),
    _arrow(V.PLAN_INTERVIEW, {S.INTERVIEW_OWED}, None, _OFFICE, "cause solution rules meet_at meet_where", "约谈方案", "约谈时间和地点已定。"),
    _arrow(V.HOLD_INTERVIEW, {S.INTERVIEW_OWED}, S.INTERVIEW_HELD, _OFFICE,
           "held_at held_place official minutes outcome person_verdict", "登记约谈", "承办单位干部已当面约谈。"),
    _arrow(V.CLOSE, {S.REPLIED, S.INTERVIEW_HELD}, S.CLOSED,
           _DESK | {R.COMPLAINANT, R.SUPERVISOR, R.INSPECTOR, R.SYSTEM}, "verdict", "办结", "诉求已办结。"),
    _arrow(V.NO_ANSWER, {S.REPLIED, S.INTERVIEW_HELD}, None, _DESK | {R.SUPERVISOR, R.INSPECTOR}, "", "未接通", "回访电话未接通，将另选时间再拨。"),
    _arrow(V.SUPERVISE, _OPEN - {S.PARKED}, None, {R.SYSTEM, R.SUPERVISOR, R.INSPECTOR, R.LEADER}, "reason", "督办", "已列入督办。"),
    _arrow(V.INSTRUCT, _OPEN - {S.PARKED, S.RECEIVED, S.AWAITING_DETAILS}, None, {R.LEADER}, "text due_on", "批示", "县领导已作出批示。"),
    _arrow(V.FULFIL, frozenset(S), None, {R.SUPERVISOR, R.INSPECTOR}, "fulfilment", "批示销号", "批示事项已落实。"),
    _arrow(V.REMIND, _WORKING, None, {R.SYSTEM, R.DISPATCHER, R.SUPERVISOR, R.INSPECTOR}, "", "催办", "已催办承办单位。"),
    _arrow(V.PARK, _OPEN - {S.PARKED, S.RETURNED}, S.PARKED, {R.DISPATCHER}, "reason until", "挂账", "因客观原因暂缓办理，到期自动恢复。"),
    _arrow(V.RESUME, {S.PARKED}, None, {R.DISPATCHER, R.SYSTEM}, "", "恢复办理", "已恢复办理。"),
    _arrow(V.RECKON, _OPEN, None, {R.SYSTEM}, "reason", "重算期限", "期限已按新公布的放假安排重新计算。"),
    _arrow(V.CORRECT_PERSON, frozenset(S), None, _DESK, "reason", "更正联系方式", "诉求人的联系方式已更正。"),
    _arrow(V.COMMENT, frozenset(S), None, _EVERYBODY, "text", "补充说明", "有新的说明。"),
)  # fmt: skip

TABLE: Mapping[Verb, Arrow] = {arrow.verb: arrow for arrow in ARROWS}


def may(state: State, verb: Verb, role: Role) -> bool:
    """Return whether the role may do this in this state."""
    return refusal_of(state, verb, role) is None


def refusal_of(state: State, verb: Verb, role: Role) -> Refusal | None:
    """Why the table refuses this verb: NotAllowed for the role, WrongState for the state; None where it does not."""
    arrow = TABLE[verb]
    if role not in arrow.roles:
        return NotAllowed()
    if state not in arrow.sources:
        return WrongState(state=STATE_NAMES[state], label=arrow.label)
    return None


def check(state: State, verb: Verb, role: Role) -> Arrow:
    """The arrow. Raises NotAllowed for the role, WrongState for the state."""
    raise_if(refusal_of(state, verb, role))
    return TABLE[verb]


def check_given(verb: Verb, given: Mapping[str, object]) -> None:
    """Raise Missing with all required fields that are empty, in one list (一次性告知)."""
    lacking = [FIELD_NAMES[name] for name in TABLE[verb].needs if not clean(str(given.get(name) or ""))]
    if lacking:
        raise Missing(what="、".join(lacking))


def check_reason(text: str, what: str, limit: int) -> str:
    """Return a required reason, cleaned. Raises Missing, and TooLong beyond `limit` characters."""
    text = clean(text)
    if not text:
        raise Missing(what=what)
    if len(text) > limit:
        raise TooLong(what=what, limit=limit)
    return text


def verbs_for(state: State, role: Role) -> tuple[Arrow, ...]:
    """Return what this role may do in this state, in the order of the table."""
    return tuple(arrow for arrow in ARROWS if may(state, arrow.verb, role))


def compose_picture() -> str:
    """Return the table as a Mermaid state diagram for the documents.

    An arrow from nearly every state is drawn once, from the group of open states.
    """
    narrow, wide = _edges()
    stages = [state for state in State if state not in (State.PARKED, State.CLOSED)]
    inside = [edge for edge in narrow if set(edge) <= set(stages)]
    lines = ["stateDiagram-v2", '    state "办理中的各个环节" as open {']
    lines += [f"        {state.value}: {STATE_NAMES[state]}" for state in stages]
    lines += ["        [*] --> received: 受理"]
    lines += [f"        {_edge(a, b, narrow[a, b])}" for a, b in inside]
    lines += ["    }"]
    lines += [f"    {state.value}: {STATE_NAMES[state]}" for state in (State.PARKED, State.CLOSED)]
    lines += [f"    {_edge(a, b, narrow[a, b])}" for a, b in narrow if (a, b) not in inside]
    lines += [f"    {_edge('open', target, labels)}" for target, labels in wide.items()]
    lines += [f"    parked --> open: {TABLE[Verb.RESUME].label}", "    closed --> [*]"]
    return "\n".join(lines) + "\n"


def _edges() -> tuple[dict[tuple[State, State], list[str]], dict[State, list[str]]]:
    """Return labels by (from, to), and for arrows that start in more than half of the states labels by target."""
    narrow: dict[tuple[State, State], list[str]] = {}
    wide: dict[State, list[str]] = {}
    for arrow in ARROWS:
        if arrow.target is None:
            continue
        if len(arrow.sources) > len(State) // 2 - 1:
            wide.setdefault(arrow.target, []).append(arrow.label)
            continue
        for source in sorted(arrow.sources):
            narrow.setdefault((source, arrow.target), []).append(arrow.label)
    return narrow, wide


def _edge(source: str, target: str, labels: list[str]) -> str:
    return f"{source} --> {target}: {'、'.join(labels)}"

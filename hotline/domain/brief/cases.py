"""Sections 5 to 7: interviews, tickets on tiers 2 and 3, instructions and their state (PROCEDURE §7)."""

from __future__ import annotations

from datetime import date

from hotline.domain.brief.body import InstructionLine, InterviewLines, LatePartLine, NamedTicket, SupervisedLine
from hotline.domain.brief.facts import InstructionCase, InterviewCase, SupervisedCase, TicketFact, WeekFacts
from hotline.domain.brief.words import day_words
from hotline.domain.callback import VERDICT_NAMES
from hotline.domain.enums import Outcome, Reason, Verdict
from hotline.domain.interview import OUTCOME_NAMES, PLACE_NAMES
from hotline.domain.supervision.tiers import REASON_NAMES, TIER_NAMES
from hotline.domain.tickets.lifecycle import State

_MISSING = {
    State.RECEIVED: "还没有承办单位",
    State.AWAITING_DETAILS: "等诉求人补充材料",
    State.DISPATCHED: "没有签收",
    State.RETURNED: "退单没有裁定",
    State.SIGNED: "没有答复",
    State.REPLIED: "没有回访",
    State.INTERVIEW_HELD: "约谈没有核实",
    State.PARKED: "挂账中，到期恢复",
    State.CLOSED: "统计时已办结",
}


def interview_rows(facts: WeekFacts) -> list[InterviewLines]:
    """Return each interview of the week as three lines, without the complainant's identity."""
    return [{**_named(interview.case), "lines": _three_lines(interview, facts)} for interview in facts.interviews]


def _three_lines(one: InterviewCase, facts: WeekFacts) -> list[str]:
    where = PLACE_NAMES.get(one.held_place, one.held_place)
    result = OUTCOME_NAMES[Outcome(one.outcome)] if one.outcome else "未记结果"
    promise = f"，承诺{day_words(one.promised_on)}前办结" if one.promised_on else ""
    told = VERDICT_NAMES[Verdict(one.person_verdict)] if one.person_verdict else "未表态"
    verified = f"；热线和纪委核实：{VERDICT_NAMES[Verdict(one.verified)]}" if one.verified else "；待核实"
    return [
        f"{one.case.unit}：{one.case.subject}（{one.case.number}）。",
        f"{day_words(facts.week.day_of(one.held_at))}在{where}约谈，{one.official}到场。症结：{one.cause}。方案：{one.solution}。",
        f"结果：{result}{promise}。群众意见：{told}{verified}。",
    ]


def supervised_rows(facts: WeekFacts) -> list[SupervisedLine]:
    """Return each ticket on tier 2 or 3 with unit, days overdue and what is missing."""
    return [_supervised_row(one, facts) for one in facts.supervised]


def _supervised_row(one: SupervisedCase, facts: WeekFacts) -> SupervisedLine:
    return {
        **_named(one.case),
        "tier": one.tier,
        "tier_name": TIER_NAMES[one.tier],
        "reason": REASON_NAMES[Reason(one.reason)],
        "since": day_words(facts.week.day_of(one.opened_at)),
        "over": _days_over(facts.week.day_of(one.due_at), facts),
        "missing": _missing(one),
    }


def _missing(one: SupervisedCase) -> str:
    if one.state == State.INTERVIEW_OWED:
        return "方案已定，没有约谈" if one.planned else "没有约谈，也没有方案"
    return _MISSING[State(one.state)]


def late_part_rows(facts: WeekFacts) -> list[LatePartLine]:
    """Return each assisting unit's overdue part at the end of the week, as many as the figure `assist.overdue`."""
    return [
        {
            **_named(part.case),
            "lead": part.lead,
            "due": day_words(facts.week.day_of(part.due_at)),
            "over": _days_over(facts.week.day_of(part.due_at), facts),
        }
        for part in facts.late_parts
    ]


def instruction_rows(facts: WeekFacts) -> list[InstructionLine]:
    """Return each instruction that is open or was fulfilled in the week."""
    return [_instruction_row(one, facts) for one in facts.instructions]


def _instruction_row(one: InstructionCase, facts: WeekFacts) -> InstructionLine:
    over = _days_over(one.due_on, facts)
    if one.fulfilled_at is not None and one.fulfilled_at < facts.week.until:
        state = f"已落实：{one.fulfilment}"
    else:
        state = f"没有落实，超期{over}天" if over else f"办理中，{day_words(one.due_on)}前办结"
    written = day_words(facts.week.day_of(one.written_at))
    return {**_named(one.case), "leader": one.leader, "text": one.text, "written": written, "state": state}


def _days_over(due: date, facts: WeekFacts) -> int:
    """Return the whole days past `due` at the end of the week, at least 0."""
    return max(0, (facts.week.sunday - due).days)


def _named(case: TicketFact) -> NamedTicket:
    return {"ticket": str(case.ticket_id), "number": case.number, "subject": case.subject, "unit": case.unit}

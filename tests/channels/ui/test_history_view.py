"""Rows as the design pieces take them: the path, the window, the ladder, how a limit was counted."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from channels.ui.deadline_view import Mark, ladder_view, window_marks, window_view
from channels.ui.history_view import event_text, path_steps
from channels.ui.limit_view import explanation_view, limit_words
from channels.ui.pagination import pager
from channels.ui.ticket_rows import state_view
from hotline.domain.deadline.explanation import compute_due
from hotline.domain.enums import Rule
from hotline.domain.policy.limits import Limit, Policy
from hotline.domain.tickets.lifecycle import ARROWS, State, Verb
from hotline.holidays import china_calendar
from tests.build import MONDAY, moment

CALENDAR = china_calendar()


def an_event(verb: Verb, to: State, at: datetime = MONDAY, **given: Any) -> dict[str, Any]:
    return {
        "verb": verb, "to_state": to, "at": at, "role": "system", "account_name": None, "unit_name": None,
        "public_text": "", "details": {},
    } | given  # fmt: skip


def a_clock(limit: str = "5d", start: datetime = MONDAY, rule: Rule = Rule.INTERVIEW, **given: Any) -> dict[str, Any]:
    due = compute_due(CALENDAR, Limit.parse(limit), start)
    return {
        "rule": rule, "started_at": start, "due_at": due.at, "limit_text": limit, "provisional": due.provisional,
        "state": "running", "cycle": 1, "pauses": [],
    } | given  # fmt: skip


LIFE = [
    an_event(Verb.OPEN, State.RECEIVED, public_text="诉求已经受理。"),
    an_event(Verb.DISPATCH, State.DISPATCHED, public_text="已交承办单位办理。", details={"unit": str(uuid4())}),
    an_event(Verb.COMMENT, State.DISPATCHED, details={"text": "内部说明13800138000"}, account_name="李某"),
    an_event(Verb.SIGN, State.SIGNED, MONDAY + timedelta(hours=1), public_text="承办单位已签收。", unit_name="水务局"),
]


def test_citizen_sees_only_what_is_public() -> None:
    steps = path_steps(LIFE, MONDAY, True)
    assert [step.title for step in steps if step.state != "ahead"] == ["已受理", "已交办", "已签收"]
    assert "内部说明" not in repr(steps)
    assert "李某" not in repr(steps)


def test_office_sees_everything_with_particulars() -> None:
    steps = path_steps(LIFE, MONDAY, False)
    assert [step.title for step in steps if step.state != "ahead"] == ["受理", "派单", "补充说明", "签收"]
    assert steps[2].text == "内容：内部说明13800138000"
    assert (steps[2].who, steps[3].who, steps[0].who) == ("李某", "水务局", "系统")


def test_newest_step_is_now_and_the_rest_lies_ahead() -> None:
    steps = path_steps(LIFE, MONDAY, True)
    assert [step.state for step in steps] == ["done", "done", "now", "ahead", "ahead", "ahead"]
    assert [step.title for step in steps[3:]] == ["答复", "回访", "办结"]


def test_closed_ticket_has_nothing_ahead() -> None:
    steps = path_steps([*LIFE, an_event(Verb.CLOSE, State.CLOSED, public_text="诉求已办结。")], MONDAY, True)
    assert {step.state for step in steps} == {"done"}


def test_first_step_shows_the_door() -> None:
    kinds = {door: path_steps(LIFE, MONDAY, True, channel=door)[0].kind for door in ("phone", "wechat", "website")}
    assert kinds == {"phone": "call", "wechat": "wechat", "website": "web"}


@pytest.mark.parametrize("arrow", ARROWS, ids=lambda arrow: arrow.verb)
@pytest.mark.parametrize("public", [True, False])
def test_every_verb_has_a_step_of_its_own(arrow: Any, public: bool) -> None:
    stored: dict[Verb, dict[str, Any]] = {
        Verb.SUPERVISE: {"reason": "mark", "tier": 1},
        Verb.REMIND: {"rule": "reply", "step": "one_day"},
        Verb.RECKON: {"rule": "reply", "old_due": MONDAY.isoformat(), "new_due": MONDAY.isoformat(), "reason": "通知"},
    }
    details = stored.get(arrow.verb, dict.fromkeys(arrow.needs, "x"))
    event = an_event(arrow.verb, arrow.target or State.SIGNED, public_text="一句话。", details=details)
    step = path_steps([event], MONDAY, public)[0]
    assert step.title
    assert "一句话。" in step.text


def test_stored_words_are_read_in_chinese() -> None:
    details = {"how": "phone", "text": "已约好", "contacted": True, "verdict": "dissatisfied", "tier": 2}
    text = event_text(an_event(Verb.CONTACT, State.SIGNED, details=details))
    assert text == "联系方式：电话联系；群众评价：不满意；内容：已约好；联系过：是；纪委督办"


def test_window_has_a_segment_a_working_day() -> None:
    window = window_view(a_clock(), MONDAY, CALENDAR)
    assert window is not None
    assert [(day.label, day.date_text) for day in window.days] == [
        ("周二", "11月24日"), ("周三", "11月25日"), ("周四", "11月26日"), ("周五", "11月27日"), ("周一", "11月30日"),
    ]  # fmt: skip
    assert [(gap.after_index, gap.label) for gap in window.gaps] == [(3, "周末")]
    assert {day.state for day in window.days} == {"ahead"}


def test_holiday_is_named_in_the_gap() -> None:
    window = window_view(a_clock(start=moment("2026-09-29")), moment("2026-09-29"), CALENDAR)
    assert window is not None
    assert [gap.label for gap in window.gaps] == ["国庆节", "周末"]


def test_window_fills_as_office_hours_pass() -> None:
    noon = moment("2026-11-25", "12:00")
    window = window_view(a_clock(), noon, CALENDAR)
    assert window is not None
    assert [day.fill for day in window.days] == [1, 0.5, 0, 0, 0]
    assert [day.state for day in window.days] == ["past", "today", "ahead", "ahead", "ahead"]


def test_window_past_its_end_is_over_all_through() -> None:
    window = window_view(a_clock(), moment("2026-12-01"), CALENDAR, tier=1)
    assert window is not None
    assert {day.state for day in window.days} == {"over"}
    assert "已超期" in window.summary
    assert window.summary.endswith("热线督办")


@pytest.mark.parametrize("limit", ["24h natural", "30d"])
def test_no_window_for_natural_time_and_very_long_limits(limit: str) -> None:
    assert window_view(a_clock(limit), MONDAY, CALENDAR) is None


def test_hours_are_counted_from_at_once() -> None:
    window = window_view(a_clock("2h", rule=Rule.DISPATCH), moment("2026-11-23", "10:00"), CALENDAR)
    assert window is not None
    assert [(day.date_text, day.fill) for day in window.days] == [("11月23日", 0.5)]


def test_marks_stand_where_they_happened() -> None:
    clock = a_clock()
    reminders = [
        {"rule": "interview", "cycle": 1, "step": "issued", "state": "sent", "planned_at": MONDAY},
        {
            "rule": "interview",
            "cycle": 1,
            "step": "two_days",
            "state": "sent",
            "planned_at": moment("2026-11-26", "17:30"),
        },
        {"rule": "interview", "cycle": 0, "step": "one_day", "state": "sent", "planned_at": MONDAY},
        {"rule": "interview", "cycle": 1, "step": "one_day", "state": "skipped", "planned_at": MONDAY},
    ]
    held = [{"held_at": moment("2026-11-27", "12:00")}]
    at = moment("2026-11-27", "13:00")
    window = window_view(clock, at, CALENDAR, marks=window_marks(clock, reminders, held, Policy(), CALENDAR, at))
    assert window is not None
    assert [(mark.kind, mark.at, mark.ahead) for mark in window.marks] == [
        ("letter", 0, False), ("reminder", 3, False), ("held", 3.5, False),
        ("reminder", 4, True), ("reminder", 4.43, True), ("reminder", 5, True),
    ]  # fmt: skip


def test_settled_clock_reminds_no_more() -> None:
    clock = a_clock(state="met")
    assert window_marks(clock, [], [], Policy(), CALENDAR, MONDAY) == []


def test_marks_keep_their_order_in_the_summary() -> None:
    marks = [(MONDAY, Mark(0, "已提醒", "reminder")), (MONDAY, Mark(0, "将提醒", "reminder", ahead=True))]
    window = window_view(a_clock(), MONDAY, CALENDAR, marks=marks)
    assert window is not None
    assert "已提醒1次" in window.summary


def test_account_names_what_counted_and_what_did_not() -> None:
    lines = explanation_view(a_clock(), CALENDAR).lines
    assert lines[0] == ("计入", "11月24日（周二）", "08:30–12:00、14:00–17:30")
    assert [line for line in lines if line[0] == "不计"] == [
        ("不计", "11月28日（周六） 周末", ""), ("不计", "11月29日（周日） 周末", ""),
    ]  # fmt: skip
    assert len(lines) == 7


def test_make_up_day_is_named() -> None:
    days = {
        day: kind for kind, day, _ in explanation_view(a_clock(start=moment("2026-09-30"), limit="3d"), CALENDAR).lines
    }
    assert days["10月10日（周六） 调休上班"] == "计入"
    assert days["10月1日（周四） 国庆节"] == "不计"


def test_extension_counts_on_from_the_old_end() -> None:
    first = compute_due(CALENDAR, Limit.parse("5d"), MONDAY)
    second = compute_due(CALENDAR, Limit.parse("5d"), first.at)
    account = explanation_view(a_clock(limit_text="5d+5d", due_at=second.at), CALENDAR)
    assert len([line for line in account.lines if line[0] == "计入"]) == 10
    assert "5个工作日，延期5个工作日" in account.sentence


def test_pause_takes_its_days_out_of_window_and_account() -> None:
    pause = (moment("2026-11-25", "08:30"), moment("2026-11-26", "17:30"))
    due = compute_due(CALENDAR, Limit.parse("5d"), MONDAY, [pause])
    clock = a_clock(due_at=due.at, pauses=[[pause[0].isoformat(), pause[1].isoformat()]])
    window = window_view(clock, MONDAY, CALENDAR)
    assert window is not None
    assert [day.date_text for day in window.days] == ["11月24日", "11月27日", "11月30日", "12月1日", "12月2日"]
    assert [line[0] for line in explanation_view(clock, CALENDAR).lines].count("暂停") == 1


def test_named_date_is_not_explained_falsely() -> None:
    account = explanation_view(a_clock(limit_text="date", due_at=moment("2026-12-15", "17:30")), CALENDAR)
    assert account.lines == ()
    assert "按指定的日期" in account.note


def test_unpublished_year_is_said() -> None:
    assert "尚未公布" in explanation_view(a_clock(start=moment("2031-03-03")), CALENDAR).note


@pytest.mark.parametrize(
    ("text", "words"), [("5d", "5个工作日"), ("4h", "4个工作小时"), ("15m natural", "15分钟"), ("parked", "")]
)
def test_limits_are_said_as_clerks_say_them(text: str, words: str) -> None:
    assert limit_words(text) == words


def a_tier(tier: int, settled_by: str | None = None, due: datetime = MONDAY + timedelta(days=7)) -> dict[str, Any]:
    return {
        "tier": tier, "opened_at": MONDAY, "due_at": due, "reason": "dissatisfied",
        "settled_at": MONDAY if settled_by else None, "settled_by": settled_by,
    }  # fmt: skip


def test_ladder_stands_where_the_ticket_stands() -> None:
    ladder = ladder_view([a_tier(1, "next_tier"), a_tier(2)], 2, MONDAY)
    assert [rung.state for rung in ladder.tiers] == ["done", "now", "ahead"]
    assert ladder.tiers[0].due_text.endswith("已转上一级")
    assert ladder.summary == "督办层级：纪委督办"


def test_overdue_tier_is_over() -> None:
    assert ladder_view([a_tier(1, due=MONDAY - timedelta(hours=1))], 1, MONDAY).tiers[0].state == "over"


def test_instruction_passes_by_lower_tiers() -> None:
    ladder = ladder_view([a_tier(3)], 3, MONDAY)
    assert [(rung.state, rung.reason) for rung in ladder.tiers[:2]] == [("done", "未经这一级")] * 2


@pytest.mark.parametrize("state", list(State))
def test_every_state_has_a_badge(state: State) -> None:
    assert state_view(state).tone in {"new", "open", "wait", "done"}


def test_short_list_has_no_pager() -> None:
    assert pager([{"total": 50}] * 50, 1, 50, "/x?page=") is None
    assert pager([], 1, 50, "/x?page=") is None

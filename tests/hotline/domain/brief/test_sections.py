"""A brief composed from plain facts."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from hotline.domain.brief import compose
from hotline.domain.brief.facts import (
    CallbackFact,
    Carded,
    Closed,
    DeadlineFact,
    Happened,
    InstructionCase,
    LatePart,
    Met,
    Peer,
    Period,
    Received,
    Standing,
    SupervisedCase,
    TicketFact,
    WeekFacts,
)
from hotline.domain.brief.sections import unit_columns
from hotline.domain.brief.week import Week
from hotline.domain.brief.words import say
from hotline.domain.policy.limits import Policy
from hotline.domain.tickets.lifecycle import State

ZONE = ZoneInfo("Asia/Shanghai")
WEEK = Week(date(2026, 11, 23), ZONE)
WATER, PLANT, TOWN = UUID(int=1), UUID(int=2), UUID(int=3)
PEERS = (Peer(WATER, "水务局", "bureau"), Peer(TOWN, "永安镇", "town"))
MATTERS = {"bill": "城乡建设 · 水费", "road": "交通运输 · 道路"}


def ticket(number: int) -> UUID:
    return UUID(int=1000 + number)


def came(number: int, **given: Any) -> Received:
    words: dict[str, Any] = {
        "channel": "phone", "kind": "complaint", "matter_id": "bill", "place": "", "person": bytes([number]),
        "received_at": WEEK.begin + timedelta(hours=number), "instant": False, "repeated": False,
    }  # fmt: skip
    return Received(ticket_id=ticket(number), **words | given)


def facts(this: Period, **given: Any) -> WeekFacts:
    words: dict[str, Any] = {
        "county": "阳光县", "week": WEEK, "policy": Policy(), "last_week": None, "last_year": None, "interviews": (),
        "supervised": (), "instructions": (), "peers": PEERS, "matters": MATTERS,
        "peer_of": {WATER: WATER, PLANT: WATER, TOWN: TOWN},
    }  # fmt: skip
    return WeekFacts(this=this, **words | given)


def keys_in(body: Any) -> set[str]:
    """Every figure a body refers to."""
    if isinstance(body, dict):
        own = {body["n"]} if isinstance(body.get("n"), str) else set()
        return own.union(*(keys_in(value) for value in body.values()))
    return set().union(*(keys_in(one) for one in body)) if isinstance(body, list) else set()


def busy() -> Period:
    """Everything that is counted, at least once."""
    at = WEEK.begin
    return Period(
        received=tuple(came(n, place="人民路" if n < 3 else "", channel="wechat" if n % 2 else "phone") for n in range(6)),
        happened=(
            Happened(ticket(0), "dispatch", PLANT), Happened(ticket(0), "redispatch", WATER),
            Happened(ticket(1), "answer", None), Happened(ticket(2), "uphold_return", WATER),
            Happened(ticket(3), "redo", TOWN),
        ),
        closed=(Closed(ticket(0), "satisfied", False), Closed(ticket(1), "answered", False), Closed(ticket(3), "understood", True)),
        clocks=(
            DeadlineFact(ticket(0), WATER, "reply", "met", at + timedelta(days=3), at + timedelta(days=2)),
            DeadlineFact(ticket(2), WATER, "reply", "met", at + timedelta(hours=9), at + timedelta(hours=8)),
            DeadlineFact(ticket(3), TOWN, "sign", "missed", at, at), DeadlineFact(ticket(4), WATER, "sign", "withdrawn", at, at),
            DeadlineFact(ticket(5), WATER, "interview", "missed", at, at, interview_owed=True),
            DeadlineFact(ticket(5), WATER, "tier2", "missed", at, at, interview_owed=True),
            DeadlineFact(ticket(4), WATER, "tier2", "missed", at, at),
        ),
        asked=(
            CallbackFact(ticket(0), PLANT, "done", True, True, "satisfied"), CallbackFact(ticket(0), WATER, "done", True, False, "dissatisfied"),
            CallbackFact(ticket(3), TOWN, "unreachable", None, None, None), CallbackFact(ticket(4), TOWN, "withdrawn", None, None, None),
        ),
        met=(Met(ticket(0), WATER, False, None), Met(ticket(0), WATER, True, "understood"), Met(ticket(5), TOWN, True, None)),
        standing=(Standing(ticket(2), 0), Standing(ticket(5), 2)),
        carded=(
            Carded(ticket(3), TOWN, "yellow"), Carded(ticket(5), PLANT, "yellow"), Carded(ticket(5), WATER, "red"),
            Carded(ticket(4), PLANT, "yellow"), Carded(ticket(4), WATER, "yellow"), Carded(ticket(4), TOWN, "red"),
        ),
    )  # fmt: skip


def test_lists_are_what_was_counted() -> None:
    _, figures = compose(facts(busy()))
    by_hand = {
        "received": [0, 1, 2, 3, 4, 5], "received.channel.wechat": [1, 3, 5], "dispatched": [0], "instant": [1],
        "closed": [0, 1, 3], "closed.replied": [0, 3], "closed.other": [1], "closed.first_time": [0],
        "reply.on_time": [0, 2], "reply.early": [0], "sign.due": [3], "sign.late": [3], "sign.left_out": [4],
        "callback.valid": [0, 0], "callback.solved": [0], "callback.tried": [0, 0, 3], "callback.unreachable": [3],
        "callback.withdrawn": [4], "interview.owed": [0], "interview.held": [0, 5], "interview.understood": [0],
        "interview.overdue": [5], "open.tier.0": [2], "open.tier.2": [5], "redo": [3], "return.upheld": [2],
        f"unit.{WATER}.dispatched": [0], f"unit.{WATER}.callback.valid": [0, 0], f"unit.{TOWN}.redo": [3],
        f"unit.{TOWN}.interview.held": [5], "card.yellow": [3], "card.red": [5, 4], f"unit.{WATER}.card.yellow": [4],
        f"unit.{WATER}.card.red": [5], f"unit.{TOWN}.card.yellow": [3], f"unit.{TOWN}.card.red": [4],
    }  # fmt: skip
    assert {key: figures[key] for key in by_hand} == {key: [ticket(n) for n in ids] for key, ids in by_hand.items()}


def test_a_station_counts_for_the_bureau_above_it() -> None:
    _, figures = compose(facts(busy()))
    assert not [key for key in figures if key.startswith(f"unit.{PLANT}.")]


def test_every_figure_spoken_of_is_there() -> None:
    body, figures = compose(facts(busy(), last_week=busy(), last_year=Period()))
    assert keys_in(body)
    assert keys_in(body) <= set(figures)


def test_the_same_facts_give_the_same_brief() -> None:
    assert compose(facts(busy(), last_week=busy())) == compose(facts(busy(), last_week=busy()))


def test_channels_kinds_days_and_matters_each_add_up() -> None:
    _, figures = compose(facts(busy()))
    whole = len(figures["received"])
    for prefix in ("received.channel.", "received.kind.", "received.day."):
        assert sum(len(ids) for key, ids in figures.items() if key.startswith(prefix)) == whole
    shown = [one["n"] for one in compose(facts(busy()))[0]["charts"]["shares"]]
    assert sum(len(figures[key]) for key in shown) == whole


def test_a_ticket_of_the_last_second_counts_on_sunday() -> None:
    late = came(0, received_at=WEEK.until - timedelta(microseconds=1))
    _, figures = compose(facts(Period(received=(late,))))
    assert figures["received.day.2026-11-29.phone"] == [late.ticket_id]


def test_an_empty_week_has_a_brief() -> None:
    body, figures = compose(facts(Period()))
    assert all(ids == [] for ids in figures.values())
    counts = dict.fromkeys(figures, 0)
    assert [say(line, counts, body["rates"]) for line in body["lead"]] == [
        "本周受理0件，办结0件。",
        "按时答复率—，群众满意率—；约谈0次，满意和理解率—。",
        "没有纪委督办和领导督办事项；未办结0件。",
    ]


def test_earlier_weeks_stand_beside_the_week() -> None:
    this = Period(received=tuple(came(n) for n in range(6)))
    before = Period(received=tuple(came(n) for n in range(5)))
    body, figures = compose(facts(this, last_week=before, last_year=Period()))
    counts = {key: len(ids) for key, ids in figures.items()}
    line = say(body["lead"][0], counts, {})
    assert line == "本周受理6件，比上周（5件）增加20.0%，比去年同期（0件）增加6件，办结0件。"
    assert body["numbers"]["weeks"] == ["last_week.", "last_year."]


def test_weeks_before_the_hotline_are_not_noughts() -> None:
    body, figures = compose(facts(busy()))
    assert body["numbers"]["weeks"] == []
    assert not [key for key in figures if key.startswith("last_")]


def test_what_was_left_out_is_said_with_its_reason() -> None:
    body, figures = compose(facts(busy()))
    counts = {key: len(ids) for key, ids in figures.items()}
    said = [say(line, counts, {}) for line in body["numbers"]["left_out"]]
    assert said == [
        "1件不计：退单、改派或撤回，签收时限已撤销。",
        "1件不计：三次联系不上。",
        "1件不计：工单已用其他方式办结，不再回访。",
        "1件不计：当场答复、告知去向、并单或撤回。",
    ]


def hot(received: tuple[Received, ...], before: Period | None = None) -> list[str]:
    body, figures = compose(facts(Period(received=received), last_week=before))
    counts = {key: len(ids) for key, ids in figures.items()}
    return [f"{row['name']}：{say(row['line'], counts, {})}" for row in body["hot"]]


def test_hot_is_what_three_people_asked_about() -> None:
    received = tuple(came(n, place="人民路") for n in range(3))
    before = Period(received=(came(9), came(8)))
    assert hot(received, before) == ["城乡建设 · 水费：3件，3人反映；上周2件，增加50.0%；集中在人民路。"]


def test_one_person_asking_often_is_not_hot() -> None:
    assert hot(tuple(came(n, person=b"same") for n in range(9))) == []


def test_a_new_matter_grew_from_nothing() -> None:
    assert hot(tuple(came(n) for n in range(3)), Period()) == [
        "城乡建设 · 水费：3件，3人反映；上周0件，增加3件；分布较散。"
    ]


def test_a_place_only_one_person_named_is_not_told() -> None:
    received = tuple(came(n, place=f"{n}号楼", person=bytes([n])) for n in range(4))
    again = replace(received[0], ticket_id=ticket(77))
    assert "号楼" not in "".join(hot((*received, again)))


CASE = TicketFact(ticket(1), "20261110-00001", "水费", "水务局")


@pytest.mark.parametrize(
    ("due", "over", "state", "planned", "missing"),
    [
        ("2026-11-26T17:30", 3, State.INTERVIEW_OWED, True, "方案已定，没有约谈"),
        ("2026-11-29T17:30", 0, State.INTERVIEW_OWED, False, "没有约谈，也没有方案"),
        ("2026-12-02T17:30", 0, State.DISPATCHED, False, "没有签收"),
        ("2026-11-20T17:30", 9, State.SIGNED, False, "没有答复"),
    ],
)
def test_a_supervised_ticket_says_days_over_and_what_is_missing(
    due: str, over: int, state: State, planned: bool, missing: str
) -> None:
    at = datetime.fromisoformat(due).replace(tzinfo=ZONE).astimezone(UTC)
    one = SupervisedCase(CASE, 2, "interview_overdue", WEEK.begin, at, state, planned)
    (row,) = compose(facts(Period(), supervised=(one,)))[0]["supervised"]
    assert (row["tier_name"], row["reason"], row["over"], row["missing"]) == ("纪委督办", "逾期未约谈", over, missing)


def test_each_state_has_its_missing_words() -> None:
    for state in State:
        one = SupervisedCase(CASE, 3, "tier2_overdue", WEEK.begin, WEEK.begin, state, False)
        assert compose(facts(Period(), supervised=(one,)))[0]["supervised"][0]["missing"]


@pytest.mark.parametrize(
    ("due", "fulfilled", "state"),
    [
        (date(2026, 12, 4), None, "办理中，12月4日前办结"),
        (date(2026, 11, 27), None, "没有落实，超期2天"),
        (date(2026, 11, 27), WEEK.begin, "已落实：已更换水表"),
        (date(2026, 12, 4), WEEK.until, "办理中，12月4日前办结"),
    ],
)
def test_an_instruction_says_its_state_at_the_weeks_end(due: date, fulfilled: datetime | None, state: str) -> None:
    one = InstructionCase(CASE, "李县长", "限期解决", due, WEEK.begin, fulfilled, "已更换水表")
    (row,) = compose(facts(Period(), instructions=(one,)))[0]["instructions"]
    assert (row["leader"], row["written"], row["state"]) == ("李县长", "11月23日", state)


def test_the_best_unit_leads_its_group() -> None:
    peers = tuple(Peer(UUID(int=n), f"局{n}", "bureau") for n in range(1, 4))
    happened = tuple(Happened(ticket(n * 100 + k), "dispatch", UUID(int=n)) for n in range(1, 4) for k in range(10))
    asked = tuple(
        CallbackFact(
            ticket(n * 100 + k), UUID(int=n), "done", True, k < n * 3, "satisfied" if k < n * 3 else "dissatisfied"
        )
        for n in range(1, 4)
        for k in range(10)
    )
    period = Period(happened=happened, asked=asked)
    body, _ = compose(facts(period, peers=peers, peer_of={p.unit_id: p.unit_id for p in peers}))
    (bureaus, towns) = body["units"]
    assert [(row["name"], row["band"]) for row in bureaus["rows"]] == [("局3", "A"), ("局2", "B"), ("局1", "C")]
    assert towns["rows"] == []


def test_five_thousand_tickets_are_composed_quickly() -> None:
    import time

    received = tuple(came(n % 168, person=n.to_bytes(2), matter_id=f"m{n % 60}") for n in range(5000))
    asked = tuple(CallbackFact(ticket(n), WATER, "done", True, True, "satisfied") for n in range(5000))
    happened = tuple(Happened(ticket(n), "dispatch", WATER) for n in range(5000))
    period = Period(received=received, happened=happened, asked=asked)
    started = time.process_time()
    compose(facts(period, last_week=period, last_year=period))
    assert time.process_time() - started < 1.5


def test_a_brief_from_before_the_cards_has_no_column_of_them() -> None:
    heads = [head for head, _, _ in unit_columns({"card.yellow": 0})]
    assert "黄/红牌" in heads
    assert [head for head, _, _ in unit_columns({})] == [head for head in heads if head != "黄/红牌"]


def test_a_late_part_is_listed_with_who_waits_for_it() -> None:
    case = TicketFact(ticket(7), "20261123-00007", "水费", "教育局")
    late = (
        LatePart(case, "水务局", WEEK.begin + timedelta(days=4, hours=17)),
        LatePart(case, "", WEEK.until - timedelta(hours=1)),
    )
    body, figures = compose(facts(busy(), late_parts=late))
    assert figures["assist.overdue"] == [ticket(7), ticket(7)]
    assert [(row["unit"], row["lead"], row["due"], row["over"]) for row in body["late_parts"]] == [
        ("教育局", "水务局", "11月27日", 2), ("教育局", "", "11月29日", 0),
    ]  # fmt: skip

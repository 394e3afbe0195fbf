"""Yellow and red cards: read from clocks and tiers by the county's thresholds, withdrawn when what they rest on goes."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from hotline.domain.deadline.timers import Deadline
from hotline.domain.enums import Reason, Rule
from hotline.domain.policy.limits import Cards, Policy
from hotline.domain.supervision.cards import Card, Colour, Raised, Watched, card_of, cards_given, cards_on, earliest_due
from tests.build import FRIDAY, MONDAY, NEXT_MONDAY, OTHER_UNIT, RULES, UNIT, WEDNESDAY, moment

CALENDAR = RULES.calendar
ONE, TWO = UUID(int=1), UUID(int=2)
# A limit that ended on Monday at closing; three working days later is Thursday at closing.
PASSED = moment("2026-11-23", "17:30")
RED = moment("2026-11-26", "17:30")
A_MINUTE = timedelta(minutes=1)


def clock(rule: Rule = Rule.SIGN, **given: object) -> Deadline:
    words: dict[str, object] = {
        "deadline_id": UUID(int=9), "ticket_id": ONE, "cycle": 1, "rule": rule, "unit_id": UNIT, "started_at": MONDAY,
        "due_at": PASSED, "provisional": False, "urgent": False, "limit_text": "1d", "state": "missed",
        "next_step": None, "next_at": None,
    }  # fmt: skip
    return Deadline(**words | given)  # type: ignore[arg-type]


def raised(tier: int = 2, reason: Reason = Reason.STILL_DISSATISFIED, at: datetime = WEDNESDAY) -> Raised:
    return Raised(ONE, UNIT, tier, reason, at)


def shown(
    now: datetime, *clocks: Deadline, raised: tuple[Raised, ...] = (), **cards: object
) -> tuple[Colour, str] | None:
    policy = Policy(cards=Cards(**cards))  # type: ignore[arg-type]
    card = card_of(Watched(clocks, raised), policy, CALENDAR, now)
    return (card.colour, card.reason) if card else None


def given(since: datetime, until: datetime, *clocks: Deadline, raised: tuple[Raised, ...] = ()) -> list[Card]:
    return list(cards_given(Watched(clocks, raised), Policy(), CALENDAR, since, until))


@pytest.mark.parametrize(
    ("now", "card"),
    [
        (PASSED - A_MINUTE, None),
        (PASSED, (Colour.YELLOW, "签收超期")),
        (RED - A_MINUTE, (Colour.YELLOW, "签收超期")),
        (RED, (Colour.RED, "签收超期满3个工作日")),
        (RED + timedelta(days=90), (Colour.RED, "签收超期满3个工作日")),
    ],
)
def test_a_missed_limit_is_yellow_and_turns_red_when_it_stays_owed(
    now: datetime, card: tuple[Colour, str] | None
) -> None:
    assert shown(now, clock(state="running" if now < PASSED else "missed")) == card


def test_days_off_do_not_make_a_card_red() -> None:
    friday = clock(due_at=moment("2026-11-27", "17:30"))
    assert shown(moment("2026-12-02", "17:29"), friday) == (Colour.YELLOW, "签收超期")
    assert shown(moment("2026-12-02", "17:30"), friday) == (Colour.RED, "签收超期满3个工作日")


def test_a_limit_in_natural_time_turns_red_in_natural_time() -> None:
    saturday = moment("2026-11-28", "10:15")
    urgent = clock(due_at=saturday, limit_text="15m natural", urgent=True)
    assert shown(saturday + timedelta(hours=24) - A_MINUTE, urgent) == (Colour.YELLOW, "签收超期")
    assert shown(saturday + timedelta(hours=24), urgent) == (Colour.RED, "签收超期满24小时")


def test_time_a_ticket_rested_does_not_make_a_card_red() -> None:
    rest = (moment("2026-11-24", "08:00"), moment("2026-11-26", "08:00"))
    watched = Watched((clock(),), rests={ONE: (rest,)})
    assert card_of(watched, Policy(), CALENDAR, RED).colour is Colour.YELLOW  # type: ignore[union-attr]
    later = card_of(watched, Policy(), CALENDAR, moment("2026-11-30", "17:30"))
    assert later is not None
    assert later.colour is Colour.RED


@pytest.mark.parametrize("state", ["paused", "met", "withdrawn"])
def test_a_limit_at_rest_or_done_shows_no_card(state: str) -> None:
    assert shown(RED, clock(state=state)) is None


def test_work_done_late_takes_the_card_away() -> None:
    assert shown(RED, clock(done_at=WEDNESDAY)) is None


def test_a_limit_that_was_moved_takes_the_card_with_it() -> None:
    assert shown(PASSED + A_MINUTE, clock(state="running", due_at=FRIDAY)) is None


def test_the_hotlines_own_lateness_is_no_units_card() -> None:
    assert shown(RED, clock(Rule.DISPATCH, unit_id=None)) is None


@pytest.mark.parametrize("rule", [Rule.TIER2, Rule.TIER3])
def test_a_limit_set_by_a_high_tier_is_red_at_once(rule: Rule) -> None:
    assert shown(PASSED, clock(rule))[0] is Colour.RED  # type: ignore[index]
    assert shown(PASSED, clock(rule), tier=3)[0] is (Colour.RED if rule is Rule.TIER3 else Colour.YELLOW)  # type: ignore[index]


@pytest.mark.parametrize(
    ("tier", "reason", "card"),
    [
        (1, Reason.SIGN_OVERDUE, None),
        (2, Reason.INTERVIEW_OVERDUE, (Colour.RED, "逾期未约谈，列入纪委督办")),
        (2, Reason.STILL_DISSATISFIED, (Colour.RED, "约谈后仍不满意，列入纪委督办")),
        (3, Reason.TIER2_OVERDUE, (Colour.RED, "纪委督办逾期未办结，列入领导督办")),
        (3, Reason.INSTRUCTION, None),
        (3, Reason.MARK, None),
    ],
)
def test_a_high_tier_is_red_when_the_unit_brought_it_about(
    tier: int, reason: Reason, card: tuple[Colour, str] | None
) -> None:
    assert shown(FRIDAY, raised=(raised(tier, reason),)) == card


def test_a_county_may_warn_before_the_limit_and_be_more_patient_or_less() -> None:
    running = clock(state="running")
    assert shown(moment("2026-11-23", "11:29"), running, warning="4h") is None
    assert shown(moment("2026-11-23", "11:30"), running, warning="4h") == (Colour.YELLOW, "签收将到期")
    assert shown(PASSED, running, warning="3h") == (Colour.YELLOW, "签收超期")
    assert shown(RED, clock(), red="5d") == (Colour.YELLOW, "签收超期")
    assert shown(PASSED + timedelta(days=1), clock(), red="4h") == (Colour.RED, "签收超期满4个工作小时")


def test_a_warning_that_would_precede_the_start_is_left_out() -> None:
    assert shown(PASSED - A_MINUTE, clock(state="running"), warning="2d") is None


def test_the_gravest_card_is_the_tickets_and_all_are_told() -> None:
    late, graver = clock(Rule.CONTACT), clock(Rule.TIER2, deadline_id=UUID(int=8))
    cards = cards_on(Watched((late, graver)), Policy(), CALENDAR, PASSED)
    assert [(card.colour, card.reason) for card in cards] == [
        (Colour.RED, "纪委督办超期"), (Colour.YELLOW, "先行联系超期"),
    ]  # fmt: skip


def test_a_ticket_counts_once_for_a_unit_by_its_gravest_card() -> None:
    clocks = (clock(), clock(Rule.CONTACT), clock(Rule.CONTACT, unit_id=OTHER_UNIT), clock(ticket_id=TWO, done_at=RED))
    cards = given(MONDAY, NEXT_MONDAY, *clocks)
    assert [(card.ticket_id, card.unit_id, card.colour, card.since) for card in cards] == [
        (ONE, UNIT, Colour.RED, RED), (ONE, OTHER_UNIT, Colour.RED, RED), (TWO, UNIT, Colour.RED, RED),
    ]  # fmt: skip


def test_a_card_given_stays_counted_when_the_work_is_done_later() -> None:
    (card,) = given(MONDAY, NEXT_MONDAY, clock(done_at=PASSED + A_MINUTE))
    assert (card.colour, card.since) == (Colour.YELLOW, PASSED)


def test_each_card_counts_in_the_week_it_was_given() -> None:
    friday = clock(due_at=moment("2026-11-27", "17:30"))
    week = timedelta(days=7)
    assert [card.colour for card in given(MONDAY, MONDAY + week, friday)] == [Colour.YELLOW]
    assert [card.colour for card in given(MONDAY + week, MONDAY + 2 * week, friday)] == [Colour.RED]
    assert given(MONDAY + 2 * week, MONDAY + 3 * week, friday) == []


def test_nothing_counts_that_was_met_moved_or_only_warned_of() -> None:
    clocks = [clock(state=state, done_at=FRIDAY) for state in ("met", "withdrawn")]
    assert given(MONDAY, NEXT_MONDAY, *clocks, clock(state="running"), clock(Rule.VERIFY, unit_id=None)) == []


@pytest.mark.parametrize(("red", "urgent"), [("3d", "24h natural"), ("2h", "3d natural"), ("30m", "10m natural")])
def test_what_ran_out_before_the_earliest_due_cannot_turn_red_any_more(red: str, urgent: str) -> None:
    policy = Policy(cards=Cards(red=red, red_urgent=urgent))
    earliest = earliest_due(policy, CALENDAR, NEXT_MONDAY)
    for text in ("1d", "1h natural"):
        before = clock(due_at=earliest - A_MINUTE, limit_text=text)
        cards = cards_given(Watched((before,)), policy, CALENDAR, NEXT_MONDAY, NEXT_MONDAY + timedelta(days=365))
        assert cards == ()


def test_a_later_policy_reads_the_same_clocks_anew() -> None:
    watched = Watched((clock(),))
    strict = replace(Policy(), cards=Cards(red="1h"))
    assert card_of(watched, Policy(), CALENDAR, WEDNESDAY).colour is Colour.YELLOW  # type: ignore[union-attr]
    assert card_of(watched, strict, CALENDAR, WEDNESDAY).colour is Colour.RED  # type: ignore[union-attr]

"""A version of the policy: narrowed limits, laws, all faults together, differences."""

import pytest

from hotline.domain.enums import Kind, Pace, Rule, Step
from hotline.domain.errors import BadPolicy
from hotline.domain.policy.limits import DEFAULT_LIMITS, LimitCase, Policy, read_key
from hotline.domain.policy.validation import body_of, differences, faults_of

MATTERS = ("water.bill", "school.fee")
TOWN_WATER = LimitCase(Kind.COMPLAINT, Pace.ORDINARY, "water.bill", "town")


def limit(limits: dict[str, str], key: str, case: LimitCase, **more: object) -> str:
    return str(Policy.from_body(1, {"limits": limits, **more}).limit_for(key, case))


@pytest.mark.parametrize("key", DEFAULT_LIMITS)
def test_without_narrower_ones_the_plain_limit_holds(key: str) -> None:
    assert str(Policy().limit_for(key, TOWN_WATER)) == DEFAULT_LIMITS[key]


@pytest.mark.parametrize(
    ("limits", "expected"),
    [
        ({"reply@level=town": "7d"}, "7d"),
        ({"reply.complaint@level=town": "8d", "reply@level=town": "7d"}, "8d"),
        ({"reply@matter=water.bill": "2d", "reply.complaint@level=town": "8d"}, "2d"),
        ({"reply@matter=water.bill": "2d", "reply@matter=water.bill,level=town": "4d"}, "4d"),
        ({"reply@level=town": "7d", "reply@kind=complaint,pace=ordinary": "6d"}, "7d"),
        ({"reply@level=village": "7d", "reply@matter=school.fee": "2d"}, "5d"),
    ],
)
def test_the_most_narrowly_set_limit_holds(limits: dict[str, str], expected: str) -> None:
    assert limit(limits, "reply.complaint", TOWN_WATER) == expected


def test_a_limit_for_all_kinds_leaves_urgent_answers_and_redos_alone() -> None:
    limits = {"reply@matter=water.bill": "9d"}
    assert limit(limits, "reply.urgent", TOWN_WATER) == "24h natural"
    assert limit(limits, "reply.redo", TOWN_WATER) == "3d"


def test_the_law_goes_before_the_county_for_the_first_answer() -> None:
    statutory = {"water.bill": {"limit": "60d natural", "source": "信访工作条例"}}
    limits = {"reply@matter=water.bill": "2d"}
    assert limit(limits, "reply.complaint", TOWN_WATER, statutory=statutory) == "60d natural"
    assert limit(limits, "reply.redo", TOWN_WATER, statutory=statutory) == "3d"
    assert limit(limits, "reply.help", LimitCase(Kind.HELP, Pace.ORDINARY), statutory=statutory) == "5d"


@pytest.mark.parametrize(
    "name", ["reply", "sleep", "reply@", "reply@town", "reply@colour=red", "sign@level=town,level=x"]
)
def test_a_key_that_is_none_is_refused(name: str) -> None:
    with pytest.raises(BadPolicy):
        read_key(name)


def test_reminders_follow_the_version() -> None:
    policy = Policy.from_body(1, {"reminders": {"sign": ["four_hours", "expiry"]}})
    assert policy.steps(Rule.SIGN) == (Step.FOUR_HOURS, Step.EXPIRY)
    assert policy.steps(Rule.REPLY) == (Step.ONE_DAY, Step.EXPIRY)


WRONG = {
    "redoes": 1,
    "redos": -1,
    "extensions": True,
    "weights": [0.5, 0.5, 0.5],
    "basically_counts": 2,
    "notices_from": "19:00",
    "limits": {"sign": "soon", "sleep": "5d", "reply@matter=nowhere": "5d", "reply@level=moon": "5d", "tier2": 3},
    "reminders": {"sign": ["expiry", "one_day"], "sleep": ["expiry"], "reply": ["never"]},
    "statutory": {"nowhere": {"limit": "60d natural", "source": "法"}, "water.bill": {"limit": "60"}},
}


def test_all_faults_are_told_together_each_with_its_place() -> None:
    faults = faults_of(WRONG, MATTERS)
    places = [fault.partition("：")[0] for fault in faults]
    assert places == [
        "redoes", "limits.sign", "limits.sleep", "limits.reply@matter=nowhere", "limits.reply@level=moon", "limits.tier2",
        "reminders.sign", "reminders.sleep", "reminders.reply", "statutory.nowhere", "statutory.water.bill",
        "redos", "extensions", "basically_counts", "weights", "notices_from",
    ]  # fmt: skip


@pytest.mark.parametrize("wrong", [{"limits": []}, {"limits": {"sign": None}}, {"reminders": {"sign": 1}}, {"weights": "x"},
                                   {"statutory": {"water.bill": 1}}, {"notices_until": 18}, {"limits": {"sign": "1001d"}}])  # fmt: skip
def test_what_is_no_policy_at_all_is_told_not_raised(wrong: dict[str, object]) -> None:
    assert faults_of(wrong, MATTERS)


def test_the_defaults_have_no_faults_and_come_back_as_they_were() -> None:
    assert faults_of(body_of(Policy()), MATTERS) == ()
    assert Policy.from_body(1, body_of(Policy())) == Policy()


def test_differences_name_what_changed_and_nothing_else() -> None:
    new = Policy.from_body(2, {"redos": 2, "limits": {"sign": "2d", "reply@level=town": "7d"}})
    assert differences(Policy(), new) == (
        ("redos", "1", "2"),
        ("limits.sign", "1d", "2d"),
        ("limits.reply@level=town", "", "7d"),
    )
    assert differences(new, new) == ()


@pytest.mark.parametrize(
    ("section", "fault"),
    [
        ({"looks": 100}, "retention.looks：应当是 183–36500 的整数（天）"),
        ({"persons": "long"}, "retention.persons：应当是 180–36500 的整数（天）"),
        ({"gossip": 3}, "retention.gossip：没有这一项"),
        ([], "retention：应当是一张表"),
    ],
)
def test_unfit_retention_is_told(section: object, fault: str) -> None:
    assert faults_of({"retention": section}, ()) == (fault,)

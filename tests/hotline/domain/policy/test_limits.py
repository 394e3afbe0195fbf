"""The county's numbers: how a limit is written, what a version may hold."""

from datetime import time

import pytest

from hotline.domain.deadline.timers import limit_key
from hotline.domain.enums import Kind, Pace, Rule, Step
from hotline.domain.errors import BadPolicy
from hotline.domain.policy.limits import DEFAULT_LIMITS, Limit, Policy


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("5d", "5个工作日"),
        ("4h", "4个工作小时"),
        ("30m natural", "30分钟"),
        ("24h natural", "24小时"),
        ("2d natural", "2天"),
    ],
)
def test_a_limit_reads_back_and_speaks(text: str, words: str) -> None:
    limit = Limit.parse(text)
    assert (str(limit), limit.in_words) == (text, words)
    assert Limit.from_words(words) == Limit.from_words(f" {text}") == limit


@pytest.mark.parametrize("text", ["五个工作日", "0个工作日", "5个小时", "5周", "工作日", "5个工作日内"])
def test_words_that_are_no_limit_are_refused(text: str) -> None:
    with pytest.raises(BadPolicy):
        Limit.from_words(text)


@pytest.mark.parametrize("text", ["", "5", "d", "0d", "-1d", "5 d", "5w", "5d naturally", "12345d", "５d天"])
def test_a_limit_that_is_no_limit_is_refused(text: str) -> None:
    with pytest.raises(BadPolicy):
        Limit.parse(text)


def test_limits_of_the_procedure_are_the_defaults() -> None:
    policy = Policy()
    told = {
        key: str(policy.limit(key)) for key in ("reply.inquiry", "reply.help", "reply.complaint", "reply.suggestion")
    }
    assert told == {"reply.inquiry": "1d", "reply.help": "5d", "reply.complaint": "5d", "reply.suggestion": "7d"}
    assert (str(policy.limit("interview")), str(policy.limit("tier2")), str(policy.limit("reply.redo"))) == (
        "5d",
        "3d",
        "3d",
    )
    assert (policy.redos, policy.returns_to_tier2, policy.callback_attempts) == (1, 3, 3)


@pytest.mark.parametrize("rule", [rule for rule in Rule if rule is not Rule.RESUME and rule is not Rule.EXTENSION])
@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("pace", Pace)
@pytest.mark.parametrize("redo", [False, True])
def test_every_rule_finds_its_limit_for_every_ticket(rule: Rule, kind: Kind, pace: Pace, redo: bool) -> None:
    assert limit_key(rule, kind, pace, redo=redo) in DEFAULT_LIMITS


def test_an_interview_window_reminds_five_times_and_signing_once() -> None:
    assert Policy().steps(Rule.INTERVIEW) == (Step.ISSUED, Step.TWO_DAYS, Step.ONE_DAY, Step.FOUR_HOURS, Step.EXPIRY)
    assert Policy().steps(Rule.SIGN) == (Step.EXPIRY,)


def test_a_version_changes_what_it_names_and_keeps_the_rest() -> None:
    policy = Policy.from_body(
        7, {"limits": {"interview": "3d"}, "redos": 2, "notices_from": "09:00", "weights": [0.2, 0.4, 0.4]}
    )
    assert (policy.version, str(policy.limit("interview")), str(policy.limit("sign"))) == (7, "3d", "1d")
    assert (policy.redos, policy.notices_from, policy.notices_until) == (2, time(9), time(18))
    assert policy.weights == (0.2, 0.4, 0.4)


def test_a_version_with_a_strange_word_or_a_bad_limit_is_refused() -> None:
    with pytest.raises(BadPolicy, match="redoes"):
        Policy.from_body(1, {"redoes": 2})
    with pytest.raises(BadPolicy, match="soon"):
        Policy.from_body(1, {"limits": {"sign": "soon"}})


def test_an_unknown_limit_is_refused() -> None:
    with pytest.raises(BadPolicy, match=r"sign\.never"):
        Policy().limit("sign.never")

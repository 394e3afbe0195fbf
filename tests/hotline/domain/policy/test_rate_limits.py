"""The arithmetic of rates: what comes at once, what comes back, and what a clock set back may do."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.domain.errors import BadPolicy
from hotline.domain.policy.limits import Policy
from hotline.domain.policy.rate_limits import DEFAULT_RATES, LimitedAction, RateLimit, rate_in_words, spend
from hotline.domain.policy.validation import body_of, differences, faults_of

HOUR = 3_600_000
NOW = 1_764_000_000_000.0
RATES = st.builds(RateLimit, st.integers(1, 500), st.integers(1_000, 90_000_000))


def test_text_of_a_rate_is_read() -> None:
    assert RateLimit.parse("60/1h") == RateLimit(60, HOUR)
    assert RateLimit.parse("5/2d") == RateLimit(5, 48 * HOUR)
    assert RateLimit.parse("off") is None
    assert rate_in_words("60/1h") == "1小时60次"
    assert rate_in_words("off") == "不限"


@pytest.mark.parametrize("text", ["", "60", "0/1h", "60/0h", "60/h", "-1/1h", "60/1w", "99999999/1h", "６０/1h"])
def test_what_is_no_rate_is_refused(text: str) -> None:
    with pytest.raises(BadPolicy):
        RateLimit.parse(text)


def test_every_act_has_a_default_that_can_be_read() -> None:
    assert set(DEFAULT_RATES) == set(LimitedAction)
    assert all(RateLimit.parse(text) is not None for text in DEFAULT_RATES.values())


@given(RATES)
def test_exactly_the_count_may_come_at_once(rate: RateLimit) -> None:
    free, passed = 0.0, 0
    for _ in range(rate.count + 3):
        free, wait = spend(rate, free, NOW)
        passed += wait == 0
    assert passed == rate.count


@given(RATES)
def test_who_waits_as_told_may_go_on(rate: RateLimit) -> None:
    free = 0.0
    for _ in range(rate.count):
        free, _ = spend(rate, free, NOW)
    _, wait = spend(rate, free, NOW)
    assert 0 < wait <= rate.span_ms
    assert spend(rate, free, NOW + wait)[1] == 0


def test_refusal_costs_nothing() -> None:
    free, _ = spend(RateLimit(1, HOUR), 0, NOW)
    assert spend(RateLimit(1, HOUR), free, NOW)[0] == free


@given(RATES, st.integers(0, 10_000_000_000))
def test_clock_set_back_locks_nobody_out_for_longer_than_the_span(rate: RateLimit, back: int) -> None:
    free, _ = spend(rate, 0, NOW + back)
    assert spend(rate, free, NOW)[1] <= rate.span_ms


def test_nine_photos_may_pass_a_rate_of_five_once() -> None:
    free, wait = spend(RateLimit(5, HOUR), 0, NOW, cost=9)
    assert wait == 0
    assert spend(RateLimit(5, HOUR), free, NOW)[1] > 0


def test_policy_keeps_rates_and_tells_their_difference() -> None:
    policy = Policy.from_body(2, {"rates": {"phone.filing": "off"}})
    assert policy.rates[LimitedAction.PHONE_FILING] == "off"
    assert policy.rates[LimitedAction.ADDRESS_FILING] == DEFAULT_RATES[LimitedAction.ADDRESS_FILING]
    assert Policy.from_body(2, body_of(policy)) == policy
    assert differences(Policy(), policy) == (("rates.phone.filing", "5/1d", "off"),)


@pytest.mark.parametrize(
    "rates", [{"moon.filing": "5/1d"}, {"phone.filing": "5"}, {"phone.filing": 5}, "5/1d"], ids=str
)
def test_unfit_rates_are_told(rates: object) -> None:
    assert [fault for fault in faults_of({"rates": rates}, ()) if fault.startswith("rates")]

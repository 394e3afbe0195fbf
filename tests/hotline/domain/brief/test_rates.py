"""The rates of PROCEDURE §8, reckoned by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.domain.brief.rates import LEFT_OUT_WHY, rate, rate_rules, rates_of
from hotline.domain.policy.limits import Policy

RULES = {rule.key: rule for rule in rate_rules(Policy())}
COUNTS = {
    "callback.valid": 20, "callback.contacted": 18, "callback.solved": 15, "callback.satisfied": 10,
    "callback.basically_satisfied": 5, "callback.understood": 2, "callback.dissatisfied": 3, "callback.tried": 25,
    "sign.due": 8, "sign.on_time": 7, "reply.due": 5, "reply.on_time": 4, "reply.early": 2, "dispatched": 10,
    "return.upheld": 2, "return.rejected": 1, "redo": 1, "interview.held": 4, "interview.satisfied": 1,
    "interview.basically_satisfied": 1, "interview.understood": 1, "received": 40, "received.instant": 10,
    "received.repeated": 4, "closed.replied": 16, "closed.first_time": 12,
}  # fmt: skip


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("contacted", 18 / 20),
        ("solved", 15 / 20),
        ("satisfied", (10 + 0.9 * 5) / 20),
        ("agreed", (10 + 5 + 2) / 20),
        ("score", 0.1 * 0.9 + 0.5 * 0.75 + 0.4 * 0.725),
        ("reach", 20 / 25),
        ("sign", 7 / 8),
        ("reply", 4 / 5),
        ("early", 2 / 5),
        ("return_upheld", 2 / 10),
        ("return_rejected", 1 / 10),
        ("redo", 1 / 20),
        ("interview", 3 / 4),
        ("instant", 10 / 40),
        ("repeated", 4 / 40),
        ("first_time", 12 / 16),
    ],
)
def test_a_rate_is_what_the_procedure_says(key: str, value: float) -> None:
    assert rate(RULES[key], COUNTS) == pytest.approx(value)


def test_every_rate_has_a_vector() -> None:
    assert set(RULES) == set(rates_of(RULES.values(), COUNTS))


def test_nothing_counted_gives_no_rate() -> None:
    assert all(rate(rule, {}) is None for rule in RULES.values())
    assert rates_of(RULES.values(), {}) == {}


def test_weights_are_the_countys_own() -> None:
    rules = {rule.key: rule for rule in rate_rules(Policy(weights=(0.2, 0.2, 0.6), basically_counts=0.5))}
    assert rate(rules["satisfied"], COUNTS) == pytest.approx((10 + 2.5) / 20)
    assert rate(rules["score"], COUNTS) == pytest.approx(0.2 * 0.9 + 0.2 * 0.75 + 0.6 * 0.625)


def test_a_prefix_reckons_another_weeks_rate() -> None:
    assert rate(RULES["sign"], {"last_week.sign.due": 4, "last_week.sign.on_time": 1}, "last_week.") == 0.25


def test_what_is_left_out_has_a_reason() -> None:
    assert {key for rule in RULES.values() for key in rule.left_out} == set(LEFT_OUT_WHY)


@given(st.lists(st.integers(0, 1000), min_size=4, max_size=4), st.data())
def test_satisfaction_never_leaves_nought_to_one(verdicts: list[int], data: st.DataObject) -> None:
    names = ("satisfied", "basically_satisfied", "understood", "dissatisfied")
    whole = sum(verdicts)
    counts = {f"callback.{name}": n for name, n in zip(names, verdicts, strict=True)}
    counts |= {"callback.valid": whole, "callback.contacted": data.draw(st.integers(0, whole))}
    counts["callback.solved"] = data.draw(st.integers(0, whole))
    for key in ("satisfied", "agreed", "score"):
        value = rate(RULES[key], counts)
        assert value is None if whole == 0 else 0 <= (value or 0) <= 1 + 1e-9

"""The rates of PROCEDURE §8: weighted figures divided by a figure, with the figures left out and the reason."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from hotline.domain.policy.limits import Policy

Counts = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class RateRule:
    """A rate: the weighted sum of `parts` divided by the figure `whole`. Keys are without prefix."""

    key: str
    label: str
    parts: tuple[tuple[str, float], ...]
    whole: str
    left_out: tuple[str, ...] = ()


# The printed reason why tickets of a figure are left out of a rate.
LEFT_OUT_WHY: Mapping[str, str] = {
    "sign.left_out": "退单、改派或撤回，签收时限已撤销",
    "reply.left_out": "退单、改派、挂账或撤回，答复时限已撤销",
    "callback.unreachable": "三次联系不上",
    "callback.refused": "诉求人不愿评价",
    "callback.withdrawn": "工单已用其他方式办结，不再回访",
    "closed.other": "当场答复、告知去向、并单或撤回",
}
_NO_ANSWER = ("callback.unreachable", "callback.refused", "callback.withdrawn")
_AGREED = ("callback.satisfied", "callback.basically_satisfied", "callback.understood")


def rate_rules(policy: Policy) -> tuple[RateRule, ...]:
    """Return every rate of the brief with the county's weights."""
    basically = policy.basically_counts
    contacted, solved, satisfied = policy.weights
    pleased = (("callback.satisfied", 1.0), ("callback.basically_satisfied", basically))
    score = (("callback.contacted", contacted), ("callback.solved", solved))
    return (
        RateRule("sign", "按时签收率", (("sign.on_time", 1.0),), "sign.due", ("sign.left_out",)),
        RateRule("reply", "按时答复率", (("reply.on_time", 1.0),), "reply.due", ("reply.left_out",)),
        RateRule("early", "提前答复率", (("reply.early", 1.0),), "reply.due", ("reply.left_out",)),
        RateRule("reach", "回访触达率", (("callback.valid", 1.0),), "callback.tried", ("callback.withdrawn",)),
        RateRule("contacted", "联系率", (("callback.contacted", 1.0),), "callback.valid", _NO_ANSWER),
        RateRule("solved", "解决率", (("callback.solved", 1.0),), "callback.valid", _NO_ANSWER),
        RateRule("satisfied", "满意率", pleased, "callback.valid", _NO_ANSWER),
        RateRule("agreed", "满意和理解率", tuple((key, 1.0) for key in _AGREED), "callback.valid", _NO_ANSWER),
        RateRule(
            "score", "综合得分", score + tuple((key, w * satisfied) for key, w in pleased), "callback.valid", _NO_ANSWER
        ),
        RateRule("interview", "约谈满意和理解率", _interview_parts(), "interview.held"),
        RateRule("instant", "即办件率", (("received.instant", 1.0),), "received"),
        RateRule("repeated", "重复诉求率", (("received.repeated", 1.0),), "received"),
        RateRule("first_time", "一次办结率", (("closed.first_time", 1.0),), "closed.replied", ("closed.other",)),
        RateRule("return_upheld", "退单成立率", (("return.upheld", 1.0),), "dispatched"),
        RateRule("return_rejected", "退单驳回率", (("return.rejected", 1.0),), "dispatched"),
        RateRule("redo", "重办率", (("redo", 1.0),), "callback.valid", _NO_ANSWER),
    )


def _interview_parts() -> tuple[tuple[str, float], ...]:
    return tuple((f"interview.{word}", 1.0) for word in ("satisfied", "basically_satisfied", "understood"))


def rate(rule: RateRule, counts: Counts, prefix: str = "") -> float | None:
    """Return the rate between 0 and 1, or None if `whole` is 0."""
    whole = counts.get(prefix + rule.whole, 0)
    if not whole:
        return None
    return sum(counts.get(prefix + key, 0) * weight for key, weight in rule.parts) / whole


def rates_of(rules: Iterable[RateRule], counts: Counts, prefix: str = "") -> dict[str, float]:
    """Return every computable rate by key, rounded to 4 decimals (0.01 %)."""
    found = {rule.key: rate(rule, counts, prefix) for rule in rules}
    return {key: round(value, 4) for key, value in found.items() if value is not None}

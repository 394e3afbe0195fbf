"""The tiers of supervision and why they are entered, as two tables (PROCEDURE §4).

Everything else about tiers and reasons is derived from these. A new reason is a member of `Reason`, a row of `REASONS`,
the check of `supervision.reason` in the schema with its migration, and the procedure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hotline.domain.enums import Reason, Role, Rule


@dataclass(frozen=True, slots=True)
class Tier:
    """A tier: its name, its limit in the policy, the clock that runs to it, and who is told when it opens."""

    name: str
    limit: str
    rule: Rule
    told: Role


@dataclass(frozen=True, slots=True)
class Cause:
    """Why a tier is entered: in words, which tier it opens (None: the next one up), and the missed limit that brings it.

    `unit_at_fault` says whether it speaks against the unit (a red card, PROCEDURE §9), `meet` whether its letter asks
    the unit to meet the person.
    """

    name: str
    tier: int | None
    after: Rule | None = None
    unit_at_fault: bool = True
    meet: bool = False


TIERS: Mapping[int, Tier] = {
    1: Tier("热线督办", "supervised", Rule.SUPERVISED, Role.SUPERVISOR),
    2: Tier("纪委督办", "tier2", Rule.TIER2, Role.INSPECTOR),
    3: Tier("领导督办", "tier3", Rule.TIER3, Role.LEADER),
}
LEADERSHIP = max(TIERS)
INTERVIEW_LIMIT = "interview"
"""Tier 1's limit while an interview is owed; its clock is `Rule.INTERVIEW`."""
REASONS: Mapping[Reason, Cause] = {
    Reason.DISSATISFIED: Cause("群众对答复不满意", 1, meet=True),
    Reason.SIGN_OVERDUE: Cause("逾期未签收", 1, Rule.SIGN),
    Reason.REPLY_OVERDUE: Cause("逾期未答复", 1, Rule.REPLY),
    Reason.RETURNS: Cause("多次退单", 1, unit_at_fault=False),
    Reason.REDOS: Cause("重办后仍不到位", 1, meet=True),
    Reason.MARK: Cause("领导关注", 1, unit_at_fault=False),
    Reason.INTERVIEW_OVERDUE: Cause("逾期未约谈", 2, Rule.INTERVIEW, meet=True),
    Reason.SUPERVISED_OVERDUE: Cause("热线督办逾期未办结", 2, Rule.SUPERVISED),
    Reason.TIER2_OVERDUE: Cause("纪委督办逾期未办结", 3, Rule.TIER2),
    Reason.STILL_DISSATISFIED: Cause("约谈后仍不满意", None, meet=True),
    Reason.INSTRUCTION: Cause("县领导批示", 3, unit_at_fault=False),
}
SUPERVISION = (Rule.INTERVIEW, *(tier.rule for tier in TIERS.values()))
"""Clocks of which a ticket has one at a time: what the tier in force waits for."""
TIER_OF: Mapping[Rule, int] = {Rule.INTERVIEW: 1} | {tier.rule: number for number, tier in TIERS.items()}
"""The tier a clock of `SUPERVISION` belongs to."""


def clock_of(tier: int, *, interview: bool = False) -> tuple[str, Rule]:
    """The limit and the rule of a tier's clock; on tier 1 another one while an `interview` is owed."""
    if tier == 1 and interview:
        return INTERVIEW_LIMIT, Rule.INTERVIEW
    return TIERS[tier].limit, TIERS[tier].rule

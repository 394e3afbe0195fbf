"""The tables of tiers and reasons are whole: a reason or a tier that was forgotten somewhere fails here."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from channels.ui.history_view import value_text
from hotline.documents.supervision_letter import supervision_letter
from hotline.domain.enums import Reason, Rule
from hotline.domain.policy.limits import Policy
from hotline.domain.supervision import tiers
from hotline.domain.supervision.cards import Raised, Watched, cards_on
from hotline.domain.tickets.supervision import (
    INTERVIEW_LIMIT,
    LEADERSHIP,
    REASONS,
    SUPERVISION,
    TIER_OF,
    TIERS,
    clock_of,
)
from tests.build import MONDAY, RULES, UNIT, a_ticket

ROOT = Path(__file__).parents[4]


def checked(table: str, column: str) -> set[str]:
    """The values a column of the schema takes."""
    schema = (ROOT / "sql/schema.sql").read_text(encoding="utf-8")
    body = schema.partition(f"create table {table} (")[2]
    found = re.search(rf"\n    {column} \w+ not null check \({column} in \((.*?)\)\)", body, re.DOTALL)
    assert found is not None
    return set(re.findall(r"'(\w+)'", found[1]))


def test_every_reason_has_its_row_and_the_database_takes_it() -> None:
    assert set(REASONS) == set(Reason)
    assert checked("supervision", "reason") == {reason.value for reason in Reason}
    names = [cause.name for cause in REASONS.values()]
    assert len(set(names)) == len(names)


def test_a_reason_is_listed_by_its_value_in_no_other_place() -> None:
    """A new one touches the enum, its row, the schema (with a migration) and the procedure: nothing else names them all."""
    names = {f"Reason.{reason.name}" for reason in Reason}
    python = [path for folder in ("hotline", "channels", "workers") for path in (ROOT / folder).rglob("*.py")]
    lists = {path.name for path in python if len(names & set(re.findall(r"Reason\.\w+", path.read_text("utf-8")))) > 4}
    assert lists == {"supervision.py"}


@pytest.mark.parametrize("reason", Reason)
@pytest.mark.parametrize("tier", TIERS)
def test_every_reason_has_its_words_in_the_letter_the_history_and_on_a_card(reason: Reason, tier: int) -> None:
    name = REASONS[reason].name
    facts = {
        "county": "阳光县", "year": 2026, "number": 1, "unit": "水务局", "copy_to": "", "tier": tier,
        "reason": reason.value, "ticket_number": "20261123-00001", "title": "水费", "due_at": MONDAY, "issued_at": MONDAY,
    }  # fmt: skip
    assert name in repr(supervision_letter(facts).blocks)
    assert value_text("reason", reason.value) == tiers.REASON_NAMES[reason] == name
    raised = Raised(a_ticket().ticket_id, UNIT, tier, reason, MONDAY)
    cards = cards_on(Watched(raised=(raised,)), RULES.policy, RULES.calendar, MONDAY)
    red = REASONS[reason].unit_at_fault and tier >= RULES.policy.cards.tier
    assert [name in card.reason for card in cards] == [True] * red


def test_every_missed_supervision_limit_but_the_last_brings_the_next_tier() -> None:
    after = {cause.after: cause.tier for cause in REASONS.values() if cause.after is not None}
    for rule, tier in TIER_OF.items():
        assert after.get(rule) == (tier + 1 if tier < LEADERSHIP else None)
    assert {rule: after[rule] for rule in (Rule.SIGN, Rule.REPLY)} == {Rule.SIGN: 1, Rule.REPLY: 1}


def test_every_tier_has_a_limit_of_the_policy_a_clock_of_its_own_and_a_name() -> None:
    assert set(SUPERVISION) == set(TIER_OF) == {Rule.INTERVIEW, *(tier.rule for tier in TIERS.values())}
    assert set(tiers.TIER_NAMES) == {0, *TIERS} == set(range(LEADERSHIP + 1))
    for number in TIERS:
        for interview in (False, True):
            key, rule = clock_of(number, interview=interview)
            assert (Policy().limit(key).amount > 0, TIER_OF[rule]) == (True, number)
    assert clock_of(1, interview=True) == (INTERVIEW_LIMIT, Rule.INTERVIEW)

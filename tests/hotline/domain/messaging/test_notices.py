"""A notice is a kind with facts: the rules build every kind, with the facts of its form and no sentence."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import hotline
from hotline.domain.enums import Rule, Step
from hotline.domain.messaging.alarms import OVERDUE, AlarmKind
from hotline.domain.messaging.notices import FORMS, Facts, Notice, NoticeKind, PostedNotice, UnfitFactsError, payload_of
from tests.build import UNIT
from tests.notices import TARGET, TICKET, WORDS, build_examples

TO_UNIT = f"unit:{UNIT}"
CHINESE = re.compile("[\u3400-\u9fff]")
ROOT = Path(hotline.__file__).parent
RULES = sorted(path for part in ("domain", "actions") for path in (ROOT / part).rglob("*.py"))


def test_the_rules_build_every_kind_in_each_of_its_forms() -> None:
    built = {
        (notice.kind, place, notice.to.partition(":")[0])
        for notice in build_examples()
        for place, form in enumerate(FORMS[notice.kind])
        if form.fits(notice.to.partition(":")[0], notice.facts)
    }
    forms = {
        (kind, place, str(audience))
        for kind, of_kind in FORMS.items()
        for place, form in enumerate(of_kind)
        for audience in form.audiences
    }
    # By hand whoever is in charge is urged: a unit here, a person once somebody has signed.
    assert forms - built == {(NoticeKind.REMINDER, 1, "account")}
    assert set(FORMS) == set(NoticeKind)


def test_facts_hold_no_words_but_those_that_people_wrote() -> None:
    written = {*WORDS.values(), TICKET.title, TARGET.title}
    facts = {fact for notice in build_examples() for fact in notice.facts.values() if isinstance(fact, str)}
    assert {fact for fact in facts if CHINESE.search(fact)} <= written


@pytest.mark.parametrize(
    ("kind", "facts", "to"),
    [
        (NoticeKind.REPLIED, {}, "complainant"),
        (NoticeKind.REPLIED, {"reply": "已修好。", "name": "王某某"}, "complainant"),
        (NoticeKind.REPLIED, {"reply": 1}, "complainant"),
        (NoticeKind.REPLIED, {"reply": "已修好。"}, TO_UNIT),
        (NoticeKind.MERGED, {"target": "20261123-00002"}, "complainant"),
        (NoticeKind.DISPATCHED, {"title": "水费", "urgent": 1}, TO_UNIT),
        (NoticeKind.ESCALATED, {"tier": True}, "role:leader"),
        (NoticeKind.ASSIST_MOVED, {"due_at": "2026-11-27T10:00:00"}, TO_UNIT),
        (NoticeKind.ASSIST_MOVED, {"due_at": "周五"}, TO_UNIT),
        (NoticeKind.INTERVIEW_OWED, {"by": "2026-11-27T10:00:00+08:00"}, "complainant"),
        (NoticeKind.REMINDER, {"rule": "answer", "step": Step.EXPIRY.value}, TO_UNIT),
        (NoticeKind.REMINDER, {"rule": Rule.REPLY.value, "step": Step.EXPIRY.value}, "everybody"),
    ],
)
def test_a_notice_with_other_facts_or_for_another_reader_is_a_fault(kind: NoticeKind, facts: Facts, to: str) -> None:
    with pytest.raises(UnfitFactsError, match=kind.value):
        Notice(kind, facts, to)


@pytest.mark.parametrize("notice", build_examples(), ids=lambda notice: f"{notice.kind}-{notice.to.partition(':')[0]}")
def test_what_the_outbox_keeps_is_read_back_whole(notice: Notice) -> None:
    kept = json.loads(json.dumps(payload_of(notice.facts, TICKET.number)))
    assert PostedNotice.from_payload(notice.kind.value, kept) == PostedNotice(notice.kind, TICKET.number, notice.facts)


def test_a_row_of_an_earlier_version_keeps_its_sentence_and_an_erased_one_has_none() -> None:
    earlier = PostedNotice.from_payload("returned", {"text": "工单 1 被退回，请裁定。", "number": "1"})
    assert (earlier.text, earlier.number, earlier.facts) == ("工单 1 被退回，请裁定。", "1", {})
    assert PostedNotice.from_payload("returned", {}).text == ""
    with pytest.raises(ValueError, match="no_such_kind"):
        PostedNotice.from_payload("no_such_kind", {"facts": {}, "number": "1"})


def calls_of_notice(path: Path) -> Iterator[ast.Call]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in ("Notice", "NewMessage"):
            yield node


def test_no_rule_and_no_action_words_a_notice() -> None:
    calls = [(path, call) for path in RULES for call in calls_of_notice(path)]
    assert len(calls) >= len(NoticeKind)
    assert [f"{path}:{call.lineno}" for path, call in calls if CHINESE.search(ast.unparse(call))] == []


def test_every_limit_has_an_alarm_of_its_own() -> None:
    assert {kind for kind in AlarmKind if kind.value.endswith("_overdue")} == set(OVERDUE.values())

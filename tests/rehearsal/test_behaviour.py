"""How units and people behave: seeded, within hours, and each profile in its own way."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from hotline.domain.deadline.working_time import is_open
from hotline.domain.enums import Channel, Kind, Role
from hotline.domain.tickets.lifecycle import TABLE, State, Verb, may
from hotline.holidays import china_calendar
from rehearsal.behaviour.next_action import Behaviour
from rehearsal.behaviour.schedule import PlannedAction, Profile, Situation
from rehearsal.messages import ZONE

NOW = datetime(2026, 9, 8, 1, 30, tzinfo=UTC)
CALENDAR = china_calendar()
BEHAVIOUR = Behaviour(1, CALENDAR)
NEW = Situation("k", "水务局", State.DISPATCHED, 1, 0, Channel.PHONE, Kind.HELP)


def _of(profile: Profile, count: int = 40) -> list[Situation]:
    """Situations whose unit takes them by this profile."""
    many = (replace(NEW, key=f"k{n}") for n in range(5000))
    return [s for s in many if BEHAVIOUR.units.profile(s) is profile][:count]


def _actions(situations: list[Situation]) -> list[PlannedAction | None]:
    return [BEHAVIOUR.next_action(situation, NOW) for situation in situations]


def test_the_same_situation_gives_the_same_act() -> None:
    assert BEHAVIOUR.next_action(NEW, NOW) == Behaviour(1, CALENDAR).next_action(NEW, NOW)


@pytest.mark.parametrize(("kind", "reason"), [(Kind.TIP_OFF, "举报件"), (Kind.HELP, "目录未列")])
def test_the_dispatcher_hands_over_what_no_rule_does(kind: Kind, reason: str) -> None:
    action = BEHAVIOUR.next_action(replace(NEW, state=State.RECEIVED, unit="", kind=kind), NOW)
    assert action is not None
    assert (action.role, action.verb) == (Role.DISPATCHER, "dispatch")
    assert action.fields["reason"].startswith(reason)


def test_every_profile_occurs() -> None:
    counts = Counter(BEHAVIOUR.units.profile(replace(NEW, key=f"{n}", unit=f"{n % 40}局")) for n in range(2000))
    assert set(counts) == set(Profile)


def test_the_silent_do_nothing_until_the_third_tier_wakes_them() -> None:
    silent = _of(Profile.SILENT)
    assert _actions(silent) == [None] * len(silent)
    woken = _actions([replace(situation, tier=3) for situation in silent])
    assert all(action is not None and action.verb == "sign" for action in woken)


def test_the_prompt_sign_within_a_working_day_and_the_late_do_not() -> None:
    assert all(action is not None and action.at - NOW < timedelta(days=1) for action in _actions(_of(Profile.PROMPT)))
    assert all(action is not None and action.at - NOW > timedelta(days=1) for action in _actions(_of(Profile.LATE)))


def test_the_returning_return_but_not_after_a_ruling() -> None:
    returning = _of(Profile.RETURNING)
    verbs = Counter(action.verb for action in _actions(returning) if action)
    assert verbs["return"] > verbs["sign"] > 0
    ruled = _actions([replace(situation, returnable=False) for situation in returning])
    assert {action.verb for action in ruled if action} == {"sign"}


def test_the_dissatisfying_displease_more_than_the_satisfying() -> None:
    def displeased(profile: Profile) -> int:
        situations = _of(profile, 200)
        return sum(BEHAVIOUR.people.answers(s)["verdict"] == "dissatisfied" for s in situations)

    assert displeased(Profile.DISSATISFYING) > 80 > 20 > displeased(Profile.SATISFYING)


def test_a_reply_comes_only_after_contact_and_by_relay_when_confidential() -> None:
    signed = replace(NEW, state=State.SIGNED, confidential=True)
    action = BEHAVIOUR.next_action(signed, NOW)
    assert action is not None
    assert (action.verb, action.fields["how"]) == ("contact", "relay")
    following = BEHAVIOUR.next_action(replace(_of(Profile.PROMPT, 1)[0], state=State.SIGNED, contacted=True), NOW)
    assert following is not None
    assert following.verb == "reply"


@pytest.mark.parametrize("state", [state for state in State if state not in (State.CLOSED, State.PARKED)])
def test_what_somebody_does_is_allowed_by_the_table_and_in_office_hours(state: State) -> None:
    for number in range(300):
        situation = replace(
            NEW, key=f"{number}", state=state, tier=3, contacted=number % 2 == 0, planned=number % 3 == 0
        )
        action = BEHAVIOUR.next_action(situation, NOW)
        if action is None:
            continue
        assert action.at > NOW
        assert is_open(CALENDAR, action.at) or action.at.astimezone(ZONE).hour in (12, 13)
        if action.verb in set(Verb):
            verb = Verb(action.verb)
            assert may(state, verb, action.role) or TABLE[verb].target is None


def test_an_urgent_ticket_is_signed_at_night() -> None:
    night = datetime(2026, 9, 8, 18, 0, tzinfo=UTC)
    action = BEHAVIOUR.next_action(replace(_of(Profile.PROMPT, 1)[0], urgent=True), night)
    assert action is not None
    assert action.at - night <= timedelta(minutes=20)


def test_an_instruction_is_written_only_at_the_third_tier_and_once() -> None:
    written = [BEHAVIOUR.people.instruction(replace(NEW, key=f"{n}", tier=3), NOW) for n in range(60)]
    assert any(written)
    assert all(action.role is Role.LEADER for action in written if action)
    assert BEHAVIOUR.people.instruction(replace(NEW, tier=2), NOW) is None
    assert not any(
        BEHAVIOUR.people.instruction(replace(NEW, key=f"{n}", tier=3, instructed=True), NOW) for n in range(60)
    )


def test_no_desk_opens_on_a_holiday() -> None:
    eve = datetime(2026, 9, 30, 9, 30, tzinfo=UTC)
    assert BEHAVIOUR.units.desk_time("水务局", eve).astimezone(ZONE).date().isoformat() == "2026-10-08"

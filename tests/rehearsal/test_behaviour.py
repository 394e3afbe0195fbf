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
from rehearsal.behaviour import Behaviour
from rehearsal.diary import Act, Profile, Situation
from rehearsal.messages import ZONE

NOW = datetime(2026, 9, 8, 1, 30, tzinfo=UTC)
CALENDAR = china_calendar()
BEHAVIOUR = Behaviour(1, CALENDAR)
NEW = Situation("k", "水务局", State.DISPATCHED, 1, 0, Channel.PHONE, Kind.HELP)


def _of(profile: Profile, count: int = 40) -> list[Situation]:
    """Situations whose unit takes them by this profile."""
    many = (replace(NEW, key=f"k{n}") for n in range(5000))
    return [s for s in many if BEHAVIOUR.units.profile(s) is profile][:count]


def _acts(situations: list[Situation]) -> list[Act | None]:
    return [BEHAVIOUR.next_act(situation, NOW) for situation in situations]


def test_the_same_situation_gives_the_same_act() -> None:
    assert BEHAVIOUR.next_act(NEW, NOW) == Behaviour(1, CALENDAR).next_act(NEW, NOW)


def test_every_profile_occurs() -> None:
    counts = Counter(BEHAVIOUR.units.profile(replace(NEW, key=f"{n}", unit=f"{n % 40}局")) for n in range(2000))
    assert set(counts) == set(Profile)


def test_the_silent_do_nothing_until_the_third_tier_wakes_them() -> None:
    silent = _of(Profile.SILENT)
    assert _acts(silent) == [None] * len(silent)
    woken = _acts([replace(situation, tier=3) for situation in silent])
    assert all(act is not None and act.verb == "sign" for act in woken)


def test_the_prompt_sign_within_a_working_day_and_the_late_do_not() -> None:
    assert all(act is not None and act.at - NOW < timedelta(days=1) for act in _acts(_of(Profile.PROMPT)))
    assert all(act is not None and act.at - NOW > timedelta(days=1) for act in _acts(_of(Profile.LATE)))


def test_the_returning_return_but_not_after_a_ruling() -> None:
    returning = _of(Profile.RETURNING)
    verbs = Counter(act.verb for act in _acts(returning) if act)
    assert verbs["return"] > verbs["sign"] > 0
    ruled = _acts([replace(situation, returnable=False) for situation in returning])
    assert {act.verb for act in ruled if act} == {"sign"}


def test_the_dissatisfying_displease_more_than_the_satisfying() -> None:
    def displeased(profile: Profile) -> int:
        situations = _of(profile, 200)
        return sum(BEHAVIOUR.people.answers(s)["verdict"] == "dissatisfied" for s in situations)

    assert displeased(Profile.DISSATISFYING) > 80 > 20 > displeased(Profile.SATISFYING)


def test_a_reply_comes_only_after_contact_and_by_relay_when_confidential() -> None:
    signed = replace(NEW, state=State.SIGNED, confidential=True)
    act = BEHAVIOUR.next_act(signed, NOW)
    assert act is not None
    assert (act.verb, act.fields["how"]) == ("contact", "relay")
    following = BEHAVIOUR.next_act(replace(_of(Profile.PROMPT, 1)[0], state=State.SIGNED, contacted=True), NOW)
    assert following is not None
    assert following.verb == "reply"


@pytest.mark.parametrize("state", [state for state in State if state not in (State.CLOSED, State.PARKED)])
def test_what_somebody_does_is_allowed_by_the_table_and_in_office_hours(state: State) -> None:
    for number in range(300):
        situation = replace(
            NEW, key=f"{number}", state=state, tier=3, contacted=number % 2 == 0, planned=number % 3 == 0
        )
        act = BEHAVIOUR.next_act(situation, NOW)
        if act is None:
            continue
        assert act.at > NOW
        assert is_open(CALENDAR, act.at) or act.at.astimezone(ZONE).hour in (12, 13)
        if act.verb in set(Verb):
            verb = Verb(act.verb)
            assert may(state, verb, act.role) or TABLE[verb].target is None


def test_an_urgent_ticket_is_signed_at_night() -> None:
    night = datetime(2026, 9, 8, 18, 0, tzinfo=UTC)
    act = BEHAVIOUR.next_act(replace(_of(Profile.PROMPT, 1)[0], urgent=True), night)
    assert act is not None
    assert act.at - night <= timedelta(minutes=20)


def test_an_instruction_is_written_only_at_the_third_tier_and_once() -> None:
    written = [BEHAVIOUR.people.instruction(replace(NEW, key=f"{n}", tier=3), NOW) for n in range(60)]
    assert any(written)
    assert all(act.role is Role.LEADER for act in written if act)
    assert BEHAVIOUR.people.instruction(replace(NEW, tier=2), NOW) is None
    assert not any(
        BEHAVIOUR.people.instruction(replace(NEW, key=f"{n}", tier=3, instructed=True), NOW) for n in range(60)
    )


def test_no_desk_opens_on_a_holiday() -> None:
    eve = datetime(2026, 9, 30, 9, 30, tzinfo=UTC)
    assert BEHAVIOUR.units.desk_time("水务局", eve).astimezone(ZONE).date().isoformat() == "2026-10-08"

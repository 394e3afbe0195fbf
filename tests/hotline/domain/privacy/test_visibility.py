"""Who sees which rows, whom, and how much of a name or a number."""

import pytest

from hotline.domain.enums import Role
from hotline.domain.privacy.personal_numbers import mask_text
from hotline.domain.privacy.visibility import (
    body_for,
    mask_name,
    mask_number,
    may_reveal,
    may_see,
    reads_words,
    shows_person,
)
from tests.build import ACCUSED, OTHER_UNIT, UNIT, a_ticket, an_actor

OFFICE = (Role.OPERATOR, Role.DISPATCHER, Role.SUPERVISOR, Role.INSPECTOR)
NOBODYS = (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN, Role.MONITOR, Role.VOLUNTEER, Role.AGENT)


@pytest.mark.parametrize("role", [*OFFICE, Role.LEADER])
def test_the_hotline_and_the_chain_see_every_row(role: Role) -> None:
    assert may_see(an_actor(role), [ACCUSED], [])


@pytest.mark.parametrize("role", [Role.HANDLER, Role.UNIT_HEAD])
def test_a_unit_sees_its_own_rows_and_those_below_it(role: Role) -> None:
    actor = an_actor(role)
    assert may_see(actor, [UNIT], [UNIT, OTHER_UNIT])
    assert may_see(actor, [OTHER_UNIT], [UNIT, OTHER_UNIT])
    assert not may_see(actor, [ACCUSED], [UNIT, OTHER_UNIT])
    assert not may_see(actor, [], [UNIT])


@pytest.mark.parametrize("role", NOBODYS)
def test_administrators_see_no_ticket_by_role(role: Role) -> None:
    assert not may_see(an_actor(role), [UNIT], [UNIT])


def test_a_confidential_person_is_shown_to_the_hotline_alone() -> None:
    secret, plain = a_ticket(confidential=True), a_ticket()
    handler = an_actor(Role.HANDLER)
    assert (shows_person(handler, secret), may_reveal(handler, secret, leads=True)) == (False, False)
    assert (shows_person(handler, plain), may_reveal(handler, plain, leads=True)) == (True, True)
    for role in OFFICE:
        assert (shows_person(an_actor(role), secret), may_reveal(an_actor(role), secret, leads=False)) == (True, True)
    assert not shows_person(an_actor(Role.LEADER), secret)
    assert not may_reveal(an_actor(Role.LEADER), plain, leads=False)


@pytest.mark.parametrize("role", [Role.HANDLER, Role.UNIT_HEAD])
def test_a_unit_that_assists_is_shown_stars_and_no_way_behind_them(role: Role) -> None:
    actor, plain = an_actor(role), a_ticket()
    assert (shows_person(actor, plain), may_reveal(actor, plain, leads=False)) == (True, False)
    assert (reads_words(actor, plain, leads=False), reads_words(actor, plain, leads=True)) == (False, True)
    assert not reads_words(actor, a_ticket(confidential=True), leads=True)


def test_the_hotline_and_the_person_read_words_as_they_are() -> None:
    secret = a_ticket(confidential=True)
    assert all(reads_words(an_actor(role), secret, leads=False) for role in (*OFFICE, Role.COMPLAINANT))


@pytest.mark.parametrize(
    ("name", "masked"), [("王小明", "王某某"), ("李四", "李某"), ("欧阳修远", "欧某某"), ("", ""), ("陈", "陈某")]
)
def test_a_name_keeps_the_family_name(name: str, masked: str) -> None:
    assert mask_name(name) == masked


@pytest.mark.parametrize(
    ("number", "masked"),
    [("13800138000", "138****8000"), ("051687654321", "051*****4321"), ("12345", "***45"), ("", "")],
)
def test_a_number_loses_its_middle(number: str, masked: str) -> None:
    assert mask_number(number) == masked


@pytest.mark.parametrize(
    "text", ["13800138000", "138 0013 8000", "１３８００１３８０００", "32032419800101123X", "6222 0212 3456 7890 123"]
)
def test_a_confidential_text_loses_long_numbers_in_every_spelling(text: str) -> None:
    masked = mask_text(f"请打{text}找我，11月23日在3号楼。")
    assert masked == "请打＊＊＊＊＊＊找我，11月23日在3号楼。"


def test_a_units_copy_of_a_confidential_text_is_masked_and_the_hotlines_is_not() -> None:
    ticket = a_ticket(confidential=True, body="我是13800138000")
    assert body_for(an_actor(Role.HANDLER), ticket) == "我是＊＊＊＊＊＊"
    assert body_for(an_actor(Role.OPERATOR), ticket) == "我是13800138000"

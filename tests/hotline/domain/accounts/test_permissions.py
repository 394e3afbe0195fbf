"""The table of rights: whole, told in words, and the only place that knows a role from another."""

from __future__ import annotations

import pytest

from hotline.domain.accounts.permissions import RIGHT_NAMES, ROLES, ROW_NAMES, ROWS, Right, Rows, allow, may, roles_of
from hotline.domain.enums import Role
from hotline.domain.errors import NotAllowed
from hotline.domain.tickets.lifecycle import TABLE, Verb
from tests.build import an_actor

ADMINISTRATORS = (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN)
OF_A_TICKET = frozenset(
    {
        Right.LIST_TICKETS, Right.READ_TICKET, Right.READ_FILE, Right.READ_LETTER, Right.REVEAL, Right.SEARCH_CALLER,
        Right.LIST_CALLS, Right.LIST_UNDISPATCHED, Right.LIST_SUPERVISED, Right.LIST_VERIFICATIONS, Right.READ_BRIEF,
        Right.LIST_FIGURE, Right.HOLD_TICKET,
    }
)  # fmt: skip


def test_every_right_has_roles_and_a_name() -> None:
    assert set(ROLES) == set(RIGHT_NAMES) == set(Right)
    assert all(ROLES.values())


def test_every_role_has_its_rows() -> None:
    assert set(ROWS) == set(Role)
    assert set(ROW_NAMES) == set(Rows)


@pytest.mark.parametrize("role", ADMINISTRATORS)
def test_administrator_has_no_right_on_a_ticket(role: Role) -> None:
    assert ROWS[role] is Rows.NONE
    assert not [right for right in OF_A_TICKET if may(role, right)]
    assert not [verb for verb in Verb if may(role, verb)]


@pytest.mark.parametrize("verb", Verb)
def test_roles_of_a_verb_stand_in_the_table_of_arrows(verb: Verb) -> None:
    assert roles_of(verb) == TABLE[verb].roles


def test_who_has_no_rows_has_no_right_on_a_ticket() -> None:
    blind = [role for role in Role if ROWS[role] is Rows.NONE]
    assert not [(role, right) for role in blind for right in OF_A_TICKET if may(role, right)]


def test_right_gives_back_whose_tickets_it_is_for() -> None:
    assert allow(an_actor(Role.HANDLER), Right.READ_TICKET) is Rows.OWN_UNIT
    assert allow(an_actor(Role.LEADER), Verb.INSTRUCT) is Rows.ALL
    with pytest.raises(NotAllowed):
        allow(an_actor(Role.LEADER), Right.REVEAL)
    with pytest.raises(NotAllowed):
        allow(an_actor(Role.HANDLER), Verb.DISPATCH)

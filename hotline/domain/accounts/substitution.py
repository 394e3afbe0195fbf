"""AB岗: who may be entered as away, who may stand in, and who gets what was meant for somebody away (PROCEDURE §9)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from hotline.domain.enums import Role
from hotline.domain.errors import LeaveOverlaps, Malformed, NotAllowed, UnfitSubstitute
from hotline.domain.tickets.ticket import Actor

LONGEST = timedelta(days=366)
OF_A_UNIT = frozenset({Role.HANDLER, Role.UNIT_HEAD})


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody who logs in."""

    account_id: UUID
    name: str
    role: Role
    unit_id: UUID | None


@dataclass(frozen=True, slots=True)
class Leave:
    """A person is away from the first moment until before the second; nobody may stand in."""

    person: Colleague
    away_from: datetime
    away_until: datetime
    substitute: Colleague | None = None


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where somebody is at one moment; `stand_in` is set when they are away and their substitute is there.

    `recused`: the person stays away from the ticket that is told of.
    """

    account_id: UUID
    name: str
    unit_id: UUID | None
    away: bool
    stand_in: UUID | None
    recused: bool = False


def may_enter(actor: Actor, person: Colleague, below: Collection[UUID]) -> bool:
    """The person, the head of the unit (`below`: the head's unit with its sub-units), or the system administrator."""
    if actor.account_id == person.account_id or actor.role is Role.SYSTEM_ADMIN:
        return True
    return actor.role is Role.UNIT_HEAD and person.role in OF_A_UNIT and person.unit_id in below


def may_stand_in(person: Colleague, other: Colleague, above: UUID | None) -> bool:
    """Whether `other` sees at least what `person` does: of the same unit, or of the one above it (`above`).

    In a unit handlers and heads stand in for one another; in an office only somebody of the same role.
    """
    if other.account_id == person.account_id or other.unit_id not in (person.unit_id, above) or other.unit_id is None:
        return False
    return other.role in OF_A_UNIT if person.role in OF_A_UNIT else other.role is person.role


def check_span(away_from: datetime, away_until: datetime, now: datetime) -> None:
    """Raises Malformed for a span that is no leave: backwards, over already, or longer than a year."""
    if not timedelta(0) < away_until - away_from <= LONGEST or away_until <= now:
        raise Malformed(what="请假时间（结束要晚于开始和现在，最长一年）")


def check_leave(leave: Leave, above: UUID | None, *, taken: bool, substitute_away: bool) -> None:
    """Raises LeaveOverlaps when the person is away then already (`taken`).

    Raises UnfitSubstitute when whoever is to stand in would see less, or is away at that time.
    """
    if taken:
        raise LeaveOverlaps(name=leave.person.name)
    if leave.substitute is None:
        return
    if not may_stand_in(leave.person, leave.substitute, above):
        raise UnfitSubstitute(why="要选同一单位或上级单位的承办人、负责人；热线、纪委和领导由同一岗位的人代")
    if substitute_away:
        raise UnfitSubstitute(why=f"{leave.substitute.name}这段时间也请假")


def check_may_enter(actor: Actor, person: Colleague, below: Collection[UUID]) -> None:
    """Raises NotAllowed unless `may_enter`."""
    if not may_enter(actor, person, below):
        raise NotAllowed


def reader_of(where: Whereabouts | None) -> UUID | None:
    """Who reads what is for a person: the person, the substitute, or None when nobody does."""
    if where is None or where.recused:
        return None
    return where.stand_in if where.away else where.account_id

"""Substitution on leave (AB岗): entering a leave, standing in, and receiving notices meanwhile (PROCEDURE §9)."""

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
    """A person with an account, with role and unit."""

    account_id: UUID
    name: str
    role: Role
    unit_id: UUID | None


@dataclass(frozen=True, slots=True)
class Leave:
    """A leave from `away_from` (inclusive) to `away_until` (exclusive); a substitute is optional."""

    person: Colleague
    away_from: datetime
    away_until: datetime
    substitute: Colleague | None = None


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Whether a person is present or away at one moment.

    `stand_in` is set when the person is away and the substitute is present; `recused` when the person has recused
    themselves from the ticket in question.
    """

    account_id: UUID
    name: str
    unit_id: UUID | None
    away: bool
    stand_in: UUID | None
    recused: bool = False


def may_enter(actor: Actor, person: Colleague, below: Collection[UUID]) -> bool:
    """Return whether the actor may enter a leave for the person.

    Allowed: the person, the head of the person's unit (`below`: the head's unit with its sub-units) and the system
    administrator.
    """
    if actor.account_id == person.account_id or actor.role is Role.SYSTEM_ADMIN:
        return True
    return actor.role is Role.UNIT_HEAD and person.role in OF_A_UNIT and person.unit_id in below


def may_stand_in(person: Colleague, other: Colleague, above: UUID | None) -> bool:
    """Return whether `other` may stand in: a member of the same unit or of the unit above it (`above`).

    In a unit, handlers and heads stand in for one another; in all other units only a person of the same role.
    """
    if other.account_id == person.account_id or other.unit_id not in (person.unit_id, above) or other.unit_id is None:
        return False
    return other.role in OF_A_UNIT if person.role in OF_A_UNIT else other.role is person.role


def check_span(away_from: datetime, away_until: datetime, now: datetime) -> None:
    """Raise Malformed for a leave that ends before it begins, is already over, or is longer than a year."""
    if not timedelta(0) < away_until - away_from <= LONGEST or away_until <= now:
        raise Malformed(what="请假时间（结束要晚于开始和现在，最长一年）")


def check_leave(leave: Leave, above: UUID | None, *, taken: bool, substitute_away: bool) -> None:
    """Check a new leave against existing ones.

    Raises LeaveOverlaps when the person already has a leave at that time (`taken`), UnfitSubstitute when the substitute
    could see fewer tickets than the person or is away too (`substitute_away`).
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
    """Raise NotAllowed unless `may_enter` is true."""
    if not may_enter(actor, person, below):
        raise NotAllowed


def reader_of(where: Whereabouts | None) -> UUID | None:
    """Return the account that receives a person's notices: the person, the substitute, or None if neither can."""
    if where is None or where.recused:
        return None
    return where.stand_in if where.away else where.account_id

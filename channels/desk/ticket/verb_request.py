"""A verb somebody asks for on a ticket, and how an action answers it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol
from uuid import UUID

from channels.web.forms import Form
from hotline.actions.region.context import RegionContext
from hotline.domain.errors import Missing
from hotline.domain.tickets.lifecycle import FIELD_NAMES, TABLE, Verb
from hotline.domain.tickets.ticket import Actor
from hotline.holidays import ZONE


@dataclass(frozen=True, slots=True)
class VerbRequest:
    """A verb somebody asks for on a ticket, with the form that was sent."""

    context: RegionContext
    ticket_id: UUID
    actor: Actor
    now: datetime
    form: Form

    @property
    def key(self) -> str | None:
        """The form's client_key."""
        return self.form.client_key

    def given(self, verb: Verb) -> dict[str, Any]:
        """What the table asks for; the rule says what lacks."""
        return {name: self.form.text(name) for name in TABLE[verb].needs}

    def moment(self, name: str) -> datetime:
        """A local moment of the form, aware. Raises Missing, Malformed."""
        return self.form.moment(name, FIELD_NAMES[name], ZONE)

    def day(self, name: str) -> date:
        """A date of the form. Raises Missing, Malformed."""
        day = self.form.day(name, FIELD_NAMES[name])
        if day is None:
            raise Missing(what=FIELD_NAMES[name])
        return day


VerbHandler = Callable[[VerbRequest], Awaitable[object]]


class GivenAction(Protocol):
    """An action that takes what was given as it stands."""

    def __call__(
        self,
        context: RegionContext,
        ticket_id: UUID,
        actor: Actor,
        now: datetime,
        given: Mapping[str, Any],
        client_key: str | None = None,
    ) -> Awaitable[object]: ...


class BareAction(Protocol):
    """An action that needs nothing said."""

    def __call__(
        self, context: RegionContext, ticket_id: UUID, actor: Actor, now: datetime, client_key: str | None = None
    ) -> Awaitable[object]: ...


def with_fields(verb: Verb, action: GivenAction) -> VerbHandler:
    """The deed of a verb that takes what its arrow needs."""

    async def deed(a: VerbRequest) -> object:
        return await action(a.context, a.ticket_id, a.actor, a.now, a.given(verb), a.key)

    return deed


def without_fields(action: BareAction) -> VerbHandler:
    """The deed of a verb that needs nothing said."""

    async def deed(a: VerbRequest) -> object:
        return await action(a.context, a.ticket_id, a.actor, a.now, a.key)

    return deed

"""A request to carry out a verb on a ticket, and adapters from actions to its handlers."""

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
    """A request to carry out a verb on a ticket, with the form sent."""

    context: RegionContext
    ticket_id: UUID
    actor: Actor
    now: datetime
    form: Form

    @property
    def key(self) -> str | None:
        """The form's client_key, by which a form sent twice is recognised."""
        return self.form.client_key

    def given(self, verb: Verb) -> dict[str, Any]:
        """Return the fields the life-cycle table requires of a verb; missing ones are reported by the action."""
        return {name: self.form.text(name) for name in TABLE[verb].needs}

    def moment(self, name: str) -> datetime:
        """Return a local time of the form as an aware datetime. Raises Missing, Malformed."""
        return self.form.moment(name, FIELD_NAMES[name], ZONE)

    def day(self, name: str) -> date:
        """Return a date of the form. Raises Missing, Malformed."""
        day = self.form.day(name, FIELD_NAMES[name])
        if day is None:
            raise Missing(what=FIELD_NAMES[name])
        return day


VerbHandler = Callable[[VerbRequest], Awaitable[object]]


class GivenAction(Protocol):
    """An action that takes the fields of the form as a mapping."""

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
    """An action without form fields."""

    def __call__(
        self, context: RegionContext, ticket_id: UUID, actor: Actor, now: datetime, client_key: str | None = None
    ) -> Awaitable[object]: ...


def with_fields(verb: Verb, action: GivenAction) -> VerbHandler:
    """Return the handler of a verb whose action takes the fields the life-cycle table requires."""

    async def handle(a: VerbRequest) -> object:
        return await action(a.context, a.ticket_id, a.actor, a.now, a.given(verb), a.key)

    return handle


def without_fields(action: BareAction) -> VerbHandler:
    """Return the handler of a verb without form fields."""

    async def handle(a: VerbRequest) -> object:
        return await action(a.context, a.ticket_id, a.actor, a.now, a.key)

    return handle

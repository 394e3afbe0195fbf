"""Find personal numbers in the free text of a ticket (PROCEDURE §6)."""

from __future__ import annotations

from hotline.actions.region.context import RegionContext
from hotline.domain.privacy.personal_numbers import FoundNumbers, kinds_told
from hotline.domain.tickets.ticket import Ticket
from hotline.phone import NumberKind, find_numbers

_PUBLIC = (NumberKind.SHORT, NumberKind.SERVICE)


def numbers_told(context: RegionContext, ticket: Ticket) -> tuple[FoundNumbers, ...]:
    """Return the kinds of personal numbers in title, text and place, each once; public service numbers do not count."""
    text = "\n".join((ticket.title, ticket.body, ticket.place))
    phones = (number for number in find_numbers(text, area_code=context.area_code) if number.kind not in _PUBLIC)
    return (*((FoundNumbers.PHONE,) if any(phones) else ()), *kinds_told(text))

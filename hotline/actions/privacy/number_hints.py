"""What a filing tells beside the fields meant for it: numbers of people in free words (PROCEDURE §6)."""

from __future__ import annotations

from hotline.actions.region.context import RegionContext
from hotline.domain.privacy.personal_numbers import FoundNumbers, kinds_told
from hotline.domain.tickets.ticket import Ticket
from hotline.phone import NumberKind, find_numbers

_PUBLIC = (NumberKind.SHORT, NumberKind.SERVICE)


def numbers_told(context: RegionContext, ticket: Ticket) -> tuple[FoundNumbers, ...]:
    """Kinds of personal numbers in title, words and place, each once; public service numbers are none."""
    text = "\n".join((ticket.title, ticket.body, ticket.place))
    phones = (number for number in find_numbers(text, area_code=context.area_code) if number.kind not in _PUBLIC)
    return (*((FoundNumbers.PHONE,) if any(phones) else ()), *kinds_told(text))

"""Nothing is dialled by itself: what is to be said by telephone stands on the list of calls."""

from __future__ import annotations

from aiohttp import ClientSession

from channels.channel import Send
from hotline.config import Settings
from hotline.domain.messaging.message import Delivery, Outgoing, Receipt


def open_sender(_settings: Settings, _http: ClientSession, _cache: object) -> Send:
    """The function that answers for the telephone."""
    return send


async def send(_message: Outgoing) -> Receipt:
    """Impossible: a person calls, from the list at /console/calls."""
    return Receipt(Delivery.IMPOSSIBLE, reason="calls_are_made_by_people")

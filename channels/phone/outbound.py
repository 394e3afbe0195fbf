"""Nothing is dialled automatically: operators make the calls on their list."""

from __future__ import annotations

from aiohttp import ClientSession

from channels.channel import Send
from hotline.config import Settings
from hotline.domain.messaging.message import Delivery, Outgoing, Receipt


def open_sender(_settings: Settings, _http: ClientSession, _cache: object) -> Send:
    """Return the sender of the phone channel, which needs no settings."""
    return send


async def send(_message: Outgoing) -> Receipt:
    """Report the message as impossible; an operator calls, from the lists under /console."""
    return Receipt(Delivery.IMPOSSIBLE, reason="calls_are_made_by_people")

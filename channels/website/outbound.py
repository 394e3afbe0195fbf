"""Nothing is sent: complainants read the progress page, which shows every answer at once."""

from __future__ import annotations

from aiohttp import ClientSession

from channels.channel import Send
from hotline.config import Settings
from hotline.domain.messaging.message import Delivery, Outgoing, Receipt


def open_sender(_settings: Settings, _http: ClientSession, _cache: object) -> Send:
    """Return the sender of the website channel, which needs no settings."""
    return send


async def send(message: Outgoing) -> Receipt:
    """Report the message as delivered; the progress page shows it."""
    return Receipt(Delivery.DELIVERED, provider_id=str(message.outbox_id))

"""Messages to a desk are not sent anywhere: the notices page reads the outbox."""

from __future__ import annotations

from aiohttp import ClientSession

from channels.channel import Send
from hotline.config import Settings
from hotline.domain.messaging.message import Delivery, Outgoing, Receipt


def open_sender(_settings: Settings, _http: ClientSession, _cache: object) -> Send:
    """Return the sender of the desk channel, which needs no settings."""
    return send


async def send(message: Outgoing) -> Receipt:
    """Report the message as delivered; its row in the outbox is the notice shown."""
    return Receipt(Delivery.DELIVERED, provider_id=str(message.outbox_id))

"""The list of channels, written out, and the way out through them."""

from __future__ import annotations

from aiohttp import ClientSession

from channels.channel import Channel, Send
from channels.desk import channel as desk
from channels.phone import channel as phone
from channels.website import channel as website
from channels.wechat import channel as wechat
from hotline.config import Settings
from hotline.domain.message import Delivery, Outgoing, Receipt

CHANNELS: tuple[Channel, ...] = (website, wechat, phone, desk)


def open_send(settings: Settings, http: ClientSession, cache: object) -> Send:
    """One function that sends by whichever channel a message names; a channel not set up cannot."""
    senders = {c.name: c.open_sender(settings, http, cache) for c in CHANNELS if c.installed(settings)}

    async def send(message: Outgoing) -> Receipt:
        sender = senders.get(message.channel)
        return await sender(message) if sender else Receipt(Delivery.IMPOSSIBLE, reason="channel_not_installed")

    return send

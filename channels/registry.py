"""The list of channels, and the function that sends a message by its channel."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import redis.asyncio as redis
from aiohttp import ClientSession, ClientTimeout

from channels.channel import ChannelAdapter, Send
from channels.desk import channel as desk
from channels.phone import channel as phone
from channels.website import channel as website
from channels.wechat import channel as wechat
from hotline.config import Settings
from hotline.domain.messaging.message import Delivery, Outgoing, Receipt

CHANNELS: tuple[ChannelAdapter, ...] = (website, wechat, phone, desk)


@asynccontextmanager
async def open_send(settings: Settings) -> AsyncIterator[Send]:
    """Yield a function that sends a message by the channel it names; a channel not configured returns `impossible`."""
    cache = redis.Redis.from_url(settings.redis_url)
    async with ClientSession(timeout=ClientTimeout(total=10)) as http:
        senders = {c.name: c.open_sender(settings, http, cache) for c in CHANNELS if c.installed(settings)}

        async def send(message: Outgoing) -> Receipt:
            sender = senders.get(message.channel)
            return await sender(message) if sender else Receipt(Delivery.IMPOSSIBLE, reason="channel_not_installed")

        yield send
    await cache.aclose()

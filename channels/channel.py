"""The interface of a channel: its name, its routes, and how it sends a message."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from aiohttp import ClientSession, web

from hotline.config import Settings
from hotline.domain.messaging.message import Outgoing, Receipt

Send = Callable[[Outgoing], Awaitable[Receipt]]
OpenSender = Callable[[Settings, ClientSession, object], Send]


@dataclass(frozen=True, slots=True)
class ChannelAdapter:
    """A channel. `open_sender` returns the function that sends messages; `installed` says whether it is configured."""

    name: str
    routes: Sequence[web.RouteDef]
    open_sender: OpenSender
    installed: Callable[[Settings], bool] = field(default=lambda _settings: True)

"""The shape of a channel: a name, its routes, and how a message leaves by it."""

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
    """One door. `open_sender` builds the function that carries messages out; `installed` says whether it is set up."""

    name: str
    routes: Sequence[web.RouteDef]
    open_sender: OpenSender
    installed: Callable[[Settings], bool] = field(default=lambda _settings: True)

"""The WeChat channel: a guided conversation in, customer-service and template messages out."""

from __future__ import annotations

from typing import cast

from aiohttp import ClientSession

from channels.channel import ChannelAdapter, Send
from channels.wechat.handlers import routes
from channels.wechat.outbound import DEFAULT_TEMPLATE, Cache, OfficialAccount, Sender, Template, Tokens
from hotline.config import Settings


def open_sender(settings: Settings, http: ClientSession, cache: object) -> Send:
    """Return the sender of messages: as customer-service message, else as template message."""
    templates = {DEFAULT_TEMPLATE: Template(settings.wechat_template_id)} if settings.wechat_template_id else {}
    account = OfficialAccount(
        settings.wechat_app_id or "", settings.wechat_app_secret or "", settings.wechat_api_base, templates
    )
    return Sender(http, account, Tokens(http, account, cast(Cache, cache))).send


channel = ChannelAdapter("wechat", routes, open_sender, installed=lambda settings: settings.wechat)

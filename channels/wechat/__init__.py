"""WeChat's official account: a guided conversation in, customer-service and template messages out."""

from channels.channel import Channel
from channels.wechat.handlers import open_sender, routes

channel = Channel("wechat", routes, open_sender, installed=lambda settings: settings.wechat)

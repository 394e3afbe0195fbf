"""The website channel: filing and progress, without log-in; ticket number and query code open one's own ticket."""

from channels.channel import ChannelAdapter
from channels.website.handlers import routes
from channels.website.outbound import open_sender

channel = ChannelAdapter("website", routes, open_sender)

"""The public's door: filing, and what became of it. No log-in; number and query code open one's own matter."""

from channels.channel import ChannelAdapter
from channels.website.handlers import routes
from channels.website.outbound import open_sender

channel = ChannelAdapter("website", routes, open_sender)

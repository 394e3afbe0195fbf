"""The operator keys a call in; the dispatcher rules on what people must decide."""

from channels.channel import ChannelAdapter
from channels.phone.handlers import routes
from channels.phone.outbound import open_sender

channel = ChannelAdapter("phone", routes, open_sender)

"""The phone channel: operators register calls and call back; dispatchers assign units and rule on returns."""

from channels.channel import ChannelAdapter
from channels.phone.handlers import routes
from channels.phone.outbound import open_sender

channel = ChannelAdapter("phone", routes, open_sender)

"""The operator keys a call in; the dispatcher rules on what people must decide."""

from channels.channel import Channel
from channels.phone.handlers import routes
from channels.phone.outbound import open_sender

channel = Channel("phone", routes, open_sender)

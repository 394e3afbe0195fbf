"""The door of units, supervisors, leaders and administrators: they log in and work on tickets."""

from channels.channel import Channel
from channels.desk.deeds import routes as deed_routes
from channels.desk.inbound import routes as log_in_routes
from channels.desk.outbound import open_sender
from channels.desk.ticket import routes as ticket_routes

channel = Channel("desk", (*log_in_routes, *ticket_routes, *deed_routes), open_sender)

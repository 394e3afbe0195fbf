"""The door of units, supervisors, leaders and administrators: they log in and work on tickets."""

from channels.channel import Channel
from channels.desk import admin, brief, cards, deeds, inbound, leave, policy, supervision, ticket, unit
from channels.desk.outbound import open_sender

channel = Channel(
    "desk",
    (
        *inbound.routes,
        *unit.routes,
        *leave.routes,
        *supervision.routes,
        *cards.routes,
        *brief.routes,
        *admin.routes,
        *policy.routes,
        *ticket.routes,
        *deeds.routes,
    ),
    open_sender,
)

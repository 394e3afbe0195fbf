"""The door of units, supervisors, leaders and administrators: they log in and work on tickets."""

from channels.channel import Channel
from channels.desk import (
    accounts,
    admin,
    assessment,
    brief,
    cards,
    copies,
    deeds,
    holding,
    inbound,
    leave,
    looks,
    me,
    policy,
    recusal,
    supervision,
    ticket,
    unit,
)
from channels.desk.outbound import open_sender

channel = Channel(
    "desk",
    (
        *inbound.routes,
        *me.routes,
        *unit.routes,
        *leave.routes,
        *supervision.routes,
        *cards.routes,
        *brief.routes,
        *admin.routes,
        *policy.routes,
        *accounts.routes,
        *assessment.routes,
        *copies.routes,
        *looks.routes,
        *recusal.routes,
        *holding.routes,
        *ticket.routes,
        *deeds.routes,
    ),
    open_sender,
)

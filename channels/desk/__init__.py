"""The desk channel: units, supervisors, leaders and administrators log in and work on tickets."""

from channels.channel import ChannelAdapter
from channels.desk import inbound, my_account
from channels.desk.admin import access_log, accounts, assessment, policy, status
from channels.desk.brief import pages
from channels.desk.outbound import open_sender
from channels.desk.supervision import bench, cards
from channels.desk.ticket import data_export, handlers, page, recusal, retention_hold
from channels.desk.unit import inbox, leave

channel = ChannelAdapter(
    "desk",
    (
        *inbound.routes,
        *my_account.routes,
        *inbox.routes,
        *leave.routes,
        *bench.routes,
        *cards.routes,
        *pages.routes,
        *status.routes,
        *policy.routes,
        *accounts.routes,
        *assessment.routes,
        *data_export.routes,
        *access_log.routes,
        *recusal.routes,
        *retention_hold.routes,
        *page.routes,
        *handlers.routes,
    ),
    open_sender,
)

"""Handlers of the console's pages, one module a page."""

from channels.phone.handlers.alarms import routes as alarms
from channels.phone.handlers.call import routes as call
from channels.phone.handlers.callbacks import routes as callbacks
from channels.phone.handlers.dispatch import routes as dispatch
from channels.phone.handlers.files import routes as files
from channels.phone.handlers.undelivered import routes as undelivered

routes = (*call, *callbacks, *dispatch, *alarms, *undelivered, *files)

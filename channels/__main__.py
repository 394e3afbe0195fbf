"""`python -m channels`: run the web server."""

from __future__ import annotations

import sys

import uvloop
from aiohttp import web

from channels.app import build_app
from channels.ui import rendering
from channels.web.timeouts import IDLE_S
from hotline import log
from hotline.config import ConfigurationError, Settings
from hotline.domain.errors import Refusal


def main() -> None:
    """Read the settings, exit with the list of faults if they are wrong, and serve until stopped."""
    try:
        settings = Settings.load()
    except ConfigurationError as fault:
        sys.exit(str(fault))
    log.configure(settings.log_format, settings.log_level)
    uvloop.install()
    app = build_app(settings)
    rendering.warm(app)
    try:
        web.run_app(
            app, host=settings.host, port=settings.port, access_log=None, print=None, reuse_port=True, keepalive_timeout=IDLE_S,
        )  # fmt: skip
    except Refusal as refusal:
        sys.exit(refusal.sentence)


if __name__ == "__main__":
    main()

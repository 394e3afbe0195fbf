"""`python -m workers`: run the background jobs until stopped."""

from __future__ import annotations

import asyncio
import sys

import structlog
import uvloop

from hotline import log
from hotline.config import ConfigurationError, Settings
from hotline.domain.errors import Refusal
from workers.settings import build_worker

_log = structlog.get_logger()


async def work(settings: Settings) -> None:
    """Run the scheduler until a signal ends it, then close pool and queue in order."""
    worker = build_worker(settings)
    try:
        await worker.async_run()
    except asyncio.CancelledError:
        _log.info("stopped")
    finally:
        await worker.close()


def main() -> None:
    """Read the settings, exit with the list of faults if they are wrong, and work until stopped."""
    try:
        settings = Settings.load()
    except ConfigurationError as fault:
        sys.exit(str(fault))
    log.configure(settings.log_format, settings.log_level)
    try:
        uvloop.run(work(settings))
    except Refusal as refusal:
        sys.exit(refusal.sentence)


if __name__ == "__main__":
    main()

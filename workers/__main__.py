"""`python -m workers`: do what is due, until told to stop."""

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
    """Run the timetable until a signal ends it, then let go of pool and queue in order."""
    worker = build_worker(settings)
    try:
        await worker.async_run()
    except asyncio.CancelledError:
        _log.info("stopped")
    finally:
        await worker.close()


def main() -> None:
    """Read the settings, refuse bad ones in one list, work until told to stop."""
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

"""Timeouts in seconds: for a request to arrive, for its body, and for the response."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from channels.web.app_keys import TIMEOUT
from hotline.domain.errors import Refusal

# An idle connection, or one without a complete request head, is closed after this time.
IDLE_S = 75.0
TEXT_S = 60.0
# Nine photos over a weak mobile signal take minutes.
FILES_S = 900.0
ANSWER_S = 60.0


class TooSlow(Refusal):
    """内容没有在规定时间内传完，请换个信号好的地方，或少选几个文件再提交。"""

    status = 408


class TooBusy(Refusal):
    """系统正忙，这次没有办成，请稍后再试。"""

    status = 503


@contextlib.asynccontextmanager
async def answer_in_time(request: web.Request) -> AsyncIterator[None]:
    """Limit the time of a handler to ANSWER_S. Raises TooBusy, or what `while_reading` raises."""
    try:
        async with asyncio.timeout(ANSWER_S) as limit:
            request[TIMEOUT] = limit
            yield
    except TimeoutError:
        if not limit.expired():
            raise
        raise TooBusy from None


@contextlib.asynccontextmanager
async def while_reading(request: web.Request, seconds: float) -> AsyncIterator[None]:
    """Limit the time a body takes to arrive; the handler's own limit restarts afterwards. Raises TooSlow."""
    limit = request.get(TIMEOUT)
    if limit is not None:
        limit.reschedule(None)
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError:
        raise TooSlow from None
    finally:
        if limit is not None and not limit.expired():
            limit.reschedule(asyncio.get_running_loop().time() + ANSWER_S)


def wait_without_end(request: web.Request) -> None:
    """Remove the limit for a stream that stays open on purpose."""
    limit = request.get(TIMEOUT)
    if limit is not None:
        limit.reschedule(None)


class _Quiet(logging.Filter):
    """Log a request that is not HTTP in one line: its bytes may be personal data."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Reduce the record to the name of the error; every record is kept."""
        fault = record.exc_info[1] if record.exc_info else None
        if isinstance(fault, HttpProcessingError):
            record.msg, record.args, record.exc_info = f"not HTTP: {type(fault).__name__}", (), None
            record.levelno, record.levelname = logging.WARNING, "WARNING"
        return True


def set_up() -> None:
    """Keep the bytes of broken requests out of the log."""
    logger = logging.getLogger("aiohttp.server")
    if not any(isinstance(existing, _Quiet) for existing in logger.filters):
        logger.addFilter(_Quiet())

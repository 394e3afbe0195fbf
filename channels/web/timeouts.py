"""How long the doors wait: for a request to come in, for a form to arrive, for an answer to be ready."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from channels.web.app_keys import TIMEOUT
from hotline.domain.errors import Refusal

# A connection that brought no whole head of a request is closed after this long, and so is an idle one.
IDLE_S = 75.0
TEXT_S = 60.0
# Nine photos from a village's weak signal take minutes.
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
    """The time a handler has, with what it waits for. Raises TooBusy, or what `while_reading` raises."""
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
    """The time a body has to come in; the handler's own begins again afterwards. Raises TooSlow."""
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
    """For a stream that stays open on purpose."""
    limit = request.get(TIMEOUT)
    if limit is not None:
        limit.reschedule(None)


class _Quiet(logging.Filter):
    """What is not HTTP is told in one line: its bytes may be anybody's words."""

    def filter(self, record: logging.LogRecord) -> bool:
        fault = record.exc_info[1] if record.exc_info else None
        if isinstance(fault, HttpProcessingError):
            record.msg, record.args, record.exc_info = f"not HTTP: {type(fault).__name__}", (), None
            record.levelno, record.levelname = logging.WARNING, "WARNING"
        return True


def set_up() -> None:
    """Keep the bytes of broken requests out of the log."""
    logger = logging.getLogger("aiohttp.server")
    if not any(isinstance(known, _Quiet) for known in logger.filters):
        logger.addFilter(_Quiet())

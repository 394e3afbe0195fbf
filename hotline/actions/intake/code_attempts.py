"""Limit wrong query codes: with only six digits they could be guessed (PROCEDURE §2)."""

from __future__ import annotations

from datetime import datetime, timedelta

from hotline.actions.region.context import RegionContext
from hotline.actions.region.row_scope import FILING
from hotline.domain.errors import Refusal
from hotline.store.intake.code_attempts import WrongCodesRow, count_wrong_codes
from hotline.store.privacy.access_log import insert_entry

SHORT, LONG = timedelta(minutes=10), timedelta(hours=1)
# Wrong codes from one address for one number, and from one address, in SHORT; for one number from anywhere, in LONG.
MOST: WrongCodesRow = {"pair": 6, "address": 40, "number": 40}


class TooManyTries(Refusal):
    """查询次数太多，请过10分钟再试，或拨打热线电话查询。"""

    status = 429


async def check_tries(context: RegionContext, number: str, address: str, now: datetime) -> None:
    """Raise TooManyTries after too many wrong codes for this number or from this IP address."""
    async with context.reading(FILING) as conn:
        counts = await count_wrong_codes(conn, context.region, number[:40], address, now - SHORT, now - LONG)
    exceeded = (
        counts["pair"] >= MOST["pair"],
        counts["address"] >= MOST["address"],
        counts["number"] >= MOST["number"],
    )
    if any(exceeded):
        raise TooManyTries


async def note_wrong_code(context: RegionContext, number: str, address: str, now: datetime) -> None:
    """Record a wrong number or code in the access log, without a ticket."""
    async with context.writing(FILING) as conn:
        await insert_entry(conn, context.region, now, None, None, "wrong_code", number[:40], address)

"""Half-told complaints and messages already answered: rows in and out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from hotline.store.queries import queries

_q = queries.intake.conversations


async def claim_message(conn: Any, region: int, channel: str, message_id: str, now: datetime) -> bool:
    """True for the first delivery; a later one waits here for the first to end, then gets False."""
    found = await _q.claim_message(conn, region_id=region, channel=channel, message_id=message_id, received_at=now)
    return found is not None


async def keep_reply(conn: Any, region: int, channel: str, message_id: str, sealed: bytes) -> None:
    """Keep the answer for repeats."""
    await _q.keep_reply(conn, region_id=region, channel=channel, message_id=message_id, reply_sealed=sealed)


async def get_reply(conn: Any, region: int, channel: str, message_id: str) -> bytes | None:
    """The answer given to the first delivery, sealed."""
    value: bytes | None = await _q.kept_reply(conn, region_id=region, channel=channel, message_id=message_id)
    return value


async def follow_person(conn: Any, region: int, channel: str, former: list[bytes], person_hash: bytes) -> None:
    """A conversation begun under an earlier finding key goes on under the present one."""
    await _q.follow_person(conn, region_id=region, channel=channel, former=former, person_hash=person_hash)


async def hold_conversation(
    conn: Any, region: int, channel: str, person_hash: bytes, empty: bytes, now: datetime
) -> Mapping[str, Any]:
    """The person's conversation, held until the transaction ends: step, draft_sealed, updated_at."""
    row: Mapping[str, Any] = await _q.hold_conversation(
        conn, region_id=region, channel=channel, person_hash=person_hash, draft_sealed=empty, at=now
    )
    return row


async def save_conversation(
    conn: Any, region: int, channel: str, person_hash: bytes, step: str, draft: bytes, now: datetime
) -> None:
    """Where the conversation stands now."""
    await _q.save_conversation(
        conn, region_id=region, channel=channel, person_hash=person_hash, step=step, draft_sealed=draft, at=now
    )

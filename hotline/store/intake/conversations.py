"""Unfinished complaints told step by step, and messages already answered."""

from __future__ import annotations

from datetime import datetime
from typing import TypedDict

from hotline.db import Connection
from hotline.store.queries import fetch_one, fetch_value, queries

_q = queries.intake.conversations


class ConversationRow(TypedDict):
    """Where a conversation stands: its step, the sealed draft, when the person last wrote."""

    step: str
    draft_sealed: bytes
    updated_at: datetime


async def claim_message(conn: Connection, region: int, channel: str, message_id: str, now: datetime) -> bool:
    """Claim a message for answering: True for the first delivery.

    A later delivery waits for the first one's transaction to end, then gets False.
    """
    claimed = await fetch_value(
        str, _q.claim_message(conn, region_id=region, channel=channel, message_id=message_id, received_at=now)
    )
    return claimed is not None


async def keep_reply(conn: Connection, region: int, channel: str, message_id: str, sealed: bytes) -> None:
    """Store the sealed reply for later deliveries of the same message."""
    await _q.keep_reply(conn, region_id=region, channel=channel, message_id=message_id, reply_sealed=sealed)


async def get_reply(conn: Connection, region: int, channel: str, message_id: str) -> bytes | None:
    """The sealed reply to the first delivery; None for a message never claimed."""
    return await fetch_value(bytes, _q.kept_reply(conn, region_id=region, channel=channel, message_id=message_id))


async def follow_person(conn: Connection, region: int, channel: str, former: list[bytes], person_hash: bytes) -> None:
    """Move a conversation kept under a `former` fingerprint of the person to the present one, unless one is there."""
    await _q.follow_person(conn, region_id=region, channel=channel, former=former, person_hash=person_hash)


async def hold_conversation(
    conn: Connection, region: int, channel: str, person_hash: bytes, empty: bytes, now: datetime
) -> ConversationRow:
    """The person's conversation, locked until the transaction ends.

    Where there is none, one is begun at `now` with step 'start' and the sealed draft `empty`.
    """
    row = await fetch_one(
        ConversationRow,
        _q.hold_conversation(
            conn, region_id=region, channel=channel, person_hash=person_hash, draft_sealed=empty, at=now
        ),
    )
    # An upsert always returns its row.
    assert row is not None
    return row


async def save_conversation(
    conn: Connection, region: int, channel: str, person_hash: bytes, step: str, draft: bytes, now: datetime
) -> None:
    """Store the step and the sealed draft of a locked conversation."""
    await _q.save_conversation(
        conn, region_id=region, channel=channel, person_hash=person_hash, step=step, draft_sealed=draft, at=now
    )

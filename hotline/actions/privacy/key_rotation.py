"""Rotate the keys while the hotline is running: reseal sealed values, recompute fingerprints (PROCEDURE §6)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from uuid import UUID

from hotline.actions.privacy.fingerprints import code_hash, code_of
from hotline.actions.region.context import RegionContext
from hotline.crypto.complainant import unseal_complainant
from hotline.crypto.vault import BrokenSeal
from hotline.db import WORTH_ANOTHER_TRY, Connection
from hotline.domain.tickets.ticket import SYSTEM
from hotline.store.privacy import key_rotation as store
from hotline.store.privacy.key_rotation import ContactRow, SealedColumn

BLOCKS = 32
BATCH = 200
MOST_PASSES = 20
_NOBODY = UUID(int=0)
# Seal contexts that differ from `table.column`; under a wrong context a value does not open and counts as broken.
_CONTEXTS: Mapping[tuple[str, str], str] = {
    ("conversation", "draft_sealed"): "draft",
    ("inbound_message", "reply_sealed"): "reply",
    ("outbox", "recipient_sealed"): "complainant.wechat",
}
Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class RotationPass:
    """What one pass did: values resealed, `broken` ones that no key opens and that stay, and `missed`.

    `missed` counts values changed meanwhile and stretches whose transaction failed; another pass takes them up.
    """

    resealed: int
    broken: int
    missed: int


def context_of(where: SealedColumn) -> str:
    """Return the context that the seals of a column are bound to."""
    special = _CONTEXTS.get((where.table, where.column))
    return special or f"{where.table}.{where.column.removesuffix('_sealed')}"


async def count_seals(context: RegionContext) -> dict[int, int]:
    """Count the sealed values of all tables by header, that is by key."""
    total: Counter[int] = Counter()
    async with context.reading(SYSTEM) as conn:
        for where in await store.list_sealed_columns(conn, context.region):
            total.update(await store.count_seals(conn, context.region, where))
    return dict(total)


async def count_blocks(context: RegionContext) -> int:
    """Count the table blocks one pass goes through, for a progress bar."""
    return sum(where.blocks for where in await _columns(context))


async def reseal_all(context: RegionContext, progress: Progress = lambda _: None) -> RotationPass:
    """Run one pass: seal every value under another key with the present one, 32 blocks of a table at a time.

    Each stretch of blocks is a transaction of its own, so an interrupted pass is continued by running it again.
    `progress` is called with the number of blocks of each stretch.
    """
    resealed = broken = missed = 0
    for at in range(len(await _columns(context))):
        # Resealing the column before may have enlarged the table: its number of blocks is read again.
        where = (await _columns(context))[at]
        for first in range(0, where.blocks, BLOCKS):
            turn = await _reseal_stretch(context, where, first)
            resealed, broken, missed = resealed + turn.resealed, broken + turn.broken, missed + turn.missed
            progress(min(BLOCKS, where.blocks - first))
    return RotationPass(resealed, broken, missed)


async def _columns(context: RegionContext) -> list[SealedColumn]:
    async with context.reading(SYSTEM) as conn:
        return await store.list_sealed_columns(conn, context.region)


async def _reseal_stretch(context: RegionContext, where: SealedColumn, first: int) -> RotationPass:
    try:
        async with context.writing(SYSTEM) as conn:
            stale = await store.list_stale(conn, context.region, where, context.vault.header, first, first + BLOCKS)
            renewed = [new for place, sealed in stale if (new := _renewed(context, where, place, sealed))]
            done = await store.replace_seals(conn, context.region, where, renewed) if renewed else 0
    except WORTH_ANOTHER_TRY:
        return RotationPass(0, 0, 1)
    return RotationPass(done, len(stale) - len(renewed), len(renewed) - done)


def _renewed(
    context: RegionContext, where: SealedColumn, place: store.Place, sealed: bytes
) -> tuple[store.Place, bytes, bytes] | None:
    seal_context = context_of(where)
    try:
        return place, sealed, context.vault.seal(context.vault.unseal(sealed, seal_context), seal_context)
    except BrokenSeal:
        return None


async def rehash_all(context: RegionContext, progress: Progress = lambda _: None) -> int:
    """Run one pass: recompute fingerprints of complainants and query codes under the present key.

    Returns how many complainants changed. Searches use every known key meanwhile. A second run changes nothing.
    `progress` is called with the number of rows of each batch.
    """
    changed, after = 0, _NOBODY
    while True:
        async with context.writing(SYSTEM) as conn:
            rows = await store.list_contacts(conn, context.region, after, BATCH)
            for row in rows:
                changed += await _rehash(context, conn, row)
        progress(len(rows))
        if len(rows) < BATCH:
            return changed
        after = rows[-1]["ticket_id"]


async def _rehash(context: RegionContext, conn: Connection, row: ContactRow) -> bool:
    vault = context.vault
    complainant = unseal_complainant(vault, phone=row["phone_sealed"], wechat=row["wechat_sealed"])
    hashes = vault.fingerprints(complainant.phone or complainant.wechat or row["client_key"], "contact")
    code = code_of(context, row["number"], row["client_key"], row["query_code_hash"])
    fresh = code_hash(context, row["number"], code) if code else row["query_code_hash"]
    # Only a fingerprint under a known older key is replaced: a purged one is random and stays.
    stale = row["contact_hash"] in hashes[1:]
    if not stale and fresh == row["query_code_hash"]:
        return False
    await store.save_hashes(
        conn, context.region, row["ticket_id"], contact=hashes[0] if stale else None,
        code=fresh if fresh != row["query_code_hash"] else None,
        own=vault.fingerprint(complainant.wechat, "person.wechat") if complainant.wechat else None,
    )  # fmt: skip
    return True

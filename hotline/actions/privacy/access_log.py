"""The access log: link its entries into a hash chain, verify the chain, list entries for the audit administrator, and
find unusual patterns (PROCEDURE §6).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from hotline.actions.region.context import RegionContext
from hotline.crypto.hash_chain import BEGINNING, link
from hotline.domain.accounts.permissions import Right, allow
from hotline.domain.messaging.alarms import AlarmKind
from hotline.domain.privacy.access_patterns import NIGHT, Reveal, What, find_unusual
from hotline.domain.tickets.ticket import SYSTEM, Actor
from hotline.store.messaging import alarms
from hotline.store.privacy import access_log as store
from hotline.store.privacy.access_log import AccessEntryRow as AccessEntryRow
from hotline.store.privacy.access_log import ChainHeadRow, ChainLinkRow, RevealRow

ALGORITHM = "sha256"
# Transactions last at most a minute: an entry that appears later than this was inserted afterwards.
LATE = timedelta(hours=1)
UNLINKED_AFTER = timedelta(minutes=10)
AT_ONCE = 5_000
UNUSUAL = AlarmKind.UNUSUAL_LOOKS
SIGNED_AS = "look-chain"
Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault of the chain: the number of the link (0: none in particular) and the fault in Chinese."""

    seq: int
    what: str


@dataclass(frozen=True, slots=True)
class ChainReport:
    """The result of a verification: number of links, head as `seq:digest`, faults, entries overdue for linking."""

    links: int
    head: str
    faults: tuple[Fault, ...]
    waiting: int


@dataclass(frozen=True, slots=True)
class Filter:
    """Which entries to list; an empty text means any."""

    since: datetime
    until: datetime
    login: str = ""
    number: str = ""
    what: str = ""


async def record_access(
    context: RegionContext, actor: Actor, now: datetime, what: What, *, page: str, shown: int | None = None,
    ticket_id: UUID | None = None, address: str = "",
) -> None:  # fmt: skip
    """Record an access that no other action records; `shown` is the number of tickets on a list."""
    async with context.reading(actor) as conn:
        await store.insert_entry(
            conn, context.region, now, actor.account_id, ticket_id, what, address=address, page=page, shown=shown
        )


async def chain_entries(context: RegionContext, now: datetime, batch: int) -> int:
    """Link at most `batch` entries not in the chain yet, oldest first, and sign the new head; returns how many."""
    async with context.writing(SYSTEM) as conn:
        head = await store.lock_head(conn, context.region)
        after = _shortly_before(await store.get_newest_linked(conn, context.region))
        rows = await store.list_unlinked(conn, context.region, after, batch)
        if not rows:
            return 0
        seq, digest, links = head["seq"], head["digest"], []
        for row in rows:
            seq, digest = seq + 1, link(digest, _covered(row), ALGORITHM)
            links.append((seq, row["view_id"], digest))
        await store.add_links(conn, context.region, links, ALGORITHM, now)
        signature = context.vault.sign(_head(seq, digest), SIGNED_AS)
        await store.save_head(conn, context.region, seq, digest, signature, now)
    return len(rows)


def _shortly_before(newest: UUID | None) -> UUID:
    # The first 48 bits of an id are its milliseconds.
    if newest is None:
        return UUID(int=0)
    milliseconds = (newest.int >> 80) - int(LATE.total_seconds() * 1000)
    return UUID(int=max(0, milliseconds) << 80)


def _covered(row: Mapping[str, object]) -> dict[str, object]:
    return {name: row[name] for name in store.COVERED}


def _head(seq: int, digest: bytes) -> str:
    return f"{seq}:{digest.hex()}"


async def verify_chain(
    context: RegionContext, now: datetime, kept_since: datetime, witness: str = "", progress: Progress = lambda _: None
) -> ChainReport:
    """Verify the whole chain, its signed head, and that every entry older than ten minutes is linked.

    Entries linked before `kept_since` may be purged. `witness` is an earlier `head` that the chain must contain; empty:
    none. `progress` is called with the number of links verified, every 5,000 links.
    """
    faults: list[Fault] = []
    digest, seq, kept, witnessed = BEGINNING, 0, False, not witness
    while True:
        async with context.reading(SYSTEM) as conn:
            rows = await store.list_links(conn, context.region, seq, AT_ONCE)
        for row in rows:
            faults += _faults_of_link(row, seq, digest, kept, kept_since)
            kept = kept or row["view_id"] is not None
            seq, digest = row["seq"], row["digest"]
            witnessed = witnessed or _head(seq, digest) == witness
        progress(seq)
        if len(rows) < AT_ONCE:
            break
    async with context.reading(SYSTEM) as conn:
        head = await store.get_head(conn, context.region)
        waiting = await store.count_unlinked(conn, context.region, now - UNLINKED_AFTER)
    faults += _faults_of_head(context, head, seq, digest)
    faults += [] if witnessed else [Fault(0, "链上没有所给的旧链尾：记录被截短或者整个重做过")]
    faults += [Fault(0, f"{waiting} 条记录没有进入链：后台任务停了，或者是事后塞进去的")] if waiting else []
    return ChainReport(seq, _head(seq, digest), tuple(faults), waiting)


def _faults_of_link(row: ChainLinkRow, seq: int, digest: bytes, kept: bool, kept_since: datetime) -> list[Fault]:
    place = row["seq"]
    if place != seq + 1:
        return [Fault(seq + 1, f"第 {seq + 1} 环到第 {place - 1} 环被删除")]
    if row["view_id"] is None:
        # The purge deletes entries from the oldest on; no other entry may be missing.
        if not kept and row["linked_at"] < kept_since:
            return []
        return [Fault(place, f"第 {place} 环的记录被删除")]
    if link(digest, _covered(row), row["algorithm"]) != row["digest"]:
        return [Fault(place, f"第 {place} 环的记录被改动")]
    return []


def _faults_of_head(context: RegionContext, head: ChainHeadRow | None, seq: int, digest: bytes) -> list[Fault]:
    if head is None:
        return [Fault(0, "没有签名的链尾")] if seq else []
    if (head["seq"], head["digest"]) != (seq, digest):
        return [Fault(seq, f"链尾应当是第 {head['seq']} 环，实际到第 {seq} 环：末尾被删除或者被添加")]
    if seq and not context.vault.verify(_head(seq, digest), head["signature"], SIGNED_AS):
        return [Fault(seq, "链尾的签名不是本热线的：链被重做过")]
    return []


async def read_head(context: RegionContext) -> str:
    """Return the head of the chain as `seq:digest`."""
    async with context.reading(SYSTEM) as conn:
        head = await store.get_head(conn, context.region)
    return _head(head["seq"], head["digest"]) if head else _head(0, BEGINNING)


async def count_links(context: RegionContext) -> int:
    """Count the links of the chain, for a progress bar."""
    async with context.reading(SYSTEM) as conn:
        return await store.count_links(conn, context.region)


async def list_entries(
    context: RegionContext, wanted: Filter, actor: Actor, now: datetime, batch: int = 50, skip: int = 0
) -> list[AccessEntryRow]:
    """List entries of the access log, newest first, for the audit administrator; this access is recorded too.

    Raises NotAllowed.
    """
    allow(actor, Right.READ_LOOKS)
    async with context.writing(SYSTEM) as conn:
        rows = await store.list_entries(
            conn, context.region, wanted.login, wanted.number, wanted.what, wanted.since, wanted.until, batch, skip
        )
        await store.insert_entry(
            conn, context.region, now, actor.account_id, None, What.RECORD, page="/admin/looks", shown=len(rows)
        )
    return rows


async def notify_unusual(context: RegionContext, now: datetime) -> int:
    """Raise one alarm for each unusual pattern of reveals; returns the number of patterns there are now."""
    async with context.writing(SYSTEM) as conn:
        rows = await store.list_reveals(conn, context.region, now - NIGHT)
        patterns = find_unusual(
            [_reveal(context, row) for row in rows], context.rules.policy, context.rules.calendar, now
        )
        names = {row["account_id"]: f"{row['account_name']}（{row['login']}）" for row in rows}
        for unusual in patterns:
            details = {
                "account": names[unusual.account_id], "pattern": unusual.pattern.value, "count": unusual.count,
                "since": unusual.since.isoformat(),
            }  # fmt: skip
            await alarms.raise_alarm_once(conn, context.region, UNUSUAL, unusual.about, None, details, now)
    return len(patterns)


def _reveal(context: RegionContext, row: RevealRow) -> Reveal:
    own = row["unit_id"]
    units = context.county.units
    works_for_all = own is None or (own in units and units[own].office is not None)
    return Reveal(row["account_id"], row["at"], not works_for_all and row["lead_unit_id"] != own)


async def list_unusual(context: RegionContext, actor: Actor) -> Sequence[Mapping[str, Any]]:
    """List the open alarms about unusual access, for the audit administrator. Raises NotAllowed."""
    allow(actor, Right.READ_LOOKS)
    async with context.reading(SYSTEM) as conn:
        return await alarms.list_alarms_of_kind(conn, context.region, UNUSUAL)


async def settle_unusual(context: RegionContext, alarm_id: UUID, actor: Actor, now: datetime) -> None:
    """Settle an alarm about unusual access that the audit administrator has looked into. Raises NotAllowed."""
    allow(actor, Right.SETTLE_UNUSUAL)
    async with context.writing(SYSTEM) as conn:
        await alarms.settle_alarm(conn, context.region, alarm_id, now, actor.account_id)

"""The record of looks: linked into a chain, verified, read by the audit administrator, searched for what is unusual."""

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
# Rows are written by transactions of at most a minute; one that comes later than this was slipped in.
LATE = timedelta(hours=1)
UNLINKED_AFTER = timedelta(minutes=10)
AT_ONCE = 5_000
UNUSUAL = AlarmKind.UNUSUAL_LOOKS
SIGNED_AS = "look-chain"
Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Fault:
    """A place where the record is not as it was: the link's place (0: none) and what is wrong, in Chinese."""

    seq: int
    what: str


@dataclass(frozen=True, slots=True)
class ChainReport:
    """What verifying found: links looked through, the newest link as `place:digest`, faults, and looks not linked yet."""

    links: int
    head: str
    faults: tuple[Fault, ...]
    waiting: int


@dataclass(frozen=True, slots=True)
class Filter:
    """Which part of the record is asked for; empty texts mean any."""

    since: datetime
    until: datetime
    login: str = ""
    number: str = ""
    what: str = ""


async def record_access(
    context: RegionContext, actor: Actor, now: datetime, what: What, *, page: str, shown: int | None = None,
    ticket_id: UUID | None = None, address: str = "",
) -> None:  # fmt: skip
    """Keep a look that no deed keeps itself: `shown` is how many tickets a list had."""
    async with context.reading(actor) as conn:
        await store.insert_entry(
            conn, context.region, now, actor.account_id, ticket_id, what, address=address, page=page, shown=shown
        )


async def chain_entries(context: RegionContext, now: datetime, batch: int) -> int:
    """Link what was looked at since the last time, at most `batch` rows; gives back how many."""
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
    """Go through the whole chain. Rows from before `kept_since` may be gone; `witness` is an earlier `head`.

    `progress` is called with the number of links verified, every few thousand.
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
        # What was kept long enough is let go from the oldest on; nothing else may be missing.
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
    """The newest link as `place:digest`."""
    async with context.reading(SYSTEM) as conn:
        head = await store.get_head(conn, context.region)
    return _head(head["seq"], head["digest"]) if head else _head(0, BEGINNING)


async def count_links(context: RegionContext) -> int:
    """How long the chain is, for a progress bar."""
    async with context.reading(SYSTEM) as conn:
        return await store.count_links(conn, context.region)


async def list_entries(
    context: RegionContext, asked: Filter, actor: Actor, now: datetime, batch: int = 50, skip: int = 0
) -> list[AccessEntryRow]:
    """The record, newest first, for the audit administrator alone; reading it is recorded too. Raises NotAllowed."""
    allow(actor, Right.READ_LOOKS)
    async with context.writing(SYSTEM) as conn:
        rows = await store.list_entries(
            conn, context.region, asked.login, asked.number, asked.what, asked.since, asked.until, batch, skip
        )
        await store.insert_entry(
            conn, context.region, now, actor.account_id, None, What.RECORD, page="/admin/looks", shown=len(rows)
        )
    return rows


async def notify_unusual(context: RegionContext, now: datetime) -> int:
    """Raise an alarm for each unusual pattern of reveals; gives back how many patterns there are now."""
    async with context.writing(SYSTEM) as conn:
        rows = await store.list_reveals(conn, context.region, now - NIGHT)
        found = find_unusual([_reveal(context, row) for row in rows], context.rules.policy, context.rules.calendar, now)
        names = {row["account_id"]: f"{row['account_name']}（{row['login']}）" for row in rows}
        for one in found:
            details = {
                "account": names[one.account_id], "pattern": one.pattern.value, "count": one.count,
                "since": one.since.isoformat(),
            }  # fmt: skip
            await alarms.raise_alarm_once(conn, context.region, UNUSUAL, one.about, None, details, now)
    return len(found)


def _reveal(context: RegionContext, row: RevealRow) -> Reveal:
    own = row["unit_id"]
    units = context.county.units
    works_for_all = own is None or (own in units and units[own].office is not None)
    return Reveal(row["account_id"], row["at"], not works_for_all and row["lead_unit_id"] != own)


async def list_unusual(context: RegionContext, actor: Actor) -> Sequence[Mapping[str, Any]]:
    """Open alarms about looks, for the audit administrator. Raises NotAllowed."""
    allow(actor, Right.READ_LOOKS)
    async with context.reading(SYSTEM) as conn:
        return await alarms.list_alarms_of_kind(conn, context.region, UNUSUAL)


async def settle_unusual(context: RegionContext, alarm_id: UUID, actor: Actor, now: datetime) -> None:
    """The audit administrator has asked about it. Raises NotAllowed."""
    allow(actor, Right.SETTLE_UNUSUAL)
    async with context.writing(SYSTEM) as conn:
        await alarms.settle_alarm(conn, context.region, alarm_id, now, actor.account_id)

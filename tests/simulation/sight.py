"""What really stands in the database about each ticket of a region, put as the reference puts it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from tests.build import ZONE, Town
from tests.simulation.reference.books import Books

Row = Mapping[str, Any]
TABLES = {
    "events": "select * from ticket_event where region_id = $1 order by at, event_id",
    "clocks": "select * from deadline where region_id = $1",
    "ledger": "select * from reminder where region_id = $1",
    "outbox": "select * from outbox where region_id = $1",
    "ladder": "select * from supervision where region_id = $1",
    "callbacks": "select * from callback where region_id = $1 order by round",
    "interviews": "select * from interview where region_id = $1 order by round",
    "alarms": "select * from alarm where region_id = $1",
    "letters": "select * from letter where region_id = $1 and kind = 'supervision_letter'",
}
Facts = dict[str, Any]


def local(at: datetime | None) -> datetime | None:
    """Local wall time, as the reference reckons."""
    return at and at.astimezone(ZONE).replace(tzinfo=None)


async def read(town: Town) -> tuple[dict[UUID, Facts], dict[str, list[Row]]]:
    """The books of every ticket, and the rows they were read from."""
    region = town.context.region
    async with town.context.pool.acquire() as conn:
        tickets = await conn.fetch("select * from ticket where region_id = $1", region)
        rows = {name: list(await conn.fetch(sql, region)) for name, sql in TABLES.items()}
    names = {unit_id: name for name, unit_id in town.units.items()}
    by_ticket: dict[UUID, dict[str, list[Row]]] = defaultdict(lambda: defaultdict(list))
    for name, found in rows.items():
        for row in found:
            by_ticket[row["ticket_id"]][name].append(row)
    logins = {actor.account_id: login for login, actor in town.people.items() if actor.account_id}
    return {t["ticket_id"]: _facts(t, by_ticket[t["ticket_id"]], names, logins) for t in tickets}, rows


def _facts(t: Row, rows: dict[str, list[Row]], names: dict[UUID, str], logins: dict[UUID, str]) -> Facts:
    def unit(of: UUID | None) -> str | None:
        return names[of] if of else None

    def reader(recipient: str) -> str:
        what, _, name = recipient.partition(":")
        if what == "account":
            return f"account:{logins[UUID(name)]}"
        return "ticket" if what == "ticket" else f"unit:{names[UUID(name)]}" if what == "unit" else recipient

    # A reminder's message goes by the id of its line in the ledger.
    lines = {r["reminder_id"]: (r["cycle"], r["rule"], r["step"]) for r in rows["ledger"]}
    return {
        "ticket": (
            t["state"], t["tier"], t["cycle"], t["redo_count"], t["return_count"], t["extension_count"],
            t["return_ruled"], unit(t["lead_unit_id"]), t["parked_from"], local(t["parked_until"]), t["close_reason"],
        ),
        "events": [(local(e["at"]), e["verb"], e["to_state"], e["cycle"], _role(e["role"])) for e in rows["events"]],
        "clocks": Counter(
            (c["rule"], unit(c["unit_id"]), c["cycle"], local(c["started_at"]), local(c["due_at"]), c["state"],
             c["next_step"], local(c["next_at"]), c["left_seconds"]) for c in rows["clocks"]
        ),
        "ledger": Counter((r["cycle"], r["rule"], r["step"], reader(r["recipient"]), r["state"]) for r in rows["ledger"]),
        "outbox": Counter(
            (reader(m["recipient"]), logins.get(m["instead_of"]), m["kind"], lines.get(m["outbox_id"]), m["channel"], local(m["created_at"]),
             *((local(m["not_before"]), m["state"]) if m["channel"] == "desk" else ())) for m in rows["outbox"]
        ),
        "ladder": Counter(
            (s["tier"], s["reason"], s["cycle"], unit(s["unit_id"]), local(s["opened_at"]), local(s["due_at"]),
             s["settled_by"]) for s in rows["ladder"]
        ),
        "letters": Counter((row["tier"], unit(row["unit_id"]), local(row["issued_at"])) for row in rows["letters"]),
        "callbacks": [
            (c["stage"], c["state"], c["channel"], local(c["opened_at"]), local(c["next_try_at"]), local(c["asked_at"]),
             local(c["done_at"]), c["verdict"]) for c in rows["callbacks"]
        ],
        "interviews": [(local(i["owed_at"]), local(i["due_at"]), i["cause"] is not None, local(i["held_at"])) for i in rows["interviews"]],
        "alarms": Counter(
            (a["kind"], a["settled_at"] is None) for a in rows["alarms"] if not a["kind"].startswith("message_")
        ),
    }  # fmt: skip


def _role(role: str) -> str:
    return "handler" if role == "unit_head" else role


def expected(ref: Books) -> Facts:
    """The books of the reference in the same words."""
    return {
        "ticket": (
            ref.state, ref.tier, ref.cycle, ref.redos, ref.returns, ref.extensions, ref.ruled, ref.lead,
            ref.parked_from, ref.parked_until, ref.close_reason,
        ),
        "events": sorted(ref.events, key=lambda event: event[0]),
        "clocks": Counter(
            (c.rule, c.unit, c.cycle, c.started, c.due, c.state, c.step, c.at,
             None if c.left is None else round(c.left.total_seconds())) for c in ref.clocks
        ),
        "ledger": Counter((*line, state) for line, state in ref.ledger.items()),
        "outbox": Counter(
            (m.to, m.instead_of, m.kind, m.line, m.channel, m.created, *((m.not_before, m.state) if m.channel == "desk" else ()))
            for m in ref.outbox
        ),
        "ladder": Counter((s.tier, s.reason, s.cycle, s.unit, s.opened, s.due, s.settled_by) for s in ref.ladder),
        "letters": Counter(ref.letters),
        "callbacks": [(c.stage, c.state, c.channel, c.opened, c.next_try, c.asked, c.done, c.verdict) for c in ref.callbacks],
        "interviews": [(i["owed"], i["due"], i["planned"], i["held"]) for i in ref.interviews],
        "alarms": Counter((kind, is_open) for kind, _, is_open in ref.alarms),
    }  # fmt: skip


def differences(wanted: Facts, found: Facts) -> list[str]:
    """Where the database and the reference disagree, a line each."""
    told = []
    for name, want in wanted.items():
        have = found[name]
        if want == have:
            continue
        if isinstance(want, Counter):
            told.append(f"{name}: missing {list((want - have).elements())}, unwanted {list((have - want).elements())}")
        else:
            told.append(f"{name}: expected {want}\n    found {have}")
    return told

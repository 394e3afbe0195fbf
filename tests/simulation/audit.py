"""What must hold of every run as a whole, whatever the reference says."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any
from uuid import UUID

from tests.simulation.reference import days
from tests.simulation.run import Run
from tests.simulation.sight import local

TICKING = "every open ticket waits for something"


def check(run: Run, rows: dict[str, list[Any]]) -> None:
    """Ledger unique, letters gapless, rungs in order, nothing sent twice or at night, everything waits for something."""
    _ledger(run, rows)
    _letters(run, rows)
    _rungs(run)
    _messages(run, rows)
    _ticking(run, rows)


def _ledger(run: Run, rows: dict[str, list[Any]]) -> None:
    lines = Counter(
        (r["ticket_id"], r["cycle"], r["rule"], r["step"], r["recipient"], r["channel"]) for r in rows["ledger"]
    )
    run.expect(not lines or max(lines.values()) == 1, "a reminder stands in the ledger twice")
    run.expect(not [r for r in rows["ledger"] if r["state"] == "planned"], "a reminder was planned and never told")


def _letters(run: Run, rows: dict[str, list[Any]]) -> None:
    numbers: dict[int, list[int]] = defaultdict(list)
    for letter in rows["letters"]:
        numbers[letter["year"]].append(letter["number"])
    for year, given in numbers.items():
        run.expect(sorted(given) == list(range(1, len(given) + 1)), f"letters of {year} have a gap: {sorted(given)}")


def _rungs(run: Run) -> None:
    for ref in run.refs.values():
        before = 0
        for rung in ref.ladder:
            orderly = before <= rung.tier <= before + 1 or rung.reason == "instruction"
            run.expect(orderly, f"tier {rung.tier} came after {before}")
            before = rung.tier


def _messages(run: Run, rows: dict[str, list[Any]]) -> None:
    calls: dict[UUID, list[str]] = defaultdict(list)
    for outbox_id, at, outcome in run.provider.calls:
        calls[outbox_id].append(outcome)
        message = next(m for m in rows["outbox"] if m["outbox_id"] == outbox_id)
        run.expect(message["urgent"] or days.notices_go(at), f"{message['kind']} went out at {at:%Y-%m-%d %H:%M}")
    alarmed = {a["dedupe_key"].rsplit(":", 1)[1] for a in rows["alarms"] if a["kind"].startswith("message_")}
    for message in rows["outbox"]:
        _one_message(run, message, calls, alarmed)


def _one_message(run: Run, message: Any, calls: dict[UUID, list[str]], alarmed: set[str]) -> None:
    state, outbox_id = message["state"], message["outbox_id"]
    reached = calls[message["fold_id"] or outbox_id]
    arrived = [outcome for outcome in reached if outcome != "later"]
    what = f"{message['kind']} by {message['channel']} is {state} after {reached}"
    run.expect(len(arrived) <= 1, f"sent twice: {what}")
    run.expect(state not in ("waiting", "sending"), f"never told: {what}")
    if message["sent_at"] is not None and not message["urgent"]:
        at = local(message["sent_at"])
        run.expect(at is not None and days.notices_go(at), f"told at {at}: {what}")
    if message["channel"] == "desk":
        run.expect(state in ("sent", "done"), what)
    elif state == "sent":
        run.expect(arrived in (["delivered"], ["slow"]), what)
    elif state == "unknown":
        run.expect(outbox_id in run.orphans or bool(arrived) or _doubtful(run), f"not explained: {what}")
        run.expect(str(outbox_id) in alarmed, f"nobody was told: {what}")
    elif state == "refused":
        run.expect(message["kind"] == "callback" or str(outbox_id) in alarmed, f"nobody was told: {what}")


def _doubtful(run: Run) -> bool:
    # Messages folded behind another one, or cut off before they reached the provider, share a doubtful answer.
    return run.provider.broken > 0 or any(outcome in ("unknown", "error") for _, _, outcome in run.provider.calls)


def _ticking(run: Run, rows: dict[str, list[Any]]) -> None:
    waits = {clock["ticket_id"] for clock in rows["clocks"] if clock["next_at"] is not None}
    for ticket_id, ref in run.refs.items():
        run.expect(not ref.open or ticket_id in waits, f"{TICKING}: {ref.state}")

"""Compute figures from facts. A figure is the list of its tickets, oldest first; its value is the length of the list.

A ticket is listed as often as it counts: two callbacks of one ticket are two entries (PROCEDURE §7, §8).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from uuid import UUID

from hotline.domain.brief.facts import CallbackFact, Carded, DeadlineFact, Peer, Period, Received, WeekFacts
from hotline.domain.brief.week import Week
from hotline.domain.enums import Channel, CloseReason, Kind, Rule, Verdict
from hotline.domain.supervision.cards import Colour

Figures = dict[str, list[UUID]]
LAST_WEEK, LAST_YEAR = "last_week.", "last_year."
SHARES = 5
_AFTER_A_REPLY = frozenset(CloseReason) - {
    CloseReason.ANSWERED,
    CloseReason.REDIRECTED,
    CloseReason.MERGED,
    CloseReason.WITHDRAWN,
}
_AGREED = frozenset({CloseReason.SATISFIED, CloseReason.BASICALLY_SATISFIED, CloseReason.UNDERSTOOD})
_INTERVIEW_CLOCKS = frozenset({Rule.INTERVIEW, Rule.TIER2, Rule.TIER3})


def figures_of(facts: WeekFacts) -> Figures:
    """Return every figure of the brief by key: the week, earlier weeks (prefixed), each unit, the charts."""
    found = _count_period(facts.this, facts.week)
    found |= _day_figures(facts.this.received, facts.week)
    found |= _share_figures(found)
    for prefix, period, week in (
        (LAST_WEEK, facts.last_week, facts.week.before),
        (LAST_YEAR, facts.last_year, facts.week.year_before),
    ):
        if period is not None:
            found |= {prefix + key: ids for key, ids in _count_period(period, week).items()}
    for peer, period in split_by_peer(facts.this, facts.peers, facts.peer_of).items():
        found |= {f"unit.{peer}.{key}": ids for key, ids in _count_unit(period, facts.week).items()}
    found["assist.overdue"] = [one.case.ticket_id for one in facts.late_parts]
    found["supervised"] = [one.case.ticket_id for one in facts.supervised]
    found["instructions"] = [one.case.ticket_id for one in facts.instructions]
    return found


def split_by_peer(period: Period, peers: Iterable[Peer], peer_of: Mapping[UUID, UUID]) -> dict[UUID, Period]:
    """Split the facts of a period by peer; peers without any facts are left out."""
    known = {peer.unit_id for peer in peers}
    parts: dict[UUID, dict[str, list[object]]] = {}
    for name in ("happened", "clocks", "asked", "met", "carded"):
        for fact in getattr(period, name):
            peer = peer_of.get(fact.unit_id) if fact.unit_id else None
            if peer in known:
                parts.setdefault(peer, {}).setdefault(name, []).append(fact)
    return {peer: replace(Period(), **{k: tuple(v) for k, v in part.items()}) for peer, part in parts.items()}  # type: ignore[arg-type]


def _count_period(period: Period, week: Week) -> Figures:
    received = period.received
    found: Figures = {"received": [one.ticket_id for one in received]}
    for channel in Channel:
        found[f"received.channel.{channel}"] = [one.ticket_id for one in received if one.channel == channel]
    for kind in Kind:
        found[f"received.kind.{kind}"] = [one.ticket_id for one in received if one.kind == kind]
    for one in received:
        found.setdefault(f"received.matter.{one.matter_id or 'none'}", []).append(one.ticket_id)
    found["received.instant"] = [one.ticket_id for one in received if one.instant]
    found["received.repeated"] = [one.ticket_id for one in received if one.repeated]
    found["instant"] = [one.ticket_id for one in period.happened if one.verb == "answer"]
    return found | _closed_figures(period) | _standing_figures(period) | _count_unit(period, week)


def _count_unit(period: Period, week: Week) -> Figures:
    """Return the figures counted both for a unit and for the whole county."""
    by_verb: dict[str, list[UUID]] = {}
    for one in period.happened:
        by_verb.setdefault(one.verb, []).append(one.ticket_id)
    dispatched = [one.ticket_id for one in period.happened if one.verb in ("dispatch", "redispatch")]
    found: Figures = {
        "dispatched": list(dict.fromkeys(dispatched)),
        "return.upheld": by_verb.get("uphold_return", []),
        "return.rejected": by_verb.get("reject_return", []),
        "redo": by_verb.get("redo", []),
    }
    found |= _clock_figures(period.clocks, week) | _callback_figures(period.asked) | _interview_figures(period)
    return found | _card_figures(period.carded)


def _card_figures(carded: Iterable[Carded]) -> Figures:
    """Count a ticket once, by its most severe card, even if several units below one peer got one."""
    carded = tuple(carded)
    red = dict.fromkeys(one.ticket_id for one in carded if one.colour == Colour.RED)
    return {
        "card.yellow": list(dict.fromkeys(one.ticket_id for one in carded if one.ticket_id not in red)),
        "card.red": list(red),
    }


def _clock_figures(clocks: Iterable[DeadlineFact], week: Week) -> Figures:
    found: Figures = {}
    for rule in (Rule.SIGN, Rule.REPLY, Rule.ASSIST):
        own = [one for one in clocks if one.rule == rule]
        found[f"{rule}.due"] = [one.ticket_id for one in own if one.state != "withdrawn"]
        found[f"{rule}.on_time"] = [one.ticket_id for one in own if one.state == "met"]
        found[f"{rule}.late"] = [one.ticket_id for one in own if one.state == "missed"]
        found[f"{rule}.left_out"] = [one.ticket_id for one in own if one.state == "withdrawn"]
    found["reply.early"] = [one.ticket_id for one in clocks if one.rule == Rule.REPLY and _is_early(one, week)]
    return found


def _is_early(clock: DeadlineFact, week: Week) -> bool:
    return (
        clock.state == "met" and clock.ended_at is not None and week.day_of(clock.ended_at) < week.day_of(clock.due_at)
    )


def _callback_figures(asked: Iterable[CallbackFact]) -> Figures:
    asked = tuple(asked)
    valid = [one for one in asked if one.valid]
    found: Figures = {
        "callback.valid": [one.ticket_id for one in valid],
        "callback.contacted": [one.ticket_id for one in valid if one.contacted],
        "callback.solved": [one.ticket_id for one in valid if one.solved],
        "callback.tried": [one.ticket_id for one in asked if one.valid or one.state in ("unreachable", "refused")],
    }
    for state in ("unreachable", "refused", "withdrawn"):
        found[f"callback.{state}"] = [one.ticket_id for one in asked if one.state == state]
    for verdict in Verdict:
        found[f"callback.{verdict}"] = [one.ticket_id for one in valid if one.verdict == verdict]
    return found


def _interview_figures(period: Period) -> Figures:
    held = [one for one in period.met if one.held]
    overdue = [
        one.ticket_id
        for one in period.clocks
        if one.rule in _INTERVIEW_CLOCKS and one.state == "missed" and one.interview_owed
    ]
    found: Figures = {
        "interview.owed": [one.ticket_id for one in period.met if not one.held],
        "interview.held": [one.ticket_id for one in held],
        # Deadlines of several tiers may be missed in one week for the same interview.
        "interview.overdue": list(dict.fromkeys(overdue)),
    }
    for verdict in Verdict:
        found[f"interview.{verdict}"] = [one.ticket_id for one in held if one.verdict == verdict]
    return found


def _closed_figures(period: Period) -> Figures:
    replied = [one for one in period.closed if one.close_reason in _AFTER_A_REPLY]
    return {
        "closed": [one.ticket_id for one in period.closed],
        "closed.replied": [one.ticket_id for one in replied],
        "closed.other": [one.ticket_id for one in period.closed if one.close_reason not in _AFTER_A_REPLY],
        "closed.first_time": [
            one.ticket_id for one in replied if one.close_reason in _AGREED and not one.reworked
        ],
    }  # fmt: skip


def _standing_figures(period: Period) -> Figures:
    found: Figures = {"open": [one.ticket_id for one in period.standing]}
    for tier in range(4):
        found[f"open.tier.{tier}"] = [one.ticket_id for one in period.standing if one.tier == tier]
    return found


def _day_figures(received: Iterable[Received], week: Week) -> Figures:
    found: Figures = {f"received.day.{day}.{channel}": [] for day in week.days for channel in Channel}
    for one in received:
        found[f"received.day.{week.day_of(one.received_at)}.{one.channel}"].append(one.ticket_id)
    return found


def _share_figures(found: Figures) -> Figures:
    """Return the tickets outside the most frequent matters, in order of receipt."""
    shown = {ticket for key in top_matters(found) for ticket in found[key]}
    return {"received.matter.rest": [ticket for ticket in found["received"] if ticket not in shown]}


def top_matters(found: Mapping[str, list[UUID]]) -> list[str]:
    """Return the figure keys of the SHARES most frequent matters, most frequent first."""
    keys = [
        k
        for k in found
        if k.startswith("received.matter.") and k.removeprefix("received.matter.") not in ("none", "rest")
    ]
    return sorted(keys, key=lambda key: (-len(found[key]), key))[:SHARES]

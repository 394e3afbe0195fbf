"""Bands A, B, C within peer groups; units with too few tickets are not ranked (PROCEDURE §7)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from hotline.domain.brief.facts import Peer

GROUPS: Mapping[str, str] = {"bureau": "部门", "town": "乡镇（街道）"}
LEAST_RANKED = 3
BANDS = "ABC"


@dataclass(frozen=True, slots=True)
class Placed:
    """A unit's place among its peers; `why` gives the reason when `band` is empty."""

    peer: Peer
    score: float | None
    band: str = ""
    why: str = ""


def place(
    peers: Iterable[Peer], tickets: Mapping[UUID, int], scores: Mapping[UUID, float], ranked_from: int
) -> tuple[Placed, ...]:
    """Rank one peer group: thirds by score, equal scores in the better band; units not ranked follow, by name.

    `tickets` counts the tickets dispatched to each unit in the week; `scores` are those of PROCEDURE §8.
    """
    waiting = [(peer, _why_not(peer, tickets, scores, ranked_from)) for peer in peers]
    ranked = sorted((p for p, why in waiting if not why), key=lambda p: (-scores[p.unit_id], p.name))
    rest = [Placed(p, scores.get(p.unit_id), why=why) for p, why in sorted(waiting, key=lambda w: w[0].name) if why]
    if len(ranked) < LEAST_RANKED:
        few = [Placed(p, scores[p.unit_id], why=f"同组够条件的不足{LEAST_RANKED}家，不分档") for p in ranked]
        return (*few, *rest)
    order = [scores[p.unit_id] for p in ranked]
    return (*(Placed(p, s, _band(order.index(s), len(order))) for p, s in zip(ranked, order, strict=True)), *rest)


def _band(better: int, total: int) -> str:
    return BANDS[better * len(BANDS) // total]


def _why_not(peer: Peer, tickets: Mapping[UUID, int], scores: Mapping[UUID, float], ranked_from: int) -> str:
    if tickets.get(peer.unit_id, 0) < ranked_from:
        return f"不足{ranked_from}件，不排名"
    return "" if peer.unit_id in scores else "没有有效回访，不排名"

"""Bands inside a peer group."""

from uuid import UUID

from hotline.domain.brief.bands import place
from hotline.domain.brief.facts import Peer

PEERS = [Peer(UUID(int=n), f"单位{n}", "bureau") for n in range(1, 8)]
MANY = {peer.unit_id: 10 for peer in PEERS}


def bands(scores: dict[int, float], tickets: dict[UUID, int] | None = None) -> dict[int, str]:
    placed = place(PEERS, tickets or MANY, {UUID(int=n): score for n, score in scores.items()}, 10)
    return {one.peer.unit_id.int: one.band for one in placed}


def test_thirds_from_the_best_down() -> None:
    scores = {1: 0.9, 2: 0.8, 3: 0.7, 4: 0.6, 5: 0.5, 6: 0.4}
    assert bands(scores) == {1: "A", 2: "A", 3: "B", 4: "B", 5: "C", 6: "C", 7: ""}


def test_equal_scores_share_the_better_band() -> None:
    assert bands({1: 0.9, 2: 0.9, 3: 0.9, 4: 0.5}) == {1: "A", 2: "A", 3: "A", 4: "C", 5: "", 6: "", 7: ""}


def test_nine_tickets_are_too_few_and_ten_enough() -> None:
    tickets = MANY | {UUID(int=1): 9}
    placed = place(PEERS[:4], tickets, {peer.unit_id: 0.5 for peer in PEERS}, 10)
    assert [(one.peer.unit_id.int, one.band, one.why) for one in placed] == [
        (2, "A", ""), (3, "A", ""), (4, "A", ""), (1, "", "不足10件，不排名"),
    ]  # fmt: skip


def test_the_threshold_is_the_countys_own() -> None:
    placed = place(PEERS[:3], MANY, {peer.unit_id: 0.5 for peer in PEERS}, 11)
    assert {one.why for one in placed} == {"不足11件，不排名"}


def test_two_units_make_no_bands() -> None:
    placed = place(PEERS[:2], MANY, {peer.unit_id: 0.5 for peer in PEERS}, 10)
    assert [(one.band, one.why) for one in placed] == [("", "同组够条件的不足3家，不分档")] * 2


def test_a_unit_without_callbacks_is_not_ranked() -> None:
    placed = place(PEERS[:4], MANY, {UUID(int=n): 0.5 for n in (1, 2, 3)}, 10)
    assert placed[-1].why == "没有有效回访，不排名"

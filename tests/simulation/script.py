"""The people of a run: what somebody does next to a ticket."""

from __future__ import annotations

from datetime import datetime
from random import Random

from tests.simulation.forms import MAKERS, PLAIN, Deed
from tests.simulation.reference.deeds import Reference

# What people do next in a state, and how readily; whatever else stands in ANYWHERE.
NEXT: dict[str, dict[str, int]] = {
    "received": {"dispatch": 4, "ask_details": 1, "answer": 1, "reclassify": 1, "merge": 1},
    "awaiting_details": {"add_details": 4},
    "dispatched": {"sign": 8, "return_it": 2, "dispatch": 1, "invite": 1, "assist": 1, "reclassify": 1, "merge": 1},
    "returned": {"uphold": 3, "reject": 3},
    "signed": {"contact": 6, "reply": 1, "ask_extension": 1, "dispatch": 1, "invite": 2, "reclassify": 1, "merge": 1},
    "contacted": {"reply": 7, "ask_extension": 2, "invite": 2},
    "owing": {"assist": 8, "excuse": 2, "ask_extension": 1, "reply": 1, "invite": 1, "dispatch": 1},
    "asking": {"grant": 4, "refuse": 1, "contact": 1, "reply": 1},
    "replied": {"rate": 8, "no_answer": 2, "refusal": 1},
    "interview_owed": {"plan_interview": 6, "contact": 1},
    "planned": {"hold_interview": 6, "plan_interview": 1},
    "interview_held": {"review": 3, "verify": 6, "no_answer": 1, "refusal": 1},
    "parked": {"unpark": 2},
    "closed": {},
    "merged": {"unmerge": 3, "comment": 3, "reclassify": 1},
}
ANYWHERE = {
    "comment": 5, "supervise": 3, "instruct": 2, "park": 5, "withdraw_it": 1, "sign": 1, "reply": 1, "rate": 1,
    "verify": 1, "return_it": 1, "grant": 1, "invite": 1, "excuse": 1, "assist": 1, "fulfil": 2,
    "reclassify": 2, "merge": 2, "unmerge": 1,
}  # fmt: skip


def choose(ref: Reference, now: datetime, dice: Random) -> Deed:
    """What somebody does to this ticket now: mostly what its state waits for, at times something else."""
    if ref.instructed and dice.random() < 0.2:
        return PLAIN["fulfil"]
    going_on = ref.open or ref.merged_into is not None
    options = NEXT[_stage(ref)] if going_on and dice.random() < 0.85 else ANYWHERE
    name = dice.choices(list(options), list(options.values()))[0]
    maker = MAKERS.get(name)
    return maker(ref, now, dice) if maker else PLAIN[name]


def _stage(ref: Reference) -> str:
    if ref.merged_into is not None:
        return "merged"
    if ref.state == "signed" and ref.contacted and ref.owing and not ref.asks_more_time:
        return "owing"
    if ref.state == "signed" and (ref.asks_more_time or ref.contacted):
        return "asking" if ref.asks_more_time else "contacted"
    if ref.state == "interview_owed" and ref.interviews[-1]["planned"]:
        return "planned"
    return ref.state

"""The eight sections as one body: figure keys, sentences as lines, rows for tables and charts (PROCEDURE §7)."""

from __future__ import annotations

from collections import Counter

from hotline.domain.brief.bands import GROUPS, Placed, place
from hotline.domain.brief.body import (
    BriefBody,
    ChartSection,
    ChartShare,
    HotMatter,
    NumbersSection,
    UnitGroup,
    UnitLine,
)
from hotline.domain.brief.cases import instruction_rows, interview_rows, late_part_rows, supervised_rows
from hotline.domain.brief.facts import Received, WeekFacts
from hotline.domain.brief.figures import LAST_WEEK, LAST_YEAR, Figures, figures_of, top_matters
from hotline.domain.brief.rates import LEFT_OUT_WHY, Counts, rate_rules, rates_of
from hotline.domain.brief.words import Line, change_words
from hotline.domain.enums import CHANNEL_NAMES, KIND_NAMES, Channel

HOT_PERSONS = 3
HOT_MOST = 5
COMPARED = (
    "received", "instant", "dispatched", "closed", "callback.valid", "return.upheld", "return.rejected", "redo", "assist.late",
    "interview.owed", "interview.held", "interview.overdue", "open",
    "open.tier.1", "open.tier.2", "open.tier.3", "card.yellow", "card.red",
)  # fmt: skip
COMPARED_RATES = (
    "sign", "reply", "early", "reach", "contacted", "solved", "satisfied", "agreed", "score", "interview",
    "instant", "first_time", "repeated", "redo",
)  # fmt: skip
CARDS = ("card.yellow", "card.red")
# The columns of a unit's row: a head, the rate shown first if any, the figures in order.
UNIT_COLUMNS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("派单", "", ("dispatched",)),
    ("签收率/逾期", "sign", ("sign.late",)),
    ("答复率/逾期", "reply", ("reply.late",)),
    ("退单成/驳", "", ("return.upheld", "return.rejected")),
    ("重办", "", ("redo",)),
    ("约谈启/完/超", "", ("interview.owed", "interview.held", "interview.overdue")),
    ("黄/红牌", "", CARDS),
    ("满意率", "satisfied", ()),
)
UNIT_LEGEND = "退单成/驳：退单成立、驳回的件数。约谈启/完/超：约谈启动、完成、逾期的件数。"


def unit_columns(counts: Counts) -> tuple[tuple[str, str, tuple[str, ...]], ...]:
    """Return the columns of the unit table; briefs composed before cards existed have no card column."""
    return tuple(column for column in UNIT_COLUMNS if column[2] != CARDS or "card.yellow" in counts)


def compose(facts: WeekFacts) -> tuple[BriefBody, Figures]:
    """Return the body of a week's brief and its frozen ticket lists by figure key. Deterministic for the same facts."""
    figures = figures_of(facts)
    counts = {key: len(ids) for key, ids in figures.items()}
    rates = _all_rates(facts, counts)
    body: BriefBody = {
        "county": facts.county,
        "monday": facts.week.monday.isoformat(),
        "sunday": facts.week.sunday.isoformat(),
        "rates": rates,
        "names": _names(facts),
        "lead": _lead(facts, counts),
        "numbers": _numbers(facts, rates, counts),
        "charts": _charts(facts, figures),
        "units": _units(facts, counts, rates),
        "hot": _hot(facts, figures, counts),
        "late_parts": late_part_rows(facts),
        "interviews": interview_rows(facts),
        "supervised": supervised_rows(facts),
        "instructions": instruction_rows(facts),
    }
    return body, {key: ids for key, ids in figures.items() if _is_shown(key)}


def _is_shown(key: str) -> bool:
    """Return whether a figure is frozen with the brief; of earlier weeks only those that are compared."""
    if not key.startswith((LAST_WEEK, LAST_YEAR)):
        return True
    own = key.split(".", 1)[1]
    return own in COMPARED or own.startswith("received.matter.")


def _all_rates(facts: WeekFacts, counts: Counts) -> dict[str, float]:
    rules = rate_rules(facts.policy)
    prefixes = ["", LAST_WEEK, LAST_YEAR, *(f"unit.{peer.unit_id}." for peer in facts.peers)]
    return {prefix + key: value for prefix in prefixes for key, value in rates_of(rules, counts, prefix).items()}


def _names(facts: WeekFacts) -> dict[str, str]:
    units = {f"unit.{peer.unit_id}": peer.name for peer in facts.peers}
    return units | {f"matter.{matter}": name for matter, name in facts.matters.items()}


def _lead(facts: WeekFacts, counts: Counts) -> list[Line]:
    """Summarise the week in three lines."""
    first: Line = ["本周受理", {"n": "received"}, "件", *_against(facts, counts), "，办结", {"n": "closed"}, "件。"]
    second: Line = [
        "按时答复率", {"r": "reply"}, "，群众满意率", {"r": "satisfied"}, "；约谈", {"n": "interview.held"}, "次，满意和理解率",
        {"r": "interview"}, "。",
    ]  # fmt: skip
    if not counts["open.tier.2"] and not counts["open.tier.3"]:
        return [first, second, ["没有纪委督办和领导督办事项；未办结", {"n": "open"}, "件。"]]
    tiers = [({"n": f"open.tier.{n}"}, where) for n, where in ((2, "纪委"), (3, "领导")) if counts[f"open.tier.{n}"]]
    third: Line = ["未办结", {"n": "open"}, "件，其中"]
    for number, (figure, where) in enumerate(tiers):
        third += ["、" if number else "", figure, f"件在{where}督办"]
    third.append("。")
    return [first, second, third]


def _against(facts: WeekFacts, counts: Counts) -> Line:
    line: Line = []
    for prefix, word, period in (
        (LAST_WEEK, "比上周", facts.last_week),
        (LAST_YEAR, "比去年同期", facts.last_year),
    ):
        if period is not None:
            then = f"{prefix}received"
            line += ["，", f"{word}（", {"n": then}, f"件）{change_words(counts['received'], counts[then])}"]
    return line


def _numbers(facts: WeekFacts, rates: dict[str, float], counts: Counts) -> NumbersSection:
    labels = {rule.key: rule.label for rule in rate_rules(facts.policy)}
    left_out = {rule.key: rule.left_out for rule in rate_rules(facts.policy)}
    weeks = [LAST_WEEK] * (facts.last_week is not None) + [LAST_YEAR] * (facts.last_year is not None)
    why = {key for rate in COMPARED_RATES if rate in rates for key in left_out[rate] if counts[key]}
    return {
        "weeks": weeks,
        "figures": list(COMPARED),
        "rates": [{"key": key, "label": labels[key]} for key in COMPARED_RATES],
        "text": _paragraphs(),
        "left_out": [[{"n": key}, f"件不计：{LEFT_OUT_WHY[key]}。"] for key in LEFT_OUT_WHY if key in why],
    }


def _paragraphs() -> list[Line]:
    channels = _row([(name, f"received.channel.{channel}") for channel, name in CHANNEL_NAMES.items()])
    kinds = _row([(name, f"received.kind.{kind}") for kind, name in KIND_NAMES.items()])
    return [
        ["受理：共", {"n": "received"}, "件。按渠道，", *channels, "；按类型，", *kinds, "。当场答复", {"n": "instant"},
         "件，即办件率", {"r": "instant"}, "；派单", {"n": "dispatched"}, "件。"],
        ["办理：应签收", {"n": "sign.due"}, "件，按时", {"n": "sign.on_time"}, "件，按时签收率", {"r": "sign"}, "；应答复",
         {"n": "reply.due"}, "件，按时", {"n": "reply.on_time"}, "件，按时答复率", {"r": "reply"}, "；应提交协办意见",
         {"n": "assist.due"}, "件，逾期", {"n": "assist.late"}, "件，期末逾期未交", {"n": "assist.overdue"}, "件。退单成立",
         {"n": "return.upheld"}, "件、驳回", {"n": "return.rejected"}, "件，发回重办", {"n": "redo"}, "件。办结",
         {"n": "closed"}, "件，其中一次办结", {"n": "closed.first_time"}, "件。"],
        ["回访：有效回访", {"n": "callback.valid"}, "件，触达率", {"r": "reach"}, "。满意", {"n": "callback.satisfied"},
         "件、基本满意", {"n": "callback.basically_satisfied"}, "件、理解", {"n": "callback.understood"}, "件、不满意",
         {"n": "callback.dissatisfied"}, "件；联系率", {"r": "contacted"}, "，解决率", {"r": "solved"}, "，满意率",
         {"r": "satisfied"}, "，满意和理解率", {"r": "agreed"}, "，综合得分", {"r": "score"}, "。"],
        ["约谈：启动", {"n": "interview.owed"}, "件，完成", {"n": "interview.held"}, "件，逾期", {"n": "interview.overdue"},
         "件。群众满意", {"n": "interview.satisfied"}, "件、基本满意", {"n": "interview.basically_satisfied"}, "件、理解",
         {"n": "interview.understood"}, "件、不满意", {"n": "interview.dissatisfied"}, "件，满意和理解率",
         {"r": "interview"}, "。"],
        ["督办：期末未办结", {"n": "open"}, "件，其中热线督办", {"n": "open.tier.1"}, "件、纪委督办", {"n": "open.tier.2"},
         "件、领导督办", {"n": "open.tier.3"}, "件。电子监察亮黄牌", {"n": "card.yellow"}, "件、红牌", {"n": "card.red"}, "件。"],
    ]  # fmt: skip


def _row(parts: list[tuple[str, str]]) -> Line:
    line: Line = []
    for name, key in parts:
        line += ["、" if line else "", name, {"n": key}, "件"]
    return line[1:]


def _charts(facts: WeekFacts, figures: Figures) -> ChartSection:
    shares: list[ChartShare] = [
        {"label": facts.matters.get(_matter(key), _matter(key)), "n": key} for key in top_matters(figures)
    ]
    return {
        "days": [day.isoformat() for day in facts.week.days],
        "channels": [{"label": CHANNEL_NAMES[channel], "key": channel.value} for channel in Channel],
        "shares": [*shares, {"label": "其他和未分类", "n": "received.matter.rest"}],
    }


def _matter(key: str) -> str:
    return key.removeprefix("received.matter.")


def _units(facts: WeekFacts, counts: Counts, rates: dict[str, float]) -> list[UnitGroup]:
    active = [peer for peer in facts.peers if f"unit.{peer.unit_id}.dispatched" in counts]
    tickets = {peer.unit_id: counts[f"unit.{peer.unit_id}.dispatched"] for peer in active}
    scores = {p.unit_id: rates[f"unit.{p.unit_id}.score"] for p in active if f"unit.{p.unit_id}.score" in rates}
    groups: list[UnitGroup] = []
    for level, name in GROUPS.items():
        peers = [peer for peer in active if peer.level == level]
        placed = place(peers, tickets, scores, facts.policy.ranked_from)
        groups.append({"name": name, "rows": [_unit_row(one) for one in placed]})
    return groups


def _unit_row(one: Placed) -> UnitLine:
    return {
        "unit": str(one.peer.unit_id), "name": one.peer.name, "band": one.band, "why": one.why, "score": one.score,
    }  # fmt: skip


def _hot(facts: WeekFacts, figures: Figures, counts: Counts) -> list[HotMatter]:
    """Return the matters raised by at least HOT_PERSONS different people, at most HOT_MOST: count, places, change."""
    by_matter: dict[str, list[Received]] = {}
    for one in facts.this.received:
        if one.matter_id is not None:
            by_matter.setdefault(one.matter_id, []).append(one)
    asked = {matter: len({one.person for one in rows}) for matter, rows in by_matter.items()}
    hot = sorted((m for m in asked if asked[m] >= HOT_PERSONS), key=lambda m: (-asked[m], -len(by_matter[m]), m))
    return [_hot_row(facts, counts, matter, by_matter[matter], asked[matter]) for matter in hot[:HOT_MOST]]


def _hot_row(facts: WeekFacts, counts: Counts, matter: str, rows: list[Received], persons: int) -> HotMatter:
    key = f"received.matter.{matter}"
    line: Line = [{"n": key}, f"件，{persons}人反映"]
    then = f"{LAST_WEEK}{key}"
    if facts.last_week is not None:
        before = counts.get(then, 0)
        line += ["；上周", {"n": then} if before else "0", f"件，{change_words(len(rows), before)}"]
    where = _where(rows)
    return {
        "name": facts.matters.get(matter, matter),
        "line": [*line, f"；集中在{where}。" if where else "；分布较散。"],
    }


def _where(rows: list[Received]) -> str:
    """Return at most two places named by at least two people; a place named by one person may be a home address."""
    people: dict[str, set[bytes]] = {}
    for one in rows:
        if one.place:
            people.setdefault(one.place, set()).add(one.person)
    shared = Counter({where: len(who) for where, who in people.items() if len(who) > 1})
    return "、".join(where for where, _ in sorted(shared.items(), key=lambda item: (-item[1], item[0]))[:2])

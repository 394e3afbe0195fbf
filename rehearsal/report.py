"""The figures of a drill, counted in the database and at the stand-in for WeChat, and their table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rich.table import Table

from hotline.domain.callback import VERDICT_NAMES
from hotline.domain.enums import Step, Verdict
from hotline.domain.supervision.tiers import STEP_NAMES, TIER_NAMES
from hotline.domain.tickets.ticket import SYSTEM
from rehearsal.environment import REGION
from rehearsal.fault_injection import NAMES, FaultInjector
from rehearsal.runner import Runner
from rehearsal.store import tally

CHANNEL_LABELS = {"phone": "电话", "wechat": "微信", "website": "网站"}
Figures = dict[str, Any]


async def count(runner: Runner, injector: FaultInjector | None = None) -> Figures:
    """Every figure of the table. `lost`, `surplus` and `duplicates` must be 0."""
    async with runner.environment.context.reading(SYSTEM) as conn:
        tickets = await tally.count_tickets(conn, REGION)
        events = {row["verb"]: row["tickets"] for row in await tally.count_events(conn, REGION)}
        reminders = await tally.count_reminders(conn, REGION)
        letters = await tally.count_letters(conn, REGION)
        interviews = await tally.count_interviews(conn, REGION)
        callbacks = await tally.count_callbacks(conn, REGION)
        alarms = await tally.count_alarms(conn, REGION)
        outbox = await tally.count_outbox(conn, REGION)
        twice = await tally.count_told_twice(conn, REGION)
        filed = {row["client_key"]: row["number"] for row in await tally.list_numbers(conn, REGION)}
        briefs = await tally.list_compiled(conn, REGION)
    states = _sum(tickets, "state")
    return {
        "received": {"total": len(filed), **_sum(tickets, "channel")},
        "dispatched": events.get("dispatch", 0),
        "reminders": {step.value: _sum(reminders, "step").get(step.value, 0) for step in Step},
        "reminder_states": _sum(reminders, "state"),
        "letters": {str(tier): _where(letters, kind="supervision_letter", tier=tier) for tier in (1, 2, 3)},
        "interviews": {"owed": interviews["owed"], "held": interviews["held"]},
        "callbacks": _callbacks(callbacks),
        "closed": states.get("closed", 0),
        "open": sum(total for state, total in states.items() if state != "closed"),
        "states": states,
        "closed_as": {k: v for k, v in _sum(tickets, "close_reason").items() if k != "None"},
        "alarms": {"total": sum(row["total"] for row in alarms), **_sum(alarms, "kind")},
        "alarms_open": sum(row["total"] for row in alarms if row["open"]),
        "messages": {f"{row['channel']}.{row['state']}": 0 for row in outbox} | _messages(outbox),
        "duplicates": twice + _twice_at_platform(runner, outbox) + (injector.doubled if injector else 0),
        "adversary": dict(injector.injected) if injector else {},
        **_missing(runner, filed),
        "briefs": [_brief(runner, row) for row in briefs],
    }


def _sum(rows: Iterable[Mapping[str, Any]], name: str) -> dict[str, int]:
    totals: Counter[str] = Counter()
    for row in rows:
        totals[str(row[name])] += row["total"]
    return dict(sorted(totals.items()))


def _where(rows: Iterable[Mapping[str, Any]], **wanted: object) -> int:
    fitting = (row for row in rows if all(row[name] == value for name, value in wanted.items()))
    return sum(int(row["total"]) for row in fitting)


def _callbacks(rows: Sequence[tally.CallbackCountRow]) -> dict[str, int]:
    verdicts = {verdict.value: _where(rows, verdict=verdict.value) for verdict in Verdict}
    return verdicts | {state: _where(rows, state=state) for state in ("unreachable", "refused", "withdrawn")}


def _messages(rows: Iterable[tally.MessageCountRow]) -> dict[str, int]:
    totals: Counter[str] = Counter()
    for row in rows:
        totals[f"{row['channel']}.{row['state']}"] += row["total"]
    return dict(totals)


def _twice_at_platform(runner: Runner, outbox: Iterable[tally.MessageCountRow]) -> int:
    """Messages the platform accepted beyond those marked as sent in the outbox."""
    gone = sum(
        row["total"]
        for row in outbox
        if row["channel"] == "wechat" and row["state"] in ("sent", "unknown", "done") and not row["folded"]
    )
    return max(0, len(runner.environment.wechat.accepted) - gone)


def _missing(runner: Runner, filed: Mapping[str, str]) -> Figures:
    """Messages without a ticket of their own, and tickets without a message; both must be none.

    Phone and website tickets are found by the key of their form, WeChat's by the number told to the person.
    """
    found = {index: filed.get(tracked.key) or tracked.number for index, tracked in runner.tracked.items()}
    numbers, taken = set(filed.values()), Counter(found.values())
    without = [index for index, number in found.items() if number not in numbers or taken[number] != 1]
    return {
        "lost": len(without),
        "lost_why": sorted(set(runner.lost.values()))[:5],
        "surplus": len(numbers - set(found.values())),
        "refused": runner.refusals.total(),
        "refusals": [{"what": what, "times": times} for what, times in runner.refusals.most_common(12)],
    }


def _brief(runner: Runner, row: tally.CompiledBriefRow) -> Figures:
    week = row["week_start"].isoformat()
    return {
        "week": week,
        "number": f"{row['year']}年第{row['number']}期",
        "state": row["state"],
        "page": f"{runner.environment.base}/briefs/{week}",
    }


def compose_table(figures: Mapping[str, Any]) -> Table:
    """The table printed at the end of a drill."""
    table = Table(title="演练结果", show_header=False, title_justify="left")
    table.add_column(style="bold")
    table.add_column()
    received = figures["received"]
    rows = {
        "收到": f"{received['total']} 件：" + _listed(CHANNEL_LABELS, received),
        "派单": f"{figures['dispatched']} 件",
        "催办": _listed({step.value: STEP_NAMES[step] for step in Step}, figures["reminders"]),
        "督办函": _listed({str(t): TIER_NAMES[t] for t in (1, 2, 3)}, figures["letters"]),
        "约谈": f"应约谈 {figures['interviews']['owed']} · 已约谈 {figures['interviews']['held']}",
        "回访": _listed(
            {v.value: VERDICT_NAMES[v] for v in Verdict} | {"unreachable": "未接通", "refused": "拒访"},
            figures["callbacks"],
        ),
        "办结 / 在办": f"{figures['closed']} / {figures['open']}",
        "提醒事项": f"{figures['alarms']['total']}（未处理 {figures['alarms_open']}）",
        "重复发送": str(figures["duplicates"]),
        "丢失 / 多出": f"{figures['lost']} / {figures['surplus']}",
        "有误的行": str(figures["bad_row_count"]),
        "程序出错": f"{figures['errors']}" + (f"，见 {figures['log']}" if figures["errors"] else ""),
        **({"捣乱": _listed(NAMES, figures["adversary"])} if figures["adversary"] else {}),
        "用时": f"{figures['wall_seconds']:.0f} 秒",
    }
    for name, text in rows.items():
        table.add_row(name, text)
    for brief in figures["briefs"]:
        table.add_row("专报", f"{brief['number']}（{brief['week']} 起一周）{brief.get('file') or brief['page']}")
    return table


def _listed(names: Mapping[str, str], figures: Mapping[str, int]) -> str:
    return " · ".join(f"{label} {figures.get(name, 0)}" for name, label in names.items())

"""View model of a brief: rows of its charts, cells of its tables, and the steps the user may take."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from urllib.parse import quote
from uuid import UUID

from channels.ui.pagination import Pager, turn_pages
from channels.ui.time_format import said
from hotline.actions.brief.publication import FigureTicketRow, ListedBriefRow
from hotline.domain.brief.issue import BRIEF_STATE_NAMES, TITLE, Brief, BriefState, BriefVerb, may
from hotline.domain.brief.sections import UNIT_LEGEND, unit_columns
from hotline.domain.brief.words import day_words, figure_name, percent
from hotline.domain.enums import CHANNEL_NAMES, KIND_NAMES, Role
from hotline.domain.tickets.lifecycle import STATE_NAMES, State
from hotline.domain.tickets.ticket import Actor
from hotline.holidays import ZONE

Row = Mapping[str, Any]
WEEK_NAMES: Mapping[str, str] = {"": "本周", "last_week.": "上周", "last_year.": "去年同期"}
ON_A_PAGE = 200


def brief_view(brief: Brief, user: Actor, others: Sequence[ListedBriefRow]) -> dict[str, Any]:
    """Return the variables of brief/brief.html."""
    at = (brief.issued_at or brief.compiled_at).astimezone(ZONE)
    county = brief.body["county"]
    return {
        "paper_name": TITLE,
        "paper_number": brief.number_text,
        "paper_issuer": f"{county}阳光热线办公室",
        "paper_date": f"{at.year}年{day_words(at.date())}",
        "brief": brief,
        "body": brief.body,
        "counts": brief.counts,
        "rates": brief.body["rates"],
        "span": f"{day_words(brief.monday)}至{day_words(brief.sunday)}",
        "state_name": BRIEF_STATE_NAMES[brief.state],
        "url": f"/briefs/{brief.monday}",
        "quote": _quoted,
        "percent": percent,
        "weeks": [(prefix, WEEK_NAMES[prefix]) for prefix in ("", *brief.body["numbers"]["weeks"])],
        "figure_names": {key: figure_name(key, {}) for key in brief.body["numbers"]["figures"]},
        "days": _days(brief),
        "shares": _shares(brief),
        "satisfaction": _satisfaction(brief),
        "unit_columns": unit_columns(brief.counts),
        "unit_legend": UNIT_LEGEND,
        "may": {verb.value: may(verb, brief.state, user.role) for verb in BriefVerb},
        "has_read": any(reading.account_id == user.account_id for reading in brief.readings),
        "readings": [(reading.name, reading.read_at.astimezone(ZONE)) for reading in brief.readings],
        "is_leader": user.role is Role.LEADER,
        "others": [_other(row) for row in others],
        "here": "/briefs",
    }


def _quoted(key: str) -> str:
    return quote(key, safe="")


def _days(brief: Brief) -> Mapping[str, Any]:
    charts = brief.body["charts"]
    channels = charts["channels"]
    keys_by_channel = [[f"received.day.{day}.{channel['key']}" for day in charts["days"]] for channel in channels]
    series = [
        {"label": channel["label"], "values": [brief.counts.get(key, 0) for key in keys], "keys": keys}
        for channel, keys in zip(channels, keys_by_channel, strict=True)
    ]
    return {"labels": [day_words(date.fromisoformat(day)) for day in charts["days"]], "series": series}


def _shares(brief: Brief) -> list[Row]:
    return [
        {"label": share["label"], "value": brief.counts.get(share["n"], 0), "href": _href(brief, share["n"])}
        for share in brief.body["charts"]["shares"]
    ]


def _satisfaction(brief: Brief) -> list[Row]:
    """Return the chart rows of units with a band: a percentage of a few callbacks means nothing (PROCEDURE §7)."""
    ranked = [row for group in brief.body["units"] for row in group["rows"] if row["band"]]
    whole = brief.body["rates"].get("satisfied")
    return [
        {
            "label": row["name"], "value": value * 100, "value_text": percent(value),
            "href": _href(brief, f"unit.{row['unit']}.callback.valid"), "mark": None if whole is None else whole * 100,
        }
        for row in ranked
        if (value := brief.body["rates"].get(f"unit.{row['unit']}.satisfied")) is not None
    ]  # fmt: skip


def _href(brief: Brief, key: str) -> str:
    return f"/briefs/{brief.monday}/figures/{_quoted(key)}"


def _other(row: ListedBriefRow) -> dict[str, str]:
    monday, state = row["week_start"], BriefState(row["state"])
    return {
        "href": f"/briefs/{monday}",
        "text": f"{row['year']}年第{row['number']}期（{day_words(monday)}起一周）",
        "state": "" if state is BriefState.ISSUED else BRIEF_STATE_NAMES[state],
    }


def figure_rows(rows: Iterable[FigureTicketRow], now: datetime) -> list[Row]:
    """Return rows of the macro ui.ticket_row; a ticket counted more than once says which time it is."""
    seen: Counter[UUID] = Counter()
    shown: list[Row] = []
    for row in rows:
        seen[row["ticket_id"]] += 1
        again = seen[row["ticket_id"]]
        facts = [
            KIND_NAMES[row["kind"]], CHANNEL_NAMES[row["channel"]], row["unit_name"] or "未派单",
            f"{said(row['received_at'], now)}受理", f"本周第{again}次计入" if again > 1 else "",
        ]  # fmt: skip
        state = State(row["state"])
        tone = "done" if state is State.CLOSED else "open"
        shown.append({
            "number": row["number"], "title": row["title"], "href": f"/tickets/{row['ticket_id']}", "facts": facts,
            "state": {"text": STATE_NAMES[state], "tone": tone},
        })  # fmt: skip
    return shown


def paged(rows: Sequence[Row], url: str, number: int) -> tuple[Sequence[Row], Pager | None]:
    """Return the rows of page `number` (from 1, limited to the last) and its pager, None if there is one page."""
    last = max(1, -(-len(rows) // ON_A_PAGE))
    number = min(max(number, 1), last)
    begin = (number - 1) * ON_A_PAGE
    shown = rows[begin : begin + ON_A_PAGE]
    return shown, turn_pages(len(shown), len(rows), number, ON_A_PAGE, f"{url}?page=")

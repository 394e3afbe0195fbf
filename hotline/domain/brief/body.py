"""The body of a brief as it is composed, stored as jsonb and shown (PROCEDURE §7)."""

from __future__ import annotations

from typing import NotRequired, TypedDict

from hotline.domain.brief.words import Line


class NumbersSection(TypedDict):
    """The section of figures: prefixes of the weeks compared with, keys of figures, rates with their labels, paragraphs."""

    weeks: list[str]
    figures: list[str]
    rates: list[RateColumn]
    text: list[Line]
    left_out: list[Line]


class RateColumn(TypedDict):
    """A rate by its key, with the label it is shown by."""

    key: str
    label: str


class ChartChannel(TypedDict):
    """A channel as a series of the chart of days."""

    label: str
    key: str


class ChartShare(TypedDict):
    """A matter as a share of what was received; `n` is the key of its figure."""

    label: str
    n: str


class ChartSection(TypedDict):
    """What the charts show: days as ISO dates, channels, matters."""

    days: list[str]
    channels: list[ChartChannel]
    shares: list[ChartShare]


class UnitLine(TypedDict):
    """A unit among its peers: its id, its band (empty with `why` telling the reason) and its score from 0 to 1."""

    unit: str
    name: str
    band: str
    why: str
    score: float | None


class UnitGroup(TypedDict):
    """A group of peers."""

    name: str
    rows: list[UnitLine]


class HotMatter(TypedDict):
    """A matter that several people asked about."""

    name: str
    line: Line


class NamedTicket(TypedDict):
    """A ticket the brief names, without its person."""

    ticket: str
    number: str
    subject: str
    unit: str


class InterviewLines(NamedTicket):
    """An interview of the week in three lines."""

    lines: list[str]


class SupervisedLine(NamedTicket):
    """A ticket on tier 2 or 3; `over` in whole days."""

    tier: int
    tier_name: str
    reason: str
    since: str
    over: int
    missing: str


class LatePartLine(NamedTicket):
    """A late part of a joint ticket; `over` in whole days."""

    lead: str
    due: str
    over: int


class InstructionLine(NamedTicket):
    """A leader's instruction and what became of it."""

    leader: str
    text: str
    written: str
    state: str


class BriefBody(TypedDict):
    """Everything of a brief but its advice. Days are ISO dates; `rates` are from 0 to 1, by key."""

    county: str
    monday: str
    sunday: str
    rates: dict[str, float]
    names: dict[str, str]
    lead: list[Line]
    numbers: NumbersSection
    charts: ChartSection
    units: list[UnitGroup]
    hot: list[HotMatter]
    late_parts: NotRequired[list[LatePartLine]]
    interviews: list[InterviewLines]
    supervised: list[SupervisedLine]
    instructions: list[InstructionLine]

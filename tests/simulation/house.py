"""Who works where, and who is away: the same for every ticket of a run (AB岗)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

COUNTY = "阳光县人民政府"
ABOVE = {"水务局": COUNTY, "西湖水厂": "水务局", "教育局": COUNTY, "永安镇": COUNTY}
# In 西湖水厂 nobody works: what is for it goes to the unit above.
DESKS = {COUNTY: ("county_head",), "水务局": ("water", "water_head"), "教育局": ("school",), "永安镇": ("town",)}
OFFICES = {
    "dispatcher": ("dispatcher",), "supervisor": ("supervisor", "supervisor2"), "inspector": ("inspector",),
    "leader": ("leader",),
}  # fmt: skip
# Who signs and answers for a unit.
HANDLERS = {"水务局": "water", "西湖水厂": "water", "教育局": "school", "永安镇": "town"}
FALLBACK = "role:dispatcher"


@dataclass
class Leave:
    """Somebody is away from the first moment until before the second."""

    login: str
    since: datetime
    until: datetime
    substitute: str | None = None

    def overlaps(self, since: datetime, until: datetime) -> bool:
        return self.since < until and self.until > since and self.since < self.until


@dataclass(frozen=True)
class Reader:
    """Where a notice goes, the person it was meant for, and whether somebody is missing."""

    to: str
    instead_of: str | None = None
    missing: bool = False


@dataclass(eq=False)
class House:
    """The people of the county; those in `nobody` were never there."""

    nobody: frozenset[str]
    leaves: list[Leave] = field(default_factory=list)

    def __deepcopy__(self, _memo: object) -> House:
        # Tickets are imagined with and without something; people are where they are.
        return self

    def people(self) -> list[str]:
        """Everybody who may go on leave."""
        return [
            login for of in (DESKS, OFFICES) for logins in of.values() for login in logins if login not in self.nobody
        ]

    def unit_of(self, login: str) -> str | None:
        return next((unit for unit, logins in DESKS.items() if login in logins), None)

    def is_away(self, login: str, since: datetime, until: datetime | None = None) -> bool:
        """At a moment, or at some moment of a span."""
        if until is not None:
            return any(leave.login == login and leave.overlaps(since, until) for leave in self.leaves)
        return any(leave.login == login and leave.since <= since < leave.until for leave in self.leaves)

    def may_stand_in(self, login: str, other: str) -> bool:
        """Of the same unit or of the one above it; in an office, of the same one."""
        unit, where = self.unit_of(login), self.unit_of(other)
        if login == other:
            return False
        if unit is None or where is None:
            return any(login in logins and other in logins for logins in OFFICES.values())
        return where in (unit, ABOVE.get(unit))

    def reads(self, login: str, now: datetime) -> str | None:
        """Who reads what is for somebody: that person, a substitute who is there, or nobody."""
        for leave in self.leaves:
            if leave.login == login and leave.since <= now < leave.until:
                there = leave.substitute is not None and not self.is_away(leave.substitute, now)
                return leave.substitute if there else None
        return login

    def reader(self, to: str, lead: str | None, now: datetime) -> Reader:
        """Who gets what is for a unit, an office or a person of the unit that has the ticket (`lead`)."""
        what, _, name = to.partition(":")
        if what == "role":
            there = any(login not in self.nobody and not self.is_away(login, now) for login in OFFICES[name])
            return Reader(to if there else FALLBACK, missing=not there)
        if what == "unit":
            return self._desk(name, now)
        reads = self.reads(name, now)
        if reads is not None:
            return Reader(f"account:{reads}", name if reads != name else None)
        return Reader(self._desk(lead or COUNTY, now).to, name, missing=True)

    def _desk(self, name: str, now: datetime) -> Reader:
        unit: str | None = name
        while unit is not None:
            if any(self.reads(login, now) for login in DESKS.get(unit, ())):
                return Reader(f"unit:{unit}", missing=unit != name)
            unit = ABOVE.get(unit)
        return Reader(FALLBACK, missing=True)

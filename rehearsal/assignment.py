"""Which log-in carries out a planned action, and which unit a dispatcher of the rehearsal chooses."""

from __future__ import annotations

from collections.abc import Iterable
from random import Random
from uuid import UUID

from hotline.actions.region.context import RegionContext
from hotline.domain.enums import Role
from hotline.domain.tickets.ticket import Ticket
from rehearsal.behaviour.schedule import PlannedAction
from rehearsal.county import logins
from rehearsal.environment import COUNTY
from rehearsal.tracking import TrackedMessage

STAFF = {Role.OPERATOR: 4, Role.DISPATCHER: 2, Role.SUPERVISOR: 2, Role.INSPECTOR: 2, Role.LEADER: 3}
LOGINS = {
    Role.OPERATOR: "huawu",
    Role.DISPATCHER: "paidan",
    Role.SUPERVISOR: "duban",
    Role.INSPECTOR: "jiwei",
    Role.LEADER: "lingdao",
}


class Assignment:
    """Log-ins and units of the demonstration county; the same seed gives the same choices."""

    def __init__(self, context: RegionContext, seed: int) -> None:
        self._office = context
        self._seed = seed
        self._handlers = {person.unit: person.login for person in logins(COUNTY) if person.role is Role.HANDLER}

    def login(self, tracked: TrackedMessage, action: PlannedAction) -> str:
        """The log-in of the unit's handler or head, or of one of the people of an office in turn."""
        role = action.role
        if role in (Role.HANDLER, Role.UNIT_HEAD):
            unit_id = tracked.assisting_id if action.verb == "assist" else tracked.unit_id
            login = self._handlers.get(self._office.county.unit_name(unit_id), "xianfu")
            return f"{login}-fuze" if role is Role.UNIT_HEAD else login
        return f"{LOGINS[role]}{tracked.arrival.index % STAFF[role] + 1}"

    def assisting(self, tracked: TrackedMessage, ticket: Ticket) -> UUID:
        """A random bureau other than the lead unit and the units barred for the accused one."""
        barred = {*self._office.county.barred(ticket.accused_unit_id), tracked.unit_id}
        dice = Random(f"{self._seed}:{tracked.key}:assisting")
        return dice.choice([unit for unit in self._bureaus() if unit not in barred])

    def unit(self, tracked: TrackedMessage, ticket: Ticket) -> UUID:
        """The unit of the matter in the catalogue, else a random bureau; never a barred unit or the present one."""
        county, matter_id = self._office.county, tracked.arrival.matter_id
        barred = set(county.barred(ticket.accused_unit_id)) | ({tracked.unit_id} if tracked.unit_id else set())
        fitting: Iterable[UUID] = (
            row.unit_id for row in county.catalogue if row.matter_id == matter_id and not row.place
        )
        others = self._bureaus()
        dice = Random(f"{self._seed}:{tracked.key}:unit:{ticket.cycle}")
        choice = [unit for unit in (*fitting, dice.choice(others)) if unit not in barred]
        return choice[0] if choice else dice.choice(others)

    def _bureaus(self) -> list[UUID]:
        units = self._office.county.units.values()
        return [unit.unit_id for unit in units if unit.staffed and unit.level == "bureau" and unit.office is None]

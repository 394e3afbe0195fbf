"""Import the tree of units from a county's list: county → one bureau or town a sector → its units (PROCEDURE §4)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from hotline.actions.region.csv_reader import BadRow, CsvRow
from hotline.db import transaction
from hotline.store.ids import new_id
from hotline.store.region import regions, unit_tree

COLUMNS = ("sector_no", "sector", "unit")
NAME_LIMIT = 60
_COUNTY_ENDS = ("县", "区", "市", "旗")
_TOWN_ENDS = ("街", "街道", "镇", "乡", "街办事处", "街道办事处", "镇人民政府", "乡人民政府", "办事处", "管委会")
_NAMED_ENDS = ("局", "委", "办", "公司", "中心", "院", "会", "队", "厅", "所", "站")
_OWN_NAMES = {"供电": "供电公司"}


@dataclass(frozen=True, slots=True)
class PlannedUnit:
    """A unit to import; `parent` is the parent's name, None for the county."""

    name: str
    parent: str | None
    sector: str
    level: str
    office: str | None = None


@dataclass(frozen=True, slots=True)
class ImportedUnits:
    """The result of an import: how many units were added and how many existed already."""

    added: int
    known: int


def county_unit(county: str) -> str:
    """Return the name of the unit at the top: 青禾县 → 青禾县人民政府."""
    return f"{county}人民政府" if county.endswith(_COUNTY_ENDS) else county


def head_of_sector(sector: str) -> tuple[str, str]:
    """Return the name and level ('bureau' or 'town') of the unit that leads a sector: 水务 → 水务局, 永安街 → 永安街办事处."""
    if sector.endswith(_TOWN_ENDS):
        return (f"{sector}办事处" if sector.endswith(("街", "街道")) else sector), "town"
    if sector.endswith(_NAMED_ENDS):
        return sector, "bureau"
    return _OWN_NAMES.get(sector, f"{sector}局"), "bureau"


def plan_units(county: str, rows: Iterable[CsvRow], file: str) -> tuple[tuple[PlannedUnit, ...], tuple[BadRow, ...]]:
    """Plan the tree of a list of sectors and units, parents first; returns the units and the bad rows.

    A unit's name begins with its bureau's or town's, since two sectors may each have a unit called 行政许可科.
    """
    top = county_unit(county)
    planned = {top: PlannedUnit(top, None, "县", "county")}
    bad: list[BadRow] = []
    for row in rows:
        sector, unit = row.cells.get("sector", ""), row.cells.get("unit", "")
        lacking = [name for name, value in (("sector", sector), ("unit", unit)) if not value]
        if lacking or len(sector) + len(unit) > NAME_LIMIT:
            why = f"缺少 {'、'.join(lacking)}" if lacking else f"名称超过 {NAME_LIMIT} 字"
            bad.append(BadRow(file, row.line, why))
            continue
        leader, level = head_of_sector(sector)
        planned.setdefault(leader, PlannedUnit(leader, top, sector, level))
        name = unit if unit.startswith(leader) else f"{leader}{unit}"
        planned.setdefault(name, PlannedUnit(name, leader, sector, "station"))
    return tuple(planned.values()), tuple(bad)


async def import_units(pool: Any, region: int, county: str, units: Sequence[PlannedUnit]) -> ImportedUnits:
    """Write the tree in one transaction; existing units keep their ids, so a second run adds nothing."""
    async with transaction(pool) as conn:
        if await regions.get_region(conn, region) is None:
            await regions.add_region(conn, region, county)
        ids = {unit["name"]: unit["unit_id"] for unit in await unit_tree.list_units(conn, region)}
        fresh = [unit for unit in units if unit.name not in ids]
        for unit in fresh:
            ids[unit.name] = new_id()
            parent = ids[unit.parent] if unit.parent else None
            await unit_tree.add_unit(
                conn, region, ids[unit.name], parent, unit.name, unit.sector, unit.level, unit.office or None
            )
    return ImportedUnits(len(fresh), len(units) - len(fresh))

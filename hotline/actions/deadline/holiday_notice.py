"""Read a holiday notice (days off and make-up workdays) from a TOML file; all faults are reported together."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import TypeGuard

from hotline.domain.deadline.office_hours import FIRST_YEAR, LAST_YEAR, Shift
from hotline.domain.errors import BadCalendar, UnfitNotice
from hotline.domain.text import clean
from hotline.holidays import DayRow, china_calendar

NAME_LIMIT = 40
SOURCE_LIMIT = 200
_HEAD = ("source", "published", "effective_from", "days")
_DAY = ("day", "working", "name", "shifts")
_DAY_LINE = re.compile(r"""(?:^|[\s{,])["']?day["']?\s*=""")
_PLACE = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")


@dataclass(frozen=True, slots=True)
class HolidayNotice:
    """A holiday notice: title and document number, date of publication, first day it may change, and its days."""

    source: str
    published_on: date
    effective_from: date
    days: tuple[DayRow, ...]


def read_holiday_notice(text: str, today: date) -> HolidayNotice:
    """Read `source`, `published`, `effective_from` and `days = [{day, working, name, shifts?}]`.

    Raises UnfitNotice with every fault, each with its line or day.
    """
    try:
        notice = tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        place = _PLACE.search(str(fault))
        where = f"第 {place[1]} 行" if place and place[1] else "文件末尾"
        raise unfit([f"{where}：不是有效的 TOML 写法"]) from None
    faults = list(_faults_of_head(notice, today))
    entries = notice.get("days")
    rows: dict[date, DayRow] = {}
    if isinstance(entries, list):
        lines = _lines_of_days(text, len(entries))
        for line, entry in zip(lines, entries, strict=True):
            faults += _read_day(entry, line, notice, rows)
    if faults:
        raise unfit(faults)
    return HolidayNotice(clean(notice["source"]), notice["published"], notice["effective_from"], tuple(rows.values()))


def unfit(faults: list[str]) -> UnfitNotice:
    """Return the refusal that lists these faults, one a line."""
    return UnfitNotice(count=len(faults), faults="".join(f"\n  {fault}" for fault in faults))


def _faults_of_head(notice: Mapping[str, object], today: date) -> Iterator[str]:
    yield from (f"{name}：没有这一项" for name in notice if name not in _HEAD)
    source, published, days = notice.get("source"), notice.get("published"), notice.get("days")
    if not isinstance(source, str) or not 0 < len(clean(source)) <= SOURCE_LIMIT:
        yield f"source：要写明通知的名称和文号，{SOURCE_LIMIT} 字以内"
    for name in ("published", "effective_from"):
        if not _is_date(notice.get(name)):
            yield f"{name}：应当是日期，如 2026-11-04"
    if _is_date(published) and published > today:
        yield f"published：{published} 还没有到"
    if not isinstance(days, list) or not days:
        yield "days：至少要有一天"


def _is_date(value: object) -> TypeGuard[date]:
    return isinstance(value, date) and not isinstance(value, datetime)


def _lines_of_days(text: str, count: int) -> list[str]:
    lines = [
        f"第 {number} 行"
        for number, line in enumerate(text.splitlines(), 1)
        for _ in _DAY_LINE.finditer(line.partition("#")[0])
    ]
    return lines if len(lines) == count else [f"第 {number} 天" for number in range(1, count + 1)]


def _read_day(entry: object, place: str, notice: Mapping[str, object], rows: dict[date, DayRow]) -> list[str]:
    """Put a day into `rows` unless it has faults; return its faults."""
    if not isinstance(entry, dict):
        return [f"{place}：每一天应当写成 {{ day = …, working = …, name = … }}"]
    day = _as_date(entry.get("day"))
    if day is None or not FIRST_YEAR <= day.year <= LAST_YEAR:
        return [f"{place}：day 应当是日期，如 2027-01-01"]
    place = f"{place}（{day}）"
    faults = [f"{place}：没有 {name} 这一项" for name in entry if name not in _DAY]
    faults += _faults_of_day(entry, place)
    if day in rows:
        faults.append(f"{place}：同一天写了两次")
    effective_from = notice.get("effective_from")
    if _is_date(effective_from) and day < effective_from:
        faults.append(f"{place}：早于生效日期 {effective_from}")
    shifts, why = _read_shifts(entry.get("shifts"))
    faults += [f"{place}：{why}"] if why else []
    if not faults:
        row = DayRow(day, entry["working"], clean(entry["name"]), clean(str(notice.get("source", ""))), shifts)
        faults += _faults_of_hours(row, place)
        rows[day] = row
    return faults


def _faults_of_day(entry: Mapping[str, object], place: str) -> Iterator[str]:
    if not isinstance(entry.get("working"), bool):
        yield f"{place}：working 应当是 true（上班）或 false（放假）"
    name = entry.get("name")
    if not isinstance(name, str) or not 0 < len(clean(name)) <= NAME_LIMIT:
        yield f"{place}：name 要写明是什么日子，{NAME_LIMIT} 字以内"


def _as_date(value: object) -> date | None:
    if isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            return None
    return value if _is_date(value) else None


def _read_shifts(hours: object) -> tuple[tuple[Shift, ...] | None, str]:
    """Return the hours of a day (None: the usual ones) and the fault in Chinese, empty if there is none."""
    if hours is None:
        return None, ""
    why = 'shifts 应当写成 [["08:30", "12:00"], ["14:00", "17:30"]]'
    if not isinstance(hours, list) or not hours or any(not isinstance(pair, list) or len(pair) != 2 for pair in hours):
        return None, why
    try:
        return tuple((_as_time(opening), _as_time(closing)) for opening, closing in hours), ""
    except ValueError:
        return None, why


def _as_time(value: object) -> time:
    if isinstance(value, time):
        return value
    if not isinstance(value, str):
        raise ValueError
    moment = time.fromisoformat(value)
    if moment.tzinfo is not None:
        raise ValueError
    return moment


def _faults_of_hours(row: DayRow, place: str) -> list[str]:
    if row.shifts is None:
        return []
    try:
        china_calendar([row])
    except BadCalendar as fault:
        return [f"{place}：{fault.facts['reason']}"]
    return []

"""Read CSV tables: good rows are read, every bad row is reported with its line."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from hotline.domain.text import clean


class UnreadableCsv(Exception):
    """The file cannot be read as a table; the text is a sentence for the user."""


@dataclass(frozen=True, slots=True)
class CsvRow:
    """A row: the line it begins on (the heading is line 1) and its cells by column name, stripped."""

    line: int
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that cannot be used, with the reason in Chinese."""

    file: str
    line: int
    why: str


@dataclass(frozen=True, slots=True)
class CsvTable:
    """A whole file: the good rows in order, and the bad ones."""

    rows: tuple[CsvRow, ...]
    bad: tuple[BadRow, ...]


def read_csv(path: Path, needs: Sequence[str]) -> CsvTable:
    """Read a UTF-8 CSV file with a heading; a byte order mark and blank lines are skipped, unknown columns allowed.

    Broken quoting makes one line bad, not the rest of the file. Raises UnreadableCsv when the file cannot be read or
    lacks a column of `needs`.
    """
    try:
        text = path.read_bytes().decode("utf-8", "surrogateescape").removeprefix("\ufeff")
    except OSError as fault:
        raise UnreadableCsv(f"{path}：读不到这个文件（{fault.strerror}）") from None
    lines = text.replace("\r\n", "\n").split("\n")
    records = _records([line + "\n" for line in lines[:-1]] + lines[-1:])
    _, heading = next(records, (1, []))
    names = [] if isinstance(heading, str) else [name.strip().lower() for name in heading]
    lacking = [name for name in needs if name not in names]
    if lacking:
        raise UnreadableCsv(f"{path}：第一行没有列名 {'、'.join(lacking)}")
    rows: list[CsvRow] = []
    bad: list[BadRow] = []
    for line, record in records:
        why = record if isinstance(record, str) else _fault(names, record)
        if why or isinstance(record, str):
            bad.append(BadRow(path.name, line, why))
        else:
            rows.append(CsvRow(line, {name: clean(cell) for name, cell in zip(names, record, strict=False)}))
    return CsvTable(tuple(rows), tuple(bad))


def _records(lines: list[str]) -> Iterator[tuple[int, list[str] | str]]:
    """Yield each record with its line, or the fault in Chinese; after broken quoting, continue with the next line."""
    at = 0
    while at < len(lines):
        reader = csv.reader((lines[i] for i in range(at, len(lines))), strict=True)
        start = at
        try:
            for record in reader:
                if len(record) > 1 or any(cell.strip() for cell in record):
                    yield start + 1, record
                start = at + reader.line_num
            return
        except csv.Error as fault:
            yield start + 1, "一格超过 131072 字" if "field limit" in str(fault) else "引号不配对"
            at = start + 1


def _fault(names: Sequence[str], record: Sequence[str]) -> str:
    if any("\udc80" <= sign <= "\udcff" for cell in record for sign in cell):
        return "不是 UTF-8 编码"
    if any(cell.strip() for cell in record[len(names) :]):
        return f"有 {len(record)} 列，列名只有 {len(names)} 个"
    return ""

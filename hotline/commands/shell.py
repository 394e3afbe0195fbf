"""Shared by all commands: settings, the region, and faults reported as sentences."""

from __future__ import annotations

import asyncio
import unicodedata
from collections.abc import Coroutine, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any

import click

from hotline.actions.region.context import RegionContext, open_region
from hotline.actions.region.csv_reader import UnreadableCsv
from hotline.actions.region.health import UpkeepFault
from hotline.clock import RealClock
from hotline.config import ConfigurationError, Settings
from hotline.domain.errors import Refusal
from hotline.domain.text import clean


class _FreeText(click.ParamType[str]):
    """An option of free text, cleaned like the fields of a form."""

    name = "text"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the text cleaned."""
        return clean(str(value))


FREE_TEXT = _FreeText()


def read_settings() -> Settings:
    """Return the settings of the environment. Raises ClickException with all faults together."""
    try:
        return Settings.load()
    except ConfigurationError as fault:
        raise click.ClickException(str(fault)) from None


def run(work: Coroutine[Any, Any, None]) -> None:
    """Run a command; faults the user can correct are reported as a sentence, not as a traceback."""
    try:
        asyncio.run(work)
    except (UpkeepFault, UnreadableCsv) as fault:
        raise click.ClickException(str(fault)) from None
    except Refusal as refusal:
        raise click.ClickException(refusal.sentence) from None
    except OSError as fault:
        raise click.ClickException(f"连不上数据库：{fault.strerror or fault}") from None


def open_here(settings: Settings) -> AbstractAsyncContextManager[RegionContext]:
    """Open the region for a command, with the system clock."""
    return open_region(settings, RealClock().now(), real=True, pool_size=2)


def columns(rows: Sequence[tuple[str, ...]]) -> list[str]:
    """Align rows in columns for a terminal, where a Chinese character is two cells wide."""
    widths = [max(map(_width, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)

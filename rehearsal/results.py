"""The figures of a run as one flat JSON object, written the same way by drill, bench and simulation."""

from __future__ import annotations

import json
import os
import platform
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from hotline.clock import RealClock

Scalar = str | int | float | bool | None


class RunResults:
    """Collects figures under dotted names (`intake.ratio`); numbers stay numbers, anything without JSON form is text.

    Besides the figures the file holds `command`, `started_at` (UTC, ISO 8601), `duration_s`, `python`, `cpu_count`
    and every argument as `arguments.<name>`.
    """

    def __init__(self, command: str, arguments: Mapping[str, object]) -> None:
        self._began = time.monotonic()
        self._head: dict[str, Scalar] = {
            "command": command,
            "started_at": RealClock().now().isoformat(timespec="seconds"),
            "python": platform.python_version(),
            "cpu_count": os.cpu_count(),
            **dict(_flatten("arguments", arguments)),
        }
        self.figures: dict[str, Scalar] = {}

    def add(self, prefix: str, figures: Mapping[str, object]) -> None:
        """Take figures in under a prefix; what is nested gets dotted names, lists are numbered from 0."""
        self.figures.update(_flatten(prefix, figures))

    def write(self, file: Path | None) -> None:
        """Write what was collected so far, the folder too; nothing without a file. Raises OSError."""
        if file is None:
            return
        content = self._head | {"duration_s": round(time.monotonic() - self._began, 1)} | self.figures
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", "utf-8")


def _flatten(name: str, value: object) -> Iterator[tuple[str, Scalar]]:
    match value:
        case Mapping():
            for key, inner in value.items():
                yield from _flatten(f"{name}.{key}", inner)
        case str() | int() | float() | None:
            yield name, value
        case Sequence():
            for place, inner in enumerate(value):
                yield from _flatten(f"{name}.{place}", inner)
        case _:
            yield name, str(value)

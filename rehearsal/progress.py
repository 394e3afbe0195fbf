"""Progress of a long run, shared by drill, bench and simulation: a bar on a terminal, else a line every few seconds."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    TaskID,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

EVERY_S = 5.0
Advance = Callable[[float], None]
"""Called with the units of work just done."""


def no_progress(_amount: float) -> None:
    """An `Advance` that does nothing."""


@dataclass(slots=True)
class _Part:
    """A part of the run: `total` and `done` in the same unit, `detail` a few words on its state."""

    name: str
    total: float
    number: int
    began: float
    done: float = 0.0
    detail: str = ""

    @property
    def share(self) -> float:
        return min(1.0, self.done / self.total) if self.total else 1.0

    def rest_s(self, elapsed: float) -> float | None:
        """Estimated seconds left, at the speed so far; None before anything is done."""
        return elapsed * (1 - self.share) / self.share if self.share else None


class RunProgress:
    """Reports one part after another; a context manager. `parts` is how many there will be.

    Without a terminal a thread prints a line every `every_s` seconds, also while nothing advances.
    """

    def __init__(self, console: Console, parts: int = 1, every_s: float = EVERY_S) -> None:
        self._console = console
        self._parts = parts
        self._every_s = every_s
        self._part: _Part | None = None
        self._bar = _bar(console) if console.is_terminal else None
        self._task: TaskID | None = None
        self._ended = threading.Event()
        self._printer = threading.Thread(target=self._print_lines, daemon=True)

    def __enter__(self) -> Self:
        if self._bar is not None:
            self._bar.start()
        else:
            self._printer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()
            return
        self._ended.set()
        self._printer.join()
        self._print_line()

    def begin(self, name: str, total: float) -> None:
        """Begin the next part; `total` is its work in any unit."""
        number = self._part.number + 1 if self._part else 1
        if self._bar is None:
            self._print_line()
        self._part = _Part(name, total, number, time.monotonic())
        if self._bar is not None:
            self._task = self._bar.add_task(self._title(self._part), total=total, detail="")
        else:
            self._print_line()

    def advance(self, amount: float = 1.0, detail: str = "") -> None:
        """Add `amount` to what is done of the present part."""
        if self._part is not None:
            self.reach(self._part.done + amount, detail)

    def reach(self, done: float, detail: str = "") -> None:
        """Set what is done of the present part; an empty `detail` keeps the last one."""
        part = self._part
        if part is None:
            return
        part.done, part.detail = done, detail or part.detail
        if self._bar is not None and self._task is not None:
            self._bar.update(self._task, completed=done, detail=part.detail)

    def _title(self, part: _Part) -> str:
        return f"{part.number}/{self._parts} {part.name}" if self._parts > 1 else part.name

    def _print_lines(self) -> None:
        while not self._ended.wait(self._every_s):
            self._print_line()

    def _print_line(self) -> None:
        part = self._part
        if part is None:
            return
        elapsed = time.monotonic() - part.began
        rest = part.rest_s(elapsed)
        words = [
            f"{self._title(part)}：{part.share:.0%}",
            f"已用 {_clock(elapsed)}",
            f"约剩 {'—' if rest is None else _clock(rest)}",
            *([part.detail] if part.detail else []),
        ]
        self._console.print("，".join(words), markup=False, highlight=False, soft_wrap=True)


def _bar(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[detail]}"),
        console=console,
    )


def _clock(seconds: float) -> str:
    """`m:ss`, or `h:mm:ss` from an hour on."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"

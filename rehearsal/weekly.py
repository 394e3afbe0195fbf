"""The weekly brief in a rehearsal: advice, approval, issue, reading; its docx file is kept."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from pathlib import Path

from rehearsal.behaviour import texts
from rehearsal.messages import ZONE
from rehearsal.runner import Job, Runner

WEEK = timedelta(days=7)
STEPS: tuple[tuple[time, str, str], ...] = (
    (time(7, 0), "", ""),  # compiled by the sweep; no form to submit
    (time(8, 40), "duban1", "advice"),
    (time(9, 10), "duban1", "approve"),
    (time(9, 40), "jiwei1", "issue"),
    (time(10, 10), "lingdao1", "read"),
    (time(10, 40), "lingdao2", "read"),
)
END = time(11, 0)


def mondays(start: date, weeks: int) -> tuple[date, ...]:
    """The Mondays on which a brief is due while `weeks` weeks from `start` are played."""
    first = start - timedelta(days=start.weekday()) + WEEK
    count = weeks if start.weekday() == 0 else weeks + 1
    return tuple(first + WEEK * n for n in range(count))


def end_of_run(start: date, weeks: int) -> datetime:
    """When the last brief has been issued and read."""
    return datetime.combine(mondays(start, weeks)[-1], END, ZONE)


def plan_briefs(runner: Runner, start: date, weeks: int, folder: Path | None = None) -> None:
    """Schedule every Monday's work on the brief; issued briefs are stored in `folder` as docx."""
    for monday in mondays(start, weeks):
        for clock, login, step in STEPS:
            runner.plan(datetime.combine(monday, clock, ZONE), _job(runner, monday - WEEK, login, step, folder))


def _job(runner: Runner, week: date, login: str, step: str, folder: Path | None) -> Job:
    async def job() -> None:
        if not step:
            return
        fields = {"advice": texts.ADVICE} if step == "advice" else {}
        reply = await runner.environment.clients.submit(login, f"/briefs/{week}/{step}", fields)
        if not reply.done:
            runner.refused(f"brief {step}", reply)
        elif step == "issue" and folder is not None:
            content = await runner.environment.clients.read(login, f"/briefs/{week}.docx")
            folder.mkdir(parents=True, exist_ok=True)
            (folder / f"{week}.docx").write_bytes(content)

    return job

"""The system status for administrators: background jobs, policy, units, schema; it shows no tickets (PROCEDURE §1)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from aiohttp import web

from channels.desk.texts import LEVEL_NAMES, LIMIT_NAMES
from channels.scheduler_watch import JOB_NAMES
from channels.ui.rendering import page
from channels.ui.time_format import local_text, said
from channels.web.app_keys import CLOCK
from channels.web.region import region_of
from channels.web.routes import get
from channels.web.session import now
from hotline.actions.region.context import County
from hotline.actions.region.heartbeats import HeartbeatRow, list_heartbeats
from hotline.actions.region.schema import read_schema
from hotline.domain.accounts.permissions import Right
from hotline.domain.policy.limits import Policy

# Every job runs at least once a minute, so five minutes of silence mean that it has stopped.
STALE_AFTER = timedelta(minutes=5)


async def show_admin(request: web.Request) -> web.Response:
    """`GET /admin`: show heartbeats of jobs, the policy in force, units by level and the schema version."""
    context, moment = region_of(request), now(request)
    newest, missing = await read_schema(context)
    county = context.county
    return page(
        request,
        "status.html",
        jobs=_jobs(await list_heartbeats(context), moment),
        limits=_limits(county.rules.policy),
        numbers=_numbers(county.rules.policy),
        policy_version=county.rules.policy.version,
        units=_units(county),
        catalogue=len(county.catalogue),
        schema=newest,
        missing=missing,
        clock_text=local_text(request.app[CLOCK].now()),
    )


def _jobs(rows: Sequence[HeartbeatRow], moment: datetime) -> list[dict[str, Any]]:
    """Return all jobs by their Chinese names; a job without a heartbeat is marked silent, like a stale one."""
    beats = {row["job"]: row for row in rows}
    names = [*JOB_NAMES, *(job for job in beats if job not in JOB_NAMES)]
    jobs = []
    for job in names:
        row = beats.get(job)
        silent = row is None or moment - row["beat_at"] > STALE_AFTER
        jobs.append(
            {
                "name": JOB_NAMES.get(job, job),
                "at": said(row["beat_at"], moment) if row else "还没有运行过",
                "handled": row["handled"] if row else 0,
                "failed": row["failed"] if row else 0,
                "silent": silent,
            }
        )
    return jobs


def _limits(policy: Policy) -> list[tuple[str, str]]:
    return [(LIMIT_NAMES.get(key, key), policy.limit(key).in_words) for key in policy.limits]


def _numbers(policy: Policy) -> list[tuple[str, str]]:
    weights = " : ".join(f"{weight:g}" for weight in policy.weights)
    return [
        ("最多重办", f"{policy.redos} 次"),
        ("退单几次后由纪委裁定", f"{policy.returns_to_tier2} 次"),
        ("最多延期", f"{policy.extensions} 次"),
        ("回访最多拨打", f"{policy.callback_attempts} 次"),
        ("提醒发送时段", f"{policy.notices_from:%H:%M}–{policy.notices_until:%H:%M}（紧急工单随时）"),
        ("参加排名的最少件数", f"{policy.ranked_from} 件"),
        ("得分权重（联系 : 解决 : 满意）", weights),
        ("“基本满意”折算", f"{policy.basically_counts:g}"),
    ]


def _units(county: County) -> list[tuple[str, int, int]]:
    """Return (level, number of units, number of staffed units) for each level that has units, from the top of the tree."""
    levels = list(dict.fromkeys([*LEVEL_NAMES, *(unit.level for unit in county.units.values())]))
    counted = []
    for level in levels:
        members = [unit for unit in county.units.values() if unit.level == level]
        if members:
            counted.append((LEVEL_NAMES.get(level, level), len(members), sum(unit.staffed for unit in members)))
    return counted


routes: Sequence[web.RouteDef] = (get("/admin", show_admin, Right.READ_HOUSE),)

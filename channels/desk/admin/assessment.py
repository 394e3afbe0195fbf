"""个人信息保护影响评估: personal data stored, their purpose, protection, readers and retention, and what was erased."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from aiohttp import web

from channels.desk.texts import TABLE_NAMES
from channels.ui.navigation import ROLE_NAMES
from channels.ui.rendering import page
from channels.ui.time_format import local_text
from channels.web.region import region_of
from channels.web.routes import get
from channels.web.session import actor, now
from hotline.actions.privacy.retention import PersonalColumn, RetentionReportRow, list_personal, list_reports
from hotline.actions.privacy.retention_hold import list_holds_in_force
from hotline.domain.accounts.permissions import Right, roles_of
from hotline.domain.enums import Role
from hotline.domain.policy.retention_periods import KEPT_NAMES, SINCE, Kept, Retention

# The right that shows a kind of data; a kind without one is never shown, only used by the program.
_MET: Mapping[Kept, Right] = {
    Kept.PERSONS: Right.REVEAL,
    Kept.WORDS: Right.READ_TICKET,
    Kept.NOTICES: Right.READ_NOTICES,
    Kept.LOOKS: Right.READ_LOOKS,
}
_HOW: Mapping[Kept, str] = {
    Kept.PERSONS: "写明理由才能看全，平时只显示首尾；保密件的承办单位看不到，协办单位只看首尾",
    Kept.WORDS: "在各自的工单范围内；保密件给承办单位看时隐去号码、姓名、住址",
    Kept.NOTICES: "只看发给自己的",
    Kept.LOOKS: "只有审计管理员能查全部",
}


async def show_assessment(request: web.Request) -> web.Response:
    """`GET /admin/assessment`: show the assessment built from schema comments, the table of rights and the policy."""
    user, context = actor(request), region_of(request)
    columns = await list_personal(context, user)
    retention = context.rules.policy.retention
    return page(
        request,
        "privacy/assessment.html",
        tables=_tables(columns, retention),
        kinds=[(KEPT_NAMES[kind], f"{SINCE[kind]} {retention.days(kind)} 天") for kind in Kept],
        holds=[
            {
                "number": row["number"],
                "until": f"{row['until']:%Y-%m-%d}",
                "reason": row["reason"],
                "by": row["set_by_name"],
            }
            for row in await list_holds_in_force(context, user, now(request))
        ],
        reports=[_report(row) for row in await list_reports(context, user)],
        drawn=local_text(now(request)),
        policy_version=context.rules.policy.version,
    )


def _tables(columns: Sequence[PersonalColumn], retention: Retention) -> list[dict[str, Any]]:
    held = {column.table for column in columns}
    named = [*(table for table in TABLE_NAMES if table in held), *sorted(held - set(TABLE_NAMES))]
    return [
        {
            "name": TABLE_NAMES.get(table, table),
            "table": table,
            "columns": [_line(column, retention) for column in columns if column.table == table],
        }
        for table in named
    ]


def _line(column: PersonalColumn, retention: Retention) -> dict[str, str]:
    guard = "加密" if column.sealed else "密钥散列" if column.hashed else "按权限"
    shown = not (column.hashed or column.kept not in _MET)
    return {
        "column": column.column,
        "name": column.name,
        "purpose": column.purpose,
        "guard": guard,
        "who": _names(roles_of(_MET[column.kept])) if shown else "不显示，仅程序使用",
        "how": _HOW.get(column.kept, "") if shown else "",
        "kept": f"{SINCE[column.kept]} {retention.days(column.kept)} 天",
    }


def _names(roles: Collection[Role]) -> str:
    return "、".join(ROLE_NAMES[role] for role in Role if role in roles)


def _report(row: RetentionReportRow) -> dict[str, str | int]:
    return {
        "night": f"{row['night']:%Y-%m-%d}",
        "kind": KEPT_NAMES[Kept(row["kind"])],
        "before": local_text(row["before"]),
        "erased": row["erased"],
        "held": row["held"],
        "state": "已完成" if row["finished_at"] else "未完成，次夜继续",
    }


routes: Sequence[web.RouteDef] = (get("/admin/assessment", show_assessment, Right.READ_ASSESSMENT),)

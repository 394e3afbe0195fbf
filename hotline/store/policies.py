"""Versions of the policy. Rows in and out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from hotline.domain.policy.limits import Policy
from hotline.store.queries import queries

_q = queries.policies


async def get_policy(conn: Any, region: int, now: datetime) -> Policy:
    """The policy in force; the defaults of PROCEDURE where none was set. Raises BadPolicy."""
    row = await _q.policy(conn, region_id=region, now=now)
    return Policy.from_body(row["version"], row["body"]) if row else Policy(version=0)


async def add_policy(
    conn: Any, region: int, valid_from: datetime, body: Mapping[str, Any], author: str, saved_at: datetime | None = None
) -> int:
    """A new version of the policy; gives back its number."""
    version: int = await _q.add_policy(
        conn, region_id=region, valid_from=valid_from, body=dict(body), author=author, saved_at=saved_at or valid_from
    )
    return version


async def list_policies(conn: Any, region: int) -> list[Mapping[str, Any]]:
    """Every version of the policy, newest first."""
    return [row async for row in _q.policies(conn, region_id=region)]

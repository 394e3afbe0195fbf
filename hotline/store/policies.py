"""Versions of the policy."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TypedDict

from hotline.db import Connection
from hotline.domain.policy.limits import Policy
from hotline.store.queries import fetch_all, fetch_one, fetch_required, queries

_q = queries.policies


class PolicyBodyRow(TypedDict):
    """A version's number and its values; keys as in hotline/domain/policy/limits.py."""

    version: int
    body: Mapping[str, object]


class PolicyRow(PolicyBodyRow):
    """A version with the moment from which it holds, who saved it and when."""

    valid_from: datetime
    author: str
    saved_at: datetime


async def get_policy(conn: Connection, region: int, now: datetime) -> Policy:
    """The policy in force; the defaults of PROCEDURE where none was set. Raises BadPolicy."""
    row = await fetch_one(PolicyBodyRow, _q.policy(conn, region_id=region, now=now))
    return Policy.from_body(row["version"], row["body"]) if row else Policy(version=0)


async def add_policy(
    conn: Connection, region: int, valid_from: datetime, body: Mapping[str, object], author: str,
    saved_at: datetime | None = None,
) -> int:  # fmt: skip
    """Add the next version of the policy and return its number. `saved_at` defaults to `valid_from`."""
    return await fetch_required(
        int,
        _q.add_policy(
            conn, region_id=region, valid_from=valid_from, body=dict(body), author=author,
            saved_at=saved_at or valid_from,
        ),
    )  # fmt: skip


async def list_policies(conn: Connection, region: int) -> list[PolicyRow]:
    """Every version of the policy, newest first."""
    return await fetch_all(PolicyRow, _q.policies(conn, region_id=region))

"""Identifiers made by the application, so that a write can be sent again with the same one."""

from __future__ import annotations

from uuid import UUID

from uuid_utils.compat import uuid7


def new_id() -> UUID:
    """UUID version 7: new rows stand at the end of every index."""
    return uuid7()

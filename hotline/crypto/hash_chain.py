"""A hash chain: each digest covers a row and, through the digest before it, all rows before that."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from cryptography.hazmat.primitives.hashes import SHA256, SM3, Hash

ALGORITHMS = {"sha256": SHA256, "sm3": SM3}
BEGINNING = b""


def link(before: bytes, row: Mapping[str, Any], algorithm: str) -> bytes:
    """Return the 32-byte digest over the previous digest and all fields of the row.

    Raises KeyError for an unknown algorithm.
    """
    work = Hash(ALGORITHMS[algorithm]())
    work.update(len(before).to_bytes(2) + before)
    work.update(_written(row).encode())
    return work.finalize()


def _written(row: Mapping[str, Any]) -> str:
    # Canonical form of a row, independent of the order of columns and the time zone of its values.
    return json.dumps({name: _plain(value) for name, value in row.items()}, ensure_ascii=False, sort_keys=True)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    return value if value is None or isinstance(value, int | str) else str(value)

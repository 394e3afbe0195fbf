"""Purge at night the data whose retention period is over."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from channels.web.uploads import file_path
from hotline.actions.privacy.retention import purge
from hotline.actions.region.context import RegionContext


async def retention_due(context: RegionContext, files_dir: Path | None, now: datetime, batch: int) -> int:
    """Purge persons, texts, files, messages and access log entries past their period; return how many.

    Outside the night nothing is purged.
    """

    def drop(digest: bytes) -> None:
        if files_dir is not None:
            file_path(files_dir, digest).unlink(missing_ok=True)

    return await purge(context, drop, now, batch)

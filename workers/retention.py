"""At night: what has been kept long enough, let go."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from channels.web.uploads import place_of
from hotline.actions.privacy.retention import let_go
from hotline.actions.region.context import Office


async def retention_due(office: Office, files_dir: Path | None, now: datetime, batch: int) -> int:
    """Persons, words, files, messages and looks past their time → gone; gives back how many. By day nothing."""

    def drop(digest: bytes) -> None:
        if files_dir is not None:
            place_of(files_dir, digest).unlink(missing_ok=True)

    return await let_go(office, drop, now, batch)

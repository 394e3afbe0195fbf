"""Download of a ticket's attachments."""

from __future__ import annotations

from aiohttp import web

from channels.web.app_keys import SETTINGS
from channels.web.region import region_of
from channels.web.routes import get, id_in
from channels.web.session import actor, now, remote_address
from channels.web.uploads import as_download
from hotline.actions.intake.attachments import read_file
from hotline.domain.accounts.permissions import Right


async def give_file(request: web.Request) -> web.StreamResponse:
    """`GET /tickets/{ticket_id}/files/{attachment_id}`: send a file; the access is recorded. Raises NotFound."""
    user = actor(request)
    ticket_id, attachment_id = id_in(request, "ticket_id"), id_in(request, "attachment_id")
    row = await read_file(region_of(request), ticket_id, attachment_id, user, now(request), remote_address(request))
    return as_download(request.app[SETTINGS].files_dir, row["file_name"], row["media_type"], row["sha256"])


routes = (get("/tickets/{ticket_id}/files/{attachment_id}", give_file, Right.READ_FILE),)

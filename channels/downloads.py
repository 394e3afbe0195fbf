"""Documents handed out as files: never kept by a browser's cache, never opened in the page."""

from __future__ import annotations

from urllib.parse import quote

from aiohttp import web

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def as_download(content: bytes, name: str) -> web.Response:
    """The file under its Chinese name."""
    disposition = f"attachment; filename=\"document.docx\"; filename*=UTF-8''{quote(name)}"
    headers = {"Content-Disposition": disposition, "Cache-Control": "no-store"}
    return web.Response(body=content, content_type=DOCX, headers=headers)

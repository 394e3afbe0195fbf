"""Documents handed out as files: drawn off the loop, never kept by a browser's cache, never opened in the page."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote

from aiohttp import web

from hotline.documents import Sheet, docx_of, pdf_of


@dataclass(frozen=True, slots=True)
class Format:
    """A kind of file a sheet is handed out as."""

    ending: str
    content_type: str
    draw: Callable[[Sheet, str], bytes]


DOCX = Format("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", docx_of)
PDF = Format("pdf", "application/pdf", pdf_of)
FORMATS = {one.ending: one for one in (DOCX, PDF)}


async def as_download(compose: Callable[[], Sheet], form: Format, name: str, mark: str = "") -> web.Response:
    """The sheet as a file under its Chinese name (without ending). Raises NoChineseFont for a PDF without fonts."""
    # A fifth of a second of writing: kept off the loop that answers everybody else.
    content = await asyncio.to_thread(lambda: form.draw(compose(), mark))
    told = quote(f"{name}.{form.ending}")
    disposition = f"attachment; filename=\"document.{form.ending}\"; filename*=UTF-8''{told}"
    headers = {"Content-Disposition": disposition, "Cache-Control": "no-store"}
    return web.Response(body=content, content_type=form.content_type, headers=headers)

"""Documents as file downloads: written in a thread, never cached by the browser, never displayed in the page."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote

from aiohttp import web

from hotline.documents import Sheet, docx_of, pdf_of


@dataclass(frozen=True, slots=True)
class Format:
    """A file format for downloads."""

    ending: str
    content_type: str
    draw: Callable[[Sheet, str], bytes]


DOCX = Format("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", docx_of)
PDF = Format("pdf", "application/pdf", pdf_of)
FORMATS = {form.ending: form for form in (DOCX, PDF)}


async def as_download(compose: Callable[[], Sheet], form: Format, name: str, mark: str = "") -> web.Response:
    """Return the sheet as a file with this name (without ending). Raises NoChineseFont for a PDF without fonts."""
    # Writing takes 0.2 s, which must not block the event loop.
    content = await asyncio.to_thread(lambda: form.draw(compose(), mark))
    encoded_name = quote(f"{name}.{form.ending}")
    disposition = f"attachment; filename=\"document.{form.ending}\"; filename*=UTF-8''{encoded_name}"
    headers = {"Content-Disposition": disposition, "Cache-Control": "no-store"}
    return web.Response(body=content, content_type=form.content_type, headers=headers)

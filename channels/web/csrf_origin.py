"""Whether a form comes from a page of ours: by what the browser itself says of where it was sent from.

Forms behind a log-in carry a token besides. Public forms have no session, so a forged one could use no right of the
person's; a double-submit cookie would only shut out old telephones that keep none.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from aiohttp import web

from channels.web.app_keys import SETTINGS
from hotline.domain.errors import Refusal

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_OURS = frozenset({"same-origin", "none"})


class ForeignForm(Refusal):
    """这个表单不是从本网站提交的，请回到本网站重新填写。"""

    status = 403


def check_origin(request: web.Request) -> None:
    """Raises ForeignForm for a form another site sent. What says nothing at all is no browser that could be misused."""
    if request.method in SAFE:
        return
    fetched = request.headers.get("Sec-Fetch-Site", "")
    if fetched and fetched not in _OURS:
        raise ForeignForm
    # "null" is what a frame in a sandbox says; only the browser's own word makes it good.
    origin = request.headers.get("Origin") or request.headers.get("Referer", "")
    if origin and not _is_ours(request, origin) and not (origin == "null" and fetched):
        raise ForeignForm


def _is_ours(request: web.Request, address: str) -> bool:
    try:
        told = urlsplit(address).netloc
    except ValueError:
        return False
    return told in (request.host, urlsplit(request.app[SETTINGS].public_url).netloc)
